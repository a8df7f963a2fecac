"""The project: settings, addresses, the home page, commands for operators, and what all apps have in common.

Not content: nothing imports it, and it has no models. Begin with `settings`; for operators with `doctor` and `upkeep`.
"""
