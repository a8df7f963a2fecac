"""The link check: once a week, whether every link in public content leads somewhere.

A link within the site is judged by what is public; each address of another site is requested once.
Links that lead nowhere are kept, and the secretariat sees them. See docs/decisions/0021.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urldefrag, urlsplit

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.internal_links import own_path, target_of
from publishing.content.link_resolution import page_at, place_of, public_revisions
from publishing.files.storage import StorageUnavailable
from publishing.files.variants import original_of
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import desk_address
from publishing.models import DeadLink, LinkCheck, Publishable, Revision, RevisionFile, content_models
from publishing.models.rights import changeable
from publishing.operations.safe_http import Outcome, ask
from publishing.queries.dependencies import Target
from publishing.review.checklist import links_in
from publishing.review.columns import Column, columns_of, rows_of
from publishing.review.diff import leads_to, names_in

EVERY = timedelta(days=7)
FIRST_AFTER = timedelta(hours=1)  # of the first upkeep: a site that is only tried out sends no requests to others
AGAIN_AFTER = timedelta(days=1)  # of a check that was not good, or of whose worker nothing was heard again
LONGEST = 12 * 60 * 60  # seconds of one check: less than `AGAIN_AFTER`
CHECKED_WITHIN = timedelta(days=21)
PAUSE = 1.0  # seconds between two requests
TELL_EVERY = 10  # addresses between two lines of progress
MOST_SHOWN = 500
THE_ROW = 1

Tell = Callable[[str], None]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """A link on a page, and where it stands."""

    column: Column
    address: str
    words: str  # "" where the address is what is shown


@dataclass(frozen=True)
class DeadPlace:
    """A link that leads nowhere, as the secretariat reads it."""

    page: Publishable
    link: Link
    since: datetime

    @property
    def leads_to(self) -> str:
        """The address, or the name of the page of this site that it refers to."""
        revision = self.page.revision if target_of(self.link.address) else None
        return leads_to(self.link.address, names_in(type(self.page), revision.data) if revision else {})

    @property
    def url(self) -> str:
        """The field in the form of the page."""
        return f"{desk_address(self.page)}#id_{self.link.column.path}"

    @property
    def field(self) -> str:
        """The field in words, with its language when it has one."""
        name = self.link.column.label
        language = NAMES.get(self.link.column.code)
        return f"{name}, {language}" if language else name


# Looking


def check_due(now: datetime | None = None) -> None:
    """Check when the time has come; of several workers one does."""
    if claim(now or timezone.now()):
        check()


def claim(now: datetime) -> bool:
    """Whether the check that is due is ours to do."""
    row, _is_new = LinkCheck.objects.get_or_create(pk=THE_ROW, defaults={"next_at": now + FIRST_AFTER})
    if row.next_at > now:
        return False
    mine = LinkCheck.objects.filter(pk=THE_ROW, next_at=row.next_at)
    return bool(mine.update(next_at=now + AGAIN_AFTER))


def check(tell: Tell = lambda line: None) -> bool:
    """Look at every link in what is public now, and keep what leads nowhere; takes seconds for each other site.

    False when no other site could be reached: that was no good check, and the last good result stays.
    """
    places: defaultdict[str, set[Target]] = defaultdict(set)
    for page in public_pages():
        for link in links_of(page):
            places[link.address].add((page._meta.label_lower, page.pk))
    dead = {address for address in places if is_inside(address) and leads_nowhere_inside(address)}
    if not connection.in_atomic_block:  # as in a test, which never commits
        connection.close()  # other sites take their time; the next query opens a new one
    answers = ask_all({address for address in places if is_outside(address)}, tell)
    if answers and not any(answer.was_reached for answer in answers.values()):
        logger.warning("No other site could be reached, so the links were not checked.")
        return False
    dead |= {address for address, answer in answers.items() if answer.is_dead}
    unsure = {address for address in answers if address not in dead and answers[address] != Outcome.THERE}
    tell(f"{len(places)} links, of which {len(unsure)} could not be checked")
    _keep(places, dead, unsure)
    return True


def _keep(places: dict[str, set[Target]], dead: set[str], unsure: set[str]) -> None:
    now = timezone.now()
    with transaction.atomic():
        # First, so that of two checks the second waits.
        LinkCheck.objects.update_or_create(pk=THE_ROW, defaults={"good_at": now, "next_at": now + EVERY})
        since = dict(DeadLink.objects.order_by("-since").values_list("address", "since"))
        DeadLink.objects.all().delete()
        DeadLink.objects.bulk_create(
            DeadLink(model=model, object_id=object_id, address=address, since=since.get(address, now))
            for address in sorted(dead | (unsure & since.keys()))
            for model, object_id in sorted(places[address])
        )


def public_pages() -> Iterator[Publishable]:
    """Everything that visitors see now."""
    for revision in Revision.objects.filter(model__in=every_kind()).public().iterator(chunk_size=200):
        yield revision.thaw()


def every_kind() -> list[str]:
    """The labels of all kinds of content."""
    return [model._meta.label_lower for model in content_models()]


def links_of(page: Publishable) -> Iterator[Link]:
    """The links of a thawed object and its child rows, in texts and in fields for an address."""
    columns = list(columns_of(page, rows_of(page)))
    for column in columns:
        if isinstance(column.field, models.URLField) and column.value:
            yield Link(column, column.value, "")
    for column, address, words in links_in(columns):
        yield Link(column, address, " ".join(words.split()))


def is_inside(address: str) -> bool:
    """Whether it leads to a page or a file of this site."""
    return bool(target_of(address) or own_path(address))


def is_outside(address: str) -> bool:
    """Whether it leads to another site; neither this nor `is_inside` is what is no page, such as mailto."""
    return not is_inside(address) and bool(_asked_for(address))


def _asked_for(address: str) -> str:
    """The address that a browser requests of another site: without a fragment; "" when it is no web address."""
    whole = f"https:{address}" if address.startswith("//") else address
    try:
        return urldefrag(whole).url if urlsplit(whole).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def leads_nowhere_inside(address: str) -> bool:
    """Whether visitors find nothing at an address of this site."""
    if target := target_of(address):
        return not public_revisions([target]).exists()
    path = unquote(urlsplit(own_path(address)).path)
    if "\0" in path:  # which PostgreSQL is not even asked
        return True
    if path.startswith(settings.STATIC_URL):
        return False  # it came with the code
    if path.startswith(settings.MEDIA_URL):
        return not _is_public_file(path.removeprefix(settings.MEDIA_URL))
    if not path.endswith("/") and place_of(path) is None:
        path += "/"  # where Django redirects to
    place = place_of(path)
    return place is None or (place.model is not None and page_at(path) is None)


def _is_public_file(name: str) -> bool:
    if not RevisionFile.objects.filter(name=original_of(name), revision__in=Revision.objects.public()).exists():
        return False
    try:
        return default_storage.exists(original_of(name))
    except StorageUnavailable:
        return True  # as far as anybody can tell now
    except (OSError, SuspiciousOperation):
        return False


def ask_all(addresses: set[str], tell: Tell) -> dict[str, Outcome]:
    """The outcome for each address: each is requested once, slowly, and a site that is silent once is left alone."""
    said: dict[str, Outcome] = {}
    silent: set[str] = set()
    end = time.monotonic() + LONGEST
    wanted = sorted({_asked_for(address) for address in addresses})
    for number, address in enumerate(wanted, 1):
        host = urlsplit(address).netloc
        said[address] = Outcome.SILENT
        if host not in silent and time.monotonic() < end:
            said[address] = ask(address)
            time.sleep(PAUSE)
        if said[address] is Outcome.SILENT:
            silent.add(host)
        if number % TELL_EVERY == 0 or number == len(wanted):
            tell(f"{number} of {len(wanted)} addresses of other sites")
    return {address: said[_asked_for(address)] for address in addresses}


# Showing


def is_unchecked() -> bool:
    """Whether it is too long ago that the links could be checked; a new site has as long."""
    last = LinkCheck.objects.values_list("good_at", flat=True).first()
    if last is None:
        last = Revision.objects.order_by("pk").values_list("created_at", flat=True).first()
    return last is not None and last < timezone.now() - CHECKED_WITHIN


def dead_links(kinds: list[str], most: int = MOST_SHOWN) -> list[DeadPlace]:
    """What led nowhere and still stands on public pages of these kinds, the newest first; of `most` dead links.

    What is mended is gone as soon as the page is published, or the page that it leads to.
    """
    rows = DeadLink.objects.filter(model__in=kinds).order_by("-since", "pk")[:most]
    since = {(row.model, row.object_id, row.address): row.since for row in rows}
    mended = {address for *_page, address in since if is_inside(address) and not leads_nowhere_inside(address)}
    found = []
    for revision in public_revisions({(model, object_id) for model, object_id, _address in since}):
        page = revision.thaw()
        for link in links_of(page):
            at = since.get((revision.model, page.pk, link.address))
            if at and link.address not in mended:
                found.append(DeadPlace(page, link, at))
    return sorted(found, key=lambda each: each.since, reverse=True)


def dead_links_page(request: HttpRequest) -> HttpResponse:
    """The links that lead nowhere, for people who may mend some of them."""
    kinds = changeable(request.user)
    if not kinds:
        raise PermissionDenied
    context = {
        "title": _("Links that lead nowhere"),
        "links": dead_links(kinds),
        "checked_at": LinkCheck.objects.values_list("good_at", flat=True).first(),
    }
    return render(request, "publishing/dead_links.html", admin.site.each_context(request) | context)
