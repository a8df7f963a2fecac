"""What the style sheets ask of a browser: one of 2021 reads the site as one of today does."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = ROOT / "static" / "css"
OF_PUBLISHING = ROOT / "publishing" / "static" / "publishing" / "css"
VISITORS = [SHEETS / f"{name}.css" for name in ("site", "self-service", "edit", "tokens")] + [
    OF_PUBLISHING / "focus.css"
]


def enclosing(css: str) -> list[tuple[str, str]]:
    """Each rule of a sheet after the one that it stands in; that is empty for a rule on its own."""
    css = re.sub(r'/\*.*?\*/|"[^"]*"', "", css, flags=re.DOTALL)
    pairs, open_rules = [], [""]
    for prelude, mark in re.findall(r"([^{};]*)([{};])", css):
        if mark == "{":
            pairs.append((open_rules[-1], prelude.strip()))
            open_rules.append(prelude.strip())
        elif mark == "}":
            open_rules.pop()
    assert open_rules == [""]
    return pairs


@pytest.mark.parametrize("sheet", VISITORS, ids=lambda sheet: sheet.name)
def test_no_rule_stands_in_another_and_none_in_a_layer(sheet):
    rules = enclosing(sheet.read_text())
    assert len(rules) > 3
    for outer, rule in rules:
        assert not outer or outer.startswith("@"), f"{rule} stands in {outer}"
        assert not rule.startswith("@layer")
        assert "&" not in rule


def test_a_rule_in_another_would_be_found():
    assert ("a", "&:hover") in enclosing("@media print { a { color: red; &:hover { color: blue } } }")


def test_site_and_desk_take_their_colours_from_one_place():
    tokens = set(re.findall(r"^  (--[\w-]+):", (SHEETS / "tokens.css").read_text(), re.MULTILINE))
    assert {"--page", "--ink", "--band", "--display"} <= tokens
    desk = (SHEETS / "admin.css").read_text()
    assert not re.findall(r"(?:#[0-9a-f]{3,8}\b|@font-face)", re.sub(r"/\*.*?\*/", "", desk, flags=re.DOTALL))
    assert set(re.findall(r"[\s{](--[\w-]+):", desk)) & tokens == {"--wash"}  # another by night
