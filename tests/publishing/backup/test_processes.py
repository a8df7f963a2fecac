"""Commands in a process of their own."""

import os
import signal
import subprocess
import sys

import pytest

from publishing.backup.processes import run


@pytest.fixture
def stopped_by_a_signal():
    """SIGTERM ends the process as `manage.py` has it: by an exception."""
    before = signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(128 + signal.SIGTERM))
    yield
    signal.signal(signal.SIGTERM, before)


def test_how_it_ended_and_what_it_said():
    done = run([sys.executable, "-c", "import sys; print('out'); print('wrong', file=sys.stderr); sys.exit(3)"])
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "wrong\n")


def test_it_has_the_environment_it_is_given():
    assert run(["/usr/bin/env"], {"ONE": "1"}).stdout == "ONE=1\n"


def test_it_can_be_stopped_itself():
    code = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert run([sys.executable, "-c", code]).returncode == -signal.SIGTERM


def test_a_command_that_is_not_there_is_told_and_signals_are_heard_again(stopped_by_a_signal):
    with pytest.raises(FileNotFoundError):
        run(["/nowhere/command"])
    with pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("moment", ["_execute_child", "communicate"])
def test_who_is_stopped_at_any_moment_leaves_no_command_running(stopped_by_a_signal, monkeypatch, moment):
    started, usual = [], getattr(subprocess.Popen, moment)

    def and_then_the_signal_comes(process, *arguments, **more):
        done = usual(process, *arguments, **more) if moment == "_execute_child" else None
        started.append(process)
        os.kill(os.getpid(), signal.SIGTERM)
        return done

    monkeypatch.setattr(subprocess.Popen, moment, and_then_the_signal_comes)
    with pytest.raises(SystemExit):
        run([sys.executable, "-c", "import time; time.sleep(600)"])
    assert [process.returncode for process in started] == [-signal.SIGKILL]
