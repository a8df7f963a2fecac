import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from pages.models import Organisation, TextPage
from priorities.models import Priority, Theme
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_changelist import URL

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Organisation, TextPage, StaffMember, Priority, Theme])
def test_lists_open_and_find_words_in_any_language(editor_client, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert editor_client.get(url).status_code == 200
    assert editor_client.get(url, {"q": "é"}).status_code == 200


@pytest.mark.parametrize("extra", [1, 5])
def test_a_list_asks_as_often_with_many_rows_as_with_few(editor_client, django_assert_num_queries, extra):
    for number in range(extra):
        Theme.objects.create(title_nl=f"T{number}")
    url = reverse("admin:priorities_theme_changelist")
    editor_client.get(url)
    with django_assert_num_queries(22):
        editor_client.get(url)


def test_a_list_is_called_by_what_is_in_it(editor_client):
    for language, title in (("nl", "Berichten"), ("fr", "Actualités"), ("en", "Updates")):
        response = editor_client.get("/admin/priorities/update/", headers={"accept-language": language})
        assert f"<title>{title} · " in response.content.decode()


def test_a_list_says_in_words_what_is_missing_and_names_its_filters(editor_client, theme):
    theme.status = ""
    theme.save()
    html = editor_client.get("/admin/priorities/theme/").content.decode()
    cell = re.search(r'<td class="field-status">(.*?)</td>', html)[1]
    assert "niet ingevuld" in cell
    assert ">-<" not in html
    assert [" ".join(each.split()) for each in re.findall(r"<summary>(.*?)</summary>", html, re.DOTALL)] == [
        "Te doen",
        "Toestand",
    ]


def order(client, places: dict, url: str = URL):
    return client.post(url, {f"place-{key}": place for key, place in places.items()} | {"_reorder": "1"})


def test_typed_numbers_order_the_list_and_the_site_but_publish_no_draft(editor_client, client, theme):
    rows = list(Theme.objects.order_by("position"))
    last = rows[-1]
    last.title_nl = "Concept van nu"
    last.save()
    places = {row.pk: row.position for row in rows} | {last.pk: 1}
    response = order(editor_client, places)
    assert response.status_code == 302
    assert list(Theme.objects.order_by("position")) == [last, *rows[:-1]]
    assert Theme.published().first().pk == last.pk
    assert "Concept van nu" not in client.get("/themas/").content.decode()


def test_a_row_that_is_sent_down_comes_after_the_one_that_has_the_number(editor_client):
    rows = list(Theme.objects.order_by("position"))
    order(editor_client, {row.pk: row.position for row in rows} | {rows[0].pk: rows[2].position})
    assert list(Theme.objects.order_by("position"))[:3] == [rows[1], rows[2], rows[0]]


def test_who_may_only_look_orders_nothing_and_a_get_orders_nothing(client, editor_client):
    rows = list(Theme.objects.order_by("position"))
    places = {row.pk: place for place, row in enumerate(reversed(rows), 1)}
    viewer = staff_user("kijker")
    viewer.user_permissions.add(Permission.objects.get(codename="view_theme"))
    enter(client, viewer)
    assert order(client, places).status_code == 403
    assert "Bewaar volgorde" not in client.get(URL).content.decode()
    editor_client.get(URL, {f"place-{key}": place for key, place in places.items()} | {"_reorder": "1"})
    order(editor_client, {999_999: 1, "x": 2})
    assert list(Theme.objects.order_by("position")) == rows


def test_what_has_no_order_has_no_numbers(editor_client):
    url = reverse("admin:pages_organisation_changelist")
    assert 'name="place-' not in editor_client.get(url).content.decode()
    assert order(editor_client, {1: 2}, url).status_code == 200
