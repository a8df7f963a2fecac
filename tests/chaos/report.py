"""The report of a run: per fault what was done, what people saw, what was lost, how long it took."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

COLUMNS = ("What was done", "What visitors saw", "What editors saw", "What was lost", "Until it worked again")


@dataclass(frozen=True, order=True)
class Row:
    """One fault, as it went in this run."""

    fault: str
    done: str
    visitors: str
    editors: str
    lost: str
    recovery: str


def write(path: Path, rows: Iterable[Row], not_run: Iterable[str], at: datetime, seconds: float) -> None:
    """Write the report as a page of the manual."""
    lines = [
        "# What happens when something breaks",
        "",
        f"Written by `make chaos` on {at:%d %B %Y, %H:%M}: {seconds:.0f} s on {os.cpu_count()} cores, "
        f"Python {platform.python_version()}. Each fault was really made, on a real site under gunicorn with two "
        "workers; every figure was measured in that run. The tests are in `tests/chaos/`.",
        "",
    ]
    for row in sorted(rows):
        lines += [f"## {row.fault}", ""]
        values = (row.done, row.visitors, row.editors, row.lost, row.recovery)
        lines += [f"- **{column}:** {value}" for column, value in zip(COLUMNS, values, strict=True)]
        lines.append("")
    left = sorted(not_run)
    lines += ["## Not run", "", *([f"- {name}" for name in left] or ["Nothing: everything was run."]), ""]
    path.write_text("\n".join(lines))
