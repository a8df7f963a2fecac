"""The manual of the secretariat shows what there is."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
MOST = 120_000  # bytes of one picture


def test_every_picture_of_the_manual_is_there_small_and_described():
    shown = dict(re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (DOCS / "editors.md").read_text()))
    assert all(len(words) > 20 for words in shown)
    assert {DOCS / name for name in shown.values()} == set((DOCS / "images").iterdir())
    assert all(file.stat().st_size < MOST for file in (DOCS / "images").iterdir())
