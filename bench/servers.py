"""Sites in a scratch folder, their servers, and requests to them."""

import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4
PATIENCE = 60  # seconds
# The site as it is served; beside it, what has no settings of its own, as gunicorn does it best.
OURS = ["--config", ROOT / "deploy" / "gunicorn.conf.py", "--workers", WORKERS]
PLAIN = ["--workers", WORKERS, "--threads", THREADS, "--worker-class", "gthread", "--no-control-socket", "--preload"]
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


def environment(data: Path, **more: str) -> dict[str, str]:
    """The variables of a site that keeps its data in `data`, and nothing of the real one's."""
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "resoc.settings"}
    return own | {"PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1"} | more


def python(data: Path, *arguments: object) -> str:
    """The output of a Python program run in this folder."""
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return done.stdout


def build(folder: Path, scale: int) -> Path:
    """A site of `scale` in `folder`, made from the next smaller one there if there is one."""
    data = folder / str(scale)
    smaller = folder / str(scale // 10)
    if smaller.exists():
        shutil.copytree(smaller, data)
    else:
        python(data, "manage.py", "prepare")
    python(data, "manage.py", "demo", "--scale", scale)
    return data


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def processor_time(*pids: object) -> float:
    """Seconds that these processes have used."""
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in pids]
    ticks = sum(int(field) for stat in stats for field in stat.rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


class Gunicorn:
    """One gunicorn; stopped when the block ends."""

    def __init__(self, application: str, data: Path, **more: str) -> None:
        options = PLAIN if application.startswith("baseline:") else OURS
        self.command = ["-m", "gunicorn", "--log-level", "warning", *map(str, options), application]
        self.environment = environment(data, **more)
        self.port = free_port()
        # Of other ports: the site would go on keeping them up to date, beside its own.
        shutil.rmtree(data / "var" / "pages", ignore_errors=True)

    def __enter__(self) -> "Gunicorn":
        began = time.monotonic()
        command = [sys.executable, *self.command, "--bind", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        while True:
            try:
                if self.get("/")[0] == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() - began > PATIENCE:
                sys.exit(f"{self.command[-1]} did not start")
            time.sleep(0.005)
        self.start = time.monotonic() - began  # seconds until the first page
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (in small letters) and body, over a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        except http.client.HTTPException as error:
            raise OSError from error
        finally:
            connection.close()

    def warm(self, *paths: str) -> None:
        """Let every worker make these pages."""
        for path in paths * (8 * WORKERS):
            self.get(path)

    @property
    def processes(self) -> list[str]:
        """The process ids that gunicorn started: its workers and the warmer."""
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    def memory(self) -> tuple[float, float]:
        """Megabytes of one worker: resident, and its share of what it has together with others (Pss)."""
        sizes = []
        for worker in self.processes:
            if Path(f"/proc/{worker}/comm").read_text() == "pages\n":
                continue
            found = dict(re.findall(r"^(Rss|Pss):\s+(\d+)", Path(f"/proc/{worker}/smaps_rollup").read_text(), re.M))
            sizes.append((int(found["Rss"]) / 1024, int(found["Pss"]) / 1024))
        return statistics.median(rss for rss, _pss in sizes), statistics.median(pss for _rss, pss in sizes)

    def cpu(self) -> float:
        """Seconds of processor time that the server has used."""
        return processor_time(self.process.pid, *self.processes)


def load(server: Gunicorn, path: str, seconds: float, *headers: str, script: Path | None = None) -> dict[str, float]:
    """What wrk measures for `path` with 16 connections: requests a second, latencies, processor time of each (ms)."""
    command = ["wrk", "-t2", "-c16", f"-d{seconds:.0f}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    command += ["-s", str(script)] if script else []
    before = server.cpu()
    command.append(f"http://127.0.0.1:{server.port}{path}")
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = server.cpu() - before
    if bad := re.search(r"Socket errors.*|Non-2xx.*", said):
        print(f"! {path}: {bad[0]}", file=sys.stderr)  # on a busy machine one may time out
    latency = {
        f"p{percent}": float(number) * UNITS[unit]
        for percent, number, unit in re.findall(r"(\d+)%\s+([\d.]+)(\w+)", said)
    }
    count = int(re.search(r"(\d+) requests in", said)[1])
    return latency | {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        "cpu": used * 1e6 / max(1, count),  # microseconds
    }
