"""Cards that telephones can keep: vCard 3.0 in UTF-8, which all of them read (RFC 2426)."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from publishing.files.storage import StorageUnavailable
from publishing.i18n.languages import resolve
from publishing.search.names.person_matching import TITLES
from publishing.text import phones
from staff.models import StaffMember

# What stands behind a name, in small letters without dots.
DEGREES = TITLES | {"phd", "md", "ma", "msc", "ba", "bsc", "mba", "llm", "jr", "sr"}
LINE_OCTETS = 75  # RFC 2426 2.6: a longer line is folded
# Makes the UID of a card (RFC 2426 3.6.7), by which an address book knows a card that it has already.
CARDS = UUID("c6a3b1f4-52f7-4b0b-9d0f-3a8f6d1b7e52")


def vcard(member: StaffMember, url: str = "", *, whole: bool = True, with_photo: bool = True) -> str:
    """The card of `member` in the current language; `url` is the address of the page about it.

    Without `whole` only what does not pass: neither the photo nor an absence. Raises StorageUnavailable
    when nobody can tell what the photo is.
    """
    first, last, title, degree = names(member.name)
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_escape(last)};{_escape(first)};;{_escape(title)};{_escape(degree)}",
        f"FN:{_escape(member.name)}",
        "ORG:RESOC Westhoek",
        f"UID:urn:uuid:{uuid5(CARDS, str(member.pk))}",
    ]
    if function := resolve(member, "function").shown:
        lines.append(f"TITLE:{_escape(function)}")
    for phone, is_dialled in ((member.phone, member.phone_uri), (member.mobile, member.mobile_uri)):
        if not is_dialled:
            continue
        is_mobile = phones.is_mobile(phone)
        kind = "CELL" if is_mobile or (is_mobile is None and phone is member.mobile) else "WORK"
        lines.append(f"TEL;TYPE={kind},VOICE:{phone.as_e164}")
    if member.email:
        lines.append(f"EMAIL;TYPE=INTERNET:{_escape(member.email)}")
    if url:
        lines.append(f"URL:{url}")
    if whole and member.is_absent:
        lines.append(f"NOTE:{_escape(absence(member))}")
    if whole and with_photo and (photo := _photo(member)):
        lines.append(f"PHOTO;ENCODING=b;TYPE=JPEG:{photo}")
    if member.revision:
        lines.append(f"REV:{_utc(member.revision.said_since)}")
    lines.append("END:VCARD")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def vcards(members: Iterable[StaffMember], urls: Iterable[str], with_photo: bool = True) -> str:
    """Several cards in one file, which address books take in at once."""
    return "".join(vcard(member, url, with_photo=with_photo) for member, url in zip(members, urls, strict=True))


def qr_code(member: StaffMember) -> str:
    """The card of `member` as a QR code: inline SVG, black on white with its quiet zone."""
    # A size where there is no style sheet; an id, so that paper can show what a screen keeps folded.
    drawing = _drawn(vcard(member, whole=False))
    return drawing.replace("<svg ", f'<svg id="qr-{member.pk}" width="168" height="168" ', 1)


# Trying which of the eight masks is best takes four times as long as all the rest; readers take each
# (ISO/IEC 18004 7.8), and an editor who has saved a card waits for the page of contacts.
MASK = 3


@lru_cache(maxsize=200)
def _drawn(card: str) -> str:
    import segno  # only now: few pages show a code

    code = segno.make_qr(card.encode(), error="L", mask=MASK)
    return code.svg_inline(omitsize=True, dark="#000", light="#fff", border=4, svgclass=None, lineclass=None)


def absence(member: StaffMember) -> str:
    """When `member` is away and their stand-in meanwhile, in one or two sentences."""
    said = _("Absent %s.") % member.absence_days
    if stand_in := member.answers_meanwhile:
        reach = stand_in.phone_display or stand_in.mobile_display
        said = f"{said} {_('Meanwhile:')} {', '.join(filter(None, [stand_in.name, reach]))}."
    return said


def names(name: str) -> tuple[str, str, str, str]:
    """The first name, the family name, what stands before both, such as `Dr.`, and what stands behind, such as `PhD`.

    Address books sort by the family name (RFC 2426 3.1.2): what stands before a comma, as in `Janssens, Jan`. A
    single name is the family name.
    """
    parts = [" ".join(part.split()) for part in name.split(",") if part.strip()] or [""]
    degrees: list[str] = []
    while len(parts) > 1 and all(word.replace(".", "").casefold() in DEGREES for word in parts[-1].split()):
        degrees.insert(0, parts.pop())
    family, *others = parts
    before, family = _without_titles(family)
    if others:
        also, first = _without_titles(" ".join(others))
        return first, family, f"{before} {also}".strip(), ", ".join(degrees)
    first, _space, last = family.partition(" ")
    return (*((first, last) if last else ("", first)), before, ", ".join(degrees))


def _without_titles(words: str) -> tuple[str, str]:
    """The titles at the beginning, such as `Dr. Ir.`, and what is left, of which there is always something."""
    titles, rest = [], words.split()
    while len(rest) > 1 and rest[0].endswith(".") and rest[0][:-1].casefold() in TITLES:
        titles.append(rest.pop(0))
    return " ".join(titles), " ".join(rest)


def _photo(member: StaffMember) -> str:
    """The photo as pages show it, in the form that every address book reads; "" when there is none."""
    photo: Any = member.photo
    cut = photo.cut if photo else None
    if not cut:
        return ""
    try:
        with photo.storage.open(cut.largest) as file:
            return b64encode(file.read()).decode()
    except StorageUnavailable:
        raise
    except OSError:
        return ""


def _escape(text: str) -> str:
    """RFC 2426 4: backslash, comma, semicolon and line break lose their meaning."""
    text = " ".join(text.split())
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _fold(line: str) -> str:
    """Break a long line between characters, never inside one of several octets."""
    folded, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > LINE_OCTETS:
            folded, octets = folded + "\r\n ", 1
        folded, octets = folded + character, octets + size
    return folded


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
