"""What catalogues of public software read of us agrees with the rest of the repository."""

import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ABOUT = yaml.safe_load((ROOT / "publiccode.yml").read_text())
SHORT, LONG = 150, 10_000  # characters, by the standard


def test_the_licence_is_ours():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ABOUT["legal"]["license"] == project["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")


def test_the_version_stands_in_one_place():
    assert "softwareVersion" not in ABOUT


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_description_is_as_long_as_catalogues_take(language):
    said = ABOUT["description"][language]
    assert len(said["shortDescription"]) <= SHORT
    assert SHORT <= len(said["longDescription"]) <= LONG
