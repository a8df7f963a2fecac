"""Measures which tests are too slow for `make quick`, and writes their names in `tests/slow.txt`: `make slow`.

A plugin of pytest. It counts processor time, also of the programs that a test starts, so that a busy machine makes
less of a difference. A test that was not run keeps its place in the list.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest

LIST = Path(__file__).parent / "slow.txt"
MOST = 0.08  # seconds of processor time, the mean of all parameters of one function

spent: dict[str, list[float]] = defaultdict(list)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    began = _processor_time()
    try:
        return (yield)
    finally:
        spent[item.name.partition("[")[0]].append(_processor_time() - began)


def _processor_time() -> float:
    """Seconds that this process and the programs it started used until now."""
    return sum(os.times()[:4])


def pytest_sessionfinish():
    slow = {name for name, seconds in spent.items() if sum(seconds) / len(seconds) > MOST}
    kept = set(LIST.read_text().split()) - spent.keys()
    LIST.write_text("".join(f"{name}\n" for name in sorted(slow | kept)))
