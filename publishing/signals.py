"""The signals of this app."""

from django.dispatch import Signal

# Sent in the transaction of a restore, once the rows are those of the archive. A receiver ends what was
# valid when the archive was made and must not work again, and returns what it ended, as in "2 links", or "".
restored = Signal()

# Sent in the transaction in which `act` was undone by `author`, once everything is put back.
undone = Signal()
