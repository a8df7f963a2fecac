"""The signals of this app."""

from django.dispatch import Signal

# Sent in the transaction of a restore, after the rows of the archive are loaded. A receiver revokes whatever was valid
# in the archive and must not work again, and returns a description such as "2 links", or "".
restored = Signal()

# Sent in the same transaction, before the rows of this site are replaced. A receiver returns None, or a function
# that restores newer data of this site after the rows of the archive are loaded.
restoring = Signal()

# Sent with `rows`, saved rows of the model that sends it, in the transaction in which somebody saved or publishes
# them. A receiver stores results that lists would otherwise compute for each row.
saved = Signal()

# Sent in the transaction in which `act` was undone by `author`, after everything is restored.
undone = Signal()

# Sent in the transaction of a restore for each `erasure` (an Erasure) of an object outside this app, such
# as an account. A receiver erases it again, if it is the same one.
erased_again = Signal()

# Sent in the transaction in which versions are made, with `made`: pairs of a thawed object and its Revision, of one
# model. A receiver stores results with a version that would be too slow to compute during a request.
committed = Signal()
