"""Consent to a name: written down with when, how and by whom; taken back, the name is gone at once everywhere."""

from contextlib import suppress
from datetime import date, timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from consultation.consents import let_former_names_go, record, take_back, take_back_again
from consultation.models import Mandate, NameConsent
from publishing.backup.archive import write
from publishing.backup.restore import restore_archive
from publishing.files.storage import StorageUnavailable
from publishing.models import Act, Erasure, Revision
from publishing.workflow import look, publish, undo, withdraw
from publishing.workflow import record as record_act
from resoc.operations.upkeep import run
from tests.consultation.making import NAME, agreed, member

pytestmark = pytest.mark.django_db


def public_names() -> list[str]:
    return [revision.data["name"] for revision in Revision.objects.of(Mandate).public() if revision.data["name"]]


def test_a_consent_says_when_how_by_whom_and_the_words(editor):
    row = agreed(member(), editor)
    consent = row.consents.get()
    assert (consent.name, consent.given_on, consent.how) == (NAME, date(2026, 11, 2), "formulier op papier")
    assert (consent.recorded_by, consent.withdrawn_at) == (editor, None)
    assert "tot ik dit terugneem" in consent.text
    assert NAME not in str(consent)
    assert "Toestemming" in LogEntry.objects.get(object_id=row.pk, user=editor).change_message


def test_another_consent_ends_the_one_before(editor):
    row = agreed(member(), editor)
    row.name = "Marieke Vandromme-Depuydt"
    row.save()
    record(row, date(2026, 11, 20), "e-mail", editor)
    assert [(each.name, each.withdrawn_at is None) for each in NameConsent.objects.all()] == [
        ("Marieke Vandromme-Depuydt", True),
        (NAME, False),
    ]


def test_taken_back_the_name_is_in_nothing_public_or_planned(editor):
    row = agreed(member(), editor)
    publish(row, editor)
    row.role = "member"
    row.save()
    planned = publish(row, editor, live_from=timezone.now() + timedelta(days=3), keep_waiting=True)
    assert public_names() == [NAME]
    assert take_back(row, editor)
    assert public_names() == []
    with time_machine.travel(planned.live_from + timedelta(minutes=1)):
        (shown,) = Mandate.published()
        assert (shown.role, shown.name) == ("member", "")
    row = Mandate.objects.get(pk=row.pk)
    assert (row.name, row.shows_name, row.agreed_name) == (NAME, False, "")
    consent = row.consents.get()
    assert consent.withdrawn_by == editor
    assert consent.withdrawn_at
    assert not take_back(row, editor), "once is enough"


def test_what_only_waits_loses_the_name_too(editor):
    row = agreed(member(), editor)
    planned = publish(row, editor, live_from=timezone.now() + timedelta(days=3))
    take_back(row, editor)
    with time_machine.travel(planned.live_from + timedelta(minutes=1)):
        assert [each.name for each in Mandate.published()] == [""]


def test_a_draft_that_was_never_public_only_loses_its_box(editor):
    row = agreed(member(), editor)
    assert not take_back(row, editor)
    assert not Mandate.objects.get(pk=row.pk).shows_name
    assert not NameConsent.objects.filter(withdrawn_at=None).exists()


def test_undoing_an_earlier_act_does_not_show_it_again(editor):
    row = agreed(member(), editor)
    before = look(Mandate, row.pk)
    publish(row, editor)
    first = record_act(Act.Kind.PUBLISHED, editor, [before])
    row.role = "member"
    row.save()
    before = look(Mandate, row.pk)
    publish(row, editor)
    second = record_act(Act.Kind.PUBLISHED, editor, [before])
    take_back(row, editor)
    for act in (second, first):
        with suppress(ValidationError):  # refused is as good
            undo(act, editor)
        assert public_names() == []


def test_two_years_after_the_end_the_site_takes_the_name_off_itself(editor):
    row = agreed(member(ends_on=date(2026, 11, 1)), editor)
    other = agreed(member("Nog Lid", body=row.body), editor)
    publish(row, editor)
    publish(other, editor)
    let_former_names_go()
    assert sorted(public_names()) == [NAME, "Nog Lid"]
    with time_machine.travel("2028-11-01T00:30+01:00"):
        run()
        assert public_names() == ["Nog Lid"]
        assert not Mandate.objects.get(pk=row.pk).shows_name
        assert row.consents.get().withdrawn_at
        count = Revision.objects.count()
        let_former_names_go()
        assert Revision.objects.count() == count


def test_a_withdrawn_member_has_nothing_to_take_back_but_the_consent(editor):
    row = agreed(member(), editor)
    publish(row, editor)
    withdraw(row, editor, "Vertrokken.")
    take_back(row, editor)
    assert not NameConsent.objects.filter(withdrawn_at=None).exists()
    publish(Mandate.objects.get(pk=row.pk), editor)
    assert public_names() == []


def test_another_name_ends_the_one_before_wherever_it_is_read_or_planned(editor):
    row = agreed(member(), editor)
    publish(row, editor)
    row.role = "member"
    row.save()
    planned = publish(row, editor, live_from=timezone.now() + timedelta(days=3), keep_waiting=True)
    row = agreed(row, editor, "Een Opvolger")
    assert (row.name, row.shows_name, row.agreed_name) == ("Een Opvolger", True, "Een Opvolger")
    assert public_names() == []
    with time_machine.travel(planned.live_from + timedelta(minutes=1)):
        assert [(each.role, each.name) for each in Mandate.published()] == [("member", "")]
    publish(row, editor)
    assert public_names() == ["Een Opvolger"]


def test_undoing_another_name_shows_none_of_which_the_consent_ended(editor):
    row = agreed(member(), editor)
    publish(row, editor)
    before = look(Mandate, row.pk)
    publish(agreed(row, editor, "Een Opvolger"), editor)
    undo(record_act(Act.Kind.PUBLISHED, editor, [before]), editor)
    row = Mandate.objects.get(pk=row.pk)
    assert (row.name, row.agreed_name) == (NAME, "Een Opvolger"), "no consent comes back by undoing"
    assert public_names() == []
    publish(row, editor)
    assert public_names() == []


def test_a_restore_brings_back_no_name_that_was_taken_back_since(
    editor, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    gone, stays = agreed(member(), editor), agreed(member("Els Blijft"), editor)
    for row in (gone, stays):
        publish(row, editor)
    write(tmp_path / "site.zip")
    with django_capture_on_commit_callbacks(execute=True):
        take_back(gone, editor)
    remembered = Erasure.objects.get()
    assert NAME not in repr(Erasure.objects.values().get())
    with django_capture_on_commit_callbacks(execute=True):
        restore_archive(tmp_path / "site.zip", lambda line: None)
    assert public_names() == ["Els Blijft"]
    assert (Mandate.objects.get(pk=gone.pk).shows_name, gone.consents.get().withdrawn_at is None) == (False, False)
    remembered.object_id = stays.consents.get().pk
    take_back_again(remembered)
    assert public_names() == ["Els Blijft"], "somebody else with the number stays"
    with monkeypatch.context() as patch:
        patch.setattr("publishing.workflow.erasure.memory.remember", Mock(side_effect=StorageUnavailable("full")))
        take_back(stays, editor)
    assert public_names() == [], "where nothing can be written down the name goes all the same"
