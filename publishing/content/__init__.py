"""Rich text: what it may contain, its links to pages of the site, and how it becomes plain text.

Not the texts themselves: those are fields of the content apps. Begin with `fields.RichTextField`.
"""
