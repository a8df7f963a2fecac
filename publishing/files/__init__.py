"""Uploaded files: their model fields and limits, pictures and their variants, storage, and orphaned files.

Not who may read a file: that is `web.media`. Begin with `fields`.
"""
