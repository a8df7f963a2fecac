from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.admin import edit_conflicts
from publishing.models import Presence
from resoc.groups import SECRETARIAT
from staff.admin import StaffMemberAdmin
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(db) -> User:
    user = staff_user("sigrid", first_name="Sigrid", last_name="Verhaeghe")
    user.groups.add(Group.objects.get(name=SECRETARIAT))
    return user


@pytest.fixture
def other_client(other) -> Client:
    client = Client()
    enter(client, other)
    return client


def opened(client, obj) -> dict[str, str]:
    """The form as somebody opened it, with its hidden fingerprints and its child rows."""
    response = client.get(address(obj))
    data = form_data(client, address(obj)) | {"_base": response.context["base"]}
    for inline in response.context["inline_admin_formsets"]:
        data |= {bound.html_name: bound.value() for bound in inline.formset.management_form}
        for form in inline.formset.forms:
            data |= {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    return data


def test_saving_over_a_newer_save_is_refused_with_both_texts_and_nothing_lost(editor_client, other_client, theme):
    mine, theirs = opened(editor_client, theme), opened(other_client, theme)
    other_client.post(address(theme), theirs | {"title_nl": "Van Sigrid", "_save": "1"})
    response = editor_client.post(address(theme), mine | {"title_nl": "Van Dorine", "_save": "1"})
    html = response.content.decode()
    assert "Sigrid Verhaeghe bewaarde deze pagina" in html
    assert "Van Sigrid" in html
    assert "Van Dorine" in html
    assert html.count("Van jou is nog niets bewaard") == 1
    assert "errornote" not in html  # one message only: nothing is to be corrected
    theme.refresh_from_db()
    assert theme.title_nl == "Van Sigrid"


def test_saving_again_after_having_seen_both_counts(editor_client, other_client, theme):
    mine, theirs = opened(editor_client, theme), opened(other_client, theme)
    other_client.post(address(theme), theirs | {"title_nl": "Van Sigrid", "_save": "1"})
    refused = editor_client.post(address(theme), mine | {"title_nl": "Van Dorine", "_save": "1"})
    again = mine | {"title_nl": "Van Dorine", "_base": refused.context["base"]}
    assert editor_client.post(address(theme), again | {"_save": "1"}).status_code == 302
    theme.refresh_from_db()
    assert theme.title_nl == "Van Dorine"


def test_what_only_the_other_changed_is_taken_over(editor_client, other_client, theme):
    mine, theirs = opened(editor_client, theme), opened(other_client, theme)
    other_client.post(address(theme), theirs | {"title_fr": "De Sigrid", "_save": "1"})
    refused = editor_client.post(address(theme), mine | {"title_nl": "Van Dorine", "_publish": "1"})
    form = refused.context["adminform"].form
    assert form["title_fr"].value() == "De Sigrid"
    assert form["title_nl"].value() == "Van Dorine"
    assert theme.revisions.count() == 1


def test_the_same_change_by_both_is_no_conflict(editor_client, other_client, theme):
    mine, theirs = opened(editor_client, theme), opened(other_client, theme)
    other_client.post(address(theme), theirs | {"title_nl": "Eensgezind", "_save": "1"})
    assert editor_client.post(address(theme), mine | {"title_nl": "Eensgezind", "_save": "1"}).status_code == 302


def test_child_rows_of_both_are_kept(editor_client, other_client):
    page = MissionPage.objects.get()
    first, second, third = page.aims.all()[:3]
    mine, theirs = opened(editor_client, page), opened(other_client, page)
    rows = page.aims.count()
    added = {"aims-TOTAL_FORMS": rows + 1, f"aims-{rows}-text_nl": "Van Sigrid", f"aims-{rows}-position": "50"}
    other_client.post(
        address(page),
        theirs | added | {"aims-0-text_nl": "Door Sigrid", "aims-1-DELETE": "on", "aims-2-DELETE": "on", "_save": "1"},
    )
    assert page.aims.filter(text_nl="Van Sigrid").exists()
    refused = editor_client.post(
        address(page), mine | {"aims-3-text_nl": "Door Dorine", "aims-1-text_nl": "Bewerkt door Dorine", "_save": "1"}
    )
    data = {key: value for key, value in refused.wsgi_request.POST.items() if key != "_conflict"}
    editor_client.post(address(page), data | {"_base": refused.context["base"]})
    texts = set(page.aims.values_list("text_nl", flat=True))
    assert {"Door Sigrid", "Van Sigrid", "Door Dorine", "Bewerkt door Dorine"} <= texts
    assert not {first.text_nl, second.text_nl, third.text_nl} & texts


def test_a_form_without_fingerprints_is_taken_as_it_comes(editor_client, theme):
    data = opened(editor_client, theme)
    for base in ("", "geen json", "[]"):
        assert editor_client.post(address(theme), data | {"_base": base, "_save": "1"}).status_code == 302


def test_the_form_says_who_else_is_here_and_since_when(editor_client, other_client, editor, theme):
    other_client.get(address(theme))
    html = editor_client.get(address(theme)).content.decode()
    assert "Sigrid Verhaeghe heeft deze pagina ook open" in html
    assert editor.username not in html.split("heeft deze pagina ook open")[0].split("presence")[-1]


def test_who_gives_no_sign_of_life_is_gone_and_begins_anew(other, editor, theme):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        edit_conflicts.arrive(theme, other)
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        edit_conflicts.arrive(theme, other)
        assert [presence.since for presence in edit_conflicts.others(theme, editor)] == [start]
        assert edit_conflicts.others(theme, other) == []
    with time_machine.travel(start + timedelta(minutes=4), tick=False):
        assert edit_conflicts.others(theme, editor) == []
        edit_conflicts.arrive(theme, other)
        assert Presence.objects.get().since == start + timedelta(minutes=4)


def test_a_sign_of_life_is_for_editors_only(client, colleague, theme):
    url = address(theme).replace("change/", "present/")
    client.force_login(colleague)
    assert client.post(url).status_code == 302
    enter(client, staff_user("bare"))
    assert client.post(url).status_code == 403
    assert not Presence.objects.exists()


def test_looking_changes_no_presence_by_get(editor_client, theme):
    assert editor_client.get(address(theme).replace("change/", "present/")).status_code == 403


def test_what_a_browser_kept_is_shown_and_not_saved(editor_client, theme):
    data = opened(editor_client, theme)
    response = editor_client.post(address(theme), data | {"title_nl": "Gisteren getypt", "_unsaved": "1"})
    assert "Gisteren getypt" in response.content.decode()
    assert response.content.decode().count("Het is nog niet bewaard") == 1
    assert "errornote" not in response.content.decode()
    theme.refresh_from_db()
    assert theme.title_nl != "Gisteren getypt"


def test_a_form_holds_its_model_as_publishing_does_before_it_reads_a_row(editor_client, theme, monkeypatch):
    # On PostgreSQL a lock on the row first, as once, made a form and a new order wait for each other.
    held = []
    monkeypatch.setattr("publishing.admin.publishable.companions.lock", held.append)
    data = opened(editor_client, theme)
    with CaptureQueriesContext(connection) as queries:
        editor_client.post(address(theme), data | {"_save": "1"})
    assert held == [Theme]
    assert not any("FOR UPDATE" in query["sql"] for query in queries)


def test_a_form_of_something_that_never_was_leads_back_to_the_desk(editor_client, theme):
    data = opened(editor_client, theme) | {"_save": "1"}
    for key in ("x", "999999"):
        url = address(theme).replace(f"/{theme.pk}/", f"/{key}/")
        assert editor_client.post(url, data).status_code == 302


def test_an_older_form_sets_no_tick_back_that_a_colleague_changed(editor_client, other_client, theme):
    assert theme.needs_check_fr
    mine, theirs = opened(editor_client, theme), opened(other_client, theme)
    other_client.post(address(theme), {k: v for k, v in theirs.items() if k != "needs_check_fr"} | {"_save": "1"})
    refused = editor_client.post(address(theme), mine | {"title_nl": "Van Dorine", "_save": "1"})
    html = refused.content.decode()
    assert "Frans nog na te lezen" in html.split('class="conflict"')[1].split("</section>")[0]
    assert not refused.context["adminform"].form["needs_check_fr"].value()
    theme.refresh_from_db()
    assert not theme.needs_check_fr
    again = {k: v for k, v in mine.items() if k != "needs_check_fr"} | {"_base": refused.context["base"]}
    assert editor_client.post(address(theme), again | {"title_nl": "Van Dorine"}).status_code == 302


def test_an_older_form_gives_no_account_back_that_was_taken_away(editor_client, other_client, colleague, monkeypatch):
    monkeypatch.setattr(StaffMemberAdmin, "shared_fields", ("name", "user"))
    person = StaffMember.objects.get(name__startswith="Johan")
    person.user = colleague
    person.save()
    mine, theirs = opened(editor_client, person), opened(other_client, person)
    other_client.post(address(person), theirs | {"user": "", "_save": "1"})
    refused = editor_client.post(address(person), mine | {"name": "Johan D.", "_save": "1"})
    assert "Account" in refused.content.decode().split('class="conflict"')[1].split("</section>")[0]
    assert refused.context["adminform"].form["user"].value() in (None, "")
    person.refresh_from_db()
    assert person.user is None
