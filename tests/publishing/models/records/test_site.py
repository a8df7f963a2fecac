import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from publishing.models import Erasure, Event, MailedStranger, ReplacedFile, StampChange

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "key", "values"),
    [
        (Erasure, "uid", {"at": timezone.now(), "kind": "object", "model": "priorities.theme", "object_id": 1}),
        (ReplacedFile, "name", {"model": "priorities.theme", "object_id": 1}),
        (StampChange, "number", {"model": "priorities.theme"}),
        (MailedStranger, "digest", {"at": timezone.now()}),
    ],
)
def test_the_same_is_recorded_once(table, key, values):
    table.objects.create(**{key: 990001}, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        table.objects.create(**{key: 990001}, **values)
    table.objects.create(**{key: 990002}, **values)


def test_the_log_of_events_survives_the_account_that_it_is_about(editor):
    user = User.objects.create_user("kort")
    event = Event.objects.create(kind=Event.Kind.LINKED, by=user, about=user)
    user.delete()
    event.refresh_from_db()
    assert (event.by, event.about, event.kind) == (None, None, Event.Kind.LINKED)


def test_a_change_of_the_stamp_takes_something_away_unless_it_says_otherwise():
    assert StampChange(number=1).takes_away
