import xml.etree.ElementTree as ET
from datetime import date

import pytest

from priorities.feeds import LENGTH
from priorities.models import Theme, Update
from publishing.workflow import publish, withdraw
from tests.updates import update_on

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, address: str) -> ET.Element:
    response = client.get(address)
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content)  # noqa: S314  (our own answer)


def titles(tree: ET.Element) -> list[str]:
    return [entry.find(f"{ATOM}title").text for entry in tree.findall(f"{ATOM}entry")]


def update(theme: Theme, **texts) -> Update:
    return update_on(theme, date=date(2026, 11, 2), **texts)


def test_the_feed_lists_what_is_public_newest_first_in_its_own_language_only(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish(update(theme, title_nl="alleen Nederlands"), editor)
    publish(update(theme, title_nl="nieuws", title_fr="nouvelles"), editor)
    update(theme, title_nl="geheim", title_fr="geheim")
    assert titles(feed(client, "/feed/"))[:2] == ["Nieuws", "Alleen Nederlands"]
    assert titles(feed(client, "/fr/feed/"))[0] == "Nouvelles"
    assert "Alleen Nederlands" not in titles(feed(client, "/fr/feed/"))
    assert feed(client, "/fr/feed/").get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"


@pytest.mark.parametrize(
    ("address", "subtitle"),
    [
        ("/feed/", "Nieuws, thema’s, adviezen en vergaderingen"),
        ("/fr/feed/", "Actualités, thèmes, avis et réunions"),
        ("/en/feed/", "News, topics, opinions and meetings"),
        ("/themas/regiomarketing/feed/", "Nieuws over dit thema"),
    ],
)
def test_a_feed_says_what_is_in_it(client, address, subtitle):
    assert feed(client, address).find(f"{ATOM}subtitle").text == subtitle


def test_what_exists_in_a_language_is_not_hidden_behind_a_page_full_of_what_does_not(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish(update(theme, title_nl="nieuws", title_fr="nouvelles"), editor)
    for number in range(LENGTH + 2):
        publish(update(theme, title_nl=f"bericht {number}"), editor)
    assert titles(feed(client, "/fr/feed/"))[0] == "Nouvelles"
    assert titles(feed(client, "/feed/")) == [f"Bericht {number}" for number in range(LENGTH + 1, 1, -1)]


def test_a_theme_has_a_feed_of_its_own_updates(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish(update(theme, title_nl="nieuws", body_nl="<p>Tekst &amp; uitleg</p>"), editor)
    publish(update(Theme.objects.first(), title_nl="ander"), editor)
    tree = feed(client, "/themas/regiomarketing/feed/")
    assert titles(tree) == ["Nieuws"]
    entry = tree.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}link").get("href") == "http://testserver/nieuws/nieuws/"
    assert entry.find(f"{ATOM}id").text.startswith("tag:testserver,2026:priorities.update/")
    assert entry.find(f"{ATOM}summary").text == "<p>Tekst &amp; uitleg</p>"


def test_an_entry_keeps_its_id_when_its_address_changes(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    before = {entry.find(f"{ATOM}id").text for entry in feed(client, "/feed/").findall(f"{ATOM}entry")}
    Theme.objects.filter(pk=theme.pk).update(slug_nl="anders")
    publish(theme, editor)
    after = {entry.find(f"{ATOM}id").text for entry in feed(client, "/feed/").findall(f"{ATOM}entry")}
    assert before == after


@pytest.mark.parametrize("address", ["/themas/nergens/feed/", "/fr/themes/regiomarketing/feed/"])
def test_there_is_no_feed_of_what_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_the_feed_of_a_theme_moves_with_it_and_ends_with_it(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.slug_nl, theme.slug_fr = "nieuw", "nouveau"
    theme.save()
    publish(theme, editor)
    for old, new in (
        ("/themas/regiomarketing/feed/", "/themas/nieuw/feed/"),
        ("/fr/themes/marketing-territorial/feed/", "/fr/themes/nouveau/feed/"),
    ):
        response = client.get(old)
        assert (response.status_code, response.headers["Location"]) == (301, new)
        assert client.get(new).status_code == 200
    withdraw(theme, editor, "Het thema is afgerond.")
    assert client.get("/themas/nieuw/feed/").status_code == 410


@pytest.mark.parametrize("address", ["/fr/feed/", "/themas/regiomarketing/feed/"])
def test_an_empty_feed_has_an_author_and_says_the_same_whenever_it_is_read(client, address):
    for theme in Theme.objects.all():
        for language in ("fr", "en"):
            setattr(theme, f"title_{language}", "")
        theme.save()
        publish(theme, None)
    tree = feed(client, address)
    assert tree.find(f"{ATOM}entry") is None
    assert tree.find(f"{ATOM}author/{ATOM}name").text == "RESOC Westhoek"
    assert tree.find(f"{ATOM}updated").text == "2026-01-01T00:00:00+00:00"
