"""Measure the site with each device for speed left out by turns: `bench/devices.py` (some fifteen minutes).

Prints a table for `bench/notes/devices.md`. Each figure is the median of the ratios of the rounds, "without" to
"with": of one round, in which the site as it is and the site without the device are measured one after the other.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from servers import ROOT, Gunicorn, build, environment, load

DEVICES = ("recall", "at_hand", "PreparedQuery", "memoize", "visitor URLconf", "warm_up", "gc.freeze", "gc.disable")
ROUNDS = 6
PATH = f"{ROOT}:{ROOT / 'bench'}"
PAGES = {"home": "/", "list": "/themas/", "theme": "/themas/demonstratie-2/", "priority": "/prioriteiten/"}


def uncached(data: Path, without: str) -> dict[str, float]:
    """Milliseconds of processor time of pages that no cache has, in a process of its own."""
    code = (
        "import json, statistics; from without import django_application; from in_process import ask, timed\n"
        f"pages = {PAGES!r}\n"
        "for address in pages.values(): ask(django_application, address)\n"
        "print(json.dumps({n: timed(lambda: ask(django_application, a), 40)['cpu'] for n, a in pages.items()}))"
    )
    own = environment(data, BENCH_WITHOUT=without, PYTHONPATH=PATH)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def served(data: Path, folder: Path, without: str) -> dict[str, float]:
    """What a server does: cached pages, its start, and the memory of a worker."""
    script = folder / "new.lua"
    script.write_text(
        "local n = 0\nrequest = function()\n  n = n + 1\n"
        "  wrk.headers['X-Number'] = n .. '-' .. math.random(1000000000)\n  return wrk.format()\nend\n"
    )
    with Gunicorn("without", data, BENCH_WITHOUT=without, PYTHONPATH=PATH) as server:
        began = time.perf_counter()
        server.get("/contact/")
        first = (time.perf_counter() - began) * 1000
        server.warm(*PAGES.values())
        time.sleep(1)
        resident, share = server.memory()
        known, new = load(server, "/", 3), load(server, "/", 3, script=script)
        return {
            "cached, µs": known["cpu"],
            "cached, new head, µs": new["cpu"],
            "start, s": server.start,
            "first page, ms": first,
            "worker, MB": resident,
            "worker, share, MB": share,
        }


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp(prefix="resoc-devices-"))
    try:
        data = build(folder, 1)
        runs: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {}
        for number in range(ROUNDS):
            for device in DEVICES:
                pair = [
                    served(data, folder, without)
                    | {f"{page}, uncached, ms": figure for page, figure in uncached(data, without).items()}
                    for without in (("", device) if number % 2 else (device, ""))
                ]
                with_it, without_it = pair if number % 2 else reversed(pair)
                runs.setdefault(device, []).append((with_it, without_it))
            print(f"… round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        names = list(runs[DEVICES[0]][0][0])
        print(f"| without | {' | '.join(names)} |\n|---|{'--:|' * len(names)}")
        as_it_is = {name: statistics.median(ours[name] for rows in runs.values() for ours, _ in rows) for name in names}
        print(f"| nothing | {' | '.join(f'{as_it_is[name]:.3g}' for name in names)} |")
        for device, rows in runs.items():
            ratios = [[other[name] / ours[name] for ours, other in rows] for name in names]
            cells = (f"{statistics.median(each):.2f} ({min(each):.2f}–{max(each):.2f})" for each in ratios)
            print(f"| {device} | {' | '.join(cells)} |")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
