"""The page cache: responses that are served until what they were rendered from changes.

Not a cache of values: Django has that. Begin with `wsgi`, then `freshness`;
a view declares its query parameters with `parameters.takes`.
"""
