"""What was read of a Word document: paragraphs, tables and words, and what was left out."""

from dataclasses import dataclass, replace

from publishing.content.word.numbers import Mark


@dataclass(frozen=True)
class Run:
    """Words that look the same; or, with a `note`, the place of a footnote."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    place: str = ""  # "superscript" or "subscript"
    link: str = ""
    note: "tuple[Run, ...]" = ()

    def looks_like(self, other: "Run") -> bool:
        """Whether both may be written as one."""
        return not (self.note or other.note) and replace(self, text="") == replace(other, text="")


@dataclass
class Paragraph:
    """A paragraph, heading or item of a list."""

    words: list[Run]
    level: int = 0  # of a heading, from 1
    is_title: bool = False  # of the document, by its style
    is_quote: bool = False
    mark: Mark | None = None


@dataclass
class Cell:
    """A cell of a table."""

    blocks: "list[Block]"
    width: int = 1
    goes_on: bool = False  # whether it is part of the cell above


@dataclass
class Table:
    """A table; the first `heads` rows are its head."""

    rows: list[list[Cell]]
    heads: int = 0


Block = Paragraph | Table


@dataclass
class Reading:
    """The text of a document, and what was left out of it: kinds, with their words."""

    blocks: list[Block]
    left_out: list[tuple[str, str]]
