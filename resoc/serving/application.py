"""The protocol of the application for gunicorn's worker and hooks, beside WSGI."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class CachingApplication(Protocol):
    """A WSGI application with a page cache; `publishing.cache.wsgi.PageCache` is one."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any], /) -> Iterable[bytes]:
        """Respond to any request (PEP 3333)."""

    def recall(self, head: bytes, /) -> tuple[bytes, bytes] | None:
        """The response to a request head that `at_hand` has seen: status line with headers, and body.

        None when it is not in memory, or not surely fresh. It never blocks: the event loop calls it.
        """

    def at_hand(self, environ: dict[str, Any], head: bytes, /) -> tuple[bytes, bytes] | None:
        """The same for a request that was parsed; `head` is all that was received of it, and has no body."""

    def warm_up(self) -> None:
        """Load what responses need, before the workers are forked; must leave no open connection."""

    def start_warmer(self) -> None:
        """Keep pages warm in a thread of this process, should no other process do so."""

    def run_warmer(self, is_wanted: Callable[[], bool], /) -> None:
        """Keep pages warm in this thread, until `is_wanted` says no."""
