import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from publishing.workflow import withdraw
from staff.card_checks import send_due, unanswered
from staff.models import StaffMember
from tests.staff.conftest import save

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
        assert "http://testserver/mijn-kaart/" in text
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
    assert client.post(path).status_code == 410
    assert client.get(path).status_code == 410


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
    editor_client.force_login(editor)
    assert "Johan Halsberghe antwoordde niet" in editor_client.get("/admin/").content.decode()
    client.post(path)
    assert not unanswered()
    assert "antwoordde niet" not in editor_client.get("/admin/").content.decode()


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
    assert "Votre fiche est-elle encore juste" in Client().get(path).content.decode()
