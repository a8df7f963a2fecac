"""Languages: in which one a text is shown, and how dates and addresses are written in it.

Knows no content and no database query. Begin with `languages.resolve`.
"""
