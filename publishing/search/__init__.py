"""Full-text search, alike on SQLite and PostgreSQL; and names of people in texts.

Not the page of results: that is `web.views.search`. Begin with `text`, then `indexing` and `query`.
"""
