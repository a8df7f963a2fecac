"""What stands beside a version and may be corrected later: what is new for the reader, and who checked it.

The version itself never changes. Begin with `change_notes`.
"""
