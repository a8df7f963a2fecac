"""What people without an account send in by a link: translations that are proposed, and remarks on a draft.

With the pages on which they do so. Nothing of it is published, and nothing changes a working copy until somebody in
the desk says so. Not deciding about it: that is `admin`. Begin with `proposals`, then `remarks`.
"""
