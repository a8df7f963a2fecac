"""Pure functions on text: cleaning, transliteration, hyphenation, telephone numbers, numbers.

Knows nothing of models, requests or the languages of the site. Begin with `cleaning`.
"""
