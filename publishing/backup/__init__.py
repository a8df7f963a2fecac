"""Archives of the whole site.

`archive` writes and signs one, `reading` checks and reads one, `restore` puts one back, `rehearsal` says
whether it brought everything back. `nightly` makes one each night, and `retention` says which are kept.

Begin with `archive`.
"""
