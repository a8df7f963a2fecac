from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from publishing.models import LinkCheck, Mail
from publishing.operations import link_check
from publishing.operations.mail import Queue
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def test_upkeep_asks_after_cards_and_sends_what_waits(settings, time_machine):
    settings.SITE_URL = "https://example.org"
    settings.MAIL_SERVER_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    StaffMember.objects.filter(slug="dorine-sioen").update(email="dorine@example.org")
    mail.EmailMessage("x", "y", to=["b@example.org"], connection=Queue()).send()
    time_machine.move_to(timezone.now() + timedelta(days=190))
    call_command("upkeep")
    assert sorted(message.to[0] for message in mail.outbox) == ["b@example.org", "dorine@example.org"]
    assert not Mail.objects.exists()


def test_upkeep_looks_at_links_once_a_week(time_machine, monkeypatch):
    checked = []
    monkeypatch.setattr(link_check, "check", lambda: checked.append(timezone.now()))
    call_command("upkeep")
    assert LinkCheck.objects.exists()
    assert checked == []
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    call_command("upkeep")
    call_command("upkeep")
    assert len(checked) == 1


def test_upkeep_puts_the_index_of_texts_in_order(monkeypatch):
    merged = []
    monkeypatch.setattr("resoc.management.commands.upkeep.merge", lambda: merged.append(1))
    call_command("upkeep")
    assert merged == [1]
