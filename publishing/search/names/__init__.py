"""Names within a text: pure functions on strings.

Not where they are looked for: that is `review.naming`. Begin with `person_matching`.
"""
