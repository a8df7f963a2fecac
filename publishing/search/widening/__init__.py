"""A query made wider: synonyms, two words for one, and the known words that may be meant by a mistake.

Not in which order a query is widened: that is `search.query`. Begin with `near`.
"""
