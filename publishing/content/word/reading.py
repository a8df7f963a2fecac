"""Writes down what a reader of a Word document sees, as a smaller document that holds nothing else.

All that goes on is written anew, so what is not named here goes no further: hidden and struck-out words, comments,
names of authors, pictures, codes of fields. What a reader saw and is left out is told.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from django.utils.translation import gettext_lazy as _

from publishing.content.word.blocks import Block, Cell, Paragraph, Reading, Run, Table
from publishing.content.word.grounds import UNKNOWN, WHITE, ground_of, ink_of, is_lost
from publishing.content.word.numbers import Numbers
from publishing.content.word.package import TOO_LONG, Package, RefusedError
from publishing.content.word.styles import Styles, height, is_on, number, outline_level

TRACKED = {
    "w-ins",
    "w-del",
    "w-moveFrom",
    "w-moveTo",
    "w-cellIns",
    "w-cellDel",
    "w-cellMerge",
    "w-delText",
    "w-delInstrText",
    "w-customXmlInsRangeStart",
    "w-customXmlDelRangeStart",
    "w-customXmlMoveFromRangeStart",
    "w-customXmlMoveToRangeStart",
}
CHANGES = _(
    "This file has changes that nobody accepted or rejected. In Word, choose “Accept all changes” under Review, "
    "save it and choose it again."
)
THROUGH = {"w-smartTag", "w-customXml", "w-dir", "w-bdo", "w-sdtContent", "w-r"}  # what only holds other things
DRAWN_ELSEWHERE = {"chart", "relIds"}  # a chart, or SmartArt
PICTURES = {"w-drawing", "w-pict", "w-object"}
ABOUT_THE_FILE = re.compile(
    r"\s*(AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|FILENAME|TEMPLATE|INFO|DOCPROPERTY|DOCVARIABLE|COMMENTS)\b",
    re.IGNORECASE,
)
LINK = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|([^\s\\]\S*))', re.IGNORECASE)
CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)
PROPERTIES = re.compile(r"creator|author|lastModifiedBy|manager|company", re.IGNORECASE)
UNSEEN = (("hidden", ("w-vanish", "w-specVanish", "w-webHidden")), ("deleted", ("w-strike", "w-dstrike")))
MAX_PIECES = 15_000  # paragraphs, cells, and words that look the same: some 300 pages, and seconds of work
ON_THE_WEB = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)  # not a file on somebody's disk or network
TINIEST = 2  # half points: what is no larger is on no paper
DEEPEST_TABLE = 3  # tables within each other; what is deeper becomes paragraphs
# Signs of Wingdings that few devices have, and those that they do have; pasting knows them too, in `symbols.js`.
COMMON = str.maketrans("🡨🡪🡩🡫🡸🡺🗶🗷🗹🞏🔾◼", "←→↑↓⬅➔✗☒☑☐○■")
PRIVATE = re.compile("[\ue000-\uf8ff]")  # `output` writes its own marks with these


@dataclass
class _Field:
    """A field that is open: a code, and then what it shows."""

    code: str = ""
    shows: bool = False

    @property
    def link(self) -> str:
        found = LINK.match(self.code)
        return (found[1] or found[2] or "") if found else ""


@dataclass(frozen=True)
class _Place:
    """Where words stand: what their paragraph and cell say of them."""

    style: str = ""
    link: str = ""
    links: dict[str, str] = field(default_factory=dict)
    in_table: bool = False
    ground: str = WHITE
    is_heading: bool = False


def read(package: Package) -> Reading:
    """What a reader of the document sees; raises RefusedError when changes in it are not accepted yet."""
    document = package.document()
    notes = {role: package.part(f"{role}s") for role in ("footnote", "endnote")}
    for part in (document, *notes.values()):
        if part is not None and any(each.tag in TRACKED for each in part.iter()):
            raise RefusedError(CHANGES)
    return _DocumentReader(package, notes).read(document)


class _DocumentReader:
    """Reads one document, from its beginning to its end, because fields and numbers go on."""

    def __init__(self, package: Package, notes: dict[str, Element | None]) -> None:
        self._package = package
        self._styles = Styles(package.part("styles"))
        self._numbers = Numbers(package.part("numbering"), self._styles)
        self._notes = {
            (role, each.get("id", "")): each
            for role, part in notes.items()
            for each in (part if part is not None else ())
            if each.get("type", "normal") == "normal"
        }
        self._links = {"": package.links(), **{role: package.links(f"{role}s") for role in notes}}
        self._fields: list[_Field] = []
        self._left_out: list[tuple[str, str]] = []
        self._in_note = False
        self._pieces = 0

    def read(self, document: Element) -> Reading:
        body = document.find("w-body")
        blocks = list(self._blocks(body if body is not None else (), _Place(links=self._links[""])))
        if title := _title_above(blocks):
            del blocks[0]
            self._leave_out("name", title)
        for role in ("header", "footer"):
            for name in self._package.targets(self._package.main, role):
                self._look_at_margin(name)
        return Reading(blocks, _joined(self._left_out))

    def _look_at_margin(self, name: str) -> None:
        """Tell the words of a header or footer, of which each page has the same."""
        part = self._package.read(name)
        words = _text_of(part) if part is not None else ""
        if re.search(r"[^\W\d_]", words) and ("header", words) not in self._left_out:
            self._left_out.append(("header", words))

    def _leave_out(self, kind: str, words: str = "") -> None:
        self._left_out.append((kind, " ".join(words.split())))

    # Paragraphs and tables

    def _blocks(self, elements: Iterable[Element], place: _Place, depth: int = 0) -> Iterator[Block]:
        for element in elements:
            if element.tag == "w-p":
                yield from self._paragraph(element, place)
            elif element.tag == "w-tbl":
                yield from self._table(element, place, depth)
            elif element.tag == "w-altChunk":
                self._leave_out("embed")
            elif element.tag in THROUGH or element.tag in ("w-sdt", "mc-AlternateContent"):
                yield from self._blocks(self._inside(element), place, depth)

    def _inside(self, element: Element) -> list[Element]:
        """What of a frame counts as text: nothing of one that only asks for words or tells of the file."""
        if element.tag == "mc-AlternateContent":
            return list(next((each for each in element if each.tag in ("mc-Choice", "mc-Fallback")), ()))
        if element.tag != "w-sdt":
            return list(element)
        properties = element.find("w-sdtPr")
        if properties is not None:
            if properties.find("w-showingPlcHdr") is not None:
                return []
            gallery = properties.find("w-docPartObj/w-docPartGallery")
            if gallery is not None and gallery.get("val") == "Table of Contents":
                self._leave_out("contents")
                return []
            binding = properties.find("w-dataBinding")
            if binding is not None and PROPERTIES.search(binding.get("xpath", "")):
                self._leave_out("metadata", _text_of(element))
                return []
        content = element.find("w-sdtContent")
        return list(content) if content is not None else []

    def _paragraph(self, element: Element, place: _Place) -> Iterator[Block]:
        style = self._styles.of_paragraph(element)
        own = element.find("w-pPr/w-outlineLvl")
        level = outline_level(own) if own is not None else self._styles.level(style)
        shade = element.find("w-pPr/w-shd")
        ground = ground_of(shade if shade is not None else self._styles.shade(style), place.ground)
        here = replace(place, style=style, ground=ground, is_heading=bool(level))
        words = _merged(self._words(element, here))
        if self._styles.is_contents(style):
            if words:
                self._leave_out("contents")
            return
        if not any(each.text.strip() or each.note for each in words):
            return
        self._count(words)
        mark = self._numbers.mark(element, style)
        if mark and (level or mark.text) and (shown := self._numbers.shown(mark)):
            words, mark = [Run(f"{shown} "), *words], None
        elif level:
            mark = None
        is_title = bool(level) and self._styles.is_title(style)
        yield Paragraph(words, level, is_title=is_title, is_quote=self._styles.is_quote(style), mark=mark)

    def _count(self, words: list[Run]) -> None:
        self._pieces += 1 + sum(1 + len(each.note) for each in words)
        if self._pieces > MAX_PIECES:
            raise RefusedError(TOO_LONG)

    def _table(self, element: Element, place: _Place, depth: int) -> Iterator[Block]:
        rows: list[list[Cell]] = []
        heads = 0
        for row in self._parts(element, "w-tr"):
            properties = row.find("w-trPr")
            if properties is not None and is_on(properties.find("w-hidden")):
                self._leave_out("hidden", _text_of(row))
                continue
            cells = [self._cell(cell, place, depth) for cell in self._parts(row, "w-tc")]
            self._count([Run("")] * len(cells))
            if not cells:
                continue
            if properties is not None and is_on(properties.find("w-tblHeader")) and heads == len(rows):
                heads += 1
            rows.append(cells)
        if depth >= DEEPEST_TABLE:
            for cells in rows:
                for cell in cells:
                    yield from cell.blocks
        elif rows:
            yield Table(rows, heads if heads < len(rows) else 0)

    def _parts(self, element: Element, tag: str) -> Iterator[Element]:
        """The rows of a table, or the cells of a row."""
        for each in element:
            if each.tag == tag:
                yield each
            elif each.tag in THROUGH or each.tag == "w-sdt":
                yield from (part for part in self._inside(each) if part.tag == tag)

    def _cell(self, element: Element, place: _Place, depth: int) -> Cell:
        here = replace(place, in_table=True, ground=ground_of(element.find("w-tcPr/w-shd"), UNKNOWN))
        blocks = list(self._blocks(element, here, depth + 1))
        width, below = element.find("w-tcPr/w-gridSpan"), element.find("w-tcPr/w-vMerge")
        goes_on = below is not None and below.get("val", "continue") == "continue"
        return Cell(blocks, min(max(number(width.get("val"), 1), 1), 100) if width is not None else 1, goes_on)

    # Words

    def _words(self, elements: Iterable[Element], place: _Place) -> Iterator[Run]:
        for element in elements:
            tag = element.tag
            if tag == "w-r":
                yield from self._run(element, place)
            elif tag == "w-hyperlink":
                link = place.links.get(element.get("r-id", ""), "")
                yield from self._words(element, replace(place, link=link))
            elif tag == "w-fldSimple":
                self._fields.append(_Field(element.get("instr", ""), shows=True))
                yield from self._words(element, place)
                self._close_field()
            elif tag in ("m-oMath", "m-oMathPara"):
                self._leave_out("formula", _text_of(element, "m-t"))
            elif tag == "w-p":  # in a note
                yield from self._words(element, replace(place, style=self._styles.of_paragraph(element)))
                yield Run(" ")
            elif tag in PICTURES:
                self._picture(element)
            elif tag in ("w-sdt", "mc-AlternateContent") or tag in THROUGH:
                yield from self._words(self._inside(element), place)

    def _run(self, run: Element, place: _Place) -> Iterator[Run]:
        look = self._look(run, place)
        gone = self._unseen(run, place)
        for element in run:
            text = _characters(element)
            if text is None:
                yield from self._other(element, place, gone)
            elif text and not self._is_withheld(text):
                if gone:
                    self._leave_out(gone, text)
                else:
                    yield replace(look, text=self._plain(run, text) if PRIVATE.search(text) else text)

    def _plain(self, run: Element, text: str) -> str:
        """`text` with the signs that its font shows for letters of nobody, without those that are not known."""
        fonts = self._property(run, "w-rFonts")
        font = fonts.get("ascii", "") if fonts is not None else ""
        return PRIVATE.sub(lambda letter: _sign(font, ord(letter[0])), text)

    def _other(self, element: Element, place: _Place, gone: str) -> Iterator[Run]:
        """What is no words: fields, notes, comments, pictures."""
        tag = element.tag
        if tag == "w-fldChar":
            self._field_mark(element)
        elif tag == "w-instrText":
            if self._fields and not self._fields[-1].shows:
                self._fields[-1].code += (element.text or "")[:2000]
        elif tag in ("w-footnoteReference", "w-endnoteReference") and not gone and not self._in_note:
            yield from self._note(tag.removeprefix("w-").removesuffix("Reference"), element.get("id", ""))
        elif tag == "w-commentReference":
            self._leave_out("comment")
        elif tag == "w-ruby":  # words, and in small letters above them how one reads them
            for part, (before, after) in {"w-rubyBase": ("", ""), "w-rt": (" (", ")")}.items():
                words = [each for each in self._words(element.findall(f"{part}/*"), place) if each.text]
                yield from (Run(before), *words, Run(after)) if words else ()
        elif tag in PICTURES:
            self._picture(element)
        elif tag == "mc-AlternateContent":
            for inside in self._inside(element):
                yield from self._other(inside, place, gone)

    def _note(self, role: str, key: str) -> Iterator[Run]:
        found = self._notes.get((role, key))
        if found is None:
            return
        outside, self._fields = self._fields, []
        self._in_note = True
        words = _merged(self._words(_paragraphs(found), _Place(links=self._links[role])))
        self._in_note, self._fields = False, outside
        if words:
            yield Run("", note=tuple(_stripped(words)))

    def _look(self, run: Element, place: _Place) -> Run:
        """What the words of a run look like; a heading is bold by itself."""
        link = place.link or next((each.link for each in reversed(self._fields) if each.shows and each.link), "")
        return Run(
            "",
            is_bold=not place.is_heading and bool(is_on(self._property(run, "w-b"))),
            is_italic=bool(is_on(self._property(run, "w-i"))),
            place=height(self._property(run, "w-vertAlign"), self._property(run, "w-position")),
            link=link if ON_THE_WEB.match(link) else "",
        )

    def _property(self, run: Element, name: str) -> Element | None:
        """What a run says of its words, or its style of words does."""
        own = run.find(f"w-rPr/{name}")
        return own if own is not None else self._styles.says("character", _style_of(run), name)

    def _unseen(self, run: Element, place: _Place) -> str:
        """Why a reader does not see these words: "hidden" or "deleted"; "" when they are seen."""
        for kind, names in UNSEEN:
            if any(self._is_anywhere(run, place, name) for name in names):
                return kind
        size = self._anywhere(run, place, "w-sz")
        if size is not None and 0 <= number(size.get("val"), 20) <= TINIEST:
            return "hidden"
        said = ("w-color", "w14-textFill", "w-shd", "w-highlight")
        color, fill, shade, marker = (self._anywhere(run, place, name) for name in said)
        return "hidden" if is_lost(ink_of(color, fill), marker, ground_of(shade, place.ground)) else ""

    def _anywhere(self, run: Element, place: _Place, name: str) -> Element | None:
        """What says this of the words of a run: the run itself, its styles, or the whole document."""
        found = self._property(run, name)
        if found is None:
            found = self._styles.says("paragraph", place.style, name)
        return found if found is not None else self._styles.everywhere(name)

    def _is_anywhere(self, run: Element, place: _Place, name: str) -> bool:
        """Whether the run says so, or any of its styles, where they contradict each other too."""
        own = run.find(f"w-rPr/{name}")
        if own is not None:
            return bool(is_on(own))
        said = (
            self._styles.says("character", _style_of(run), name),
            self._styles.says("paragraph", place.style, name),
            self._styles.everywhere(name),
        )
        return any(is_on(each) for each in said)

    # Fields

    def _field_mark(self, element: Element) -> None:
        kind = element.get("fldCharType")
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].shows = True
        elif kind == "end" and self._fields:
            self._close_field()

    def _close_field(self) -> None:
        code = self._fields.pop().code
        if CONTENTS.match(code):
            self._leave_out("contents")

    def _is_withheld(self, text: str) -> bool:
        """Whether words are the code of a field, or what one shows that no text is."""
        for each in self._fields:
            if not each.shows or CONTENTS.match(each.code):
                return True
            if ABOUT_THE_FILE.match(each.code):
                self._leave_out("metadata", text)
                return True
        return False

    # Pictures

    def _picture(self, element: Element) -> None:
        boxes = [_text_of(each) for each in element.iter("w-txbxContent")]
        for words in dict.fromkeys(filter(None, boxes)):
            self._leave_out("textbox", words)
        tags = {each.tag for each in element.iter()}
        is_line = any(each.get("hr") for each in element.iter("v-rect"))
        if not boxes and not is_line:
            kind = "embed" if element.tag == "w-object" or tags & DRAWN_ELSEWHERE else "picture"
            self._leave_out(kind, _description(element))


def _title_above(blocks: list[Block]) -> str:
    """The first heading where it is the title of all that follows, which a page has above its text by itself; or "".

    It is by its style, or because all other headings are below it. One with a note stays: that would be lost.
    """
    first = blocks[0] if len(blocks) > 1 else None
    if not isinstance(first, Paragraph) or not first.level or any(each.note for each in first.words):
        return ""
    levels = [each.level for each in blocks[1:] if isinstance(each, Paragraph) and each.level]
    is_title = first.is_title or (bool(levels) and min(levels) > first.level)
    return "".join(each.text for each in first.words) if is_title else ""


def _characters(element: Element) -> str | None:
    """The words of a part of a run; None for what is no words."""
    match element.tag:
        case "w-t":
            return re.sub(r"\s", " ", element.text or "")
        case "w-tab" | "w-ptab":
            return " "
        case "w-br" | "w-cr":
            return " " if element.get("type") in ("page", "column") else "\n"
        case "w-noBreakHyphen":
            return "\N{NON-BREAKING HYPHEN}"
        case "w-softHyphen":
            return "\N{SOFT HYPHEN}"
        case "w-sym":
            return _symbol(element)
    return None


def _paragraphs(element: Element) -> Iterator[Element]:
    """The paragraphs within, and not those within these."""
    for each in element:
        if each.tag == "w-p":
            yield each
        else:
            yield from _paragraphs(each)


def _merged(words: Iterable[Run]) -> list[Run]:
    """The same with what looks the same put together."""
    merged: list[Run] = []
    for each in words:
        if merged and merged[-1].looks_like(each):
            merged[-1] = replace(merged[-1], text=merged[-1].text + each.text)
        else:
            merged.append(each)
    return merged


def _stripped(words: list[Run]) -> list[Run]:
    """The words of a note on one line, without space around them."""
    words = [replace(each, text=re.sub(r"\s+", " ", each.text)) for each in words]
    words[0] = replace(words[0], text=words[0].text.lstrip())
    words[-1] = replace(words[-1], text=words[-1].text.rstrip())
    return [each for each in words if each.text]


def _style_of(run: Element) -> str:
    named = run.find("w-rPr/w-rStyle")
    return named.get("val", "") if named is not None else ""


def _symbol(element: Element) -> str:
    """The sign of a font of signs, where it is known."""
    code = element.get("char", "")
    return _sign(element.get("font", ""), int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{4}", code) else ""


def _sign(font: str, code: int) -> str:
    from mammoth.docx.dingbats import dingbats  # only now: it is a long list

    known = dingbats.get((font, code)) or dingbats.get((font, code & 0xFF))
    return chr(known).translate(COMMON) if known else ""


def _text_of(element: Element, tag: str = "w-t") -> str:
    """The words somewhere within an element, on one line."""
    words = (each.text or "" if each.tag == tag else " " for each in element.iter() if each.tag in (tag, "w-p"))
    return " ".join("".join(words).split())


def _description(element: Element) -> str:
    """What a picture is said to show."""
    for each in element.iter():
        if each.tag == "wp-docPr" and (words := each.get("descr") or each.get("title")):
            return words
        if each.tag.startswith("v-") and (words := each.get("alt")):
            return words
    return ""


def _joined(left_out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same in which words that follow each other are told as one, and the table of contents is told once."""
    joined: list[tuple[str, str]] = []
    for kind, words in left_out:
        if kind in ("hidden", "deleted") and joined and joined[-1][0] == kind:
            joined[-1] = (kind, f"{joined[-1][1]} {words}".strip())
        elif (kind, words) != ("contents", "") or ("contents", "") not in joined:
            joined.append((kind, words))
    return [(kind, words) for kind, words in joined if words or kind not in ("hidden", "deleted")]
