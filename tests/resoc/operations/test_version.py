import re
import subprocess
import sys
from pathlib import Path

import pytest

from resoc.operations.version import version

ROOT = Path(__file__).resolve().parents[3]


def test_the_version_is_that_of_the_project():
    assert f'version = "{version()}"' in (ROOT / "pyproject.toml").read_text()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version())


def test_the_newest_release_in_the_changelog_is_this_version():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = [heading for heading in headings if heading != "Nog niet uitgebracht"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ – \d{1,2} [a-z]+ 20\d\d", heading) for heading in released)
    assert released[0].split()[0] == version()


@pytest.mark.parametrize("argument", ["--version", "version"])
def test_the_command_line_tells_our_version_and_not_that_of_django(argument):
    done = subprocess.run([sys.executable, "manage.py", argument], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == f"{version()}\n"
