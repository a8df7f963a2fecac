"""Reads the metadata of PDF files (ISO 32000) and refuses unsafe ones.

What a file is follows from its content, never from its name.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _
from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from priorities.pdf_titles import meaningful
from publishing.files.limits import MAX_UPLOAD, too_large

HEAD = 1024  # bytes in which a file must begin
TAIL = 4096  # bytes at the end in which a whole file says that it ends, as far as PDFium looks: some end with rubbish
ARCHIVE, ARCHIVE_TAIL = b"PK\5\6", 65_557  # what a ZIP ends with, and how far from its end (APPNOTE 4.3.16)
# What may stand before its beginning and after its end: readers skip it, and it makes a file nothing else. Other
# bytes before `%PDF-` could make it a web page or an archive too.
BLANK = b"\0\t\n\f\r "
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Actions (12.6.4) that nobody needs to read a document: they run something, send what was filled in, play
# something, or open a file inside it.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/RichMediaExecute",
}
BY_ITSELF = {
    "/GoTo",
    "/Named",
}  # what may happen when a page is opened or a key is pressed: to go elsewhere in the file
MEDIA = {"/RichMedia", "/3D", "/Movie", "/Screen"}  # annotations (12.5.6) that play, or run scripts of their own
MOST_CHAINED = 100  # actions that follow each other


@dataclass(frozen=True)
class Facts:
    """Metadata of a PDF; `title` and `language` (a code as `fr`) are "" when it does not."""

    title: str
    language: str
    pages: int
    size: int  # bytes
    has_text: bool  # letters, and not just pictures of them
    is_tagged: bool  # says what is a heading, a list or a table (14.8)

    @property
    def remarks(self) -> list[str]:
        """Warnings about accessibility, each with what to do about it."""
        found = []
        if not self.has_text:
            found.append(
                _(
                    "This PDF has no text, only pictures of pages, as a scan has. Nobody can search in it or have it "
                    "read aloud. Choose the original, or let a program recognise the text (OCR)."
                )
            )
        elif not self.is_tagged:
            found.append(
                _(
                    "This PDF does not say what its headings, lists and tables are, so it is hard to follow for people "
                    "who have it read aloud. Make it again as an accessible (tagged) PDF."
                )
            )
        if not self.language:
            found.append(
                _(
                    "This PDF does not say in which language it is, so it may be read aloud in a wrong voice. Set the "
                    "language in the program that makes it."
                )
            )
        return found


def read(file: File) -> Facts:
    """The metadata of `file`. Raises ValidationError when the site can't offer it safely."""
    size = file.size or 0
    if size > MAX_UPLOAD:
        raise ValidationError(too_large())
    file.seek(0)
    if not file.read(HEAD).removeprefix(BYTE_ORDER_MARK).lstrip(BLANK).startswith(b"%PDF-"):
        raise ValidationError(_("This file is not a PDF. Choose a PDF."))
    broken = ValidationError(_("This PDF is damaged or incomplete. Make it again, and then choose it."))
    locked = ValidationError(_("This PDF is protected with a password. Choose one that everybody can open."))
    end = _end(file, size)
    file.seek(max(0, size - ARCHIVE_TAIL))
    is_archive = ARCHIVE in file.read(ARCHIVE_TAIL)
    file.seek(max(0, end - TAIL))
    if is_archive or b"%%EOF" not in file.read(TAIL):
        raise broken
    try:
        reader = PdfReader(file)
        # Many forbid to print or to copy with a password for that, and open with an empty one (7.6.4).
        opens = not reader.is_encrypted or reader.decrypt("") != PasswordType.NOT_DECRYPTED
        if opens:
            active = has_fonts = False
            for each in _dictionaries(reader):
                active = active or _is_active(each)
                has_fonts = has_fonts or _value(each, "/Type") == "/Font"
            facts = Facts(*_said(reader), len(reader.pages), size, has_fonts, _is_tagged(reader))
    except (NotImplementedError, DependencyError) as error:  # a kind of lock that we know no key of
        raise locked from error
    except Exception as error:  # pypdf's readers raise what they like
        raise broken from error
    finally:
        file.seek(0)
    if not opens:
        raise locked
    if active:
        raise ValidationError(
            _("This PDF has a script, an attached file or an action that starts by itself. Save it without those.")
        )
    if not facts.pages:
        raise broken
    return facts


def _end(file: File, size: int) -> int:
    """How many bytes `file` has, without the blank ones that some programs add."""
    end = size
    while end > 0:
        begin = max(0, end - 65_536)
        file.seek(begin)
        if rest := file.read(end - begin).rstrip(BLANK):
            return begin + len(rest)
        end = begin
    return 0


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary in the file, also those that nothing points at."""
    numbers = {(number, gen) for gen, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[Any] = [reader.trailer]
    waiting += [reader.get_object(IndirectObject(number, gen, reader)) for number, gen in sorted(numbers) if number]
    while waiting:
        each = waiting.pop()
        if isinstance(each, DictionaryObject):
            yield each
            waiting += [each.raw_get(key) for key in each]
        elif isinstance(each, ArrayObject):
            waiting += list.__iter__(each)


def _is_active(each: DictionaryObject) -> bool:
    """Whether this dictionary is, or starts, something that a document of ours must not do."""
    if _value(each, "/S") in ACTIONS or _value(each, "/Type") == "/EmbeddedFile" or _value(each, "/Subtype") in MEDIA:
        return True
    if "/JS" in each or "/EF" in each or _value(each, "/XFA"):  # a form of XML has scripts of its own (12.7.8)
        return True
    if any(_leads_to_a_network_share(_value(each, key)) for key in ("/F", "/UF", "/URI")):
        return True
    triggers = [_value(each, "/OpenAction")]
    additional = _value(each, "/AA")
    if isinstance(additional, DictionaryObject):
        triggers += [additional[key] for key in additional]
    return any(not _is_harmless(action) for action in triggers)


def _value(each: DictionaryObject, key: str) -> Any:
    """The value under `key`, also when it stands elsewhere in the file; None when there is none."""
    return each[key] if key in each else None  # noqa: SIM401  (pypdf's `get` gives the reference)


def _is_harmless(action: Any) -> bool:
    """Whether what happens by itself, and all that follows it, only goes elsewhere in the file."""
    waiting, seen = [action], 0
    while waiting:
        each, seen = waiting.pop(), seen + 1
        if isinstance(each, IndirectObject):
            each = each.get_object()
        if seen > MOST_CHAINED:
            return False
        if not isinstance(each, DictionaryObject):  # a place in the file
            continue
        if _value(each, "/S") not in (*BY_ITSELF, None):
            return False
        following = _value(each, "/Next")
        waiting += list.__iter__(following) if isinstance(following, ArrayObject) else [following]
    return True


def _leads_to_a_network_share(name: Any) -> bool:
    """Whether a file name or an address is that of another machine, which old readers send the user's password to."""
    if not isinstance(name, str | bytes):
        return False
    text = name.decode("latin-1") if isinstance(name, bytes) else str(name)
    text = "".join(text.split()).casefold().replace("\\", "/")
    if text.startswith(("//", "smb:")):
        return True
    host = text.removeprefix("file://") if text.startswith("file://") else ""
    return bool(host) and (host.startswith("//") or not host.startswith(("/", "localhost/")))


def _said(reader: PdfReader) -> tuple[str, str]:
    """The title and the language that the file gives: in its own words, or else in its XMP (ISO 16684-1)."""
    titles = [str((reader.metadata and reader.metadata.title) or "")]
    languages = [str(_value(reader.root_object, "/Lang") or "")]
    with suppress(Exception):  # XMP that cannot be read says nothing
        if xmp := reader.xmp_metadata:
            languages += xmp.dc_language or []
            by_language: dict[str, str] = xmp.dc_title or {}
            first = [*(code for code in map(_code, languages) if code), "x-default"]
            titles += sorted(by_language.values(), key=lambda title: _rank(by_language, title, first))
    return next(filter(None, map(meaningful, titles)), ""), next(filter(None, map(_code, languages)), "")


def _rank(by_language: dict[str, str], title: str, first: list[str]) -> int:
    """How early a title comes: in the language of the file, then the one for all, then any."""
    codes = [code if code == "x-default" else _code(code) for code, each in by_language.items() if each == title]
    return min([first.index(code) for code in codes if code in first], default=len(first))


def _is_tagged(reader: PdfReader) -> bool:
    marks = _value(reader.root_object, "/MarkInfo")
    is_marked = isinstance(marks, DictionaryObject) and bool(_value(marks, "/Marked"))
    return is_marked and "/StructTreeRoot" in reader.root_object


def _code(language: str) -> str:
    """`fr` of `fr-BE` (BCP 47); "" of what is no such tag."""
    code = language.replace("_", "-").split("-")[0].strip().lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else ""
