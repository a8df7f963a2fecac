"""A cache that is always available: it uses the first of several caches that works.

It counts the attempts to sign in. While Redis is away this machine counts by itself, in files,
and while those can't be written, this process does, in memory: somebody who tries passwords gets a few
more attempts then, and people with an account get in.
"""

import logging
import time
from typing import cast

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

AWAY = 5  # seconds in which a cache that failed is not tried again

logger = logging.getLogger(__name__)

_away_until: dict[str, float] = {}  # on the monotonic clock, by name; of this process


class FailoverCache(BaseCache):
    """`LOCATION` names other caches of the settings, the best first; the last one can't fail."""

    def __init__(self, names: list[str], params: dict[str, object]) -> None:
        super().__init__(params)
        self.names = names

    def _ask(self, method: str, *args: object, **kwargs: object) -> object:
        *others, last = self.names
        for name in others:
            if time.monotonic() < _away_until.get(name, 0):
                continue
            try:
                return getattr(caches[name], method)(*args, **kwargs)
            except ValueError:  # of `incr`: there is nothing to count on
                raise
            except Exception as error:  # each kind of cache has errors of its own
                _away_until[name] = time.monotonic() + AWAY
                logger.warning("The cache “%s” is away, the next one answers: %s", name, error)
        return getattr(caches[last], method)(*args, **kwargs)

    def add(self, key: object, value: object, timeout: object = DEFAULT_TIMEOUT, version: object = None) -> bool:
        return cast(bool, self._ask("add", key, value, timeout, version))

    def get(self, key: object, default: object = None, version: object = None) -> object:
        return self._ask("get", key, default, version)

    def set(self, key: object, value: object, timeout: object = DEFAULT_TIMEOUT, version: object = None) -> None:
        self._ask("set", key, value, timeout, version)

    def touch(self, key: object, timeout: object = DEFAULT_TIMEOUT, version: object = None) -> bool:
        return cast(bool, self._ask("touch", key, timeout, version))

    def delete(self, key: object, version: object = None) -> bool:
        return cast(bool, self._ask("delete", key, version))

    def incr(self, key: object, delta: int = 1, version: object = None) -> int:
        return cast(int, self._ask("incr", key, delta, version))

    def clear(self) -> None:
        self._ask("clear")
