"""Content for a trial site, all of it labelled as demonstration: what `manage.py demo` adds.

Not what a new site begins with: that is `resoc/content/source.toml`. Begin with `content`.
"""
