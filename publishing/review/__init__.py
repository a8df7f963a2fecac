"""Judging and comparing versions: the checklist, differences, history, texts that name a person.

No views: those are in `admin`. Nothing is saved here. Begin with `checklist`.
"""
