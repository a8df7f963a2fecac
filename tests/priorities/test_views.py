import re
from datetime import date

import pytest

from pages.models import ContactDetails
from priorities.models import Priority, Theme, Update
from priorities.views import stages
from publishing.content.html import to_text
from publishing.workflow import publish, publish_new, withdraw
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def update(subject, day: int, title: str, **extra) -> Update:
    return update_on(subject, date=date(2026, 10, day), title_nl=title, **extra)


def test_updates_come_newest_first_each_published_on_its_own(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    for day, title in [(1, "Eerst"), (3, "Laatst"), (2, "Midden")]:
        publish(update(theme, day, title), editor)
    update(theme, 4, "Nog geheim")
    other = update(Theme.objects.first(), 5, "Ander thema")
    publish(other, editor)
    response = client.get("/themas/regiomarketing/")
    assert [each.title_nl for each in response.context["updates"]] == ["Laatst", "Midden", "Eerst"]
    assert "Nog geheim" not in response.content.decode()


def test_a_priority_shows_its_contact_and_its_themes(client, editor):
    theme = Theme.objects.get(slug_nl="westhoek-business-district")
    theme.priority = Priority.objects.get(number=2)
    theme.save()
    assert client.get("/prioriteiten/tewerkstellingsbeleid/").context["themes"] == []
    publish(theme, editor)
    response = client.get("/prioriteiten/tewerkstellingsbeleid/")
    assert response.context["themes"] == [theme]
    assert "Stéphanie Thybaert" in response.content.decode()


@pytest.fixture
def three_pages(editor) -> None:
    """As many themes as fill three pages of their list."""
    made = ({"title_nl": f"T{number}", "slug_nl": f"t{number}", "position": number + 10} for number in range(25))
    publish_new([Theme.objects.create(**fields) for fields in made], editor)


def test_the_list_of_themes_is_paginated(client, three_pages):
    assert len(client.get("/themas/").context["themes"]) == 12
    third = client.get("/themas/?page=3")
    assert len(third.context["themes"]) == 4
    assert '<a href="?page=2" rel="prev">' in third.content.decode()
    assert '<a href="/themas/" rel="prev">' in client.get("/themas/?page=2").content.decode()


def test_each_page_of_the_list_has_one_address(client, three_pages):
    odd_pages = ("1", "01", "0", "", "x", "-1", "%00", "1.0", "%D9%A1", "9" * 5000)
    leads_to = {f"page={odd}": "/themas/" for odd in odd_pages} | {
        "page=02": "/themas/?page=2",
        "page=%202": "/themas/",
        "page=2&page=3": "/themas/?page=3",
        "page=999": "/themas/?page=3",
        "page=1&utm_source=x": "/themas/?utm_source=x",
    }
    asked = {query: client.get(f"/themas/?{query}") for query in leads_to}
    assert {query: response.headers.get("Location") for query, response in asked.items()} == leads_to
    assert {response.status_code for response in asked.values()} == {302}


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(client, editor, django_assert_num_queries, count):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    for day in range(1, count + 1):
        publish(update(theme, day, f"U{day}"), editor)
    client.get("/themas/regiomarketing/")
    with django_assert_num_queries(7):
        client.get("/themas/regiomarketing/")


def test_the_lists_say_when_the_newest_update_is_dated(client, editor):
    theme, priority = Theme.objects.get(slug_nl="regiomarketing"), Priority.objects.get(number=2)
    for subject in (theme, priority):
        for day in (14, 3):
            publish(update(subject, day, "Bericht"), editor)
        update(subject, 20, "Nog geheim")
    for address in ("/", "/themas/", "/prioriteiten/"):
        html = client.get(address).content.decode()
        assert html.count("Bijgewerkt op") == 1, address
        assert "Bijgewerkt op 14\xa0oktober 2026" in html, address


def texts(client, address: str) -> str:
    return " ".join(to_text(client.get(address).content.decode()).split())


def without_soft_hyphens(text: str) -> str:
    return text.replace("\N{SOFT HYPHEN}", "").replace("’", "'")


def test_a_priority_without_text_shows_its_place_the_streekpact_whom_to_call_and_the_six(client):
    said = texts(client, "/prioriteiten/mobiliteit-en-ontsluiting/")
    assert "Prioriteit 1 van 6 in het Streekpact" in said
    assert "Het Streekpact is de leidraad voor de realisaties en betrachtingen van RESOC Westhoek en partners." in said
    assert "Wie kun je bellen? Secretariaat Dorine Sioen 051 51 93 56" in said
    response = client.get("/prioriteiten/mobiliteit-en-ontsluiting/")
    assert [each.number for each in response.context["priorities"]] == [1, 2, 3, 4, 5, 6]
    html = response.content.decode()
    assert html.count('aria-current="page">De hoogdringendheid') <= 1
    assert "Vorige prioriteit" not in html


def test_who_finds_no_text_can_write_as_soon_as_the_secretariat_has_an_address(client, editor):
    address = "/prioriteiten/mobiliteit-en-ontsluiting/"
    form = f'href="/contact/schrijf/?page={address}" rel="nofollow">Schrijf ons'
    assert form not in client.get(address).content.decode()
    details = ContactDetails.objects.get()
    details.email = "info@example.org"
    details.save()
    publish(details, editor)
    assert form in client.get(address).content.decode()


def test_a_summary_takes_the_place_of_the_sentence_on_the_streekpact(client, editor):
    priority = Priority.objects.get(number=1)
    priority.summary_nl = "Kort gezegd."
    priority.save()
    publish(priority, editor)
    said = texts(client, "/prioriteiten/mobiliteit-en-ontsluiting/")
    assert "Kort gezegd." in said
    assert "leidraad" not in said


def test_a_priority_with_text_names_the_secretariat_when_it_names_nobody(client, editor):
    priority = Priority.objects.get(number=1)
    priority.body_nl = "<p>Tekst.</p>"
    priority.save()
    publish(priority, editor)
    assert "Contact Dorine Sioen Secretariaat 051 51 93 56" in texts(client, "/prioriteiten/mobiliteit-en-ontsluiting/")


def test_a_theme_without_text_shows_its_place_and_whom_to_call_and_no_empty_feed(client, editor):
    address = "/themas/westhoek-business-district/"
    said = without_soft_hyphens(texts(client, address)).casefold()
    assert "opvolging van belangrijke actuele thema's uitwerking" in said
    assert "Wie kun je bellen? Secretariaat Dorine Sioen 051 51 93 56" in texts(client, address)
    assert "/feed/" not in client.get(address).content.decode().split("<main")[1]
    publish(update(Theme.objects.get(slug_nl="westhoek-business-district"), 4, "Nieuw"), editor)
    assert "Volg dit thema in je nieuwslezer" in texts(client, address)


def test_a_theme_without_text_shows_its_priority_the_streekpact_and_the_other_themes(client, editor):
    theme, address = Theme.objects.get(slug_nl="westhoek-business-district"), "/themas/westhoek-business-district/"
    theme.priority = Priority.objects.get(number=5)
    theme.save()
    publish(theme, editor)
    said, response = texts(client, address), client.get(address)
    assert "Thema bij prioriteit 5 van het Streekpact" in said
    assert "Het Streekpact is de leidraad voor de realisaties en betrachtingen van RESOC Westhoek en partners." in said
    assert "Contact Dorine Sioen Secretariaat 051 51 93 56" in said
    assert [each.pk for each in response.context["themes"]] == [
        each.pk for each in Theme.published() if each.pk != theme.pk
    ]
    assert "Andere thema’s" in said
    theme.body_nl = "<p>Tekst.</p>"
    theme.save()
    publish(theme, editor)
    assert "Andere thema’s" not in texts(client, address)


def test_a_theme_without_text_names_a_few_others_and_leads_to_the_rest(client, three_pages):
    response = client.get("/themas/t24/")
    assert len(response.context["themes"]) == 12
    assert "Alle thema’s" in texts(client, "/themas/t24/")
    first = client.get("/themas/regiomarketing/").context["themes"]
    assert (len(first), "regiomarketing" in {each.slug_nl for each in first}) == (12, False)


def test_an_earlier_version_of_a_theme_leads_to_the_themes_of_now(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    then = client.get("/themas/regiomarketing/").context["themes"]
    theme.summary_nl = "Nieuw."
    theme.save()
    publish(theme, editor)
    withdraw(Theme.objects.get(pk=then[0].pk), editor, "Voorbij.")
    version = theme.revisions.order_by("pk").first()
    now = client.get(theme.get_versions_url(version.pk)).context["themes"]
    assert [each.pk for each in now] == [each.pk for each in then[1:]]


def test_a_short_title_stands_in_lists_and_in_the_tab_and_the_page_keeps_its_sentence(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.short_title_nl = "Regiomarketing Westhoek"
    theme.save()
    publish(theme, editor)
    page, overview = texts(client, "/themas/regiomarketing/"), texts(client, "/themas/")
    assert page.startswith("Regiomarketing Westhoek · RESOC Westhoek")
    assert "regiomarketingstrategie en campagne" in without_soft_hyphens(page)
    assert "Regiomarketing Westhoek" in without_soft_hyphens(overview)
    assert "regiomarketingstrategie" not in without_soft_hyphens(overview)


def test_a_short_title_in_another_language_does_not_replace_a_translated_title(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.short_title_nl = "Kort"
    theme.save()
    publish(theme, editor)
    assert "Kort" not in texts(client, "/fr/themes/")


@pytest.mark.parametrize("address", ["/themas/", "/prioriteiten/"])
def test_the_lead_of_an_overview_announces_no_list_that_does_not_follow(client, address):
    lead = re.search(r'<p class="lead">(.*?)</p>', client.get(address).content.decode(), re.DOTALL)[1]
    assert not to_text(lead).rstrip().endswith(":")


def test_stages_before_the_current_one_are_done():
    assert [stage["state"] for stage in stages("running")] == ["done", "done", "current", "later"]
    assert stages("") == []
