"""Whether this installation is healthy and safe: what `manage.py doctor` asks.

Nothing here mends anything. Begin with `questions`; what settings alone can tell is in `checks`.
"""
