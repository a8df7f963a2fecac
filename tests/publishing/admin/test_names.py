"""The page about a name in texts, and what a form says after a change of the name."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from pages.models import Organisation
from priorities.models import Theme
from publishing.i18n.urls import desk_address
from publishing.models import Act
from publishing.review.naming.names import named
from publishing.workflow import publish
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import submit
from tests.publishing.workflow.test_undo import BUTTON

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation(editor) -> Organisation:
    organisation = Organisation.objects.create(name="Oud Overleg")
    publish(organisation, editor)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.summary_nl = "Het Oud Overleg & <anderen>."
    theme.save()
    return organisation


@pytest.mark.parametrize("button", ["_save", "_publish"])
def test_a_new_name_is_told_with_the_places_that_have_the_old_one(organisation, editor_client, button):
    html = submit(editor_client, organisation, button, name="Nieuw Overleg").content.decode()
    assert "De oude naam staat nog op 1 plaats in andere teksten." in html
    assert f'href="{desk_address(organisation, "names")}">Bekijk en vervang' in html


def test_another_change_tells_nothing_of_it(organisation, editor_client):
    submit(editor_client, organisation, "_publish", name="Nieuw Overleg")
    html = submit(editor_client, organisation, "_publish", url="https://example.org").content.decode()
    assert "De oude naam staat nog" not in html


def test_the_page_shows_each_sentence_and_replaces_what_is_ticked(organisation, editor, editor_client):
    submit(editor_client, organisation, "_publish", name="Nieuw Overleg")
    address = desk_address(organisation, "names")
    html = editor_client.get(address).content.decode()
    assert "Het <del>Oud Overleg</del> <ins>Nieuw Overleg</ins> &amp; &lt;anderen&gt;." in html
    (place,) = named(Organisation.objects.get(pk=organisation.pk), editor).replaceable
    response = editor_client.post(address, {"place": [place.key]}, follow=True)
    told = response.content.decode()
    assert "Vervangen in 1 werkversie." in told
    assert Theme.objects.get(slug_nl="regiomarketing").summary_nl == "Het Nieuw Overleg & <anderen>."
    act = Act.objects.get(kind=Act.Kind.REPLACED)
    back = editor_client.post(f"/admin/undo/{act.pk}/?back={address}", follow=True)
    assert back.redirect_chain[-1][0] == address
    assert Theme.objects.get(slug_nl="regiomarketing").summary_nl == "Het Oud Overleg & <anderen>."
    assert not BUTTON.search(back.content.decode())


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "/mijn-kaart/"])
def test_undo_leads_nowhere_else(organisation, editor, editor_client, back):
    submit(editor_client, organisation, "_publish", name="Nieuw Overleg")
    act = Act.objects.latest("pk")
    response = editor_client.post(f"/admin/undo/{act.pk}/", QUERY_STRING=f"back={back}")
    assert response.headers["Location"] == desk_address(organisation)


def test_nothing_ticked_replaces_nothing(organisation, editor_client):
    submit(editor_client, organisation, "_publish", name="Nieuw Overleg")
    html = editor_client.post(desk_address(organisation, "names"), follow=True).content.decode()
    assert "Er is niets vervangen" in html
    assert not Act.objects.filter(kind=Act.Kind.REPLACED).exists()


def test_who_may_only_look_is_refused_and_who_may_change_no_themes_changes_none(organisation, editor):
    organisation.name = "Nieuw Overleg"
    organisation.save()
    address = desk_address(organisation, "names")
    looks = staff_user("kijker")
    looks.user_permissions.add(Permission.objects.get(codename="view_organisation"))
    client = Client()
    enter(client, looks)
    assert client.get(address).status_code == 200
    assert "anderen" not in client.get(address).content.decode()  # of a theme, which they may not see
    assert client.post(address, {"place": ["x"]}).status_code == 403
    looks.user_permissions.add(Permission.objects.get(codename="change_organisation"))
    (place,) = named(organisation, editor).replaceable
    client.post(address, {"place": [place.key]})
    assert Theme.objects.get(slug_nl="regiomarketing").summary_nl.startswith("Het Oud")


def test_what_does_not_exist_and_what_has_no_proper_name_has_no_such_page(editor_client):
    assert editor_client.get("/admin/pages/organisation/999999/names/").status_code == 404
    theme = Theme.objects.first()
    assert editor_client.get(f"/admin/priorities/theme/{theme.pk}/names/").status_code in (302, 404)
