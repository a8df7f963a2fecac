"""Prepared queries, and the dependencies of a page: the objects that it was rendered from.

Knows no model by name. Begin with `dependencies`, then `prepared`.
"""
