"""What the consultation works on: priorities, themes, updates, documents and news, and the Atom feed.

Not opinions about them: those are `consultation`. Begin with `models.subjects`.
"""
