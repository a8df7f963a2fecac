"""The version of this site, which stands in `pyproject.toml` and nowhere else."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def version() -> str:
    """The version, such as `1.1.0`."""
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    return str(tomllib.loads(project.read_text())["project"]["version"])
