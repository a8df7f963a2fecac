"""“Start from this one”: a new form with the texts of another object, which saves nothing by itself."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from pages.models import MissionPage, Organisation
from priorities.models import Document, Partner, Priority, Theme
from publishing.i18n.urls import desk_address
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import form_data

pytestmark = pytest.mark.django_db


def started(client, obj) -> dict[str, str]:
    return form_data(client, f"{desk_address(type(obj), 'add')}?from={obj.pk}")


def test_texts_of_all_languages_and_relations_are_there_and_nothing_is_saved(editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.summary_fr, theme.needs_check_fr = "Bonjour", True
    theme.save()
    before = Theme.objects.count()
    data = started(editor_client, theme)
    assert (data["title_nl"], data["summary_fr"], data["needs_check_fr"]) == (theme.title_nl, "Bonjour", True)
    assert Theme.objects.count() == before


def test_address_place_pictures_and_files_are_its_own(editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.image_alt_nl, theme.position = "Een foto", 7
    theme.save()
    data = started(editor_client, theme)
    assert [data.get(name) for name in ("slug_nl", "slug_fr", "image", "image_alt_nl", "position")] == [None] * 4 + [0]
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file="documents/x.pdf")
    data = started(editor_client, document)
    assert (data["title_nl"], data.get("file"), data.get("slug_nl")) == ("Verslag", None, None)


def test_child_rows_come_along_in_their_order_and_are_saved_with_the_new_one(editor_client):
    priority = Priority.objects.order_by("number").first()
    priority.partners.all().delete()
    names = ["Tweede", "Eerste"]
    for number, name in enumerate(names, 1):
        Partner.objects.create(
            priority=priority, organisation=Organisation.objects.create(name=name), position=number * 5
        )
    address = f"{desk_address(Priority, 'add')}?from={priority.pk}"
    data = form_data(editor_client, address)
    assert data["partners-TOTAL_FORMS"] == 2
    response = editor_client.post(address, data | {"title_nl": "Een nieuwe", "_save": "1"}, follow=True)
    assert response.status_code == 200
    new = Priority.objects.get(title_nl="Een nieuwe")
    assert [str(row.organisation) for row in new.partners.all()] == names
    assert new.number != priority.number
    assert [str(row.organisation) for row in priority.partners.all()] == names
    assert not new.revisions.exists()


def test_dates_are_those_of_today(editor_client):
    from priorities.models import Update

    update = Update.objects.create(title_nl="Bericht", date=date(2020, 1, 1))
    assert str(started(editor_client, update)["date"]) != "2020-01-01"


def test_of_a_person_neither_name_account_consent_nor_details(editor, editor_client):
    member = StaffMember.objects.create(
        name="Jo Janssens",
        slug="jo",
        user=editor,
        phone="+3251000000",
        email="jo@example.org",
        function_nl="Directeur",
    )
    data = started(editor_client, member)
    assert data["function_nl"] == "Directeur"
    names = ("name", "slug", "phone", "mobile", "email", "user")
    assert [data.get(name) for name in names] == [None] * len(names)
    new = form_data(editor_client, desk_address(StaffMember, "add"))
    flags = ("shows_phone", "shows_mobile", "shows_email", "shows_photo")
    assert [data.get(name) for name in flags] == [new.get(name) for name in flags]


def test_the_form_says_where_it_started_and_what_did_not_come_along(editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    html = editor_client.get(f"{desk_address(Theme, 'add')}?from={theme.pk}").content.decode()
    assert "Begonnen van “" in html
    assert "Niet overgenomen: Webadres (nl)" in html.split('class="messagelist"')[1][:900]


def test_the_link_stands_in_the_form_but_not_where_there_is_one(editor_client):
    theme, page = Theme.objects.first(), MissionPage.objects.get()
    link = "?from={}"
    assert link.format(theme.pk) in editor_client.get(desk_address(theme)).content.decode()
    assert link.format(page.pk) not in editor_client.get(desk_address(page)).content.decode()


@pytest.mark.parametrize("number", ["999999", "x", "", "-1", "1" * 30])
def test_what_is_not_there_gives_an_empty_form(editor_client, number):
    response = editor_client.get(f"{desk_address(Theme, 'add')}?from={number}")
    assert response.status_code == 200
    assert not response.context["adminform"].form["title_nl"].value()


def test_who_may_not_see_it_gets_an_empty_form(db):
    user = staff_user("nieuw")
    user.user_permissions.add(Permission.objects.get(codename="add_theme"))
    client = Client()
    enter(client, user)
    theme = Theme.objects.first()
    response = client.get(f"{desk_address(Theme, 'add')}?from={theme.pk}")
    assert theme.title_nl not in response.content.decode()
