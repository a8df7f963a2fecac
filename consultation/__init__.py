"""What the consultation body does: opinions, meetings, the bodies that meet and their members, and who follows them.

Not the priorities that opinions are about, nor who works here: those are `priorities` and `staff`.
Begin with `models.opinions`; `states` says what an opinion may become, `following` who hears of it, `open_data` what
other programs read.
"""
