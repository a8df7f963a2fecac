"""The search of the desk: an index of its own, with working copies and the bin, and the queries to it.

Not its page: that is `admin.search`. No visitor reads it. Begin with `desk_index`.
"""
