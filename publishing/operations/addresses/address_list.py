"""The addresses of a former site as they are pasted: two columns, of which each line is understood or says why not."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from publishing.content.link_resolution import PathTarget, page_models, place_of
from publishing.i18n.languages import CODES, language_of_path
from publishing.i18n.languages import resolve as resolve_text
from publishing.models import MissingAddress, OldAddress, Revision, RevisionSlug
from publishing.models.old_addresses import LONGEST_ADDRESS
from publishing.queries.dependencies import Target
from publishing.search.places import PLACES
from publishing.web.addresses.wrong_addresses import key_of, named_language, tidied

MOST_LINES = 2_000
AT_A_TIME = 500
SEPARATORS = ("\t", ";", ",")


class TooManyLinesError(ValueError):
    """More lines were pasted than are read at once."""


@dataclass
class AddressLine:
    """One line: what it says, where it leads, and what is wrong with it; "" when nothing is."""

    number: int
    text: str
    key: str = ""  # how the old address is written down
    language: str = ""
    target: Target | None = None
    view_name: str = ""
    title: str = ""  # of the page that it leads to
    url: str = ""
    problem: str = ""
    note: str = ""  # what is to be known, though it is right

    @property
    def is_right(self) -> bool:
        """Whether it can be saved."""
        return not self.problem


@dataclass
class _Read:
    """A line as it is read, before it is known what there is."""

    line: AddressLine
    path: str = ""  # of the old address, with its own spelling
    page: str = ""  # the path of the page here


@dataclass
class KnownAddresses:
    """What this site has at the addresses that the lines name: read in a few queries, however many there are."""

    public: dict[tuple[str, str, str], int] = field(default_factory=dict)  # model, language, slug: the object
    once: dict[tuple[str, str, str], int] = field(default_factory=dict)  # which visitors once saw there
    titles: dict[Target, dict[str, str]] = field(default_factory=dict)  # by language
    urls: dict[Target, dict[str, str]] = field(default_factory=dict)

    def object_at(self, place: PathTarget) -> int | None:
        """The object that visitors find at `place`, now or by an old address."""
        if place.model is None:
            return None
        key = (place.model._meta.label_lower, place.language, place.slug)
        return self.public.get(key) or self.once.get(key)


def parse(text: str, host: str) -> list[AddressLine]:
    """What `text` says, line by line, on a site at `host`; raises TooManyLinesError."""
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")  # which Excel puts at the beginning of a CSV
    rows = [(number, row.strip("\r")) for number, row in enumerate(text.split("\n"), 1) if row.strip(" \t\r;,")]
    if len(rows) > MOST_LINES + 1:
        raise TooManyLinesError
    if rows and not any("/" in part or "." in part for part in columns(rows[0][1])):
        rows = rows[1:]  # the names of the columns
    read = [_read(number, row, host) for number, row in rows[: MOST_LINES + 1]]
    if len(read) > MOST_LINES:
        raise TooManyLinesError
    follow_chains(read)
    known = look_up([place for each in read for path in (each.path, each.page) for place in places_at(path)])
    for each in read:
        if not each.line.problem:
            _judge(each, known)
    _find_duplicates([each.line for each in read])
    return [each.line for each in read]


def columns(row: str) -> list[str]:
    """The columns of a row: by tabs, else semicolons, commas or spaces; a number of a redirect behind them goes."""
    for separator in SEPARATORS:
        if separator in row:
            try:
                parts = [part.strip() for part in next(csv.reader([row], delimiter=separator))]
            except (csv.Error, StopIteration):
                parts = [part.strip() for part in row.split(separator)]
            break
    else:
        parts = row.replace("\N{NO-BREAK SPACE}", " ").split()
    while parts and not parts[-1]:
        parts.pop()
    return parts[:2] if len(parts) == 3 and re.fullmatch(r"30[0-9]|410", parts[2]) else parts


def _read(number: int, row: str, host: str) -> _Read:
    line = AddressLine(number, row.strip())
    parts = columns(row)
    if len(parts) != 2 or not all(parts):
        line.problem = _("Two addresses are expected on a line: the old one, then the page here.")
        return _Read(line)
    old, query, _host = split(parts[0])
    page, _query, page_host = split(parts[1])
    if not (old and page) or not (parts[0] + parts[1]).isprintable():
        line.problem = _("This is no web address.")
    elif page_host and page_host not in own_hosts(host):
        line.problem = _("The second address is of another site (%s). It must be a page here.") % page_host
    line.key = key_of(old, query) if old else ""
    if len(line.key) > LONGEST_ADDRESS:
        line.problem = _("The old address is longer than %d characters.") % LONGEST_ADDRESS
    line.language = named_language(old) or language_of_path(page)
    return _Read(line, f"{old}?{query}" if query else old, page)


def split(address: str) -> tuple[str, str, str]:
    """The path of `address` without percent signs, its query, and its host in small letters; "" for what is not."""
    if not re.match(r"https?://", address, re.IGNORECASE):
        if address.lower().startswith("www.") or (
            re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?/", address) and ".php/" not in address
        ):
            address = f"https://{address}"
        elif not address.startswith("/"):
            address = f"/{address}"
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "", "", ""
    path = unquote(parts.path) or "/"
    return ("", "", host) if "\0" in path or not path.isprintable() else (path, parts.query, host)


def own_hosts(host: str) -> set[str]:
    """The names by which this site is known, each with and without www."""
    names = {host.lower().partition(":")[0], (urlsplit(settings.SITE_URL or "").hostname or "")} - {""}
    names = {name.removeprefix("www.") for name in names}
    return names | {f"www.{name}" for name in names}


def follow_chains(read: Iterable[_Read]) -> None:
    """Let a line that leads to another old address of the list lead where that leads; not in a circle."""
    by_key = {each.line.key: each for each in read if not each.line.problem}
    for each in by_key.values():
        passed = {each.line.key: each}  # all of which lead to the same, so that a long chain is walked once
        page = each.page
        while (key := key_of(page)) in by_key and place_of(page) is None:
            if key in passed or by_key[key].line.problem:
                for one in passed.values():
                    one.line.problem = _("This leads round in a circle, so nobody would find a page.")
                break
            passed[key] = by_key[key]
            page = by_key[key].page
        else:
            for one in passed.values():
                one.page = page


def places_at(path: str) -> Iterator[PathTarget]:
    """What this site may have at `path`, as it is written or tidied, with a slash behind it or not."""
    path = path.partition("?")[0]
    for each in {path, tidied(path), f"{path.rstrip('/')}/"} - {""}:
        if place := place_of(each):
            yield place


def look_up(places: list[PathTarget]) -> KnownAddresses:
    """What visitors find at these places, or once found."""
    known = KnownAddresses()
    slugs = sorted({place.slug for place in places if place.slug})
    for start in range(0, len(slugs), AT_A_TIME):
        names = RevisionSlug.objects.filter(slug__in=slugs[start : start + AT_A_TIME])
        for found, revisions in (
            (known.public, Revision.objects.public()),
            (known.once, Revision.objects.once_public()),
        ):
            rows = names.filter(revision__in=revisions).order_by("revision")
            for model, language, slug, pk in rows.values_list(
                "revision__model", "language", "slug", "revision__object_id"
            ):
                found[model, language, slug] = pk
    singles = [model for model in page_models() if any(each.model is model and not each.slug for each in places)]
    wanted = {(model, pk) for found in (known.public, known.once) for (model, _l, _s), pk in found.items()}
    shown_now: list[Revision] = list(Revision.objects.public().among(wanted)) if wanted else []
    for single in singles:
        shown_now += Revision.objects.of(single).public()[:1]
    only_ones = {model._meta.label_lower for model in singles}
    for revision in shown_now:
        page = revision.thaw()
        target = (revision.model, revision.object_id)
        for code in CODES:
            known.titles.setdefault(target, {})[code] = resolve_text(page, page.title_field, code).value
            known.urls.setdefault(target, {})[code] = page.get_absolute_url(code)
            if revision.model in only_ones:
                known.public[revision.model, code, ""] = revision.object_id
    return known


def _judge(each: _Read, known: KnownAddresses) -> None:
    line = each.line
    if not any(_take_target(line, path, known) for path in (each.page, tidied(each.page))):
        line.problem = _("There is no page here at %s that visitors see.") % each.page
    elif tidied(each.page) == tidied(each.path) and "?" not in each.path:
        line.problem = _("The old address is the page itself, so it needs no line.")
    elif is_answered(each.path, known):
        line.problem = _("This site has a page at the old address itself, so nobody is led away from it.")


def _take_target(line: AddressLine, path: str, known: KnownAddresses) -> bool:
    if (place := place_of(path)) is None:
        return False
    pk = known.object_at(place)
    if place.model and pk and (urls := known.urls.get((place.model._meta.label_lower, pk))):
        line.target = (place.model._meta.label_lower, pk)
        line.url, line.title = urls[line.language], known.titles[line.target][line.language]
        return True
    if place.model is None and (view := overview_at(path)):
        line.view_name, line.title = view, PLACES[view].title_in(line.language)
        line.url = PLACES[view].get_absolute_url(line.language)
        return True
    return False


def overview_at(path: str) -> str:
    """The name of the overview at `path`; "" when there is none that visitors see."""
    with translation.override(language_of_path(path)):
        try:
            name = resolve(path).view_name
        except Resolver404:
            return ""
    return name if name in PLACES and PLACES[name].is_there() else ""


def is_answered(path: str, known: KnownAddresses) -> bool:
    """Whether visitors who come to exactly `path`, with any query, get something of this site."""
    path = path.partition("?")[0]
    place = place_of(path) or (place_of(f"{path}/") if not path.endswith("/") else None)
    return place is not None and (not place.slug or known.object_at(place) is not None)


def _find_duplicates(lines: list[AddressLine]) -> None:
    first: dict[str, AddressLine] = {}
    for line in lines:
        if line.problem:
            continue
        other = first.setdefault(line.key, line)
        if other is line:
            continue
        if (other.target, other.view_name, other.language) == (line.target, line.view_name, line.language):
            line.problem = _("This says the same as line %d.") % other.number
        else:
            line.problem = _("Line %d leads the same old address elsewhere.") % other.number
    keys = list(first)
    for start in range(0, len(keys), AT_A_TIME):
        for old in OldAddress.objects.filter(address__in=keys[start : start + AT_A_TIME]):
            line = first[old.address]
            same = (old.view, old.language) == (line.view_name, line.language)
            if same and (old.model, old.object_id) == (line.target or ("", 0)):
                line.note = _("is saved already")
            else:
                line.note = _("takes the place of what was saved")


def save(lines: Iterable[AddressLine], user: User | None) -> int:
    """Save the lines that are right; returns how many."""
    now = timezone.now()
    rows = []
    for line in lines:
        if line.is_right:
            model, object_id = line.target or ("", 0)
            rows.append(
                OldAddress(
                    address=line.key,
                    language=line.language,
                    model=model,
                    object_id=object_id,
                    view=line.view_name,
                    made_at=now,
                    made_by=user,
                )
            )
    with transaction.atomic():
        OldAddress.objects.bulk_create(
            rows,
            batch_size=AT_A_TIME,
            update_conflicts=True,
            unique_fields=["address"],
            update_fields=["language", "model", "object_id", "view", "made_at", "made_by"],
        )
        _settle({line.key.partition("?")[0] for line in lines if line.is_right})
    return len(rows)


def _settle(paths: set[str]) -> None:
    wanted = sorted(paths)
    for start in range(0, len(wanted), AT_A_TIME):
        MissingAddress.objects.filter(address__in=wanted[start : start + AT_A_TIME]).delete()


def shown(lines: Iterable[AddressLine]) -> Iterator[AddressLine]:
    """The lines in the order of the preview: what is wrong first."""
    yield from sorted(lines, key=lambda line: (line.is_right, line.number))
