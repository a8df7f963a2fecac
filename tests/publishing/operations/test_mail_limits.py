from datetime import timedelta

import pytest
from django.utils import timezone

from publishing.models import MailedStranger
from publishing.operations.mail_limits import CEILING, mailbox, may_write_to

pytestmark = pytest.mark.django_db


def test_a_stranger_is_written_to_once_a_day():
    now = timezone.now()
    assert may_write_to("jan@example.org", now)
    assert not may_write_to("jan@example.org", now + timedelta(hours=23))
    assert may_write_to("els@example.org", now)
    assert may_write_to("jan@example.org", now + timedelta(hours=24))


@pytest.mark.parametrize(
    "again",
    [
        "JAN.peeters@Example.org",
        "janpeeters@example.org",
        "j.a.n.peeters@example.org",
        "jan.peeters+site@example.org",
        "jan.peeters+1+2@example.org.",
        "ｊan.peeters@example.org",
        '"jan.peeters"@example.org',
        '"\\jan.peeters"@example.org',
        "=?utf-8?q?jan.peeters?=@example.org",
        "=?utf-8?b?amFuLnBlZXRlcnM=?=@example.org",
        "jan\u200b.peeters@example.org",
    ],
)
def test_another_spelling_is_the_same_person(again):
    assert may_write_to("jan.peeters@example.org")
    assert not may_write_to(again)


def test_other_people_are_other_people():
    found = {
        mailbox(each) for each in ("jan@example.org", "jan@example.com", "jans@example.org", "jan@mail.example.org")
    }
    assert len(found) == 4
    assert mailbox("jan@bücher.example") == mailbox("jan@xn--bcher-kva.example")
    assert mailbox("(((") != mailbox("jan@"), "what is no address is told apart too"


def test_there_is_a_ceiling_for_the_whole_site():
    now = timezone.now()
    assert sum(may_write_to(f"iemand{number}@example.org", now) for number in range(CEILING + 10)) == CEILING
    assert not may_write_to("nog.iemand@example.org", now + timedelta(hours=23))
    assert may_write_to("nog.iemand@example.org", now + timedelta(days=1))


def test_of_a_stranger_no_address_is_kept_and_nothing_for_longer_than_a_day(settings):
    now = timezone.now()
    may_write_to("jan@example.org", now)
    assert "jan" not in repr(MailedStranger.objects.values().get())
    kept = MailedStranger.objects.get().digest
    may_write_to("els@example.org", now + timedelta(days=1))
    assert MailedStranger.objects.exclude(digest=kept).count() == MailedStranger.objects.count() == 1
