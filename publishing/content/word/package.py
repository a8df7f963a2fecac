"""The parts of a Word file, opened with care: it may be another file, broken, or made to do harm.

Raises `RefusedError`, whose text is one sentence for the person who chose the file.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MAX_FILE = 25_000_000  # bytes; no upload of the site may be larger
MAX_PART = 12_000_000  # bytes of one part, unpacked: the text of some 2,000 pages
MAX_READ = 60_000_000  # bytes of all that is read: one part may be named a thousand times
MAX_UNPACKED = 400_000_000  # bytes that all parts say they have
MAX_RATIO = 250  # times smaller than it was; XML gets 5 to 40 times smaller
MAX_DIRECTORY = 1_000_000  # bytes of the list of parts
MAX_PARTS = 5_000
MAX_ELEMENTS: Final = 250_000  # of XML, in all parts that are read
MAX_DEPTH = 150
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END = b"PK\x05\x06"  # of the list of parts; 22 bytes, and a comment
LONGEST_COMMENT = 65_535

# Both forms of the standard write these; the rest of an address changes.
PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "urn:schemas-microsoft-com:vml": "v",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
}

NO_WORD_FILE = _("This is not a Word file (.docx). In Word, choose “Save as” and then “Word document (.docx)”.")
OLD_WORD = _("This is a file of an older Word (.doc). In Word, choose “Save as” and then “Word document (.docx)”.")
PASSWORD = _("This file has a password. Take it off in Word, under File and Info, and choose the file again.")
MACROS = _("This file holds macros (.docm). In Word, choose “Save as” and then “Word document (.docx)”.")
BROKEN = _("This file is damaged. Open it in Word, save it again and choose the new one.")
TOO_MUCH = _("This file unpacks to far more than a text needs, so it was not opened.")
TOO_LONG = _("This text is too long to be read in one go. Cut the document in parts and choose one of them.")


def too_large() -> str:
    """The sentence about a file of more than `MAX_FILE` bytes."""
    return gettext("This file is too large. Choose one of at most %s MB.") % (MAX_FILE // 1_000_000)


class RefusedError(Exception):
    """The file gives no text; the exception says why, in a sentence for whoever chose it."""


class Package:
    """The parts of a .docx file that `data` is."""

    def __init__(self, data: bytes) -> None:
        self._zip = _opened(data)
        self._elements = self._read = 0
        types = self.read("[Content_Types].xml")
        main = next((each for each in self.targets("", "officeDocument")), "word/document.xml")
        kind = _kind_of(types, main)
        if "macroEnabled" in kind or any(name.endswith("vbaProject.bin") for name in self._zip.namelist()):
            raise RefusedError(MACROS)
        if main not in self._zip.namelist() or (kind and "wordprocessingml" not in kind):
            raise RefusedError(NO_WORD_FILE)
        self.main = main

    def part(self, name: str) -> Element | None:
        """The XML of one part, by the name of its role beside the main one; None when there is none."""
        found = next((each for each in self.targets(self.main, name) if each in self._zip.namelist()), None)
        return self.read(found) if found else None

    def document(self) -> Element:
        """The XML of the main part."""
        found = self.read(self.main)
        if found is None or found.tag != "w-document":
            raise RefusedError(NO_WORD_FILE)
        return found

    def targets(self, part: str, role: str) -> list[str]:
        """The names of the parts that have this role beside `part`; "" is the package itself."""
        base = posixpath.dirname(part)
        names = [
            each.get("Target", "")
            for each in self._relations(part)
            if each.get("Type", "").rpartition("/")[2] == role and each.get("TargetMode") != "External"
        ]
        return [
            name.lstrip("/") if name.startswith("/") else posixpath.normpath(posixpath.join(base, name))
            for name in names
        ]

    def links(self, role: str = "") -> dict[str, str]:
        """The addresses outside the file that a part leads to, by their key; of the main part, or of its `role`."""
        part = next(iter(self.targets(self.main, role)), "") if role else self.main
        return {
            each.get("Id", ""): each.get("Target", "")
            for each in (self._relations(part) if part else ())
            if each.get("TargetMode") == "External" and each.get("Type", "").endswith("/hyperlink")
        }

    def _relations(self, part: str) -> Iterator[Element]:
        folder, name = posixpath.split(part)
        found = self.read(posixpath.join(folder, "_rels", f"{name}.rels"))
        return iter(found if found is not None else ())

    def read(self, name: str) -> Element | None:
        """The XML of the part with this name; every unpacked byte and element counts."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        try:
            with self._zip.open(info) as file:
                text = file.read(MAX_PART + 1)
            self._read += len(text)
            if len(text) > MAX_PART or self._read > MAX_READ:
                raise RefusedError(TOO_MUCH)
            root: Element = fromstring(text, forbid_dtd=True)
        except (
            ParseError,
            DefusedXmlException,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            LookupError,
        ) as e:
            raise RefusedError(BROKEN) from e
        self._elements += _tidy(root, MAX_ELEMENTS - self._elements)
        return root


def _opened(data: bytes) -> zipfile.ZipFile:
    if len(data) > MAX_FILE:
        raise RefusedError(too_large())
    if data.startswith(OLE):  # the container of older Office files, and of those with a password
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusedError(PASSWORD)
        raise RefusedError(OLD_WORD if "WordDocument".encode("utf-16-le") in data else NO_WORD_FILE)
    if not data.startswith(b"PK"):
        raise RefusedError(NO_WORD_FILE)
    _check_directory(data)
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
        raise RefusedError(BROKEN) from error
    parts = opened.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 100_000):
        raise RefusedError(TOO_MUCH)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError(PASSWORD)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise RefusedError(BROKEN)
    return opened


def _check_directory(data: bytes) -> None:
    """Refuse a list of parts that would take much memory before anybody counts them."""
    place = data.rfind(END, max(len(data) - LONGEST_COMMENT - 22, 0))
    if place < 0 or len(data) < place + 22:
        raise RefusedError(BROKEN)
    (size,) = struct.unpack_from("<I", data, place + 12)
    if size > MAX_DIRECTORY:  # the form for files of 4 GB says FFFFFFFF here
        raise RefusedError(TOO_MUCH)


def _kind_of(types: Element | None, name: str) -> str:
    """The content type of the part with this name; "" when nothing says it."""
    if types is None:
        return ""
    return next((each.get("ContentType", "") for each in types if each.get("PartName") == f"/{name}"), "")


NAME = re.compile(r"\{([^}]*)\}(.*)", re.DOTALL)


def _tidy(root: Element, most: int) -> int:
    """Write the names of all elements and attributes briefly (`w-p`, `val`), and count the elements.

    Raises RefusedError for more than `most` elements, or for elements too deep within each other.
    """
    count = 0
    names: dict[str, str] = {}
    waiting: list[tuple[Element, int]] = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if count > most or depth > MAX_DEPTH:
            raise RefusedError(TOO_LONG)
        element.tag = _short(element.tag, names)
        if element.attrib:
            attributes: dict[str, Any] = {_short(key, names): value for key, value in element.attrib.items()}
            element.attrib.clear()
            # `w-val` is asked for all the time, so it is named as if it had no prefix; `r-id` keeps its own.
            element.attrib.update({key.removeprefix("w-"): value for key, value in attributes.items()})
        waiting.extend((child, depth + 1) for child in element)
    return count


def _short(name: str, names: dict[str, str]) -> str:
    if name not in names:
        found = NAME.match(name)
        prefix = PREFIXES.get(found[1], "?") if found else ""
        names[name] = f"{prefix}-{found[2]}" if found and prefix != "?" else (found[2] if found else name)
    return names[name]
