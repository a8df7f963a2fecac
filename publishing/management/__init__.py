"""Commands of `manage.py`, each a few lines around a function of a package."""
