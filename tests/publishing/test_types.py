import ast
from pathlib import Path

from tests.conftest import ROOT

MOST = 0.9  # in 100 lines


def sources() -> list[Path]:
    return [path for path in (ROOT / "publishing").rglob("*.py") if "migrations" not in path.parts]


def test_few_values_are_of_any_type():
    texts = [path.read_text() for path in sources()]
    found = sum(isinstance(node, ast.Name) and node.id == "Any" for text in texts for node in ast.walk(ast.parse(text)))
    assert 100 * found / sum(len(text.splitlines()) for text in texts) < MOST
