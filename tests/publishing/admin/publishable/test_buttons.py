import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError

from pages.models import MissionPage, Organisation
from priorities.admin import ThemeAdmin
from priorities.models import Theme
from publishing.admin import Button, PublishableAdmin
from publishing.workflow import is_live, publish
from staff.admin import StaffMemberAdmin
from tests.publishing.admin.test_publishable import address, submit

pytestmark = pytest.mark.django_db

PANEL = ("publishing/templates/publishing/panel/*.html", "publishing/templates/publishing/change_form.html")
CARD = ("templates/admin/staff/account.html", "templates/admin/staff/change_form.html")


def named(*patterns: str) -> set[str]:
    """The names of the buttons that send the form in these templates."""
    folder = Path(settings.BASE_DIR)
    files = [path for pattern in patterns for path in folder.glob(pattern)]
    return {
        name for path in files for name in re.findall(r'<button type="submit"[^>]* name="(_\w+)"', path.read_text())
    }


@pytest.mark.parametrize(("model_admin", "templates"), [(PublishableAdmin, PANEL), (StaffMemberAdmin, (*PANEL, *CARD))])
def test_each_button_in_a_template_stands_in_the_table_and_none_stands_there_alone(model_admin, templates):
    assert named(*templates) - {"_save"} == set(model_admin.buttons)


def test_withdrawing_what_has_no_page_promises_no_reason_at_an_address(editor, editor_client):
    organisation = Organisation.objects.create(name="Zonder pagina")
    publish(organisation, editor)
    html = submit(editor_client, organisation, "_withdraw", _reason="ontbonden").content.decode()
    assert "Van de site gehaald: bezoekers zien het niet meer." in html
    assert "oude adres" not in html


def test_an_app_adds_a_button_that_acts_on_what_was_saved(editor_client, monkeypatch):
    pressed = []

    def do(press):
        pressed.append((press.obj.title_nl, press.value, Theme.objects.get(pk=press.obj.pk).title_nl))
        press.tell("Gedaan.")

    monkeypatch.setattr(ThemeAdmin, "buttons", {"_mine": Button(do), **PublishableAdmin.buttons})
    theme = Theme.objects.get(slug_nl="regiomarketing")
    html = submit(editor_client, theme, "_mine", title_nl="Anders").content.decode()
    assert pressed == [("Anders", "1", "Anders")]
    assert ("Gedaan." in html, "Bewaard als werkversie" in html) == (True, False)


def test_a_button_that_cannot_do_its_work_says_why_and_what_was_typed_is_saved(editor_client, monkeypatch):
    def refuse(press):
        raise ValidationError("Dat kan nu niet.")

    monkeypatch.setattr(ThemeAdmin, "buttons", {"_mine": Button(refuse)})
    theme = Theme.objects.get(slug_nl="regiomarketing")
    assert "Dat kan nu niet." in submit(editor_client, theme, "_mine", title_nl="Anders").content.decode()
    theme.refresh_from_db()
    assert theme.title_nl == "Anders"


def test_a_button_that_an_app_did_not_add_only_saves(editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    before = theme.revisions.count()
    assert "Bewaard als werkversie" in submit(editor_client, theme, "_invite").content.decode()
    assert theme.revisions.count() == before


def test_what_may_not_be_withdrawn_is_only_saved(editor_client):
    page = MissionPage.objects.get()
    html = submit(editor_client, page, "_withdraw", _reason="Weg ermee").content.decode()
    assert ("Bewaard als werkversie" in html, is_live(page)) == (True, True)


def test_a_visitor_presses_no_button(client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    before = theme.revisions.count()
    assert client.post(address(theme), {"_publish": "1"}).status_code == 302
    assert theme.revisions.count() == before


def test_the_tables_of_other_kinds_of_content_are_those_of_all():
    kinds = [each for each in admin.site._registry.values() if isinstance(each, PublishableAdmin)]
    others = [each for each in kinds if not isinstance(each, StaffMemberAdmin)]
    assert others
    assert all(each.buttons is PublishableAdmin.buttons for each in others)
