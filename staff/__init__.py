"""The people who work here: their cards, and their accounts.

Not the members of a body, nor who may do what to content: those are `consultation.members` and `resoc.groups`.
Begin with `models`. Above it lie, each knowing those before it: `accounts`, `cards`, `my_card`, `forgetting` and
`my_data`; on top the desk: `admin`, with `buttons`, and `work`.
"""
