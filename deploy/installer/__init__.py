"""`deploy/install`: the site on a bare machine, an upgrade, the way back, and a move to another machine.

Standard library only, and Python 3.11: it runs before there is an environment. Not the place for what
the site itself must do at each start, which is `manage.py prepare`.

`main` reads what was asked. `flow` goes through the steps in their order; each may be killed at any
moment and run again. `machine` is the only one that changes anything: with `--dry-run` it only says what.

Begin with `flow`.
"""
