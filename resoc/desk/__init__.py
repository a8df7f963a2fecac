"""What the desk says about the site as a whole: the manual, and texts that a later version says better.

Not the admin itself: that is `resoc.admin`. Each module can be read by itself.
"""
