"""Cards that telephones can keep: vCard 3.0 in UTF-8, which all of them read (RFC 2426)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from publishing.languages import resolve
from staff.models import StaffMember

LINE_OCTETS = 75  # RFC 2426 2.6: a longer line is folded
MOBILE_PREFIX = "+324"  # Belgian mobile numbers


def vcard(member: StaffMember, url: str = "") -> str:
    """The card of `member` in the current language; `url` is the address of the page about it."""
    first, _space, last = member.name.partition(" ")
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_escape(last)};{_escape(first)};;;",
        f"FN:{_escape(member.name)}",
        "ORG:RESOC Westhoek",
    ]
    if function := resolve(member, "function").value:
        lines.append(f"TITLE:{_escape(function)}")
    if member.phone_uri:
        number = member.phone.as_e164
        kind = "CELL" if number.startswith(MOBILE_PREFIX) else "WORK"
        lines.append(f"TEL;TYPE={kind},VOICE:{number}")
    if member.email:
        lines.append(f"EMAIL;TYPE=INTERNET:{_escape(member.email)}")
    if url:
        lines.append(f"URL:{url}")
    if member.revision:
        lines.append(f"REV:{_utc(member.revision.changed_at)}")
    lines.append("END:VCARD")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def vcards(members: Iterable[StaffMember], urls: Iterable[str]) -> str:
    """Several cards in one file, which address books take in at once."""
    return "".join(vcard(member, url) for member, url in zip(members, urls, strict=True))


def qr_code(member: StaffMember) -> str:
    """The card of `member` as a QR code: inline SVG, black on white with its quiet zone."""
    return _drawn(vcard(member))


@lru_cache(maxsize=200)  # drawing takes ten times as long as the rest of a page of contacts
def _drawn(card: str) -> str:
    import segno  # only now: few pages show a code

    code = segno.make_qr(card.encode(), error="L")
    drawing = code.svg_inline(omitsize=True, dark="#000", light="#fff", border=4, svgclass=None, lineclass=None)
    return drawing.replace("<svg ", '<svg width="168" height="168" ', 1)  # also without the style sheet


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
