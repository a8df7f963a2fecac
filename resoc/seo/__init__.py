"""What search engines and other programs read of the site: sitemap, robots.txt, manifest, JSON-LD.

Not the titles and descriptions of pages, which templates write with the tags of `resoc.templatetags.seo`.
Begin with `linked_data`, the largest; the others are a view or two each.
"""

from resoc.seo.manifest import favicon, manifest
from resoc.seo.robots import robots
from resoc.seo.sitemap import sitemap

__all__ = ["favicon", "manifest", "robots", "sitemap"]
