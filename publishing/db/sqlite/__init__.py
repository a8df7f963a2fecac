"""Django's SQLite, for a server that runs for months beside a file that somebody may move."""
