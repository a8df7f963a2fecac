"""Thousands of requests that make no sense, to every address of the site: never an error, and never led elsewhere.

`make fuzz` makes more of them; `FUZZ` says how many, and `FUZZ_SEED` which (any number; "random" for new ones).
"""

import logging
import os
import secrets
from collections.abc import Iterator
from urllib.parse import unquote, urlencode, urlsplit

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

from publishing.cache import freshness
from publishing.cache.wsgi import PageCache
from resoc.wsgi import django_application
from tests.site import cast as casting
from tests.site.addresses import walk
from tests.site.cast import MEMBER, PLAIN, ROLES, SECRETARY, SUPERUSER
from tests.site.fuzzing import ARGUMENTS, PLACES, SECRET, Request, Site, addresses, requests

pytestmark = pytest.mark.django_db

MANY = int(os.environ.get("FUZZ") or 800)
SEED = secrets.randbelow(10**6) if os.environ.get("FUZZ_SEED") == "random" else int(os.environ.get("FUZZ_SEED") or 1)
PARTS = 2 if MANY < 5000 else 8  # which run side by side


@pytest.fixture
def site(settings, tmp_path, monkeypatch) -> Iterator[Site]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"
    cast = casting.make()
    places = {
        "{share}": cast.things["share"],
        "{translate}": cast.things["translate"],
        "{invitation}": cast.things["invitation"],
        "{address}": cast.things["address"],
        "{check}": cast.things["check"],
        "{consent}": cast.things["consent"],
        "{media}": cast.things["public file"],
        "{draft}": cast.things["draft file"],
        "{version}": str(cast.things["version"]),
        "{planned}": str(cast.things["planned version"]),
    } | {f"{{{label}}}": str(obj.pk) for label, obj in cast.objects.items()}
    # What a test wrote is in no other connection; see `Site.ask`.
    monkeypatch.setattr(freshness, "close_old_connections", lambda: None)
    logging.disable()  # each refusal is a line, and some a traceback
    yield Site(PageCache(django_application), places, cast.sessions)
    logging.disable(logging.NOTSET)


def elsewhere(location: str) -> bool:
    """Whether an answer leads away from this site."""
    parts = urlsplit(location)
    return (
        location.startswith(("//", "/\\"))
        or parts.scheme not in ("", "http")
        or parts.hostname not in (None, "localhost")
    )


def leaks(request: Request, text: str) -> set[str]:
    """The words in an answer that are kept from who asked."""
    asked = request.path + unquote(request.query)
    may_read = request.who in (SECRETARY, SUPERUSER) or "{share}" in asked or "{translate}" in asked
    kept = set(casting.NEVER) if may_read else {*casting.NEVER, casting.SECRET}
    return {word for word in kept if word in text}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_is_an_error_of_ours_or_leads_elsewhere(site, client, part):
    known = addresses(client)

    # Its parameters make hypothesis print the request, to be repeated with `site.ask(Request(…))`.
    @hypothesis.seed(1000 * SEED + part)
    @hypothesis.settings(
        max_examples=MANY // PARTS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @hypothesis.given(requests(known, ["", "", *ROLES[1:], SECRETARY]))
    def one(request: Request) -> None:
        status, headers, body = site.ask(request)
        assert 200 <= status < 500
        assert not elsewhere(headers.get("Location", ""))
        assert not any("\n" in value or "\r" in value for value in headers.values())
        assert not leaks(request, body.decode("utf-8", "replace") + str(headers))

    one()


def test_every_address_is_asked(client):
    known = addresses(client)
    for address in walk():
        assert address.arguments <= set(ARGUMENTS), f"{address.name} has an argument that fuzzing.py does not know"
    assert len(known) > len({address.name for address in walk()})
    for place in PLACES:
        assert any(place in path for path in known)


def test_a_sensible_request_gets_through(site):
    """Else the fuzz would say nothing about what stands behind."""
    card = {"name": "Johan", "language": "nl", "photo_focus_x": "50", "photo_focus_y": "33", "phone": ""}
    body = urlencode(card).encode()
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    assert site.ask(Request("POST", "/mijn-kaart/", "", MEMBER, form, body))[0] == 302
    for path in ("/mijn-kaart/klopt/{check}/", "/mijn-kaart/uitnodiging/{invitation}/", "/voorbeeld/{share}/",
                 "/vertalen/{translate}/",
                 "/media/{media}", "/themas/regiomarketing/versies/{version}/"):  # fmt: skip
        assert site.ask(Request("GET", path))[0] == 200, path
    assert site.ask(Request("GET", "/admin/", who=SECRETARY)).status == 200
    draft = site.ask(Request("GET", "/admin/priorities/theme/{priorities.theme}/change/", who=SECRETARY))
    assert casting.SECRET in draft.body.decode()
    assert leaks(Request("GET", "/", who=PLAIN), draft.body.decode()) == {casting.SECRET}
    assert len(SECRET) == 32
