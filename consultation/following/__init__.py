"""Following by mail: asking for it, saying yes, leaving, and the mail of each week.

Not the Atom feed, which is for programs: that is `priorities.feeds`. Begin with `followers`, then `weekly_mail`.
"""
