"""Where texts name somebody or something: people who are forgotten, and names that changed.

Not what points there by a relation or a link: that is `review.usage`. What a name is, is in `search.names`.
Begin with `mentions`.
"""
