"""The database backend: `ENGINE = "publishing.db.sqlite"`.

SQLite goes on reading and writing a file that was removed or replaced, and makes an empty one
where there is none. Then an editor would read "published" while the text goes into a file that
nobody ever opens again. So a connection looks once a request whether its file is still the one at
that address, and a web server never makes a database.

A new database is for its owner only. SQLite gives the files beside it, `-wal` and `-shm`, the same mode.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the file that is there now. Raises OperationalError while there is none."""

    creates = True  # an empty database where there is none: right for `migrate`, wrong for a web server
    file: tuple[int, int] | None = None  # that this connection has open

    def get_new_connection(self, conn_params: dict[str, Any]) -> object:
        if self.creates and not self.is_in_memory_db():
            with suppress(OSError):  # it is there, or SQLite says why it can't be made
                os.close(os.open(conn_params["database"], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        elif not self.is_in_memory_db():
            address = Path(str(conn_params["database"])).absolute().as_uri()
            conn_params = conn_params | {"database": f"{address}?mode=rw"}
        connection = super().get_new_connection(conn_params)
        self.file = self._file_there()
        return connection

    def is_usable(self) -> bool:
        """Whether the connection is good; Django calls it once a request, because of `CONN_HEALTH_CHECKS`."""
        return self.is_in_memory_db() or self.file == self._file_there()

    def _file_there(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.settings_dict["NAME"])
        except OSError:
            return None
        return found.st_dev, found.st_ino
