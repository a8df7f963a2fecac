"""What was, at the desk: the history of an object, the bin, and taking back, undoing and erasing what was done.

Not what these do to the data: that is `workflow`. Begin with `history_views`.
"""
