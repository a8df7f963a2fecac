from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMessage
from django.utils import timezone

from publishing.models import Event, Mail
from publishing.models.records.events import record
from publishing.operations.mail import Handling, deliver, entrust, stuck
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.operations.test_audit_log import ADDRESS
from tests.publishing.operations.test_mail import Box, write

pytestmark = pytest.mark.django_db


def test_a_superuser_reads_it_page_by_page(boss_client, monkeypatch):
    monkeypatch.setattr("publishing.review.history.ENTRIES_PER_PAGE", 3)
    first = boss_client.get(ADDRESS).content.decode()
    assert "<b>baas</b> meldde zich aan" in first
    assert 'href="?page=2"' in first
    second = boss_client.get(ADDRESS, {"page": 2}).content.decode()
    assert second.count("<li>\n          <time") == 3
    assert "meldde zich aan" not in second


def test_it_asks_as_often_for_a_long_list_as_for_a_short_one(boss_client, django_assert_max_num_queries):
    for _time in range(20):
        record(Event.Kind.BACKUP)
    with django_assert_max_num_queries(13):
        boss_client.get(ADDRESS)


def test_nobody_else_reads_it_and_nobody_changes_it(boss_client, editor_client):
    event = Event.objects.first()
    assert editor_client.get(ADDRESS).status_code == 403
    assert ADDRESS not in editor_client.get("/admin/").content.decode()
    assert ADDRESS in boss_client.get("/admin/").content.decode()
    count = Event.objects.count()
    for way in ("add/", f"{event.pk}/delete/", f"{event.pk}/change/"):
        assert boss_client.post(f"{ADDRESS}{way}", {"kind": "backup", "post": "yes"}).status_code == 403
    boss_client.post(ADDRESS, {"action": "delete_selected", "_selected_action": event.pk, "post": "yes"})
    assert Event.objects.count() == count


def test_the_secretariat_sees_what_is_stuck_and_can_try_again(port, editor_client):
    write()
    deliver()
    assert "blijft hangen" not in editor_client.get("/admin/").content.decode()
    Mail.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert stuck().count() == 1
    assert "1 mail blijft hangen" in editor_client.get("/admin/").content.decode()
    html = editor_client.get("/admin/publishing/mail/").content.decode()
    assert "Één onderwerp" in html
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        data = {"action": "try_again", "_selected_action": [Mail.objects.get().pk]}
        editor_client.post("/admin/publishing/mail/", data)
        assert len(controller.handler.messages) == 1
    finally:
        controller.stop()


def test_the_secretariat_cannot_write_mails_or_read_their_text(port, editor_client):
    write()
    pk = Mail.objects.get().pk
    assert editor_client.get("/admin/publishing/mail/add/").status_code == 403
    html = editor_client.get(f"/admin/publishing/mail/{pk}/change/").content.decode()
    assert "hier is" not in html


@pytest.mark.parametrize("number", [1, 2])
def test_a_mail_about_who_gets_in_is_for_a_superuser_to_see_and_to_give_up(port, editor_client, client, number):
    write()
    for _time in range(number):
        message = EmailMessage("Je wachtwoord is gewijzigd", "Dag", to=["boss@example.org"])
        entrust(message, Handling(is_security=True))
        message.send()
    address, secret = "/admin/publishing/mail/", Mail.objects.filter(is_security=True).first().pk
    html = editor_client.get(address).content.decode()
    assert "Één onderwerp" in html
    assert "boss@example.org" not in html
    assert "wachtwoord is gewijzigd" not in html
    assert ("nog 1 mail over aanmelden" if number == 1 else "nog 2 mails over aanmelden") in html
    for url in (f"{address}{secret}/change/", f"{address}{secret}/delete/", f"{address}{secret}/history/"):
        response = editor_client.get(url, follow=True)
        assert "boss@example.org" not in response.content.decode()
        assert "wachtwoord is gewijzigd" not in response.content.decode()
    editor_client.post(f"{address}{secret}/delete/", {"post": "yes"})
    data = {"action": "delete_selected", "_selected_action": [secret], "post": "yes"}
    editor_client.post(address, data)
    assert Mail.objects.filter(pk=secret).exists()
    enter(client, staff_user("beheerder", is_superuser=True))
    html = client.get(address).content.decode()
    assert "wachtwoord is gewijzigd" in html
    assert "mails over aanmelden" not in html
    client.post(address, data)
    assert not Mail.objects.filter(pk=secret).exists()
