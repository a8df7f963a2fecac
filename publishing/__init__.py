"""The shared app of publishing: drafts, versions, planning, history, and a public side that reads only versions.

Knows no content app and nothing of RESOC: content models derive from `models.Publishable`, their admins from
`admin.PublishableAdmin`. Its packages stand in layers, see docs/engineers.md. Begin with `models`, then `workflow`.
"""
