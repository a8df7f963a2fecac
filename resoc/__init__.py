"""The project: settings, addresses, the home page, commands for operators, and what all apps have in common.

Not content: nothing imports it, and it has no models. Begin with `settings`. What visitors see of no app is in `web`,
what the desk says about the site as a whole in `desk`; for operators begin with `doctor.questions` and
`operations.upkeep`. How gunicorn serves it all is in `serving`.
"""
