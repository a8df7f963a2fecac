"""Opinions and meetings for other programs: as JSON, for calendars, and in the feed of the site.

Visitors read nothing else than this says. Begin with `items`.
"""
