"""What happens to a value on its way to a column: the cleaning of letters, and encryption.

Not the fields themselves. Begin with `cleaners`.
"""
