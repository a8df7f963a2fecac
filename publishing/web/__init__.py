"""The public side over HTTP: views, uploaded files, previews, forms, middleware and error pages.

Not the admin, and no page of a content app: those derive from `views`. Begin with `views.PublishedDetailView`.
"""
