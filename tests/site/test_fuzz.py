"""Thousands of requests that make no sense, to every address of the site: never an error, and never led elsewhere.

`make fuzz` makes more of them; `FUZZ` says how many, and `FUZZ_SEED` which (any number; "random" for new ones).
"""

import logging
import os
import secrets
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from hypothesis import HealthCheck, Phase

from pages.models import MissionPage
from priorities.models import Theme
from publishing import page_cache
from publishing.models import ShareLink
from publishing.page_cache import PageCache
from publishing.workflow import publish
from resoc.wsgi import django_application
from staff.models import CardLink, StaffMember
from tests.publishing.test_snapshots import png
from tests.site.fuzzing import ARGUMENTS, PLACES, SECRET, Request, Site, addresses, patterns, requests

pytestmark = pytest.mark.django_db

MANY = int(os.environ.get("FUZZ") or 800)
SEED = secrets.randbelow(10**6) if os.environ.get("FUZZ_SEED") == "random" else int(os.environ.get("FUZZ_SEED") or 1)
PARTS = 2 if MANY < 5000 else 8  # which run side by side


@pytest.fixture
def site(settings, tmp_path, editor, colleague, client, monkeypatch) -> Iterator[Site]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATE_DIR = tmp_path
    mission = MissionPage.objects.get()
    mission.image.save("x.png", ContentFile(png()), save=True)
    publish(mission, None)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member.user, member.email = colleague, "johan@example.org"
    member.save()
    publish(member, None)
    places = {
        "{share}": ShareLink.objects.create(model="priorities.theme", object_id=theme.pk).token,
        "{invitation}": CardLink.objects.make(member, CardLink.Purpose.INVITATION)[1],
        "{check}": CardLink.objects.make(member, CardLink.Purpose.CHECK)[1],
        "{media}": mission.image.name,
        "{version}": str(theme.revisions.first().pk),
    }
    # What a test wrote is in no other connection; see `Site.ask`.
    monkeypatch.setattr(page_cache, "close_old_connections", lambda: None)
    logging.disable()  # each refusal is a line, and some a traceback
    yield Site(PageCache(django_application), places, {"johan": session(colleague), "dorine": session(editor)})
    logging.disable(logging.NOTSET)


def session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def elsewhere(location: str) -> bool:
    """Whether an answer leads away from this site."""
    parts = urlsplit(location)
    return (
        location.startswith(("//", "/\\"))
        or parts.scheme not in ("", "http")
        or parts.hostname not in (None, "localhost")
    )


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
    @hypothesis.given(requests(known, ["", "", "johan", "dorine"]))
    def one(request: Request) -> None:
        status, headers = site.ask(request)
        assert 200 <= status < 500
        assert not elsewhere(headers.get("Location", ""))
        assert not any("\n" in value or "\r" in value for value in headers.values())

    one()


def test_every_address_is_asked(client):
    known = addresses(client)
    for name, arguments in patterns():
        assert arguments <= set(ARGUMENTS), f"{name} has an argument that fuzzing.py does not know"
    assert len(known) > len({name for name, _arguments in patterns()})
    for place in PLACES:
        assert any(place in path for path in known)


def test_a_sensible_request_gets_through(site):
    """Else the fuzz would say nothing about what stands behind."""
    card = {"name": "Johan", "language": "nl", "photo_focus_x": "50", "photo_focus_y": "33", "phone": ""}
    body = urlencode(card).encode()
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    assert site.ask(Request("POST", "/mijn-kaart/", "", "johan", form, body))[0] == 302
    for path in ("/mijn-kaart/klopt/{check}/", "/mijn-kaart/uitnodiging/{invitation}/", "/voorbeeld/{share}/",
                 "/media/{media}", "/themas/regiomarketing/versies/{version}/"):  # fmt: skip
        assert site.ask(Request("GET", path))[0] == 200, path
    assert site.ask(Request("GET", "/admin/", who="dorine"))[0] == 200
    assert len(SECRET) == 32
