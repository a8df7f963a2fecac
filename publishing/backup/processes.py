"""Commands in a process of their own, which never outlives the one that started it."""

import signal
import subprocess
from collections.abc import Mapping

STOP = {signal.SIGTERM}


def run(command: list[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end, and return how it ended and what it said.

    When this process is stopped meanwhile, the command is killed first. `subprocess.run` does that too, but for a
    moment: a signal that comes while the command is being started leaves it running, and writing to files that this
    process then believes to have deleted. For a management command, which has one thread.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_let_stop
        )
    except BaseException:
        _let_stop()
        raise
    with process:
        try:
            _let_stop()
            out, errors = process.communicate()
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, errors)


def _let_stop() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
