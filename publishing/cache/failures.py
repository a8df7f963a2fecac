"""Pages whose code fails, noted on this machine until they work again.

Each is one small file, so that all workers, the desk, `doctor` and `/healthz?deep=1` can read it,
also while the database is away. It has the path, and the id by which the log knows the first request that failed;
nothing of the visitor, and no query that a person typed.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from pathlib import Path

from django.conf import settings

from publishing.cache.responses import Key

MOST = 200  # failures that are noted
ANY_QUERY = "…"  # how the place of the query begins in the key of what is no page of the cache: see `asked_for`
UNTRIED_FOR = timedelta(days=7)  # so long it stands, when nobody asks for it again

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """One address whose page cannot be rendered."""

    key: Key
    since: datetime
    is_withheld: bool  # whether visitors get an apology, because the last good page names something taken away
    request: str = ""  # the id of the first request that failed, by which the log says why

    @property
    def address(self) -> str:
        """The path, without a query."""
        return self.key[2]

    @property
    def can_be_tried(self) -> bool:
        """Whether it is a page that the warmer tries again; else only whoever asks for it finds out."""
        return not self.key[3].startswith(ANY_QUERY)


def asked_for(path: str, method: str) -> Key:
    """The key of what is no page of the cache: one for all queries, and another for what a form sends."""
    return "", "", path, ANY_QUERY if method in ("GET", "HEAD") else f"{ANY_QUERY} {method[:10]}"


def note(key: Key, is_withheld: bool, request: str = "") -> None:
    """Note that the page of `key` fails; the time and the id of its first failure stay."""
    before, file = _read(_file(key)), _file(key)
    if before is not None and before.is_withheld >= is_withheld:
        return
    since = before.since.timestamp() if before else time.time()
    request = before.request if before else request
    try:
        file.parent.mkdir(exist_ok=True)
        if before or sum(1 for _file in file.parent.iterdir()) < MOST:
            draft = file.with_suffix(f".{time.monotonic_ns()}")
            about = {"key": key, "since": since, "is_withheld": is_withheld, "request": request}
            draft.write_text(json.dumps(about))
            draft.replace(file)
    except OSError as error:
        logger.warning("Cannot be remembered: %s fails. %s", key[2], error)


def clear(key: Key) -> None:
    """Delete the note: the page works again, or there is none any more."""
    with suppress(OSError):
        _file(key).unlink(missing_ok=True)


def forget_untried() -> None:
    """Delete the notes on what the warmer cannot try again, such as a search or a form."""
    for failure in every():
        if not failure.can_be_tried:
            clear(failure.key)


def is_withheld(key: Key) -> bool:
    """Whether the page fails, and its last good version named something taken away."""
    failure = _read(_file(key))
    return failure is not None and failure.is_withheld


def failing() -> list[Failure]:
    """Every address that fails once, whatever the host and the query, the longest failing first."""
    found: dict[str, Failure] = {}
    for failure in sorted(every(), key=lambda failure: failure.since):
        first = found.setdefault(failure.address, failure)
        if failure.is_withheld and not first.is_withheld:
            found[failure.address] = replace(first, is_withheld=True)
    return list(found.values())


def every() -> Iterator[Failure]:
    """All that is noted."""
    for file in _folder().glob("*.json"):
        if failure := _read(file):
            yield failure


def _read(file: Path) -> Failure | None:
    try:
        about = json.loads(file.read_text())
        scheme, host, path, query = about["key"]
        since = datetime.fromtimestamp(about["since"], tz=UTC)
        found = Failure((scheme, host, path, query), since, bool(about["is_withheld"]), str(about.get("request", "")))
        is_over = not found.can_be_tried and since < datetime.now(UTC) - UNTRIED_FOR
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return None if is_over else found


def _folder() -> Path:
    return Path(settings.STATE_DIR) / "failing"


def _file(key: Key) -> Path:
    return _folder() / f"{blake2s(repr(key).encode(errors='replace'), digest_size=16).hexdigest()}.json"
