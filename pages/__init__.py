"""Pages that stand by themselves: the mission, contact details, organisations, texts, statements, and the notice.

Not the pages of a subject or of a person: those are `priorities` and `staff`. Begin with `models`; what visitors send
is in `forms`.
"""
