"""Accounts: signing in, second factors, sessions; nobody signs up, and who has rights in the desk has a second factor.

Signing in itself is django-allauth's; here stands what is different for us. Not the cards of people, nor who may do
what to content (`resoc.groups`). Begin with `adapter`, then `second_factor` and `sessions`.
"""

from staff.accounts.adapter import AuthenticationBackend

__all__ = ["AuthenticationBackend"]  # by this path sessions name it
