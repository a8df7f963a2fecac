"""*My card*: people keep their own card, and the links in mails that lead there or ask something of them.

Not what visitors see (`cards`), nor the form of the desk (`staff.admin`). Begin with `views`.
"""
