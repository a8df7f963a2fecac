"""The manual of the secretariat inside the desk: `docs/editors.md` as a page, and which section is about which page.

For people who get into the desk only. Nothing comes from elsewhere: the text and its pictures lie beside the code.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from struct import unpack

from django.conf import settings
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(settings.BASE_DIR) / "docs"
MANUAL = "editors.md"
PICTURES = "images"

# Where the manual is about a page of the desk: by the end of the name of its address, then by the kind of content.
BY_PAGE = {
    "history": "er-gaat-niets-verloren",
    "compare": "er-gaat-niets-verloren",
    "restore": "er-gaat-niets-verloren",
    "undo": "er-gaat-niets-verloren",
    "erase": "iets-voorgoed-wissen",
    "public_list": "een-oude-versie-uit-de-openbare-lijst-halen",
    "delete": "waarom-kan-ik-iets-niet-verwijderen",
    "names": "een-organisatie-of-een-persoon-krijgt-een-andere-naam",
    "leave": "iemand-vertrekt",
    "planning": "iets-plannen",
    "planning_change": "iets-plannen",
    "planning_advance": "iets-plannen",
    "dead_links": "opmaak-links-en-tabellen",
    "forget_second_factor": "aanmelden",
    "desk_search": "iets-terugvinden",
    "links": "laten-vertalen",
    "proposal": "laten-vertalen",
    "work_list": "wat-vraagt-je-aandacht",
    "index": "wat-vraagt-je-aandacht",
}
BY_KIND = {
    "pages_missionpage": "rollen-ambities-en-zetels",
    "pages_contactdetails": "een-tekst-wijzigen",
    "pages_organisation": "een-organisatie-of-een-persoon-krijgt-een-andere-naam",
    "pages_textpage": "een-pagina-in-het-menu",
    "pages_accessibilitystatement": "de-twee-verklaringen",
    "pages_privacystatement": "de-twee-verklaringen",
    "pages_notice": "een-mededeling-boven-elke-pagina",
    "pages_synonym": "zoekwoorden",
    "consultation_body": "een-vergadering-aankondigen",
    "consultation_opinion": "een-advies-opvolgen",
    "consultation_meeting": "een-vergadering-aankondigen",
    "consultation_mandate": "leden-op-de-site-zetten",
    "priorities_priority": "een-tekst-wijzigen",
    "priorities_theme": "een-thema-toevoegen",
    "priorities_update": "een-bericht-toevoegen",
    "priorities_document": "een-pdf-op-de-site-zetten",
    "staff_staffmember": "medewerkers-houden-hun-eigen-kaart-bij",
    "publishing_oldaddress": "adressen-van-de-vorige-website",
    "publishing_discarded": "er-gaat-niets-verloren",
    "publishing_mail": "wachtende-mails",
    "publishing_policyreport": "wat-zijn-meldingen-van-browsers",
    "publishing_event": "aanmelden",
    "auth_user": "aanmelden",
    "auth_group": "aanmelden",
    "mfa_authenticator": "aanmelden",
}


@dataclass(frozen=True)
class ManualSection:
    """A section of the manual."""

    anchor: str
    words: str
    level: int


@dataclass(frozen=True)
class Manual:
    """The manual as a page."""

    title: str
    headings: list[ManualSection]
    html: SafeString


def section_of(view_name: str) -> str:
    """The anchor of the section about the page of the desk with this name; "" when none is about it alone."""
    name = view_name.removeprefix("admin:")
    if name in BY_PAGE:
        return BY_PAGE[name]
    kind = next((kind for kind in BY_KIND if name == kind or name.startswith(f"{kind}_")), "")
    return BY_PAGE.get(name.removeprefix(f"{kind}_"), BY_KIND.get(kind, "")) if kind else ""


def address_for(request: HttpRequest) -> str:
    """The address of the section about the page that `request` asks for."""
    match = request.resolver_match
    section = section_of(match.view_name) if match else ""
    return reverse("manual") + (f"#{section}" if section else "")


@require_safe
def manual_page(request: HttpRequest) -> HttpResponse:
    """The manual; only for people who get into the desk."""
    path = DOCS / MANUAL
    if not path.is_file():
        raise Http404
    manual = read(path, path.stat().st_mtime_ns, reverse("manual"))
    context = admin.site.each_context(request) | {"title": manual.title, "manual_text": manual}
    return render(request, "admin/manual.html", context)


@require_safe
def manual_picture(request: HttpRequest, picture: str) -> FileResponse:
    """A picture of the manual."""
    path = next((each for each in (DOCS / PICTURES).glob("*.png") if each.name == picture), None)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/png")


@lru_cache(maxsize=4)
def read(path: Path, _changed_at: int, address: str) -> Manual:
    """The manual in the file at `path`; its pictures have addresses under `address`."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(path.read_text())
    title, headings = "", []
    taken: set[str] = set()
    body: list[Token] = []
    for place, token in enumerate(tokens):
        for child in token.children or ():
            if child.type == "image":
                name = str(child.attrs["src"]).rpartition("/")[2]
                child.attrs |= {
                    "src": f"{address}{name}",
                    "loading": "lazy",
                    **_size_of(path.parent / PICTURES / name),
                }
        if token.type == "heading_open":
            words = tokens[place + 1].content.replace("*", "")
            anchor = _anchor(words, taken)
            token.attrSet("id", anchor)
            token.attrSet("tabindex", "-1")
            headings.append(ManualSection(anchor, words, int(token.tag[1])))
        if token.type in ("table_open", "table_close"):
            box = Token("html_block", "", 0)
            label = escape(headings[-1].words if headings else "")
            begin = f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
            box.content = begin if token.type == "table_open" else "</div>"
            body += [box, token] if token.type == "table_open" else [token, box]
            continue
        body.append(token)
    if headings and headings[0].level == 1:  # it is the heading of the page itself
        title = headings.pop(0).words
        body = body[3:]
    html = parser.renderer.render(body, parser.options, {})
    return Manual(title, headings, mark_safe(html))  # noqa: S308  (our own file, without HTML in it)


def _size_of(picture: Path) -> dict[str, int]:
    """The width and height of a PNG, so that a link to a section still leads there when pictures come later."""
    if not picture.is_file():
        return {}
    with picture.open("rb") as file:
        width, height = unpack(">II", file.read(24)[16:])
    return {"width": width, "height": height}


def _anchor(words: str, taken: set[str]) -> str:
    """The anchor of a heading, as those who show Markdown make it: so its links work there and here."""
    kept = (letter for letter in words.lower() if letter in "-_ " or unicodedata.category(letter)[0] in "LNM")
    anchor = base = "".join(kept).replace(" ", "-")
    number = 0
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor
