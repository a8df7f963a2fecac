"""A form as it was sent: its marks and buttons, its encoding, its files, and what to do when it came too late.

Not the fields that a form asks for: those are `web.forms` and `admin.forms`. Begin with `form_data`.
"""
