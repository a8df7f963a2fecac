"""The text that was read as HTML of ours: mammoth makes the lists, tables and paragraphs of it."""

import io
import re
import threading
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from publishing.content.sanitising import sanitised
from publishing.content.word.blocks import Block, Cell, Paragraph, Reading, Run, Table
from publishing.content.word.numbers import LEVELS, Mark
from publishing.content.word.package import TOO_LONG, Package, RefusedError
from publishing.content.word.reading import read
from publishing.text.cleaning import is_blank

MAX_LETTERS = 600_000  # of the HTML: a form sends one text in three languages
WAIT = 15  # seconds for another file to be read
EMPTY = _("There is no text in this file that can be taken over.")
BUSY = _("Another file is being read just now. Try again in a minute.")

# Letters that no document keeps, see `reading.PRIVATE`: around a note, and around the number of an item.
NOTE, NOTE_END, ITEM, ITEM_END = "\ue000", "\ue001", "\ue002", "\ue003"
NUMBER = re.compile(f"{ITEM}([^{ITEM_END}]*){ITEM_END}")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADINGS = (2, 3)  # the highest and the lowest that a text may have

_one_at_a_time = threading.BoundedSemaphore()  # each takes some 200 MB at most


@dataclass(frozen=True)
class Converted:
    """The text of a file as sanitised HTML, and what was left out: kinds, with their words."""

    html: str
    left_out: list[tuple[str, str]]


def convert(data: bytes) -> Converted:
    """The text of the Word file that `data` is; raises RefusedError, in a sentence, for what gives none."""
    if not _one_at_a_time.acquire(timeout=WAIT):
        raise RefusedError(BUSY)
    try:
        reading = read(Package(data))
        html = sanitised(_html(reading))
    finally:
        _one_at_a_time.release()
    if is_blank(html):
        raise RefusedError(EMPTY)
    if len(html) > MAX_LETTERS:
        raise RefusedError(TOO_LONG)
    return Converted(html, reading.left_out)


def _html(reading: Reading) -> str:
    import mammoth  # only now: a worker that serves pages reads no Word file

    links: dict[str, str] = {}
    body = "".join(_blocks(reading.blocks, _Levels(reading.blocks), links))
    made = mammoth.convert_to_html(
        io.BytesIO(_package(body, links)),
        style_map=STYLE_MAP,
        include_default_style_map=False,
        include_embedded_style_map=False,
    ).value
    root = fromstring(f"<div>{made}</div>")
    for parent in list(root.iter()):
        for listed in [each for each in parent if each.tag in ("ol", "ul")]:
            _number(parent, listed)
    html = tostring(root, encoding="unicode", short_empty_elements=True)
    html = re.sub(f"\\s*{NOTE}", "<small>", html).replace(NOTE_END, "</small>")
    return NUMBER.sub("", html)


# The small document that mammoth reads


class _Levels:
    """How headings become those that a text may have: the highest of the document is the highest."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._highest = min((each.level for each in blocks if isinstance(each, Paragraph) and each.level), default=1)

    def of(self, level: int) -> int:
        """The number of the element of a heading."""
        return min(level - self._highest + HEADINGS[0], HEADINGS[1])


def _blocks(blocks: Iterable[Block], levels: _Levels, links: dict[str, str]) -> Iterator[str]:
    nesting: list[tuple[int, str]] = []  # the levels of the list that is open, and which list each is of
    for block in blocks:
        if isinstance(block, Table):
            nesting = []
            yield _table(block, levels, links)
            continue
        if block.mark is None:
            nesting = []
            style = f"H{levels.of(block.level)}" if block.level else "Q" if block.is_quote else ""
            yield _paragraph(f'<w:pStyle w:val="{style}"/>' if style else "", block.words, links)
            continue
        while nesting and nesting[-1][0] > block.mark.level:
            nesting.pop()
        if not nesting or nesting[-1][0] < block.mark.level:
            nesting.append((block.mark.level, block.mark.list_key))
        properties = _list_properties(block.mark, len(nesting) - 1)
        yield _paragraph(properties, [Run(_item(block.mark)), *block.words], links)


def _list_properties(mark: Mark, depth: int) -> str:
    kind = 1 if mark.kind == "bullet" else 2
    return f'<w:numPr><w:ilvl w:val="{min(depth, LEVELS - 1)}"/><w:numId w:val="{kind}"/></w:numPr>'


def _item(mark: Mark) -> str:
    return f"{ITEM}{re.sub(r'[^0-9A-Za-z]', '', mark.list_key)}|{mark.kind}|{mark.value}{ITEM_END}"


def _paragraph(properties: str, words: Iterable[Run], links: dict[str, str]) -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(_runs(words, links))}</w:p>"


def _runs(words: Iterable[Run], links: dict[str, str]) -> Iterator[str]:
    for each in words:
        if each.note:
            inside = "".join(_runs(each.note, links))
            yield f"<w:r><w:t>{NOTE}</w:t></w:r>{inside}<w:r><w:t>{NOTE_END}</w:t></w:r>"
            continue
        look = "<w:b/>" * each.is_bold + "<w:i/>" * each.is_italic
        look += f'<w:vertAlign w:val="{each.place}"/>' if each.place else ""
        text = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in each.text.split("\n"))
        run = f"<w:r><w:rPr>{look}</w:rPr>{text}</w:r>"
        if each.link:
            key = links.setdefault(each.link, f"r{len(links) + 1}")
            run = f'<w:hyperlink r:id="{key}">{run}</w:hyperlink>'
        yield run


def _table(table: Table, levels: _Levels, links: dict[str, str]) -> str:
    rows = []
    for place, cells in enumerate(table.rows):
        head = "<w:trPr><w:tblHeader/></w:trPr>" if place < table.heads else ""
        rows.append(f"<w:tr>{head}{''.join(_cell(cell, levels, links) for cell in cells)}</w:tr>")
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def _cell(cell: Cell, levels: _Levels, links: dict[str, str]) -> str:
    merge = f'<w:vMerge w:val="{"continue" if cell.goes_on else "restart"}"/>'
    inside = "".join(_blocks(cell.blocks, levels, links)) or "<w:p/>"
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{cell.width}"/>{merge}</w:tcPr>{inside}</w:tc>'


def _package(body: str, links: dict[str, str]) -> bytes:
    relations = "".join(
        f'<Relationship Id="{key}" Type="{R}/hyperlink" Target="{escape(link)}" TargetMode="External"/>'
        for link, key in links.items()
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{key}"/></w:style>' for key in ("H2", "H3", "Q")
    )
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="d" '
        f'Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}">{"".join(_numbering())}</w:numbering>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return file.getvalue()


def _numbering() -> Iterator[str]:
    kinds = ((1, "bullet"), (2, "decimal"))
    for key, form in kinds:
        levels = "".join(f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{form}"/></w:lvl>' for level in range(LEVELS))
        yield f'<w:abstractNum w:abstractNumId="{key}">{levels}</w:abstractNum>'
    for key, _form in kinds:
        yield f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>'


def _style_map() -> str:
    lines = ["p.H2 => h2:fresh", "p.H3 => h3:fresh", "p.Q => blockquote > p:fresh"]
    for depth in range(1, LEVELS + 1):
        around = "ul|ol > li > " * (depth - 1)
        lines += [f"p:{kind}-list({depth}) => {around}{tag} > li:fresh > p:fresh" for kind, tag in KINDS]
    return "\n".join(lines)


KINDS = (("unordered", "ul"), ("ordered", "ol"))
STYLE_MAP = _style_map()


# The lists that mammoth makes, with the numbers of Word


def _number(parent: Element, listed: Element) -> None:
    """Give a list the numbers of its items, and make more lists of it where they do not follow each other."""
    place = list(parent).index(listed)
    current, before = listed, None
    for item in list(listed):
        said = _said(item)
        if said is None:
            continue
        list_key, kind, value = said
        goes_on = before is not None and before[:2] == (list_key, kind) and before[2] + 1 == value
        if kind == "bullet":
            goes_on = before is not None
        if before is not None and not goes_on:
            place += 1
            rest = Element(listed.tag)
            parent.insert(place, rest)
            for moved in list(current)[list(current).index(item) :]:
                current.remove(moved)
                rest.append(moved)
            current = rest
        if kind != "bullet" and (before is None or not goes_on):
            if value != 1:
                current.set("start", str(max(value, 0)))
            if kind:
                current.set("type", kind)
        before = (list_key, kind, value)


def _said(item: Element) -> tuple[str, str, int] | None:
    """What the mark in an item says: which list, which kind of number, and which number."""
    paragraph = item.find("p")
    found = NUMBER.search("".join(paragraph.itertext())) if paragraph is not None else None
    if found is None:
        return None
    list_key, kind, value = found[1].rsplit("|", 2)
    return list_key, kind, int(value)
