"""The first page of the desk, the page with everything, and putting off."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from priorities.models import Theme
from publishing.models import Lack, PutOff
from publishing.models.work import forget_put_off
from publishing.workflow import publish, publish_new
from tests.conftest import staff_user
from tests.desk import enter

pytestmark = pytest.mark.django_db

LINE = re.compile(r'<li class="work-line">(.*?)</li>', re.DOTALL)


def lines(client, address="/admin/") -> dict[str, str]:
    """The lines of the list: their HTML by the name that they begin with."""
    html = client.get(address).content.decode().partition('id="put-off"')[0]
    found = LINE.findall(html)
    return {unescape(re.search(r'class="name"[^>]*>([^<]*)<', each)[1]): each for each in found}


def fields(line: str) -> dict[str, list[str]]:
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', line)
    return {name: [value for each, value in pairs if each == name] for name, _value in pairs}


@pytest.fixture
def theme(editor) -> Theme:
    theme = Theme.objects.create(title_nl="Oogst", title_fr="Récolte", title_en="Harvest", slug_nl="oogst", position=1)
    publish(theme, editor)
    Lack.objects.exclude(revision__object_id=theme.pk).delete()  # so that nothing else of its kind stands before it
    return theme


def press(client, label: str, until: str, **more):
    return client.post("/admin/work/put-off/", fields(lines(client)[label]) | {"until": until} | more)


def test_a_line_says_what_where_and_how_long(editor_client, theme):
    line = lines(editor_client)["Oogst"]
    assert f'href="/admin/priorities/theme/{theme.pk}/change/#id_summary_nl"' in line
    assert "Bezoekers lezen hier alleen een titel" in line
    assert "15 min." in line


def test_on_a_new_site_are_at_most_eight_lines(editor_client):
    assert 1 <= len(lines(editor_client)) <= 8


def test_not_now_counts_for_everybody_and_says_who_and_until_when(editor_client, editor, theme):
    response = press(editor_client, "Oogst", "later")
    assert response.status_code == 302
    other = Client()
    enter(other, staff_user("baas", is_superuser=True))
    assert "Oogst" not in lines(editor_client)
    assert "Oogst" not in lines(other)
    said = " ".join(other.get("/admin/work/").content.decode().split())
    until = timezone.localdate() + timedelta(days=30)
    assert f"Niet nu: tot {until.day} " in said
    assert "door dorine op" in said


def test_a_message_begins_a_title_with_a_capital_as_the_list_does(editor_client, editor, theme):
    theme.title_nl = "oogst"
    publish(theme, editor)
    said = editor_client.get(press(editor_client, "Oogst", "later").url).content.decode()
    assert "“Oogst” is voor iedereen uitgesteld tot" in said


def test_it_comes_back_after_its_time(editor_client, theme):
    press(editor_client, "Oogst", "later")
    PutOff.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert "Oogst" in lines(editor_client)


def test_not_for_us_stays_away_until_something_changes(editor_client, editor, theme):
    press(editor_client, "Oogst", "never")
    assert PutOff.objects.get().until is None
    assert "Oogst" not in lines(editor_client)


def test_what_is_wrong_now_is_put_off_for_a_week_and_never_for_good(editor_client, settings, tmp_path):
    from publishing.cache.failures import note

    settings.STATE_DIR = tmp_path
    note(("http", "localhost", "/contact/", ""), is_withheld=True)
    assert "Niet voor ons" not in lines(editor_client)["/contact/"]
    press(editor_client, "/contact/", "never")
    (row,) = PutOff.objects.filter(kind="fails")
    assert timedelta(days=6) < row.until - timezone.now() <= timedelta(days=7)


def test_the_message_undoes_it(editor_client, theme):
    press(editor_client, "Oogst", "later")
    html = editor_client.get("/admin/").content.decode()
    address = re.search(r'formaction="(/admin/work/\d+/back/)"', html)[1]
    assert editor_client.post(address).status_code == 302
    assert "Oogst" in lines(editor_client)
    assert not PutOff.objects.exists()


def test_what_was_put_off_with_one_click_comes_back_with_one(editor_client, theme):
    revision = theme.revisions.first()
    Lack.objects.create(revision=revision, kind="picture", since=revision.live_from, minutes=2)
    press(editor_client, "Oogst", "later")
    rows = list(PutOff.objects.all())
    assert len(rows) == 2
    assert len({row.at for row in rows}) == 1
    editor_client.post(f"/admin/work/{rows[1].pk}/back/")
    assert not PutOff.objects.exists()


def test_what_is_done_meanwhile_is_not_put_off(editor_client, editor, theme):
    sent = fields(lines(editor_client)["Oogst"]) | {"until": "later"}
    theme.summary_nl = "Kort."
    theme.save()
    publish(theme, editor)
    response = editor_client.post("/admin/work/put-off/", sent, follow=True)
    assert "niet meer op de lijst" in response.content.decode()
    assert not PutOff.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"model": "x", "pk": "y", "item": "z"}, {"model": "auth.user", "pk": "1" * 30}])
def test_a_form_that_nobody_made_changes_nothing(editor_client, sent):
    assert editor_client.post("/admin/work/put-off/", sent).status_code == 302
    assert not PutOff.objects.exists()


def test_somebody_may_put_off_and_bring_back_only_what_they_may_change(editor_client, editor, theme):
    user = staff_user("redacteur")
    user.user_permissions.add(Permission.objects.get(codename="change_priority"))
    other = Client()
    enter(other, user)
    assert "Oogst" not in lines(other)
    sent = fields(lines(editor_client)["Oogst"]) | {"until": "later"}
    other.post("/admin/work/put-off/", sent)
    assert not PutOff.objects.exists()
    press(editor_client, "Oogst", "later")
    assert other.post(f"/admin/work/{PutOff.objects.get().pk}/back/").status_code == 404
    assert "Oogst" not in other.get("/admin/work/").content.decode()


def test_the_page_with_everything_goes_back_to_itself(editor_client, theme):
    response = press(editor_client, "Oogst", "later", everything="1")
    assert response["Location"] == "/admin/work/"


def test_the_number_of_queries_of_the_first_page_is_bounded(editor_client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def number() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            editor_client.get("/admin/")
        return len(queries)

    number()
    before = number()
    publish_new([Theme.objects.create(title_nl=f"Thema {each}", slug_nl=f"t-{each}") for each in range(60)], None)
    assert number() <= before


def test_what_is_long_over_is_forgotten(editor_client, theme):
    press(editor_client, "Oogst", "later")
    PutOff.objects.update(until=timezone.now() - timedelta(days=29))
    forget_put_off()
    assert PutOff.objects.exists()
    PutOff.objects.update(until=timezone.now() - timedelta(days=31))
    forget_put_off()
    assert not PutOff.objects.exists()
