"""From the page to its form: for who may edit, and for nobody else."""

import pytest
from django.contrib.auth.models import Permission

from pages.models import MissionPage
from priorities.models import Priority, Theme
from tests.conftest import staff_user
from tests.desk import enter
from tests.site.crawl import START

pytestmark = pytest.mark.django_db


def test_an_editor_sees_on_each_part_of_a_page_the_way_to_its_field_in_that_language(editor_client):
    pk = MissionPage.objects.get().pk
    html = editor_client.get("/fr/").content.decode()
    for anchor in ("id_motto_fr", "id_mission_fr", "roles-group", "aims-group", "seats-group"):
        assert f'href="/admin/pages/missionpage/{pk}/change/#{anchor}"' in html
    priority = Priority.objects.get(number=1)
    html = editor_client.get(priority.get_absolute_url("nl")).content.decode()
    assert f'href="/admin/priorities/priority/{priority.pk}/change/#id_title_nl"' in html
    assert ">bewerk<" in html


@pytest.mark.parametrize("address", [*START, "/prioriteiten/", "/themas/", "/contact/", "/themas/regiomarketing/"])
def test_every_page_has_a_way_to_its_forms_and_is_kept_by_nobody(editor_client, address):
    response = editor_client.get(address)
    assert 'class="edit"' in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"


def test_visitors_and_staff_members_see_no_such_way(client, colleague):
    assert 'class="edit"' not in client.get("/").content.decode()
    assert "edit.css" not in client.get("/").content.decode()
    client.force_login(colleague)
    response = client.get("/")
    assert 'class="edit"' not in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_a_session_that_is_over_shows_nothing(client):
    client.cookies["sessionid"] = "verlopen"
    assert 'class="edit"' not in client.get("/").content.decode()


def test_who_may_edit_only_some_things_sees_the_way_to_those_only(client):
    user = staff_user("deel")
    user.user_permissions.add(Permission.objects.get(codename="change_theme"))
    enter(client, user)
    html = client.get("/").content.decode()
    assert "/admin/priorities/theme/" in html
    assert "/admin/pages/missionpage/" not in html


def test_a_preview_and_an_old_version_lead_to_no_form(editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    version = f"/themas/regiomarketing/versies/{theme.revisions.first().pk}/"
    preview = f"/admin/priorities/theme/{theme.pk}/preview/nl/"
    for address in (version, preview):
        assert 'class="edit"' not in editor_client.get(address).content.decode()


def test_the_ways_cost_a_visitor_no_question(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/")
