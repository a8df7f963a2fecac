"""PDF files: what one says of itself (ISO 32000), and which ones are refused.

What a file is follows from its content, never from its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from publishing.fields import MAX_UPLOAD
from publishing.search import tidy

MAX_TITLE = 200  # characters
TAIL = 1024  # bytes at the end in which a whole file says that it ends
FILE_NAMES = (".pdf", ".doc", ".docx", ".odt", ".indd", ".ppt", ".pptx", ".xls", ".xlsx")
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
    """What a PDF says of itself; `title` and `language` (a code as `fr`) are "" when it does not."""

    title: str
    language: str
    pages: int
    size: int  # bytes


def read(file: File) -> Facts:
    """What `file` says of itself. Raises ValidationError when the site can't offer it safely."""
    size = file.size or 0
    if size > MAX_UPLOAD:
        raise ValidationError(_("This file is too large. Choose one of at most %s MB.") % (MAX_UPLOAD // 1_000_000))
    file.seek(0)
    if file.read(5) != b"%PDF-":
        raise ValidationError(_("This file is not a PDF. Choose a PDF."))
    broken = ValidationError(_("This PDF is damaged or incomplete. Make it again, and then choose it."))
    file.seek(max(0, size - TAIL))
    if b"%%EOF" not in file.read():
        raise broken
    try:
        reader = PdfReader(file)
        encrypted = reader.is_encrypted
        if not encrypted:
            active = any(_is_active(each) for each in _dictionaries(reader))
            title, language = _title(reader), str(reader.root_object.get("/Lang", "") or "")
            pages = len(reader.pages)
    except Exception as error:  # pypdf's readers raise what they like
        raise broken from error
    finally:
        file.seek(0)
    if encrypted:
        raise ValidationError(_("This PDF is protected with a password. Choose one that everybody can open."))
    if active:
        raise ValidationError(
            _("This PDF has a script, an attached file or an action that starts by itself. Save it without those.")
        )
    if not pages:
        raise broken
    return Facts(title, _code(language), pages, size)


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


def _title(reader: PdfReader) -> str:
    """The title in the metadata, unless a program wrote a file name there."""
    title = tidy(str((reader.metadata and reader.metadata.title) or ""))[:MAX_TITLE].removeprefix("Microsoft Word - ")
    title = "".join(letter for letter in title if letter.isprintable()).strip()
    return "" if title.casefold().endswith(FILE_NAMES) else title


def _code(language: str) -> str:
    """`fr` of `fr-BE` (BCP 47); "" of what is no such tag."""
    code = language.replace("_", "-").split("-")[0].strip().lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else ""
