"""What the documents say leads somewhere."""

import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/**/*.md"), *ROOT.glob("tools/**/*.md")]
)
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)(?: \"[^\"]*\")?\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
WEB = re.compile(r"(https?|mailto|tel):")


def text_of(document: Path) -> str:
    """A document without its examples of code."""
    return re.sub(r"^```.*?^```|`[^`\n]+`", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """The anchors of the headings of a document, as GitHub and its like make them."""
    found: set[str] = set()
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        kept = (letter for letter in words if letter in "-_ " or unicodedata.category(letter)[0] in "LNM")
        anchor = "".join(kept).replace(" ", "-")
        number, base = 0, anchor
        while anchor in found:
            number += 1
            anchor = f"{base}-{number}"
        found.add(anchor)
    return found


def dead(document: Path) -> list[str]:
    """The links of a document to files and headings that are not there."""
    faults = []
    for target in filter(None, (whole or short for whole, short in LINK.findall(text_of(document)))):
        if WEB.match(target):
            continue
        path, _mark, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists():
            faults.append(f"{target}: no such file")
        elif anchor and (file.suffix != ".md" or anchor not in anchors(file)):
            faults.append(f"{target}: no such heading")
    return faults


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(document):
    assert dead(document) == []


def test_a_dead_link_is_found(tmp_path):
    document = tmp_path / "a.md"
    document.write_text(
        "# Één kop: «x»\n\n[goed](#één-kop-x) [fout](#kop) [weg](weg.md) [`code`](https://x.be) `[geen](link.md)`\n"
    )
    assert anchors(document) == {"één-kop-x"}
    assert [fault.split(":")[0] for fault in dead(document)] == ["#kop", "weg.md"]


def test_each_decision_has_a_number_of_its_own_and_names_it():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert sorted(set(numbers)) == numbers
    assert [file.read_text().partition(".")[0] for file in files] == [f"# {number}" for number in numbers]


def test_the_documents_that_a_newcomer_needs_are_read():
    names = {str(document.relative_to(ROOT)) for document in DOCUMENTS}
    assert {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/engineers.md",
        "docs/operators.md",
    } <= names


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "docs/engineers.md", "docs/operators.md", "docs/security.md"]
)
def test_every_file_of_ours_that_is_named_is_there(name):
    folders = (
        "bench",
        "deploy",
        "docs",
        "pages",
        "priorities",
        "publishing",
        "resoc",
        "staff",
        "static",
        "templates",
        "tests",
        "tools",
    )
    named = re.findall(rf"`((?:{'|'.join(folders)})/[\w./-]+)`", (ROOT / name).read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_names_every_folder_with_code_in_it():
    named = set(re.findall(r"`([a-z]+)/`", (ROOT / "README.md").read_text()))
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} | {
        path.parent.name for path in ROOT.glob("*/*.py")
    }
    assert "consultation" in packages
    assert {each for each in packages if not each.startswith(".")} - named == set()
