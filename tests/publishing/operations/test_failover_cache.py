import socket

import pytest
from django.core.cache import caches

from publishing.operations import failover_cache as ours


@pytest.fixture
def cache(settings, tmp_path, monkeypatch):
    """Of three: a Redis that nobody runs, files, memory."""
    monkeypatch.setattr(ours, "_away_until", {})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    from resoc.environment import cache

    settings.CACHES = {
        "default": {
            "BACKEND": "publishing.operations.failover_cache.FailoverCache",
            "LOCATION": ["shared", "machine", "process"],
        },
        "shared": cache(f"redis://127.0.0.1:{port}/1"),
        "machine": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(tmp_path / "c")},
        "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)},
    }
    return caches["default"]


def test_while_redis_is_away_this_machine_counts(cache):
    cache.set("attempts", 2)
    assert cache.incr("attempts") == 3
    assert caches["machine"].get("attempts") == 3
    assert cache.add("attempts", 1) is False
    assert cache.touch("attempts")
    assert cache.get_many(["attempts", "nothing"]) == {"attempts": 3}
    assert cache.delete("attempts")
    with pytest.raises(ValueError, match="attempts"):
        cache.incr("attempts")
    cache.clear()


def test_while_nothing_can_be_written_this_process_counts(cache, tmp_path):
    (tmp_path / "c").write_text("a file in the place of the folder")
    cache.set("attempts", 2)
    assert cache.get("attempts") == 2
    assert caches["process"].get("attempts") == 2


def test_a_cache_that_failed_is_left_alone_and_asked_again_later(cache, monkeypatch):
    cache.set("attempts", 2)
    asked = []
    monkeypatch.setattr(type(caches["shared"]), "get", lambda *args: asked.append(1) or 9)
    assert cache.get("attempts") == 2
    assert not asked
    monkeypatch.setattr(ours, "_away_until", {})  # later
    assert cache.get("attempts") == 9


def test_a_redis_that_hangs_keeps_nobody_waiting(cache):
    options = caches["shared"]._cache._pool_options
    assert options["socket_timeout"] <= 1
    assert options["socket_connect_timeout"] <= 1
