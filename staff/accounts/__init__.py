"""Accounts: signing in, second factors (which an account with rights in the desk must have), sessions; no signing up.

Signing in itself is django-allauth's; here stands what is different for us. Not the cards of people, nor who may do
what to content (`resoc.groups`). Begin with `adapter`, then `second_factor` and `sessions`.
"""

from staff.accounts.adapter import AuthenticationBackend

__all__ = ["AuthenticationBackend"]  # by this path sessions name it
