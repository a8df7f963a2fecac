"""Forms of visitors: the contact form, and what the forms of all apps have in common.

Not forms of the desk. Begin with `contact_form`.
"""
