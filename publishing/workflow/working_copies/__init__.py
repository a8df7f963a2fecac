"""Working copies: their earlier saves, and changes that are brought into them. Nothing here is public or planned.

Begin with `drafts`.
"""
