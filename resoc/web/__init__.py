"""Pages that belong to no app, and what all pages have: the home page, the 404, the context of templates.

Not the sitemap and its like (`resoc.seo`), nor what any site needs (`publishing.web`). Begin with `views`.
"""
