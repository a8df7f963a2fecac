import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.certificate import certificate
from tests.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def small(tmp_path, request):
    """A gunicorn with our worker around a tiny application, and where it listens; with more options if given."""
    port = free_port()
    package = "tests.resoc.serving"
    command = [sys.executable, "-m", "gunicorn", "--config", f"python:{package}.tiny_conf"]
    command += ["--bind", f"127.0.0.1:{port}", f"{package}.tiny", *getattr(request, "param", ())]
    if "--certfile" in command:
        certificate("localhost", tmp_path / "both.pem")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "WEB_CONCURRENCY": "1"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            yield server, port
        finally:
            server.kill()
