"""docs/operators.md: every command in it says which test runs it, or that none does; and each can be run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operators.md").read_text()
BLOCK = re.compile(r"(?:<!-- ([^\n]*) -->\n)?```sh\n(.*?)```", re.DOTALL)
PARSE = "import sys; sys.path.append(sys.argv.pop(1)); from installer.main import parser; parser().parse_args()"


def lines(text: str = TEXT) -> list[list[str]]:
    """The commands of the blocks, in words, each part of a line for itself."""
    found = []
    for _note, block in BLOCK.findall(text):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            while "&&" in words:
                at = words.index("&&")
                found.append(words[:at])
                words = words[at + 1 :]
            found.append(words)
    return [words for words in found if words]


@pytest.mark.parametrize("number", range(len(BLOCK.findall(TEXT))))
def test_every_example_says_what_runs_it(number):
    note, _block = BLOCK.findall(TEXT)[number]
    assert note.startswith(("run by tests/", "not run ", "built by .ci/run"))
    for path in re.findall(r"tests/[\w/.]+\w", note):
        assert (ROOT / path).exists(), path


def test_every_command_of_the_site_is_there_and_takes_these_options():
    own = get_commands()
    asked = [words[2:] for words in lines() if words[:2] == ["sudo", "resoc"]]
    assert len(asked) > 5
    for name, *options in asked:
        assert name in own, name
        command = load_command_class(own[name], name)
        command.create_parser("manage.py", name).parse_args(options)


def test_the_installer_takes_the_options_that_are_told():
    asked = [words[2:] for words in lines() if words[0] == "sudo" and words[1].endswith("deploy/install")]
    assert len(asked) > 6
    for options in asked:
        command = [sys.executable, "-I", "-B", "-c", PARSE, str(ROOT / "deploy"), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, (options, done.stderr)


def test_every_unit_that_is_named_is_one_of_ours():
    named = set(re.findall(r"`?(resoc-[\w@]+\.(?:timer|service))`?", TEXT))
    assert named
    assert named <= {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
