"""gunicorn's server hooks: `deploy/gunicorn.conf.py` names them, gunicorn calls them."""

import fcntl
import gc
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.http.errors import InvalidHeader

from resoc.serving.warmer import WarmerProcess


def on_starting(server: Any) -> None:
    """Hold the environment for as long as the site runs: `deploy/venv.py` deletes none that is in use."""
    with suppress(OSError):  # another way of installing has no such file
        server.environment = (Path(sys.prefix) / "installed.txt").open()
        fcntl.flock(server.environment, fcntl.LOCK_SH | fcntl.LOCK_NB)


def on_reload(server: Any) -> None:
    """After a HUP gunicorn writes to the log by itself again: each line would stand there twice, once in its format."""
    log = server.log.error_log
    for handler in [each for each in log.handlers if getattr(each, "_gunicorn", False)]:
        log.removeHandler(handler)


def when_ready(server: Any) -> None:
    """Before the workers are forked: load what all of them need, and start the warmer.

    What is frozen is in no later garbage collection, so no worker copies shared memory because it looked at it.
    """
    server.app.wsgi().warm_up()
    gc.collect()
    gc.freeze()
    server.warmer = WarmerProcess.start(server)


def post_worker_init(worker: Any) -> None:
    """Start what each worker does beside requests: background work, and the warmer's where no process does it."""
    from resoc.operations.upkeep import start  # needs the apps to be ready

    start()
    worker.wsgi.start_warmer()


def pre_request(_worker: Any, request: Any) -> None:
    """Refuse a request of HTTP/1.1 without a Host header (RFC 9112 3.2)."""
    if request.version >= (1, 1) and not any(name == "HOST" for name, _value in request.headers):
        raise InvalidHeader("HOST")


def on_exit(server: Any) -> None:
    """Stop the warmer, if the start got as far as that."""
    warmer: WarmerProcess | None = getattr(server, "warmer", None)
    if warmer is not None:
        warmer.stop()
