"""The people who work here: their cards and *My card*, their accounts, sessions and second factors.

Not the members of a body, nor who may do what to content: those are `consultation.members` and `resoc.groups`.
Begin with `models`, then the module of the page: `my_card`, `my_data`, `leaving`.
"""
