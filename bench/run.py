"""Measure the site and keep the result in `bench/RESULTS.md`: `make bench`.

    bench/run.py             some ten minutes
    bench/run.py --large     with a thousand times the content too, some minutes more
    bench/run.py --quick     some three minutes, while working; kept nowhere
    bench/run.py --peers ../shared/peers/run.sh      only beside its rivals, some ten minutes

Everything is built in a scratch folder and thrown away. Load generator and servers share the
machine, so only ratios of one run mean anything: what is compared is measured in turn, round
after round, and each ratio is the median of the ratios of the rounds. Processor time suffers
less from neighbours than requests a second: where they disagree, believe it.
"""

import argparse
import http.client
import json
import os
import pickle
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from threading import Timer
from urllib.parse import urljoin

import brotli
from servers import ROOT, THREADS, WORKERS, Gunicorn, build, environment, free_port, load, processor_time, python

sys.path.insert(0, str(ROOT))

from tests.site import nginx

RESULTS = ROOT / "bench" / "RESULTS.md"
PEERS = "\n## Beside other ways to serve the same content\n"
CACHED = ("/", "/contact/")
MODES = ("plain", "br", "304", "br, new")  # the last: no request is like one before it
PLAINLY = "sh -c 'DATA_DIR=$PEERS_DATA exec {gthread} resoc.wsgi:application'"  # as the peers are served
PATIENCE = 5  # seconds until an edit must be seen
ONE_BY_ONE = "mix, one after the other"
MIX = [f"{prefix}{path}" for prefix in ("", "/fr", "/en") for path in ("/", "/contact/")] + [
    "/themas/",
    "/prioriteiten/",
    *(f"/themas/demonstratie-{number}/" for number in (1, 2, 3)),
    "/themas/regiomarketing/",
    "/prioriteiten/tewerkstellingsbeleid/",
    "/feed/",
]


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def table(head: list[str], rows: list[list[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def say(text: str) -> None:
    """Print progress."""
    print(f"… {text}", file=sys.stderr, flush=True)


# Cached pages


def pages_for_floor(site: Gunicorn, file: Path) -> None:
    """Our own pages, for the baselines to send."""
    found = {}
    for path in CACHED:
        _status, headers, body = site.get(path)
        short = [("ETag", '"bench"'), ("Vary", "Accept-Encoding"), ("Cache-Control", "max-age=0")]
        whole = [("Content-Type", headers["content-type"]), *short]
        answers = {"identity": (body, [*whole, ("Content-Length", str(len(body)))])}
        small = brotli.compress(body, quality=5)
        answers["br"] = small, [*whole, ("Content-Length", str(len(small))), ("Content-Encoding", "br")]
        found[path] = '"bench"', short, answers
    file.write_bytes(pickle.dumps(found))


def cached(data: Path, folder: Path, rounds: int, seconds: float) -> str:
    """Requests a second and processor time of pages from memory, beside a bare function and a constant view."""
    file = folder / "pages.pickle"
    other_each_time = folder / "new.lua"
    other_each_time.write_text(
        "local n = 0\nrequest = function()\n  n = n + 1\n"
        "  wrk.headers['X-Number'] = n .. '-' .. math.random(1000000000)\n  return wrk.format()\nend\n"
    )
    more = {"BENCH_PAGES": str(file), "PYTHONPATH": f"{ROOT}:{ROOT / 'bench'}"}
    with Gunicorn("resoc.wsgi", data) as ours:
        pages_for_floor(ours, file)
        with (
            Gunicorn("baseline:bare", data, **more) as bare,
            Gunicorn("baseline:django_application", data, **more) as constant,
        ):
            rows = {"bare": bare, "constant": constant, "ours": ours}
            runs: dict[tuple[str, str, str], list[dict[str, float]]] = {}
            for each in rows.values():
                each.warm(*CACHED)
            for number in range(rounds):
                for path in CACHED:
                    for mode in MODES:
                        for name in sorted(rows, key=lambda name: (list(rows).index(name) + number) % len(rows)):
                            headers = _headers(rows[name], path, mode)
                            script = other_each_time if mode.endswith("new") else None
                            run = load(rows[name], path, seconds, *headers, script=script)
                            runs.setdefault((path, mode, name), []).append(run)
                say(f"cached pages, round {number + 1} of {rounds}")
    lines = []
    for path in CACHED:
        for mode in MODES:
            own, floor, view = (runs[path, mode, name] for name in ("ours", "bare", "constant"))
            lines.append(
                [
                    f"{path} {mode}",
                    *(f"{median(run['rate'] for run in each):.0f}" for each in (own, floor, view)),
                    f"{_ratio(own, floor, 'rate'):.2f}",
                    *(f"{median(run['cpu'] for run in each):.0f}" for each in (own, floor, view)),
                    f"**{_ratio(own, floor, 'cpu'):.2f}**",
                    f"{_ratio(view, floor, 'cpu'):.2f}",
                ]
            )
    head = ["page", "ours r/s", "bare r/s", "constant r/s", "ours : bare", "ours µs", "bare µs", "constant µs"]
    head += ["ours : bare", "constant : bare"]
    return (
        "\n## Cached pages\n\n`bare` is a WSGI function that sends the same bytes from a dict, `constant` a Django "
        "view that does (it neither compresses nor knows a 304). `new`: no request is like one before it. r/s is "
        "requests a second, µs processor time of the server for one request. Goals against bare: 0.90 of its "
        "requests a second (304: 0.85), 1.15 of its processor time.\n\n" + table(head, lines)
    )


def _headers(server: Gunicorn, path: str, mode: str) -> list[str]:
    if mode == "plain":
        return []
    accepts = "Accept-Encoding: br"
    if mode.startswith("br"):
        return [accepts]
    etag = server.get(path, Accept_Encoding="br")[1].get("etag", "none")
    return [accepts, f"If-None-Match: {etag}"]


def _ratio(ours: list[dict[str, float]], other: list[dict[str, float]], key: str) -> float:
    return median(own[key] / each[key] for own, each in zip(ours, other, strict=True))


# An edit under traffic


class Editor:
    """Another process that publishes, as the admin of another worker would."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "bench/in_process.py", "edit"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(data), stdin=pipe, stdout=pipe, text=True, bufsize=1
        )
        self.process.stdout.readline()

    def __call__(self, what: str, word: str) -> float:
        """When it was published."""
        self.process.stdin.write(f"{what} {word}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)


def visible(data: Path, tries: int) -> str:
    """Seconds from an edit until every worker shows it, under load."""
    lines: list[list[object]] = []
    with Gunicorn("worker_header:application", data, PYTHONPATH=f"{ROOT}:{ROOT / 'bench'}") as server:
        editor = Editor(data)
        for what, path in (("theme", "/themas/"), ("staff", "/contact/")):
            server.warm("/", path)
            times, stale = [], 0
            command = ["wrk", "-t1", "-c4", "-d600s", f"http://127.0.0.1:{server.port}{path}"]
            traffic = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            for number in range(tries):
                word = f"Bench{number}x{time.time_ns()}"
                workers = _line_to_each(server)
                published = editor(what, word)
                took, old = _until_seen(workers, path, word.encode(), published)
                times.append(took)
                stale += old
                for line in workers:
                    line.close()
                time.sleep(0.2)
            traffic.terminate()
            traffic.wait()
            lines.append([what, f"{median(times) * 1000:.0f} ms", f"{max(times) * 1000:.0f} ms", stale, len(times)])
        editor.stop()
    say("edits under traffic done")
    return (
        "\n## An edit under traffic\n\nFrom the moment that the publication is committed until every worker has "
        "answered with it; `old answers` are those to requests that began after it. Goal: 50 ms.\n\n"
        + table(["edit", "median", "slowest", "old answers", "tries"], lines)
    )


def _line_to_each(server: Gunicorn) -> list[http.client.HTTPConnection]:
    """One connection to each worker; the kernel would give new connections to the least busy one."""
    lines: dict[str, http.client.HTTPConnection] = {}
    while len(lines) < WORKERS:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        worker = _ask(line, "/")[0]
        if worker in lines:
            line.close()
        else:
            lines[worker] = line
    return list(lines.values())


def _ask(line: http.client.HTTPConnection, path: str) -> tuple[str, bytes]:
    """The number of the worker that answered, and its answer."""
    line.request("GET", path)
    response = line.getresponse()
    return response.headers["X-Worker"], response.read()


def _until_seen(lines: list[http.client.HTTPConnection], path: str, word: bytes, published: float) -> tuple[float, int]:
    """Seconds until each has answered with `word`, and how many answers lacked it."""
    waiting, stale, all_seen = list(lines), 0, 0.0
    while time.time() < published + PATIENCE and not (all_seen and time.time() > all_seen + 0.2):
        for line in waiting or lines:
            if word not in _ask(line, path)[1]:
                stale += 1
            elif line in waiting:
                waiting = [other for other in waiting if other is not line]
        if not waiting and not all_seen:
            all_seen = time.time()
    return (all_seen or published + PATIENCE) - published, stale


def under_load(data: Path, folder: Path, rounds: int) -> str:
    """Latencies of the slowest requests while something is published."""
    script = folder / "mix.lua"
    listed = ", ".join(f'"{path}"' for path in MIX)
    script.write_text(
        f"local pages = {{{listed}}}\nlocal turn = 0\n"
        "request = function()\n  turn = turn % #pages + 1\n  return wrk.format('GET', pages[turn])\nend\n"
    )
    runs: dict[tuple[str, bool], list[dict[str, float]]] = {}
    file = folder / "under_load.pickle"
    more = {"BENCH_PAGES": str(file), "PYTHONPATH": f"{ROOT}:{ROOT / 'bench'}"}
    with Gunicorn("resoc.wsgi", data) as server:
        server.warm(*MIX)
        pages_for_floor(server, file)
        with Gunicorn("baseline:bare", data, **more) as bare:
            runs["home, by a bare function", False] = [load(bare, "/", 2) for _number in range(rounds)]
        editor = Editor(data)
        for number in range(rounds):
            for name, lua in (("home", None), (f"mix of {len(MIX)} pages", script)):
                for publishing in (False, True):
                    server.warm(*MIX)  # after the publication before
                    process = _publish_soon(editor, number) if publishing else None
                    runs.setdefault((name, publishing), []).append(load(server, "/", 2, script=lua))
                    if process:
                        process.join()
            for publishing in (False, True):
                process = _publish_soon(editor, number) if publishing else None
                runs.setdefault((ONE_BY_ONE, publishing), []).append(_one_by_one(server, 4))
                if process:
                    process.join()
        editor.stop()
    say("publishing under load done")
    lines = []
    for (name, publishing), each in runs.items():
        p50, p99 = median(run["p50"] for run in each), median(run["p99"] for run in each)
        share = median(run["p99"] / run["p50"] for run in each)
        row = [name, "one" if publishing else "none", f"{median(run['rate'] for run in each):.0f}"]
        lines.append([*row, f"{p50:.2f} ms", f"{p99:.2f} ms", f"{share:.1f}"])
    head = ["pages", "publications", "r/s", "median", "99th percentile", "99th : median"]
    return (
        "\n## Publishing under load\n\nTwo seconds of 16 connections that ask as fast as they are answered, or four of "
        "one request after the other, about a millisecond apart; with one publication meanwhile. "
        "Goal: the 99th percentile under three times the median. wrk counts a request that waits as all those that "
        "it did not send meanwhile, and shares the cores with the server: what a function that does nothing gets is "
        "the floor.\n\n" + table(head, lines)
    )


def _one_by_one(server: Gunicorn, seconds: float) -> dict[str, float]:
    """Latencies of visitors who come one at a time, for the pages of `MIX`."""
    lines = [http.client.HTTPConnection("127.0.0.1", server.port) for _line in range(8)]
    waits: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        line, path = lines[len(waits) % len(lines)], MIX[len(waits) % len(MIX)]
        began = time.perf_counter()
        line.request("GET", path)
        line.getresponse().read()
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(0.001)
    for line in lines:
        line.close()
    hundredths = statistics.quantiles(waits, n=100)
    return {"rate": len(waits) / seconds, "p50": hundredths[49], "p99": hundredths[98]}


def _publish_soon(editor: Editor, number: int) -> Timer:
    timer = Timer(1, editor, ("theme", f"Under-load-{number}-{time.time_ns()}"))
    timer.start()
    return timer


# Behind nginx


def behind_nginx(data: Path, rounds: int, seconds: float) -> str:
    """Pages that nginx serves by itself, beside a file of the same size that it serves without any rule."""
    if not Path(nginx.NGINX).exists():
        return "\n## Behind nginx\n\nNot measured: nginx is not installed.\n"
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    waits = []
    with Gunicorn("resoc.wsgi", data, ALLOWED_HOSTS=f"{nginx.HOST},127.0.0.1", TRUSTED_PROXY_COUNT="1") as site:
        more = f"    location /file/ {{ alias {data}/file/; default_type 'text/html; charset=utf-8'; }}"
        port, other = free_port(), free_port()
        server = nginx.start(data, port, other, site.port, more)
        try:
            front = Front(port, server.pid, nginx.HOST)
            kept = data / "public" / "pages" / "live" / "http" / nginx.HOST
            _wait(front.answers)
            front.warm(*CACHED)
            _wait(lambda: all((kept / path.strip("/") / "index.html").exists() for path in CACHED))
            (data / "file").mkdir(exist_ok=True)
            for path in CACHED:
                name = path.strip("/") or "home"
                shutil.copy(kept / path.strip("/") / "index.html", data / "file" / name)
            for number in range(rounds):
                for path in CACHED:
                    pair = [("page", path), ("file", f"/file/{path.strip('/') or 'home'}")]
                    for kind, address in pair if number % 2 else reversed(pair):
                        run = load(front, address, seconds, f"Host: {nginx.HOST}")
                        runs.setdefault((path, kind), []).append(run)
            editor = Editor(data)
            for number in range(rounds):
                title = f"Behind-nginx-{number}-{time.time_ns()}"
                published = editor("theme", title)
                _wait(lambda title=title: title.encode() in front.get("/themas/")[2])
                waits.append(time.time() - published)
            editor.stop()
        finally:
            server.terminate()
            server.wait()
    say("behind nginx done")
    lines = [
        [
            path,
            *(f"{median(run['rate'] for run in runs[path, kind]):.0f}" for kind in ("page", "file")),
            f"{_ratio(runs[path, 'page'], runs[path, 'file'], 'rate'):.2f}",
            f"**{_ratio(runs[path, 'page'], runs[path, 'file'], 'cpu'):.2f}**",
        ]
        for path in CACHED
    ]
    head = ["page", "page r/s", "file r/s", "page : file", "processor time, page : file"]
    return (
        "\n## Behind nginx\n\n`deploy/nginx.conf`, with a page as the site keeps it for nginx and the same bytes as a "
        "plain file beside it. Goal: 0.85 of its requests a second, and an edit within a second.\n\n"
        + table(head, lines)
        + f"\nAn edit was seen through nginx after {median(waits) * 1000:.0f} ms, at most {max(waits) * 1000:.0f} ms.\n"
    )


class Front(Gunicorn):
    """A server that was started elsewhere, asked by a name."""

    def __init__(self, port: int, pid: int, host: str) -> None:
        self.port, self.pid, self.host = port, pid, host

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return super().get(path, Host=self.host, **headers)

    def answers(self) -> bool:
        """Whether it has started."""
        try:
            return self.get("/")[0] == 200
        except OSError:
            return False

    @property
    def processes(self) -> list[str]:
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()

    def cpu(self) -> float:
        return processor_time(self.pid, *self.processes)


def _wait(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            sys.exit("What was measured did not come")
        time.sleep(0.002)


# Growth


def grown(folder: Path, scales: list[int], rounds: int, seconds: float) -> tuple[str, dict[int, Path]]:
    """The cost of the same pages on larger sites."""
    sites, facts = {}, {}
    for scale in scales:
        began = time.monotonic()
        sites[scale] = build(folder, scale)
        facts[scale] = time.monotonic() - began, (sites[scale] / "db.sqlite3").stat().st_size / 1e6
        say(f"a site of {scale} times the content is made")
    found: dict[int, list[dict]] = {scale: [] for scale in scales}
    for number in range(rounds):
        for scale in scales:
            found[scale].append(json.loads(python(sites[scale], "bench/in_process.py", "pages")))
        say(f"uncached pages, round {number + 1} of {rounds}")
    running = {scale: Gunicorn("resoc.wsgi", sites[scale]) for scale in scales}
    runs: dict[int, list[dict[str, float]]] = {scale: [] for scale in scales}
    for server in running.values():
        server.__enter__()
        server.warm("/")
    for _round in range(rounds):
        for scale in scales:
            runs[scale].append(load(running[scale], "/", seconds))
    for server in running.values():
        server.__exit__()
    least = scales[0]
    lines: list[list[object]] = []
    for name, first in found[least][0].items():
        row: list[object] = [name, first.get("queries", "")]
        for scale in scales:
            row.append(f"{median(each[name]['ms'] for each in found[scale]):.1f}")
        for scale in scales[1:]:
            pairs = zip(found[scale], found[least], strict=True)
            row.append(f"{median(each[name]['cpu'] / one[name]['cpu'] for each, one in pairs):.2f}")
        for scale in scales[1:]:
            same = found[scale][0][name].get("queries", 0) == first.get("queries", 0)
            row[1] = row[1] if same else f"{row[1]} → {found[scale][0][name]['queries']}"
        lines.append(row)
    cached_row = ["home, cached: µs of processor time", ""]
    cached_row += [f"{median(run['cpu'] for run in runs[scale]):.0f}" for scale in scales]
    lines.append([*cached_row, *(f"{_ratio(runs[scale], runs[least], 'cpu'):.2f}" for scale in scales[1:])])
    lines.append(["making it: seconds", "", *(f"{facts[scale][0]:.0f}" for scale in scales), *[""] * len(scales[1:])])
    lines.append(["database: MB", "", *(f"{facts[scale][1]:.0f}" for scale in scales), *[""] * len(scales[1:])])
    head = ["", "queries", *(f"× {scale}" for scale in scales)]
    head += [f"processor × {scale} : × {least}" for scale in scales[1:]]
    text = (
        f"\n## Uncached pages, and growth\n\n× {scales[-1]} is the seed and {scales[-1] * 3} themes and "
        f"{scales[-1] * 12} updates more. Milliseconds by the clock of one request inside the process, without the "
        "cache and without gunicorn. A list has 3 themes more than the seed's at × 1 and a full page of 12 from × 10 "
        "on; a search has pages of 10. Publishing includes the writing to disk.\n\n" + table(head, lines)
    )
    return text, sites


# A process


def process(data: Path, starts: int) -> str:
    """Memory of an idle worker, time to its first answer, and cost of its imports."""
    colds, sizes, fresh = [], [], []
    for _start in range(starts):
        with Gunicorn("resoc.wsgi", data) as server:
            colds.append(server.start)
            fresh.append(server.memory())
            server.warm(*MIX)
            sizes.append(server.memory())
    (rss, pss), (rss_first, _pss) = (
        tuple(median(column) for column in zip(*each, strict=True)) for each in (sizes, fresh)
    )
    again = json.loads(python(data, "bench/in_process.py", "again"))
    whole, packages = imports(data)
    say("memory, start and imports done")
    lines = [
        ["from the start of gunicorn to the first page", f"{median(colds):.2f} s"],
        ["importing `resoc.wsgi`, processor time", f"{whole:.0f} ms"],
        [f"a worker with {len(MIX)} pages in its cache, at rest: resident", f"{rss:.0f} MB"],
        ["the same, its share of memory (Pss)", f"{pss:.0f} MB"],
        ["a worker after its first page: resident", f"{rss_first:.0f} MB"],
        [
            "pages made anew after one edit, of those in the cache",
            f"{again['made']} of {again['pages']}, of which {again['other']} came out different",
        ],
        ["first view of the home page", first_view(data)],
    ]
    costly = ", ".join(f"{name} {cost:.0f}" for name, cost in packages)
    return (
        "\n## A worker\n\nGoals: first page within 0.5 s, under 60 MB, a first view under 60 kB and 12 requests.\n\n"
        + table(["", ""], lines)
        + f"\nImports that cost most, in ms, without what they import in turn: {costly}.\n"
    )


def imports(data: Path) -> tuple[float, list[tuple[str, float]]]:
    """Milliseconds of processor time to import the site, and the ten most expensive packages: the best of five."""
    code = "import time; t = time.process_time(); import resoc.wsgi; print((time.process_time() - t) * 1000)"
    whole = min(float(python(data, "-c", code)) for _time in range(5))
    best: dict[str, float] = {}
    for _time in range(5):
        command = [sys.executable, "-X", "importtime", "-c", "import resoc.wsgi"]
        done = subprocess.run(command, cwd=ROOT, env=environment(data), capture_output=True, text=True, check=True)
        for own, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", done.stderr):
            best[name] = min(best.get(name, float("inf")), int(own) / 1000)
    packages: Counter[str] = Counter()
    for name, cost in best.items():
        packages[".".join(name.split(".")[: 2 if name.startswith("django.") else 1])] += cost
    return whole, packages.most_common(10)


class PageFiles(HTMLParser):
    """The files that a page makes a browser load at once."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "link" and {"stylesheet", "icon", "preload"} & set((has.get("rel") or "").split()):
            self.found.add(has.get("href") or "")
        elif tag in ("script", "img") and has.get("src") and has.get("loading") != "lazy":
            self.found.add(has["src"] or "")


def first_view(data: Path) -> str:
    """Bytes and requests of a first visit, as they go over the line; fonts as if all were used."""
    with Gunicorn("resoc.wsgi", data) as server:

        def sent(url: str) -> bytes:
            return server.get(url, Accept_Encoding="br")[2]

        files = PageFiles()
        files.feed(server.get("/")[2].decode())
        urls = {urljoin("/", url) for url in files.found - {""}}
        for style in [url for url in urls if url.endswith(".css")]:
            css = server.get(style)[2].decode()
            urls |= {urljoin(style, url) for url in re.findall(r"url\([\"']?([^\"')]+)", css)}
        urls = {url for url in urls if url.startswith("/")}
        sizes = {url: len(sent(url)) for url in urls}
        html = len(sent("/"))
    total = html + sum(sizes.values())
    return f"{total / 1000:.1f} kB in at most {len(sizes) + 1} requests; the page {html / 1000:.1f} kB"


# The whole


def machine() -> str:
    """The machine, without names and places."""
    info = Path("/proc/cpuinfo").read_text()
    kind = re.search(r"model name\s*: (.+)", info)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1e6
    return (
        f"{kind[1].strip() if kind else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB; "
        f"Python {platform.python_version()}, gunicorn with {WORKERS} workers of {THREADS} threads"
    )


def beside_peers(program: str) -> str:
    """The tables of the programme that measures other ways to serve the same content."""
    about = circumstances()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        say("installing what the site needs, and nothing else")
        venv.create(folder, with_pip=True)
        only_ours = Path(folder, "bin", "python")
        subprocess.run([only_ours, "-m", "pip", "install", "--quiet", "-r", ROOT / "requirements.txt"], check=True)
        as_served = json.loads((ROOT / "bench" / "peers.json").read_text())
        as_served |= {"dir": str(ROOT), "python": str(only_ours)}
        command = shlex.split(program)
        for number, ours in enumerate((as_served, as_served | {"start": PLAINLY})):
            file = Path(folder, f"ours{number}.json")
            file.write_text(json.dumps(ours))
            command += ["--ours", str(file)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{program} failed")
    said = done.stdout[done.stdout.index("## ") :]  # before that, what its installing printed
    tables = re.sub(r"^## ", "### ", said, flags=re.M).strip()
    # That programme asks for a page with a parameter that no page reads, which our cache leaves out.
    note = "`ours` is served as `make serve` does it, `ours2` by gunicorn’s own worker, as the others are. "
    note += "“uncached view ms” of ours is a page from the cache; the table of uncached pages above has the others."
    return f"{PEERS}\n{about} {note}\n\n{tables}\n"


def circumstances() -> str:
    """When and where this is measured."""
    return f"{datetime.now(UTC):%Y-%m-%d}. {machine()}. Others worked on the machine: load {os.getloadavg()[0]:.1f}."


def main() -> None:
    """Build, measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--peers", metavar="PROGRAM")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk, which is not there: apt install wrk")
    old, mark, peers = (RESULTS.read_text() if RESULTS.exists() else "").partition(PEERS)
    if options.peers:
        peers = beside_peers(options.peers)
        print(peers)
        RESULTS.write_text(old + peers)
        return
    rounds, seconds, tries = (2, 1, 5) if options.quick else (7, 2, 20)
    scales = [1, 10] if options.quick else [1, 10, 100, *([1000] if options.large else [])]
    about = circumstances()
    with tempfile.TemporaryDirectory(prefix="resoc-bench-") as name:
        folder = Path(name)
        growth, sites = grown(folder, scales, 2 if options.quick else 3, seconds)
        parts = [cached(sites[1], folder, rounds, seconds), visible(sites[1], tries)]
        parts += [under_load(sites[1], folder, 2 if options.quick else 5), behind_nginx(sites[1], rounds, seconds)]
        parts.append(growth)
        parts.append(process(sites[1], 2 if options.quick else 5))
    text = (
        "# What the site costs\n\nWritten by `make bench`, which says how to read it in `bench/run.py`.\n\n"
        f"{about}\n" + "".join(parts)
    )
    print(text)
    if not options.quick:
        RESULTS.write_text(text + mark + peers)


if __name__ == "__main__":
    main()
