import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.resoc.serving.client import ask, read

pytestmark = pytest.mark.server


def warmer_of(folder: Path) -> int:
    """The process id of the warmer, as soon as it runs."""
    said = folder / "warmer"
    assert any(time.sleep(0.05) or (said.exists() and said.read_text()) for _time in range(200))
    return int(said.read_text())


def gone(pid: int) -> bool:
    """Whether that process has ended, within two seconds."""
    return any(time.sleep(0.05) or not Path(f"/proc/{pid}").exists() for _time in range(40))


def test_the_warmer_ends_with_gunicorn(small, tmp_path):
    server, port = small
    ask(port, b"").close()
    warmer = warmer_of(tmp_path)
    assert warmer not in (server.pid, 0)
    server.send_signal(signal.SIGTERM)
    server.wait(10)
    assert not Path(f"/proc/{warmer}").exists(), "who starts the site again must not find it still there"


def test_when_gunicorn_is_killed_the_warmer_ends_by_itself_and_holds_no_port(small, tmp_path):
    server, port = small
    ask(port, b"").close()
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    server.kill()
    assert all(gone(int(each)) for each in workers)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_site_goes_on_when_the_warmer_is_killed(small, tmp_path):
    server, port = small
    ask(port, b"").close()
    warmer = warmer_of(tmp_path)
    os.kill(warmer, signal.SIGKILL)
    assert gone(warmer)
    with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert read(connection)[1] == b"ja"
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0


@pytest.mark.parametrize("small", [["--env", "WARMER_FAILS=1"]], indirect=True)
def test_the_site_goes_on_when_the_warmer_fails(small, tmp_path):
    server, port = small
    with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert read(connection)[1] == b"ja"
    assert gone(warmer_of(tmp_path))
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0
