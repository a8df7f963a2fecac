"""Rows beside the content: what the desk keeps, the links that were given out, and the site as a whole.

Not what visitors read: that is `models.content` and `models.revisions`. Begin with `drafts`.
"""
