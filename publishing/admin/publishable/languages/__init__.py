"""The languages of one form: its tabs, and the source beside each translation.

Not the rules of what is missing or behind: those are `review.translation_rules`. Begin with `source_texts`.
"""
