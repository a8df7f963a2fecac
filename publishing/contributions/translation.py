"""The pages of a translator: source and target side by side, for whoever has the link, and nothing else.

What is sent becomes a proposal, see `proposals`; these pages write nothing else. Without script a rich text is
typed as plain lines, see `plain`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django_prose_editor.widgets import ProseEditorWidget
from js_asset import Media

from publishing.content.rich_text import GUEST_EXTENSIONS, with_scrolling_tables
from publishing.contributions.plain import from_plain, to_plain
from publishing.contributions.proposals import (
    Row,
    TooMany,
    longest,
    open_proposal,
    opened,
    propose,
    rows_of,
    sealed,
)
from publishing.contributions.secret_pages import Typed, guarded, is_from_elsewhere, not_kept
from publishing.contributions.texts import plain, words_in
from publishing.i18n.languages import NAMES, NATIVE_NAMES, current
from publishing.models import Contribution, LinkedPage, Publishable, TranslationLink
from publishing.review.diff import Piece, word_diff
from publishing.web.sent_forms.lapsed import refused

SEAL = "_seal"  # what the form was made from
PLAIN = "plain-"  # before the name of a text that was typed without script
OVER = "translate_over.html"


@dataclass(frozen=True)
class Box:
    """One text as the page shows it."""

    row: Row
    value: str
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.row.pair.name

    @property
    def source_html(self) -> SafeString:
        """The source as readers see it."""
        pair = self.row.pair
        rich = with_scrolling_tables(pair.source, pair.source_language)
        return rich if pair.is_rich else mark_safe(linebreaks(pair.source, autoescape=True))  # noqa: S308

    @property
    def source_language(self) -> str:
        """The name of the language of the source."""
        return str(NATIVE_NAMES[self.row.pair.source_language])

    @property
    def source_changes(self) -> list[Piece]:
        """What changed in the source since this was translated; nothing when that is the same."""
        old = self.row.old_source
        return word_diff(plain(old), plain(self.row.pair.source)) if old else []

    @property
    def most(self) -> int:
        """How many characters fit; of rich text, in which nobody sees them all, it is checked afterwards."""
        return int(self.row.pair.field.max_length or longest(self.row.pair))

    @property
    def is_sent(self) -> bool:
        return self.row.proposed is not None

    @property
    def plain_value(self) -> str:
        """A rich text as lines, for a browser without scripts."""
        return to_plain(self.value)

    @property
    def editor(self) -> str:
        """The editor of a rich text."""
        widget = ProseEditorWidget(config={"extensions": GUEST_EXTENSIONS}, preset="configurable")
        described = " ".join([f"source-{self.name}", *([f"error-{self.name}"] if self.errors else [])])
        attributes = {"id": f"text-{self.name}", "rows": 8, "aria-describedby": described}
        return str(widget.render(self.name, self.value, attributes))


@csrf_exempt  # see `secret_pages`
@never_cache
def translate(request: HttpRequest, token: str, number: int = 0) -> HttpResponse:
    """The texts of one object, or the list of all of them, for whoever has the link; by POST a proposal."""
    if request.method == "POST" and is_from_elsewhere(request):
        return guarded(refused(request))
    link = TranslationLink.objects.find(token)
    pages = [(page, row) for page in link.pages.all() if (row := page.working_copy())] if link else []
    if link is None or not pages:
        return not_kept(request, OVER, _typed(request.POST))
    if current() != link.language:
        return guarded(redirect(link.get_absolute_url(LinkedPage(pk=number) if number else None)))
    page, row = next((each for each in pages if each[0].pk == number), (None, None))
    if number and page is None:  # deleted, or never among them
        return not_kept(request, OVER, _typed(request.POST))
    if not number and len(pages) == 1:
        page, row = pages[0]
    if page is None or row is None:
        return guarded(_overview(request, link, pages))
    return guarded(_texts(request, link, page, row, is_only=len(pages) == 1))


def _overview(request: HttpRequest, link: TranslationLink, pages: list[tuple[LinkedPage, Publishable]]) -> HttpResponse:
    entries = []
    for page, row in pages:
        proposal = open_proposal(link, page)
        rows = rows_of(row, link.language, proposal)
        done = sum(bool(each.value) for each in rows)
        entries.append((row, link.get_absolute_url(page), len(rows), done, proposal))
    return render(request, "translate_list.html", _context(link) | {"entries": entries})


def _texts(
    request: HttpRequest, link: TranslationLink, page: LinkedPage, row: Publishable, *, is_only: bool
) -> HttpResponse:
    proposal = open_proposal(link, page)
    rows = rows_of(row, link.language, proposal)
    here = link.get_absolute_url(None if is_only else page)
    boxes = [Box(each, each.value) for each in rows]
    if request.method == "POST":
        sent = _sent(request.POST, rows)
        try:
            propose(link, page, rows, sent, request.POST.get(SEAL, ""))
        except TooMany:
            return not_kept(request, OVER, _typed(request.POST), HTTPStatus.TOO_MANY_REQUESTS, too_many=True)
        except ValidationError as error:
            errors = error.message_dict
            boxes = [Box(each, sent.get(each.pair.name, each.value), errors.get(each.pair.name, [])) for each in rows]
        else:
            return redirect(f"{here}#sent")
    context = _context(link) | {
        "subject": row,
        "boxes": boxes,
        "wrong": [each for each in boxes if each.errors],
        "seal": request.POST.get(SEAL) or sealed(rows),
        "proposal": proposal,
        "last": proposal or _last(link, page),
        "words": sum(words_in(each.pair.source) for each in rows),
        "overview": "" if is_only else link.get_absolute_url(),
        "media": Media.from_media(_editor_media(), nonce=getattr(request, "csp_nonce", "")),
    }
    return render(request, "translate.html", context)


def _context(link: TranslationLink) -> dict[str, object]:
    return {"link": link, "language": NAMES[link.language], "native_language": NATIVE_NAMES[link.language]}


def _editor_media() -> object:
    return ProseEditorWidget(config={"extensions": GUEST_EXTENSIONS}, preset="configurable").media


def _last(link: TranslationLink, page: LinkedPage) -> Contribution | None:
    """What was last sent by `link` for one object, decided or not."""
    return link.contributions.filter(model=page.model, object_id=page.object_id).order_by("-pk").first()


def _sent(data: QueryDict, rows: Iterable[Row]) -> dict[str, str]:
    """The texts that came, by name; those that were typed without script as rich text, when they were changed."""
    sent, seen = {}, opened(data.get(SEAL, ""))
    for row in rows:
        name = row.pair.name
        typed = data.get(f"{PLAIN}{name}")
        if row.pair.is_rich and typed is not None:
            shown = str(seen.get(name, row.seen)["shown"])
            sent[name] = shown if _lines(typed) == _lines(to_plain(shown)) else from_plain(typed)
        elif name in data:
            sent[name] = str(data[name])
    return sent


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _typed(data: Mapping[str, object]) -> list[Typed]:
    """What was typed in the form, each text with the beginning of its source."""
    seen = opened(str(data.get(SEAL, "")))
    found: list[Typed] = []
    for name, value in data.items():
        text, before = str(value), seen.get(name.removeprefix(PLAIN))
        was = str(before["unit"].get(name.rpartition("-")[2], "")) if before else ""
        if name == SEAL or not text.strip() or text == was or (name.startswith(PLAIN) and text == to_plain(was)):
            continue
        label = Truncator(plain(before["source"])).words(12) if before else _("Text %d") % (len(found) + 1)
        found.append(Typed(label, text, is_rich=before is not None and "</" in text))
    return found
