from datetime import date

import pytest

from priorities.models import Priority, Theme, Update
from priorities.views import neighbours, stages
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


def update(subject, day: int, title: str, **extra) -> Update:
    name = type(subject).__name__.lower()
    return Update.objects.create(**{name: subject}, date=date(2026, 10, day), title_nl=title, **extra)


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
    for number in range(25):
        publish(Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}", position=number + 10), editor)


def test_the_list_of_themes_is_paginated(client, three_pages):
    assert len(client.get("/themas/").context["themes"]) == 12
    third = client.get("/themas/?page=3")
    assert len(third.context["themes"]) == 4
    assert '<a href="?page=2" rel="prev">' in third.content.decode()
    assert '<a href="/themas/" rel="prev">' in client.get("/themas/?page=2").content.decode()


@pytest.mark.parametrize(
    ("query", "leads_to"),
    [
        *((f"page={odd}", "/themas/") for odd in ("1", "01", "0", "", "x", "-1", "%00", "1.0", "%D9%A1", "9" * 5000)),
        ("page=02", "/themas/?page=2"),
        ("page=%202", "/themas/"),
        ("page=2&page=3", "/themas/?page=3"),
        ("page=999", "/themas/?page=3"),
        ("page=1&utm_source=x", "/themas/?utm_source=x"),
    ],
)
def test_each_page_of_the_list_has_one_address(client, three_pages, query, leads_to):
    response = client.get(f"/themas/?{query}")
    assert (response.status_code, response.headers["Location"]) == (302, leads_to)


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(client, editor, django_assert_num_queries, count):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    for day in range(1, count + 1):
        publish(update(theme, day, f"U{day}"), editor)
    client.get("/themas/regiomarketing/")
    with django_assert_num_queries(4):
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
        assert "Bijgewerkt op 14 oktober 2026" in html, address


def test_neighbours_go_round():
    first, second, third = (Priority(pk=pk) for pk in (1, 2, 3))
    assert neighbours([first, second, third], first) == (third, second)
    assert neighbours([first], first) == (None, None)


def test_stages_before_the_current_one_are_done():
    assert [stage["state"] for stage in stages("running")] == ["done", "done", "current", "later"]
    assert stages("") == []
