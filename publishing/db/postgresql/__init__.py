"""Django's PostgreSQL, for a server that stands still."""
