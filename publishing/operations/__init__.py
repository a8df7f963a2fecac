"""Running the site: mail, logs, the log of events, reports of browsers, dead links.

Nothing about content. Each module can be read by itself; the secretariat sees them through `admin`.
"""
