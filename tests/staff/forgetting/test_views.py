from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Priority, Theme
from publishing.models import Discarded, Draft, Mail, Revision, RevisionText, RevisionWord
from publishing.workflow import publish, unpublished_changes, withdraw
from publishing.workflow.erasure.objects import erase
from staff.models import CardLink, Consent, StaffMember
from tests.conftest import give_second_factor
from tests.desk import enter
from tests.publishing.admin.test_publishable import address
from tests.staff.conftest import photo_file, save
from tests.staff.my_card.test_invitations import HOW, given_rights

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    return StaffMember.objects.get(slug="dorine-sioen")


@pytest.fixture
def theme(johan) -> Theme:
    """A public theme of Johan, with a draft on top."""
    theme = Theme.objects.first()
    theme.contact = johan
    theme.save()
    publish(theme, None)
    theme.title_nl = "Concept"
    theme.save()
    return theme


def page_of(member: StaffMember) -> str:
    return f"/admin/staff/staffmember/{member.pk}/leave/"


def all_stored() -> str:
    """Every word that the database holds of cards, versions, logs and mails."""
    tables = (StaffMember, Theme, Revision, RevisionText, RevisionWord, Discarded, Draft, LogEntry, Consent, Mail, User)
    return "\n".join(str(row) for table in tables for row in table._base_manager.values())


def test_everything_that_names_the_person_gets_another_name_and_drafts_stay_drafts(
    editor_client, johan, dorine, theme, client, django_capture_on_commit_callbacks
):
    form = editor_client.get(page_of(johan)).context["form"]
    tasks = {task.name: str(dorine.pk) for task in form.tasks}
    assert tasks
    with django_capture_on_commit_callbacks(execute=True):
        response = editor_client.post(page_of(johan), tasks | {"reason": "Met pensioen", "sure": "on"})
    assert response.status_code == 200
    html = client.get(Theme.published().get(object_id=theme.pk).get_absolute_url()).content.decode()
    assert "Dorine Sioen" in html
    assert "Halsberghe" not in html
    assert "Concept" not in html
    theme.refresh_from_db()
    assert (theme.contact, theme.title_nl) == (dorine, "Concept")
    assert [change.path for change in unpublished_changes(theme)] == [("title_nl",)]


def test_the_person_is_forgotten_everywhere(
    editor_client, his, johan, theme, client, django_capture_on_commit_callbacks
):
    give_second_factor(johan.user)
    his.force_login(johan.user)  # a new factor ended the session
    save(his, photo=photo_file(), shows_photo="on", phone="051 77 66 55", mobile="0470 99 88 77", shows_mobile="on")
    johan.refresh_from_db()
    photo, user = johan.photo.name, johan.user
    Mail.objects.create(sender="a", recipients=[johan.email], subject="Johan", message=b"", next_try_at=timezone.now())
    CardLink.objects.make(johan, CardLink.Purpose.ADDRESS, "nieuw@example.org")
    for address_ in ("nieuw@example.org", "Johan@Example.org"):
        Mail.objects.create(sender="a", recipients=[address_], subject="x", message=b"", next_try_at=timezone.now())
    assert "Halsberghe" in all_stored()
    assert default_storage.exists(photo)
    with django_capture_on_commit_callbacks(execute=True):
        report = editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).content.decode()
    assert "bestand" in report
    assert "1 open sessie beëindigd." in report
    for trace in (
        "Halsberghe",
        "johan@example.org",
        "nieuw@example.org",
        "Johan@Example",
        "51776655",
        "470998877",
        "IMG_0001",
    ):
        assert trace not in all_stored(), trace
    assert not default_storage.exists(photo)
    assert not default_storage.exists(f"variants/{photo}")
    user.refresh_from_db()
    assert (user.is_active, user.is_staff, user.has_usable_password()) == (False, False, False)
    assert not user.groups.exists()
    assert not Authenticator.objects.filter(user=user).exists()
    assert not [each for each in Session.objects.all() if each.get_decoded().get("_auth_user_id") == str(user.pk)]
    assert not UserSession.objects.filter(user=user).exists()
    assert his.get("/mijn-kaart/").status_code == 302
    gone = client.get("/contact/johan-halsberghe/")
    assert gone.status_code == 410
    assert "Met pensioen" in gone.content.decode()
    assert "Halsberghe" not in gone.content.decode().split("<main")[1]
    assert "Halsberghe" not in client.get("/contact/").content.decode()


def test_the_old_address_leads_to_who_takes_over_for_ever(editor_client, johan, dorine, client):
    editor_client.post(page_of(johan), {"successor": str(dorine.pk), "sure": "on"})
    response = client.get("/contact/johan-halsberghe/")
    assert (response.status_code, response.headers["Location"]) == (301, "/contact/dorine-sioen/")
    dorine.name = "Dorine S."
    dorine.save()
    publish(dorine, None)
    assert client.get("/contact/johan-halsberghe/").status_code == 301
    assert client.get("/fr/contact/johan-halsberghe/").headers["Location"] == "/fr/contact/dorine-sioen/"


def test_the_page_lists_the_texts_in_which_the_name_or_the_number_stands(editor_client, johan):
    mission = MissionPage.objects.get()
    mission.intro_nl = "<p>Bel 0495/58.75.71</p>"
    mission.save()
    publish(mission, None)
    priority = Priority.objects.first()
    priority.summary_fr = "Demandez à johan halsberghe"
    priority.save()
    publish(priority, None)
    johan.phone = "+32495587571"
    johan.save()
    response = editor_client.get(page_of(johan))
    found = {(place.first.text.object_id, place.first.text.column) for [place] in response.context["today"]}
    assert found == {(mission.pk, "intro_nl"), (priority.pk, "summary_fr")}
    html = response.content.decode()
    assert f'href="/admin/pages/missionpage/{mission.pk}/change/#id_intro_nl"' in html
    assert "<mark>0495/58.75.71</mark>" in html


def test_the_reason_that_stands_ready_is_dutch_in_a_french_desk(editor_client, johan):
    editor_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    html = editor_client.get(page_of(johan)).content.decode()
    assert "Écrivez-la en néerlandais" in html
    assert 'value="Deze persoon werkt niet meer bij RESOC Westhoek."' in html


def test_nothing_happens_without_being_sure_or_without_a_reason(editor_client, johan, theme, client):
    for data in ({"reason": "Weg"}, {"reason": " ", "sure": "on"}, {"sure": "on", "successor": "999"}):
        response = editor_client.post(page_of(johan), data)
        assert response.context["form"].errors
        assert client.get("/contact/johan-halsberghe/").status_code == 200
    assert StaffMember.objects.filter(pk=johan.pk).exists()


def test_nobody_forgets_themselves(editor, editor_client, dorine):
    StaffMember.objects.filter(pk=dorine.pk).update(user=editor)
    assert editor_client.get(page_of(dorine)).status_code == 403


@pytest.mark.parametrize("how", HOW)
def test_only_a_superuser_closes_the_account_of_somebody_with_rights(editor_client, johan, how):
    given_rights(johan.user, how)
    assert f'href="{page_of(johan)}"' not in editor_client.get(address(johan)).content.decode()
    for response in (
        editor_client.get(page_of(johan), follow=True),
        editor_client.post(page_of(johan), {"reason": "Weg", "sure": "on"}, follow=True),
    ):
        assert response.redirect_chain[-1][0] == address(johan)
        assert "Alleen een superuser" in response.content.decode()
    johan.user.refresh_from_db()
    assert johan.user.is_active
    boss = User.objects.create_superuser("baas")
    give_second_factor(boss)
    enter(editor_client, boss)
    assert editor_client.post(page_of(johan), {"reason": "Weg", "sure": "on"}).status_code == 200
    johan.user.refresh_from_db()
    assert not johan.user.is_active


def test_what_visitors_still_see_is_not_erased(johan, theme):
    with pytest.raises(ProtectedError):
        erase(johan)


def test_a_file_that_something_else_names_is_kept(editor, dorine, django_capture_on_commit_callbacks):
    leaver = StaffMember(name="Jan", slug="jan", photo=ImageFile(photo_file(), name="p.jpg"), shows_photo=True)
    leaver.save()
    publish(leaver, editor)
    StaffMember.objects.filter(pk=dorine.pk).update(photo=leaver.photo.name, shows_photo=True)
    publish(dorine, editor)
    withdraw(leaver, editor, "Weg")
    with django_capture_on_commit_callbacks(execute=True):
        erase(leaver)
    assert default_storage.exists(leaver.photo.name)


def test_nobody_is_offered_as_their_own_stand_in(editor_client, johan, dorine):
    dorine.absent_until, dorine.stand_in = timezone.localdate(), johan
    dorine.save()
    publish(dorine, None)
    form = editor_client.get(page_of(johan)).context["form"]
    name = next(task.name for task in form.tasks if task.field == "stand_in")
    assert str(dorine.pk) not in [key for key, _name in form.fields[name].choices]
    data = {name: str(dorine.pk), "reason": "Met pensioen", "sure": "on"}
    assert name in editor_client.post(page_of(johan), data).context["form"].errors
    dorine.refresh_from_db()
    assert dorine.stand_in == johan


def absent(member: StaffMember, stand_in: StaffMember) -> None:
    """Have `member` be away today, with this stand-in."""
    member.absent_until, member.stand_in = timezone.localdate(), stand_in
    member.save()
    publish(member, None)


@pytest.fixture
def sigrid(dorine, johan) -> StaffMember:
    return StaffMember.objects.exclude(pk__in=[dorine.pk, johan.pk]).first()


def test_nobody_is_offered_who_would_stand_in_for_themselves_by_a_detour(editor_client, johan, dorine, sigrid):
    absent(dorine, johan)
    absent(sigrid, dorine)
    form = editor_client.get(page_of(johan)).context["form"]
    name = f"to-staffmember-{dorine.pk}-stand_in"
    offered = [key for key, _name in form.fields[name].choices]
    assert not {str(dorine.pk), str(sigrid.pk)} & set(offered)
    data = {name: str(sigrid.pk), "reason": "Met pensioen", "sure": "on"}
    assert name in editor_client.post(page_of(johan), data).context["form"].errors


def test_two_who_are_away_are_not_made_each_others_stand_in_at_once(editor_client, johan, dorine, sigrid):
    absent(dorine, johan)
    absent(sigrid, johan)
    names = {member.pk: f"to-staffmember-{member.pk}-stand_in" for member in (dorine, sigrid)}
    data = {names[dorine.pk]: str(sigrid.pk), names[sigrid.pk]: str(dorine.pk), "reason": "Weg", "sure": "on"}
    errors = editor_client.post(page_of(johan), data).context["form"].errors
    assert set(errors) == set(names.values())
    data[names[sigrid.pk]] = ""
    assert "report" in editor_client.post(page_of(johan), data).context


def test_a_stand_in_of_an_absence_that_is_over_is_no_detour(editor_client, johan, dorine, sigrid):
    absent(dorine, johan)
    sigrid.absent_until, sigrid.stand_in = timezone.localdate() - timedelta(days=9), dorine
    sigrid.save()
    publish(sigrid, None)
    form = editor_client.get(page_of(johan)).context["form"]
    offered = [key for key, _name in form.fields[f"to-staffmember-{dorine.pk}-stand_in"].choices]
    assert str(sigrid.pk) in offered


@pytest.mark.parametrize("is_planned", [False, True])
def test_what_names_the_person_in_public_or_in_a_plan_only_gets_another_name_too(
    editor_client, johan, dorine, sigrid, theme, is_planned
):
    if is_planned:
        theme = Theme.objects.last()
        theme.contact = johan
        theme.save()
        publish(theme, None, live_from=timezone.now() + timedelta(days=1))
    theme.contact = dorine  # in the working copy alone
    theme.save()
    name = f"to-theme-{theme.pk}-contact"
    data = {name: str(sigrid.pk), "reason": "Met pensioen", "sure": "on"}
    assert "report" in editor_client.post(page_of(johan), data).context
    versions = theme.revisions.pending() if is_planned else theme.revisions.public()
    assert [version.data["contact_id"] for version in versions] == [sigrid.pk]
    theme.refresh_from_db()
    assert theme.contact == dorine


def test_a_link_to_the_card_in_a_public_text_must_go_first(editor_client, johan):
    theme = Theme.objects.last()
    theme.body_nl = f'<p>Vraag het <a href="page:staff.staffmember/{johan.pk}">de directeur</a></p>'
    theme.save()
    publish(theme, None)
    page = editor_client.get(page_of(johan)).content.decode()
    assert f'href="/admin/priorities/theme/{theme.pk}/change/#id_body_nl"' in page
    response = editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"})
    assert response.context["form"].non_field_errors()
    assert StaffMember.objects.filter(pk=johan.pk).exists()
    theme.body_nl = "<p>Vraag het de directeur</p>"
    theme.save()
    publish(theme, None)
    assert "report" in editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).context


def test_the_reason_that_visitors_go_on_reading_has_no_name(editor_client, johan):
    data = {"reason": "J. Halsberghe ging met pensioen", "sure": "on"}
    assert "reason" in editor_client.post(page_of(johan), data).context["form"].errors


def test_texts_of_today_are_shown_with_their_fields_and_never_redacted(editor_client, johan):
    theme = Theme.objects.first()
    theme.body_nl = "<p>Vraag het Johan Halsberghe</p>"
    theme.save()
    publish(theme, None)
    response = editor_client.get(page_of(johan))
    [[place]] = response.context["today"]
    assert (place.redactable, place.url) == ((), f"/admin/priorities/theme/{theme.pk}/change/#id_body_nl")
    data = {"redact": [place.key], "reason": "Met pensioen", "sure": "on"}
    report = editor_client.post(page_of(johan), data).context["report"]
    assert [each.first.text.state for [each] in report.certain] == ["public"]
    theme.refresh_from_db()
    assert "Halsberghe" in theme.body_nl


def test_the_page_says_what_was_looked_through_and_what_not(editor_client, johan):
    page = editor_client.get(page_of(johan)).content.decode()
    assert "We vonden niets in de teksten die we doorzochten." in page
    assert "johan@example.org" in page
    assert "thema’s" in page
    assert "Werkversie (" in page
    assert "pdf" in page.lower()


def test_the_number_of_queries_of_the_page_does_not_grow(editor_client, johan):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor_client.get(page_of(johan)).status_code == 200
        return len(queries)

    def add(number: int) -> None:
        theme = Theme.objects.create(title_nl=f"J. Halsberghe {number}", slug_nl=f"h-{number}", contact=johan)
        publish(theme, None)

    count()
    add(1)
    few = count()
    for number in range(2, 8):
        add(number)
    assert count() == few
