import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from publishing.models import Event
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from staff.my_card.card_checks import send_due, unanswered
from tests.desk import enter
from tests.staff.conftest import save
from tests.staff.my_card.test_invitations import HOW, given_rights

pytestmark = pytest.mark.django_db
HALF_A_YEAR = timedelta(days=183)


@pytest.fixture(autouse=True)
def _site_url(settings):
    settings.SITE_URL = "http://testserver"


@pytest.fixture
def path(johan, time_machine) -> str:
    """The path of the link that Johan was mailed, half a year after his card was last looked at."""
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    (message,) = mail.outbox
    assert message.to == ["johan@example.org"]
    return re.search(r"http://testserver(/mijn-kaart/klopt/\S+)", message.body)[1]


def test_the_mail_holds_the_card_and_two_ways_to_go_on(path):
    (message,) = mail.outbox
    html = message.alternatives[0].content
    for text in (message.body, html):
        assert "Johan Halsberghe" in text
        assert "051 51 93 56" in text
        assert path in text
        assert "http://testserver/mijn-kaart/uitnodiging/" in text
    assert f'<a href="http://testserver{path}"' in html


def test_a_program_that_follows_the_link_changes_nothing(path, client, johan):
    before = johan.revisions.count()
    for _visit in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert johan.revisions.count() == before


def test_yes_stamps_the_card_as_checked_today_and_the_link_is_used_up(path, client, johan):
    before = johan.revisions.first()
    assert "Dank je" in client.post(path).content.decode()
    after = johan.revisions.first()
    assert after.checked_at.date() == timezone.now().date()
    assert after.changed_at == before.changed_at
    count = johan.revisions.count()
    for method in (client.get, client.post):
        again = method(path)
        assert again.status_code == 200
        assert "Je bevestigde op" in again.content.decode()
        assert "Ja, klopt" not in again.content.decode()
    assert johan.revisions.count() == count


def test_a_link_works_for_its_own_card_only_and_thirty_days(path, client, johan, time_machine):
    other = StaffMember.objects.exclude(pk=johan.pk).first()
    before = other.revisions.count()
    client.post(path, {"member": other.pk})
    assert other.revisions.count() == before
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert client.get(path).status_code == 410


def test_an_old_link_dies_after_thirty_days(path, client, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=30, seconds=1))
    assert client.post(path).status_code == 410


def test_yes_publishes_no_draft(path, client, johan):
    StaffMember.objects.filter(pk=johan.pk).update(name="Concept")
    client.post(path)
    assert StaffMember.published().get(object_id=johan.pk).name == "Johan Halsberghe"


def test_nobody_is_asked_twice_in_half_a_year_or_soon_after_a_change(path, his, johan, time_machine):
    send_due()
    assert len(mail.outbox) == 1
    his.force_login(johan.user)  # the session of half a year ago is over
    save(his, name="Johan")
    time_machine.move_to(timezone.now() + timedelta(days=100))
    send_due()
    assert len(mail.outbox) == 1
    time_machine.move_to(timezone.now() + timedelta(days=90))
    send_due()
    assert len(mail.outbox) == 2


def test_who_does_not_answer_is_on_the_list_of_the_secretariat_after_three_weeks(
    path, johan, editor, editor_client, client, time_machine
):
    assert not unanswered()
    time_machine.move_to(timezone.now() + timedelta(days=21, seconds=1))
    assert list(unanswered()) == [johan]
    enter(editor_client, editor)
    assert "Niet bevestigd sinds drie weken" in editor_client.get("/admin/").content.decode()
    client.post(path)
    assert not unanswered()
    assert "Niet bevestigd" not in editor_client.get("/admin/").content.decode()


def test_a_change_on_my_card_is_an_answer_too(path, his, johan, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=22))
    assert unanswered()
    his.force_login(johan.user)  # the session of half a year ago is over
    save(his, name="Johan")
    assert not unanswered()


def test_who_left_the_site_is_not_asked(johan, editor, time_machine):
    withdraw(johan, editor, "Weg")
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    assert mail.outbox == []


def test_without_the_address_of_the_site_nobody_gets_a_link_to_nowhere(johan, settings, time_machine):
    settings.SITE_URL = ""
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    assert send_due() == 0


def test_the_mail_and_the_page_speak_the_language_of_the_person(johan, time_machine):
    StaffMember.objects.filter(pk=johan.pk).update(language="fr")
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    assert "Bonjour" in mail.outbox[0].body
    path = re.search(r"http://testserver(/mijn-kaart/klopt/\S+)", mail.outbox[0].body)[1]
    assert "Votre fiche est-elle toujours à jour" in Client().get(path).content.decode()


# The other link: to change it


def change_path() -> str:
    """The path of the second link in the last mail."""
    return re.search(r"http://testserver(/mijn-kaart/uitnodiging/\S+)", mail.outbox[-1].body)[1]


def test_the_other_link_leads_in_to_the_form_once(path, johan, client):
    other = change_path()
    assert client.get(other).status_code == 200
    assert "_auth_user_id" not in client.session
    response = client.post(other)
    assert response.headers["Location"] == "/mijn-kaart/"
    assert client.get("/mijn-kaart/").context["form"].instance == johan
    assert Client().post(other).status_code == 410
    assert Client().get(path).status_code == 200, "the question stays open"


def test_it_works_for_seven_days_and_says_so(path, time_machine):
    other = change_path()
    assert "werkt één keer" in mail.outbox[-1].body
    time_machine.move_to(timezone.now() + timedelta(days=7, seconds=1))
    assert Client().post(other).status_code == 410
    assert Client().get(path).status_code == 200


def test_who_has_no_account_gets_one_by_using_it_and_not_before(time_machine, editor):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    member.email = "Stephanie@example.org"
    member.save()
    publish(member, editor)
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    message = next(message for message in mail.outbox if message.to == ["stephanie@example.org"])
    member.refresh_from_db()
    assert member.user is None
    other = re.search(r"http://testserver(/mijn-kaart/uitnodiging/\S+)", message.body)[1]
    client = Client()
    client.get(other)
    assert not User.objects.filter(email="stephanie@example.org").exists()
    assert client.post(other).headers["Location"] == "/mijn-kaart/"
    assert client.get("/mijn-kaart/").context["form"].instance == member
    member.refresh_from_db()
    assert [group.name for group in member.user.groups.all()] == ["Medewerkers"]
    assert not member.user.has_usable_password()
    kinds = Event.objects.filter(about=member.user).values_list("kind", flat=True)
    assert {"made", "linked", "let-in"} <= set(kinds)
    assert Client().post(other).status_code == 410


@pytest.mark.parametrize("how", ["address", "account", "used by somebody"])
def test_without_an_account_it_ends_when_what_it_rests_upon_changes(how, time_machine, editor):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    member.email = "stephanie@example.org"
    member.save()
    publish(member, editor)
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    other = re.search(r"http://testserver(/mijn-kaart/uitnodiging/\S+)", mail.outbox[-1].body)[1]
    if how == "address":
        StaffMember.objects.filter(pk=member.pk).update(email="elders@example.org")
    elif how == "account":
        StaffMember.objects.filter(pk=member.pk).update(user=User.objects.create_user("x", "x@example.org"))
    else:
        User.objects.create_superuser("root2", "stephanie@example.org")
    client = Client()
    assert client.post(other).status_code == 410
    assert "_auth_user_id" not in client.session


def test_whose_address_is_that_of_an_account_gets_no_link_into_it(time_machine, editor):
    User.objects.create_user("ander", "stephanie@example.org")
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    member.email = "stephanie@example.org"
    member.save()
    publish(member, editor)
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    (message,) = (message for message in mail.outbox if message.to == ["stephanie@example.org"])
    assert "/uitnodiging/" not in message.body
    assert "/klopt/" in message.body


@pytest.mark.parametrize("how", HOW)
def test_who_has_rights_signs_in_themselves(johan, how, time_machine):
    given_rights(johan.user, how)
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    (message,) = mail.outbox
    assert "/uitnodiging/" not in message.body
    assert "http://testserver/mijn-kaart/\n" in message.body
    path = re.search(r"http://testserver(/mijn-kaart/klopt/\S+)", message.body)[1]
    assert 'href="/mijn-kaart/"' in Client().get(path).content.decode()


def test_the_mail_goes_to_the_address_of_the_account(johan, time_machine):
    StaffMember.objects.filter(pk=johan.pk).update(email="elders@example.org")
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    (message,) = mail.outbox
    assert message.to == ["johan@example.org"]


def test_the_mail_says_whom_to_ask(johan, editor, time_machine):
    answers = StaffMember.objects.get(slug="dorine-sioen")
    StaffMember.objects.exclude(pk=answers.pk).update(is_secretariat=False)
    answers.is_secretariat, answers.email = True, "dorine@example.org"
    answers.save()
    publish(answers, editor)
    time_machine.move_to(timezone.now() + HALF_A_YEAR)
    send_due()
    message = next(message for message in mail.outbox if message.to == ["johan@example.org"])
    assert message.reply_to == ["dorine@example.org"]
    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert "Dorine Sioen" in message.body


def test_the_page_that_asks_leads_to_no_closed_door(path, client, his, johan):
    assert 'href="/mijn-kaart/"' not in client.get(path).content.decode().split("<main")[1]
    assert "andere link in dezelfde mail" in client.get(path).content.decode()
    his.force_login(johan.user)
    assert 'href="/mijn-kaart/"' in his.get(path).content.decode().split("<main")[1]


def test_yes_can_be_said_while_something_is_planned_and_that_goes_on_waiting(path, client, johan, editor):
    johan.function_nl = "Directeur"
    johan.save()
    planned = publish(johan, editor, live_from=timezone.now() + timedelta(days=30))
    assert "Je bevestigde op" in client.post(path).content.decode()
    assert johan.revisions.public().get().checked_at.date() == timezone.now().date()
    waiting = johan.revisions.pending().get()
    assert (waiting.data, waiting.live_from, waiting.author) == (planned.data, planned.live_from, editor)
