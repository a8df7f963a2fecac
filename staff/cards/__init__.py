"""Cards as visitors see them: the pages of contact, absences, consent to details, and the mails about cards.

Not the form with which people keep their own card: that is `my_card`. Begin with `views`, or `notices` for a mail.
"""
