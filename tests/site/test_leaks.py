"""Nothing that is hidden comes out, wherever one looks: see `hidden` for what is hidden, and in which states.

The site is made and read once for all tests here. A secret is told by the field that it was put in.
"""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch
from django.utils import timezone

from publishing.i18n.urls import address
from publishing.models import ChangeNote, Publishable, ShareLink, TranslationLink
from publishing.operations.logs import JsonLines
from publishing.workflow import amend
from staff.cards import vcards
from staff.models import StaffMember
from staff.my_card.card_checks import send_due
from tests.site import hidden as hiding
from tests.site.addresses import addresses
from tests.site.cast import session_of
from tests.site.crawl import START, crawl
from tests.site.hidden import CONTENT, PAGES, WORD, WORDLESS, Hidden, is_word
from tests.staff.conftest import form_data

pytestmark = pytest.mark.django_db

MACHINES = ("/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/healthz", "/healthz?deep=1")
MACHINES += ("/data/opinions.json", "/data/meetings.json", "/agenda.ics", "/fr/agenda.ics", "/en/agenda.ics")
MACHINES += ("/manifest.webmanifest", "/fr/manifest.webmanifest", "/en/manifest.webmanifest")
SEARCHES = ("/zoeken/", "/fr/recherche/", "/en/search/")
FEEDS = ("/feed/", "/fr/feed/", "/en/feed/")
CARDS = ("/contact/resoc-westhoek.vcf", "/fr/contact/resoc-westhoek.vcf", "/en/contact/resoc-westhoek.vcf")
# Addresses that begin as hidden ones do: the answer offers what is alike.
NEARBY = tuple(
    f"/{path}{WORD}/" for path in ("", "themas/", "prioriteiten/", "contact/", "fr/themes/", "en/priorities/", "en/")
)
LINKED_DATA = re.compile(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)
MINE = ("/mijn-kaart/", "/mijn-kaart/gegevens/?names=1")

Seen = list[tuple[str, str]]  # where, and what stood there


class Reader(Client):
    """A browser that remembers everything that it got, headers too."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(**extra)
        self.seen: Seen = []

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        where = f"{request['PATH_INFO']}?{request.get('QUERY_STRING', '')}".rstrip("?")
        self.seen.append((where, f"{response.headers}\n{content.decode('utf-8', 'replace')}"))
        return response


@dataclass
class Site:
    """What was hidden, and what came out where."""

    hidden: Hidden
    before: dict[str, str]  # pages, when there was nothing but what is public and what once was
    after: dict[str, str]
    seen: dict[str, Seen]
    statuses: dict[str, set[int]]
    empty: list[str]  # models without a secret


@contextmanager
def logged() -> Iterator[list[str]]:
    """The lines that a server writes meanwhile."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Lines(logging.DEBUG)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django.security")]
    for each in loggers:
        each.addHandler(handler)
    try:
        yield lines
    finally:
        for each in loggers:
            each.removeHandler(handler)


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Site:
    """Everything that is hidden, and everything that anybody gets of it, on a site that is rolled back."""
    folder = tmp_path_factory.mktemp("leaks")
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "leaks"}}
    backend = "django.core.mail.backends.locmem.EmailBackend"
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder / "media", STATE_DIR=folder, CACHES=caches, EMAIL_BACKEND=backend),
        override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600, SITE_URL="http://localhost"),
        transaction.atomic(),
        logged() as lines,
        pytest.MonkeyPatch.context() as patch,
    ):
        mail.outbox = []
        cache.clear()
        found = read(folder, patch)
        said = [line for line in lines if line]
        found.seen["a log"] = [("a line", line) for line in said]
        transaction.set_rollback(True)
    return found


def read(folder: Any, patch: pytest.MonkeyPatch) -> Site:
    """Hide, and look everywhere."""
    hidden = Hidden()
    author, member = hiding.people(hidden)
    hiding.once_public(hidden)
    before = crawl(Client(headers={"host": "localhost"}))
    hiding.never_public(hidden, author)
    hiding.beside_content(hidden, author)
    drawn: list[str] = []
    draw = vcards._drawn
    patch.setattr(vcards, "_drawn", lambda card: drawn.append(card) or draw(card))
    visitor = Reader(headers={"host": "localhost"})
    after = crawl(visitor)
    pages = visitor.seen
    statuses = {
        "addresses": ask(visitor, list(hidden_addresses(hidden))),
        "files": ask(visitor, [f"/media/{name}" for name in hidden.files]),
    }
    seen = {
        "a visitor": [*pages, *visitor.seen],
        "linked data": [(where, said) for where, html in after.items() for said in LINKED_DATA.findall(html)],
        "a code to scan": [("a code", each) for each in drawn],
        "machines": asked(MACHINES),
        "feeds": asked([*FEEDS, *theme_feeds(hidden)]),
        "cards for telephones": asked([*CARDS, *(f"/contact/{slug}.vcf" for slug in public_slugs(StaffMember))]),
        "search": asked([f"{page}?q={words}" for page in SEARCHES for words in (WORD, "0470+99", "Vera", "2071")]),
        "what is offered instead": asked(NEARBY),
        "a share link": shared(hidden),
        "a link for a translator": translated(hidden),
        "a colleague without rights": colleague(hidden, member, statuses),
        "the own data of a colleague": own_data(member),
        "a mail": mails(hidden, member),
        "an export": exported(folder / "copy"),
    }
    return Site(hidden, before, after, seen, statuses, list(without_secrets()))


# Where one looks


def asked(paths: Any, reader: Reader | None = None) -> Seen:
    """What a visitor, or `reader`, gets at these addresses."""
    reader = reader or Reader(headers={"host": "localhost"})
    for path in paths:
        reader.get(path)
    return reader.seen


def ask(reader: Reader, paths: list[str]) -> set[int]:
    """How these addresses answer."""
    return {reader.get(path).status_code for path in paths}


def hidden_addresses(hidden: Hidden) -> Iterator[str]:
    """Where everything would be that has an address and is hidden, old versions too."""
    for model, language, slug in hidden.slugs:
        if issubclass(model, Publishable) and model.view_name:
            yield address(language, model.view_name, slug)
    for model in PAGES:
        row = hidden.objects[f"public {model._meta.label_lower}"]
        shown = model.published().get(object_id=row.pk)
        for revision in row.revisions:
            if revision.taken_back_at or not revision.live_from <= timezone.now():
                with suppress(NoReverseMatch):
                    yield shown.get_versions_url(revision.pk)


def public_slugs(model: Any) -> list[str]:
    return [obj.slug_in("nl") for obj in model.published()]


def theme_feeds(hidden: Hidden) -> Iterator[str]:
    theme = hidden.objects["public priorities.theme"]
    for language in ("nl", "fr", "en"):
        shown = type(theme).published().get(object_id=theme.pk)
        yield address(language, "theme_feed", shown.slug_in(language))


def shared(hidden: Hidden) -> Seen:
    """The draft behind a link, in three languages, and what else the link opens."""
    reader, link = Reader(), hidden.objects["share"]
    for language in ("nl", "fr", "en"):
        assert reader.get(link.get_absolute_url(language)).status_code == 200
    for name in hidden.files:
        reader.get(f"/media/{name}?share={link.token}")
    ShareLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
    assert reader.get(link.get_absolute_url()).status_code == 410
    reader.get(f"{link.get_absolute_url().rstrip('/')}x/")
    return reader.seen


def translated(hidden: Hidden) -> Seen:
    """The texts behind a link for a translator, what is said of a translation, and what else the link opens."""
    reader, link = Reader(), hidden.objects["translate"]
    assert reader.get(link.get_absolute_url()).status_code == 200
    assert reader.post(link.get_absolute_url(), {"title_fr": "Nouveau", "title_en": "x"}).status_code == 302
    assert reader.post(link.get_absolute_url(), {"title_fr": "x" * 6000}).status_code == 200
    assert reader.get(link.get_absolute_url()).status_code == 200
    for language in ("nl", "en"):
        reader.get(address(language, "translate", link.token))
        reader.get(address(language, "shared", link.token))
    for name in hidden.files:
        reader.get(f"/media/{name}?share={link.token}")
    TranslationLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
    assert reader.post(link.get_absolute_url(), {"title_fr": "Encore"}).status_code == 410
    return reader.seen


def colleague(hidden: Hidden, member: Any, statuses: dict[str, set[int]]) -> Seen:
    """What somebody with an account and no rights gets at every address that names nothing, and of files."""
    reader = Reader(headers={"host": "localhost"})
    reader.cookies[settings.SESSION_COOKIE_NAME] = session_of(member, has_factor=False)
    for each in addresses().values():
        with suppress(NoReverseMatch):  # of two patterns with one name, `reverse` takes the other
            if not each.arguments and each.name != "account_logout":
                reader.get(each.path())
    asked([*MINE, *(f"{page}?q={WORD}" for page in SEARCHES), *NEARBY], reader)
    own = {str(row.photo) for row in StaffMember._base_manager.filter(user=member)}
    statuses["files for a colleague"] = ask(reader, [f"/media/{name}" for name in hidden.files if name not in own])
    return reader.seen


def own_data(member: Any) -> Seen:
    """The copy of everything that the site holds about the colleague."""
    reader = Reader()
    reader.cookies[settings.SESSION_COOKIE_NAME] = session_of(member, has_factor=False)
    for path in ("/mijn-kaart/gegevens/kopie/", "/mijn-kaart/gegevens/kaart/"):
        assert reader.post(path).status_code == 200
    return reader.seen


def mails(hidden: Hidden, member: Any) -> Seen:
    """What the site writes by itself, and because of what a colleague or a stranger does."""
    mail.outbox.clear()
    his = Client()
    his.force_login(member)
    assert his.post("/mijn-kaart/", form_data(his, function_nl="Denker")).status_code == 302
    his.post("/mijn-kaart/gegevens/", {"ask": "1", "words": "Weg."})
    his.post("/mijn-kaart/gegevens/", {"take_back": "1"})
    stranger = Client()
    for path, name in (("/account/password/reset/", "email"), ("/account/login/code/", "email")):
        stranger.post(path, {name: "vreemd@example.net"})
    johan = StaffMember.objects.get(user=member)
    until = timezone.localdate() + timedelta(days=5)
    # The working copy of the card is a draft full of secrets; the mail is about what is public.
    amend(hidden.objects["card"], {"absent_from": None, "absent_until": until, "stand_in": johan}, None)
    assert send_due(timezone.now() + timedelta(days=365))
    said = []
    for message in mail.outbox:
        html = "".join(str(content) for content, _kind in message.alternatives)
        headers = {**message.extra_headers, "Reply-To": message.reply_to}
        said.append((f"mail: {message.subject}", f"{message.subject}\n{headers}\n{message.body}\n{html}"))
    return said


def exported(folder: Any) -> Seen:
    """The site as plain files, and what the command said."""
    output = io.StringIO()
    try:
        call_command("export", folder, stdout=output, stderr=output)
    except CommandError as error:
        output.write(str(error))
    files = [each for each in folder.rglob("*") if each.is_file()]
    texts = [(str(each.relative_to(folder)), each.read_bytes().decode("utf-8", "replace")) for each in files]
    return [*texts, ("names", "\n".join(where for where, _text in texts)), ("said", output.getvalue())]


def without_secrets() -> Iterator[str]:
    """The models of which no row holds a secret."""
    for model in apps.get_models():
        if model._meta.label_lower not in WORDLESS and any(map(is_word, model._meta.concrete_fields)):
            rows = model._base_manager.all().order_by("-pk")
            if not any(WORD in str(list(row.values())) for row in rows.values()):
                yield model._meta.label_lower


# What must hold

ONCE_READ = r"(?:withdrawn|ended|taken back): .*\.slug(?:_\w\w)?"
# By which data says that an opinion is gone: see decision 80.
REFERENCE = r"(?:withdrawn|ended|taken back): consultation\.opinion\.reference"
# What of it is for who looks there.
ALLOWED = {
    "a visitor": REFERENCE,
    "machines": REFERENCE,
    "a share link": r"shared: .*",
    # Its texts in these two languages, and nothing else of it.
    "a link for a translator": r"shared: priorities\.theme\.(?:\w*title|summary|body|url_label|image_\w+)_(?:nl|fr)",
    # What only the working copy of the own card has, such as a hidden number.
    "a colleague without rights": rf"own card: staff\.staffmember\.(?:mobile|photo)|{REFERENCE}",
    "the own data of a colleague": r"own card: .*|a number: .*|a day: .*",
    # How somebody is greeted; and to the secretariat, for when a version of the card is planned.
    "a mail": r".*: staff\.staffmember\.name|a day: .*",
    # The copy answers at old addresses too: it says that something is gone, or leads on.
    "an export": rf"{ONCE_READ}|{REFERENCE}",
}
PLACES = (
    "a visitor",
    "linked data",
    "a code to scan",
    "machines",
    "feeds",
    "cards for telephones",
    "search",
    "what is offered instead",
    "a share link",
    "a link for a translator",
    "a colleague without rights",
    "the own data of a colleague",
    "a mail",
    "an export",
    "a log",
)


def of_address(place: str) -> str:
    """`place` without its language: who knows the address of something that is gone is told the others."""
    return re.sub(r"slug_\w\w$", "slug", place)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_hidden_comes_out(site, place):
    leaks = {
        (what, where)
        for where, text in site.seen[place]
        for what in site.hidden.found_in(text)
        if not re.fullmatch(ALLOWED.get(place, "-"), what)
        and of_address(what) not in {of_address(asked) for asked in site.hidden.found_in(where)}
    }
    if place == "a log":  # which tells the addresses that were asked for, but no token in them
        asked = {what for seen in site.seen.values() for where, _text in seen for what in site.hidden.found_in(where)}
        leaks = {(what, where) for what, where in leaks if what not in asked - set(site.hidden.literal.values())}
    assert sorted(leaks) == []


def test_every_place_was_looked_at(site):
    assert set(site.seen) == set(PLACES)
    assert {place: len(seen) for place, seen in site.seen.items() if len(seen) < 2} == {}
    assert len(site.after) > 50
    assert any("Denker" in text for _where, text in site.seen["a mail"])
    assert any("Vera Verborgen" in text for _where, text in site.seen["cards for telephones"])
    assert any("Vera Verborgen" in text for _where, text in site.seen["a code to scan"])
    assert any("Gewoon theme" in text for _where, text in site.seen["an export"])
    assert any("mijn-kaart" in where for where, _text in site.seen["a colleague without rights"])


def test_drafts_change_no_page(site):
    assert site.after == site.before


def test_what_is_hidden_answers_as_if_it_were_not_there_or_is_gone(site):
    assert site.statuses["addresses"] <= {301, 404, 410}
    assert site.statuses["files"] == {404}


def test_a_colleague_gets_no_file_of_a_draft(site):
    assert site.statuses["files for a colleague"] == {404}


def test_every_model_holds_something_that_could_leak(site):
    assert site.empty == []
    assert len(CONTENT) >= 16
    assert all(model._meta.label_lower not in WORDLESS for model in CONTENT)


def test_every_field_holds_something_that_could_leak(site):
    filled = {place.partition(": ")[2] for place in site.hidden.places}
    missing = [
        f"{model._meta.label_lower}.{each.attname}"
        for model in apps.get_models()
        if model._meta.label_lower not in (*WORDLESS, "publishing.revision")
        for each in model._meta.concrete_fields
        if is_word(each) and f"{model._meta.label_lower}.{each.attname}" not in filled
    ]
    translated = {
        f"{model._meta.label_lower}.{name}"
        for model in (*CONTENT, ChangeNote)
        for name in hiding.translated_fields(model)
    }
    assert set(missing) - translated == set()


def test_every_state_holds_something_that_could_leak(site):
    states = {place.partition(":")[0] for place in site.hidden.places}
    assert states >= {
        "draft", "shared", "planned", "cancelled", "withdrawn", "ended", "deleted", "taken back", "never begun",
        "hidden detail", "own card", "draft over what is public", "a row of publishing.mail",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "geheimaaa",
        "GEHEIMAAA",
        "ge\u00adheim\u00adaaa",
        "<b>ge<mark>heim</mark>aaa</b>",
        "&#103;eheimaaa",
        "%67eheimaaa",
        "gehei=\r\nmaaa",
        "gehei\r\n maaa",
        "0470 99 00 01",
        "+32 470 99 00 01",
        "+32470990001",
        "tel:+32-470-99-00-01",
    ],
)
def test_a_secret_is_found_however_it_is_spelled(text):
    hidden = Hidden()
    hidden.word("draft: somewhere")
    assert hidden.found_in(f"Er staat {text}, zo.") == {"draft: somewhere"}
    assert hidden.found_in(f"Er staat {text}, zo.", ("draft",)) == set()
    assert hidden.found_in("Er staat niets geheim.") == set()


@pytest.mark.parametrize("address", START)
def test_visitors_get_no_cookie(client, address):
    assert not client.get(address).cookies
