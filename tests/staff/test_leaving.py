import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.db.models import ProtectedError
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Priority, Theme
from publishing.erasure import erase
from publishing.models import Discarded, Mail, Revision, RevisionText, RevisionWord
from publishing.workflow import publish, unpublished_changes, withdraw
from staff.models import CardLink, Consent, StaffMember
from tests.conftest import give_second_factor
from tests.desk import enter
from tests.publishing.test_admin import address
from tests.staff.conftest import photo_file, save
from tests.staff.test_invitations import HOW, given_rights

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
    tables = (StaffMember, Revision, RevisionText, RevisionWord, Discarded, LogEntry, Consent, Mail, User)
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
    mission.intro_nl = "<p>Bel 051/51.93.56</p>"
    mission.save()
    publish(mission, None)
    priority = Priority.objects.first()
    priority.summary_fr = "Demandez à johan halsberghe"
    priority.save()
    publish(priority, None)
    found = {mention.obj for mention in editor_client.get(page_of(johan)).context["mentions"]}
    assert found == {mission, priority}


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
