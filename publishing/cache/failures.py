"""Pages whose code fails, noted on this machine until they work again.

Each is one small file, so that all workers, the desk, `doctor` and `/healthz?deep=1` can read it,
also while the database is away.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s
from pathlib import Path

from django.conf import settings

from publishing.cache.responses import Key

MOST = 200  # failures that are noted
ANY_QUERY = "…"  # in the place of a query that is not kept: what people search for is theirs

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """One address whose page cannot be rendered."""

    key: Key
    since: datetime
    is_withheld: bool  # whether visitors get an apology, because the last good page names something taken away

    @property
    def address(self) -> str:
        """The path, with its query."""
        _scheme, _host, path, query = self.key
        return f"{path}?{query}" if query else path


def note(key: Key, is_withheld: bool) -> None:
    """Note that the page of `key` fails; the time of its first failure stays."""
    before, file = _read(_file(key)), _file(key)
    if before is not None and before.is_withheld >= is_withheld:
        return
    since = before.since.timestamp() if before else time.time()
    try:
        file.parent.mkdir(exist_ok=True)
        if before or sum(1 for _file in file.parent.iterdir()) < MOST:
            draft = file.with_suffix(f".{time.monotonic_ns()}")
            draft.write_text(json.dumps({"key": key, "since": since, "is_withheld": is_withheld}))
            draft.replace(file)
    except OSError as error:
        logger.warning("Cannot be remembered: %s fails. %s", key[2], error)


def clear(key: Key) -> None:
    """Delete the note: the page works again, or there is none any more."""
    with suppress(OSError):
        _file(key).unlink(missing_ok=True)


def forget_queries() -> None:
    """Delete the notes on pages that failed with a query of a visitor, which the warmer cannot try again."""
    for failure in failing():
        if failure.key[3] == ANY_QUERY:
            clear(failure.key)


def is_withheld(key: Key) -> bool:
    """Whether the page fails, and its last good version named something taken away."""
    failure = _read(_file(key))
    return failure is not None and failure.is_withheld


def failing() -> list[Failure]:
    """Every address that fails, the longest failing first."""
    return sorted(_all(), key=lambda failure: failure.since)


def _all() -> Iterator[Failure]:
    for file in _folder().glob("*.json"):
        if failure := _read(file):
            yield failure


def _read(file: Path) -> Failure | None:
    try:
        about = json.loads(file.read_text())
        scheme, host, path, query = about["key"]
        since = datetime.fromtimestamp(about["since"], tz=UTC)
        return Failure((scheme, host, path, query), since, bool(about["is_withheld"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folder() -> Path:
    return Path(settings.STATE_DIR) / "failing"


def _file(key: Key) -> Path:
    return _folder() / f"{blake2s(repr(key).encode(errors='replace'), digest_size=16).hexdigest()}.json"
