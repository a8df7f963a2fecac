"""News: messages and documents that are marked as news, in one list, on the home page and in the feed."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Document, Priority, Theme
from priorities.news import newest
from publishing.cache.parameters import kept_query
from publishing.models.immutability import permit
from publishing.workflow import amend, publish, withdraw
from publishing.workflow.state import State, has_unpublished, state
from tests.priorities.pdf_files import body, document, pdf, upload
from tests.publishing.admin.test_publishable import form_data
from tests.updates import update_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def theme(editor) -> Theme:
    """A theme of the second priority."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.priority = Priority.objects.get(number=2)
    theme.save()
    publish(theme, editor)
    return theme


def file(number: int = 1, **fields) -> Document:
    """A saved document that is news."""
    texts = {"title_nl": f"Stuk {number}", "slug_nl": f"stuk-{number}"}
    return document(file=upload(pdf()), **(texts | {"is_news": True} | fields))


def listed(client, query: str = "", address: str = "/nieuws/") -> dict[int, list[str]]:
    response = client.get(f"{address}{query}")
    assert response.status_code == 200, query
    return {year: [each.title_nl for each in items] for year, items in response.context["years"]}


def test_messages_and_marked_documents_stand_together_by_year_newest_first(client, editor):
    for row in (
        update_on(title_nl="Oud bericht", date=date(2025, 12, 31)),
        update_on(title_nl="Nieuw bericht", date=date(2026, 3, 1)),
        file(1, news_on=date(2026, 2, 1)),
        file(2, news_on=date(2025, 6, 1)),
        file(3, is_news=False),
    ):
        publish(row, editor)
    assert listed(client) == {2026: ["Nieuw bericht", "Stuk 1"], 2025: ["Oud bericht", "Stuk 2"]}
    html = client.get("/nieuws/").content.decode()
    assert re.search(r'<a class="row-link" href="/documenten/stuk-1.pdf" type="application/pdf"[^>]*>Stuk 1</a>', html)
    assert "pdf, " in html
    assert "1\xa0februari 2026" in html
    assert "Stuk 3" not in html


def test_a_document_alone_makes_that_there_is_news(client, editor):
    row = file()
    publish(file(2, is_news=False), editor)
    assert client.get("/nieuws/").status_code == 404
    publish(row, editor)
    assert 'href="/nieuws/"' in client.get("/privacy/").content.decode()
    assert "Stuk 1" in client.get("/nieuws/").content.decode()
    withdraw(row, editor, "Weg")
    assert client.get("/nieuws/").status_code == 404
    assert 'href="/nieuws/"' not in client.get("/privacy/").content.decode()


def test_the_mark_is_published_with_the_version_and_dated_then_for_good(client, editor):
    row = file(is_news=False)
    publish(row, editor)
    Document.objects.filter(pk=row.pk).update(is_news=True)
    assert newest(3, timezone.now()) == [], "nobody published that"
    row.refresh_from_db()
    publish(row, editor, live_from=timezone.now() + timedelta(days=40))
    row.refresh_from_db()
    day = timezone.localdate(timezone.now() + timedelta(days=40))
    assert row.news_on == day
    assert newest(3, timezone.now()) == []
    (shown,) = newest(3, timezone.now() + timedelta(days=41))
    assert shown.dated == day
    row.title_nl = "Anders"
    row.save()
    publish(row, editor)
    row.refresh_from_db()
    assert row.news_on == day
    row.is_news = False
    row.save()
    publish(row, editor)
    assert newest(3, timezone.now()) == []


def test_a_mark_without_a_day_is_no_news_and_breaks_nothing(client, editor):
    row = file(is_news=False)
    publish(row, editor)
    amend(row, {"is_news": True}, editor)
    assert newest(3, timezone.now()) == []
    assert body(client.get("/documenten/stuk-1.pdf"))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2026, 1, 1), date(9999, 12, 31)])
def test_any_day_has_a_place_among_the_news(editor, day):
    publish(file(news_on=day), editor)
    assert [each.news_on for each in newest(3, timezone.now())] == [day]


def test_a_version_of_before_there_was_a_mark_says_the_same_as_its_row(client, editor):
    row = file(is_news=False)
    revision = publish(row, editor)
    old = {name: value for name, value in revision.data.items() if name not in ("is_news", "news_on")}
    with permit():
        type(revision).objects.filter(pk=revision.pk).update(data=old)
    assert state(row) == State.PUBLISHED
    assert not has_unpublished(row)
    assert not row.revisions.get().thaw().is_news
    assert body(client.get("/documenten/stuk-1.pdf"))


def test_news_of_a_priority_is_a_plain_link_that_the_page_cache_keeps(client, editor, theme):
    priority, other = theme.priority, Priority.objects.get(number=3)
    for row in (
        update_on(priority, title_nl="Over de prioriteit"),
        update_on(theme, title_nl="Over haar thema"),
        update_on(priority, theme, title_nl="Over beide"),
        update_on(other, title_nl="Over een andere"),
        file(1), file(2), file(3),
    ):  # fmt: skip
        publish(row, editor)
    for page, number in ((theme, 1), (other, 2)):
        page.documents.create(document=Document.objects.get(slug_nl=f"stuk-{number}"))
        publish(page, editor)
    query = f"priority={priority.slug_nl}"
    (titles,) = listed(client, f"?{query}").values()
    assert sorted(titles) == ["Over beide", "Over de prioriteit", "Over haar thema", "Stuk 1"]
    html = client.get("/nieuws/").content.decode()
    assert re.findall(r'href="/nieuws/\?priority=([^"]*)"', html) == [priority.slug_nl, other.slug_nl]
    assert kept_query(query, "/nieuws/") == query
    filtered = client.get(f"/nieuws/?{query}").content.decode()
    assert '<link rel="canonical" href="http://testserver/nieuws/">' in filtered
    assert sorted(next(iter(listed(client, f"?priority={other.slug_nl}").values()))) == ["Over een andere", "Stuk 2"]


@pytest.mark.parametrize(
    "query", ["?priority=geheim", "?priority=", "?priority=tewerkstellingsbeleid&priority=tewerkstellingsbeleid"]
)
def test_a_priority_without_news_is_not_found(client, editor, query):
    publish(update_on(title_nl="Zonder prioriteit"), editor)
    assert client.get(f"/nieuws/{query}").status_code == 404
    assert "priority=" not in client.get("/nieuws/").content.decode()


def test_pages_of_a_filtered_list_keep_the_filter(client, editor, theme):
    for number in range(21):
        publish(update_on(theme, title_nl=f"Bericht {number}"), editor)
    slug = theme.priority.slug_nl
    assert f'href="?priority={slug}&amp;page=2"' in client.get(f"/nieuws/?priority={slug}").content.decode()
    assert [len(items) for items in listed(client, f"?priority={slug}&page=2").values()] == [1]


@pytest.mark.parametrize("address", ["/nieuws/", "/nieuws/?priority=tewerkstellingsbeleid"])
def test_the_list_asks_a_few_times_however_much_there_is(client, editor, theme, django_assert_max_num_queries, address):
    for number in range(12):
        publish(update_on(theme, Priority.objects.get(number=1 + number % 3), title_nl=f"Bericht {number}"), editor)
        publish(file(number), editor)
    client.get(address)
    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200


def test_the_newest_three_stand_on_the_home_page_with_the_feed_in_words(client, editor):
    assert 'id="news"' not in client.get("/").content.decode()
    for number in range(1, 4):
        publish(update_on(title_nl=f"Bericht {number}", date=date(2026, 1, number)), editor)
    publish(file(news_on=date(2026, 1, 9)), editor)
    section = client.get("/").content.decode().partition('id="news"')[2].partition("</section>")[0]
    assert re.findall(r">(Bericht \d|Stuk \d)<", section) == ["Stuk 1", "Bericht 3", "Bericht 2"]
    assert '<a href="/nieuws/">Al het nieuws</a>' in section
    assert "Volg het nieuws in je nieuwslezer" in section


def test_an_old_version_of_the_home_page_has_the_news_of_then(client, editor):
    mission = MissionPage.objects.get()
    old = mission.revisions.get()
    mission.motto_nl = "Anders"
    mission.save()
    publish(mission, editor)
    publish(update_on(title_nl="Van erna"), editor)
    assert "Van erna" in client.get("/").content.decode()
    assert "Van erna" not in client.get(f"/versies/{old.pk}/").content.decode()


def test_all_themes_can_be_reached_from_the_home_page(client, editor):
    words = "Alle thema’s"
    assert words not in client.get("/").content.decode(), "all of them stand there"
    for number in range(6):
        publish(Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}"), editor)
    assert f'<a href="/themas/">{words}</a>' in client.get("/").content.decode()


def test_the_feed_has_marked_documents_too(client, editor):
    publish(file(), editor)
    publish(file(2, is_news=False), editor)
    feed = client.get("/feed/").content.decode()
    assert "<title>Stuk 1</title>" in feed
    assert re.search(r'<link [^>]*href="http://testserver/documenten/stuk-1.pdf"[^>]*rel="enclosure"', feed)
    assert "Stuk 2" not in feed


def test_the_mark_and_its_day_are_in_the_form(editor_client, editor):
    row = file()
    publish(row, editor)
    url = reverse("admin:priorities_document_change", args=[row.pk])
    form = form_data(editor_client, url)
    assert form["is_news"]
    assert form["news_on"]
    assert {"is_news", "news_on"} <= set(Document.not_copied)
    kept = {name: value for name, value in form.items() if name != "file"}
    wrong = editor_client.post(url, kept | {"news_on": "morgen", "_save": "1"})
    assert "news_on" in wrong.context["adminform"].form.errors
    assert 'value="morgen"' in wrong.content.decode()
