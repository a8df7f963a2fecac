"""The lists and pages of opinions and meetings, as visitors get them."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from consultation.models import Meeting, Opinion
from pages.models import Organisation, TextPage
from priorities.models import Priority, Theme
from publishing.cache.parameters import kept_query
from publishing.i18n.languages import CODES
from publishing.i18n.urls import address
from publishing.search.query import find
from publishing.templatetags.languages import unbroken
from publishing.workflow import publish, withdraw
from tests.consultation.making import adopted, at, body, meeting, requested

pytestmark = pytest.mark.django_db
LISTS = ("opinion_list", "meeting_list")


def published(row, editor):
    publish(row, editor)
    return row


@pytest.mark.parametrize("name", LISTS)
def test_there_is_no_list_no_menu_and_no_trace_until_something_is_published(client, name):
    requested()
    meeting(at(2026, 12, 3, 19))
    home, sitemap = client.get("/").content.decode(), client.get("/sitemap.xml").content.decode()
    for code in CODES:
        assert client.get(address(code, name)).status_code == 404
        assert f'href="{address(code, name)}"' not in home
        assert f"{address(code, name)}<" not in sitemap
    assert not [hit for hit in find("adviezen").hits if address("nl", name) in str(hit)]


def test_the_addresses_are_those_of_the_contract():
    assert [address(code, "opinion_list") for code in CODES] == ["/adviezen/", "/fr/avis/", "/en/opinions/"]
    assert [address(code, "meeting_list") for code in CODES] == ["/agenda/", "/fr/agenda/", "/en/agenda/"]


def test_with_one_opinion_it_stands_in_menu_sitemap_and_search(client, editor):
    published(adopted(), editor)
    assert '<a href="/adviezen/">Adviezen</a>' in client.get("/").content.decode()
    assert "/adviezen/ontsluiting/<" in client.get("/sitemap.xml").content.decode()
    assert client.get("/adviezen/").status_code == client.get("/adviezen/ontsluiting/").status_code == 200
    assert client.get("/agenda/").status_code == 404


def test_when_all_are_withdrawn_it_leaves_the_menu_again_and_its_address_says_so(client, editor):
    withdraw(published(adopted(), editor), editor, "Vergissing.")
    withdraw(published(meeting(timezone.now() + timedelta(days=1)), editor), editor, "Vergissing.")
    for name, words in (("opinion_list", "Er staat nu geen advies op de site."), ("meeting_list", "Er staat nu geen")):
        path = address("nl", name)
        assert f'href="{path}"' not in client.get("/").content.decode()
        assert f"{path}<" not in client.get("/sitemap.xml").content.decode()
        response = client.get(path)
        assert response.status_code == 200
        assert words in response.content.decode()
    assert client.get("/adviezen/?year=2026").status_code == 404


def test_what_was_only_planned_makes_no_list_also_when_that_was_withdrawn(client, editor):
    opinion = adopted()
    publish(opinion, editor, live_from=timezone.now() + timedelta(days=2))
    withdraw(opinion, editor, "Toch niet.")
    assert client.get("/adviezen/").status_code == 404


def listed(client, query: str = "") -> dict[str, list[str]]:
    response = client.get(f"/adviezen/{query}")
    assert response.status_code == 200, query
    return {str(key or "Lopend"): [each.title_nl for each in rows] for key, rows in response.context["groups"]}


@pytest.fixture
def several(editor) -> Priority:
    priority = Priority.objects.get(number=2)
    old = adopted("Oud", adopted_on=date(2025, 6, 3), requested_on=None)
    old.about.create(priority=priority)
    running = requested("Lopende vraag")
    running.about.create(priority=priority)
    for opinion in (old, running, adopted("Nieuw")):
        publish(opinion, editor)
    return priority


def test_what_runs_stands_first_then_each_year(client, several):
    assert listed(client) == {"Lopend": ["Lopende vraag"], "2026": ["Nieuw"], "2025": ["Oud"]}
    html = client.get("/adviezen/").content.decode()
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", html.partition("<footer")[0])[:3] == ["Lopend", "2026", "2025"]


def test_a_filter_is_a_plain_link_that_the_page_cache_keeps(client, several):
    slug = several.slug_nl
    assert listed(client, "?year=2025") == {"2025": ["Oud"]}
    assert listed(client, f"?priority={slug}") == {"Lopend": ["Lopende vraag"], "2025": ["Oud"]}
    assert listed(client, f"?year=2025&priority={slug}") == {"2025": ["Oud"]}
    html = client.get("/adviezen/").content.decode()
    for query in ("year=2025", f"priority={slug}"):
        assert f'href="/adviezen/?{query}"' in html
        assert kept_query(query, "/adviezen/") == query
    filtered = client.get("/adviezen/?year=2025").content.decode()
    assert '<link rel="canonical" href="http://testserver/adviezen/">' in filtered


@pytest.mark.parametrize("query", ["?year=2024", "?year=x", "?priority=geheim", "?year=2025&year=2026", "?year="])
def test_a_filter_that_finds_nothing_is_not_found(client, several, query):
    assert client.get(f"/adviezen/{query}").status_code == 404


def test_no_filter_is_offered_that_finds_nothing(client, several):
    asked, waiting = set(), ["/adviezen/"]
    while waiting:
        asked.add(address := waiting.pop())
        response = client.get(address)
        assert response.status_code == 200, address
        filters = response.content.decode().partition('<nav class="filters')[2].partition("</nav>")[0]
        waiting += {link.replace("&amp;", "&") for link in re.findall('href="([^"]*)"', filters)} - asked - {*waiting}
    assert f"/adviezen/?year=2025&priority={several.slug_nl}" in asked
    assert "/adviezen/?year=2026" in asked


def test_a_priority_and_a_year_without_a_common_opinion_are_not_found(client, several):
    assert client.get(f"/adviezen/?year=2026&priority={several.slug_nl}").status_code == 404


def test_lists_ask_a_few_times_however_much_there_is(client, editor, django_assert_max_num_queries):
    for number in range(25):
        opinion = adopted(f"Advies {number}")
        opinion.about.create(priority=Priority.objects.get(number=1 + number % 3))
        publish(opinion, editor)
        publish(meeting(at(2026, 3, 1 + number, 19), title_nl=f"Vergadering {number}", body=None), editor)
    for path in ("/adviezen/", "/adviezen/?year=2026&page=2", "/agenda/", "/agenda/?page=2"):
        client.get(path)
        with django_assert_max_num_queries(8):
            assert client.get(path).status_code == 200
    assert 'href="?year=2026&amp;page=2"' in client.get("/adviezen/?year=2026").content.decode()


def test_the_page_of_an_opinion_says_all_a_journalist_asks(client, editor):
    asker = Organisation.objects.first()
    opinion = adopted(requested_by=asker, decision="vote", votes_for=12, votes_against=3, abstentions=1)
    opinion.sent_on, opinion.addressees_nl = date(2026, 3, 20), "de minister"
    opinion.save()
    opinion.positions.create(group="employers", text_nl="Het kan anders.")
    publish(opinion, editor)
    html = " ".join(client.get("/adviezen/ontsluiting/").content.decode().split())
    for said in (
        "Advies 2026-01",
        '<span class="vh">Status:</span>',
        unbroken(asker.name),
        "Goedgekeurd na stemming op 12 maart 2026: 12 voor, 3 tegen, 1 onthouding",
        "Afwijkend standpunt van Werkgevers",
        "Bezorgd op 20 maart 2026 aan de minister; nog geen antwoord.",
        'RESOC Westhoek, Advies <span class="nobr">2026-01</span>, 12 maart 2026, versie 1',
    ):
        assert said in html, said
    opinion.answers.create(by=asker, date=date(2026, 4, 2), result="partly", text_nl="Een deel komt er.")
    publish(opinion, editor)
    html = client.get("/adviezen/ontsluiting/").content.decode()
    assert "Deels gevolgd" in html
    assert "nog geen antwoord" not in html
    assert html.index("Deels gevolgd") < html.index("RESOC vraagt een betere weg.", html.index("<h1"))


def test_no_substantive_opinion_is_an_outcome(client, editor):
    publish(adopted(outcome="none", none_reason_nl="De vraag kwam te laat.", decision="", summary_nl=""), editor)
    html = client.get("/adviezen/ontsluiting/").content.decode()
    assert "Geen inhoudelijk advies, 12\xa0maart 2026" in html
    assert "De vraag kwam te laat." in html


def test_a_meeting_is_over_by_the_clock_and_a_cancelled_one_stays_a_page(client, editor):
    now = timezone.now()
    first = published(meeting(now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=2)), editor)
    gone = published(meeting(now + timedelta(days=3), body=first.body, cancelled_reason_nl="De zaal is bezet."), editor)
    context = client.get("/agenda/").context
    assert ([each.pk for each in context["coming"]], list(context["page_obj"])) == ([first.pk, gone.pk], [])
    html = client.get(gone.get_absolute_url("nl")).content.decode()
    assert "Gaat niet door" in html
    assert "De zaal is bezet." in html
    with time_machine.travel(now + timedelta(days=2)):
        context = client.get("/agenda/").context
        assert [[each.pk for each in context[name]] for name in ("coming", "page_obj")] == [[gone.pk], [first.pk]]
        assert "Voorbij" in client.get(first.get_absolute_url("nl")).content.decode()


def test_of_a_closed_item_its_place_is_read_and_nothing_else(client, editor, editor_client):
    held = meeting(timezone.now() + timedelta(days=1))
    opinion = published(adopted("Geheim advies"), editor)
    for number, closed in ((1, False), (2, False), (3, True)):
        held.items.create(
            title_nl=f"Punt {number}", position=number, is_closed=closed, opinion=opinion if closed else None
        )
    editor_client.post(f"/admin/consultation/meeting/{held.pk}/preview/nl/")
    publish(held, editor)
    assert "Punt 3" not in client.get("/feed/").content.decode()  # where the opinion has an entry of its own
    pages = [client.get(path) for path in (held.get_absolute_url("nl"), "/agenda/")]
    pages.append(editor_client.get(f"/admin/consultation/meeting/{held.pk}/preview/nl/"))
    for response in pages:
        html = response.content.decode()
        assert "Punt 3" not in html
        assert "Geheim advies" not in html
    assert "Besloten punt" in pages[0].content.decode()
    assert "Punt 3" not in str(held.revisions.get().data)
    assert not find("punt 3").hits or "Punt 3" not in str(find("punt 3").results(find("punt 3").hits))


@pytest.mark.parametrize(
    ("name", "word"), [("opinion_list", "adviezen"), ("meeting_list", "agenda"), ("update_list", "nieuws")]
)
def test_a_text_page_that_has_the_address_keeps_it_and_the_section_waits(client, editor, monkeypatch, name, word):
    page = TextPage.objects.create(title_nl="Onze eigen pagina", slug_nl=word)
    with monkeypatch.context() as before:  # there was such a section
        before.setattr("pages.models.texts.is_taken", lambda slug, language: False)
        publish(page, editor)
    publish(adopted(), editor)
    publish(meeting(timezone.now() + timedelta(days=1)), editor)
    html = client.get(address("nl", name)).content.decode()
    assert "Onze eigen pagina" in html
    menu = html.partition('class="nav"')[2].partition("</nav>")[0]
    assert f'href="{address("nl", name)}"' not in menu
    publish(TextPage.objects.get(pk=page.pk), editor)  # and it can be corrected still


def test_a_body_that_was_withdrawn_leaves_its_meetings(client, editor):
    held = published(meeting(timezone.now() + timedelta(days=1)), editor)
    withdraw(held.body, editor, "Bestaat niet meer.")
    assert client.get(held.get_absolute_url("nl")).status_code == 200


def test_old_versions_can_be_read(client, editor):
    opinion = adopted()
    first = publish(opinion, editor)
    opinion.title_nl = "Betere ontsluiting"
    opinion.save()
    publish(opinion, editor)
    old = client.get(Opinion.published().get().get_versions_url(first.pk, "nl"))
    assert old.status_code == 200
    assert "versie 1" in old.content.decode()
    assert reverse("opinion_detail_versions", args=["ontsluiting"])
    assert Meeting.published().count() == 0
    assert body().pk


def test_an_opinion_on_a_theme_is_no_update_of_it(client, editor):
    theme, priority = Theme.objects.first(), Priority.objects.get(number=2)
    opinion = adopted()
    opinion.about.create(theme=theme)
    opinion.about.create(priority=priority)
    publish(opinion, editor)
    for subject in (theme, priority):
        assert client.get(subject.get_absolute_url("nl")).context["updates"] == []
    for path in ("/", "/themas/", "/prioriteiten/"):
        assert client.get(path).status_code == 200
