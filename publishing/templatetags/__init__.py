"""Template tags for content in several languages, and for the desk. Begin with `languages`."""
