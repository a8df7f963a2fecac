"""Database backends: Django's, with checks for a database that was replaced or that hangs.

Only settings name them, as `ENGINE`; no code imports them. Begin with the `base` of your database.
"""
