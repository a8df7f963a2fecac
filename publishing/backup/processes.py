"""Commands in a process of their own, which never outlives the one that started it."""

import signal
import subprocess
from collections.abc import Mapping


def run(command: list[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end, and return how it ended and what it said.

    When this process is stopped meanwhile, the command is killed first. `subprocess.run` does that too, but for a
    moment: a signal that comes while the command is being started leaves it running, and writing to files that this
    process then believes to have deleted. Only the main thread may call this, as only there signals are heard.
    """
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    process = None
    try:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        signal.signal(signal.SIGTERM, before)
        if came:
            signal.raise_signal(signal.SIGTERM)
        out, errors = process.communicate()
    except BaseException:
        signal.signal(signal.SIGTERM, before)
        if process:
            with process:  # waits for its end
                process.kill()
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, errors)
