"""The process that warms the page cache: a thread would slow down the visitors of its worker.

It is forked from gunicorn's master after the prefork warm-up, and ends with it, also when gunicorn
is killed. When this process is killed, a worker takes over its work: see `publishing.cache.warming`.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from resoc.serving.application import CachingApplication

NAME = "pages"  # in `ps` and `top`


class WarmerProcess:
    """The process, as its parent knows it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor  # a pidfd, so that no other process with the same number is ever signalled

    @classmethod
    def start(cls, server: Any) -> "WarmerProcess":
        """Fork it from `server`, gunicorn's arbiter, whose application must be loaded."""
        master = os.getpid()
        child = os.fork()
        if child:
            return cls(os.pidfd_open(child))
        try:
            _run(server, master)
        except Exception:
            server.log.exception("The process that warms the page cache failed: a worker takes over")
        finally:
            os._exit(0)  # whatever happens: nothing that the master does next is for this process

    def stop(self) -> None:
        """Terminate it, and wait until it has ended."""
        with suppress(ProcessLookupError, ChildProcessError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGTERM)
            os.waitid(os.P_PIDFD, self.descriptor, os.WEXITED)


def _run(server: Any, master: int) -> None:
    """The loop of the forked process, for as long as its parent is `master`."""
    for number in (*server.SIGNALS, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for gunicorn, which then stops this process
    for listener in server.LISTENERS:
        listener.sock.close()
    Path("/proc/self/comm").write_text(NAME)
    application: CachingApplication = server.app.wsgi()
    application.run_warmer(lambda: os.getppid() == master)
