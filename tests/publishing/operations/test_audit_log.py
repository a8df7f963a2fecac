"""The log: one list of who did what, to read only, for a bounded time."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from priorities.models import Theme
from publishing.backup.rehearsal import compare
from publishing.models import Event, Revision
from publishing.models.immutability import permit
from publishing.models.records.events import record
from publishing.operations import audit_log
from publishing.operations.audit_log import KEPT_FOR, everything, forget_old, lines
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/publishing/event/"


def told(number: int) -> list[str]:
    return [f"{line.who} {line.what} {', '.join(line.details)}".strip() for line in lines(everything()[:number])]


def test_publications_and_events_stand_in_one_list_the_newest_first(editor):
    Event.objects.all().delete()
    theme = Theme.objects.create(title_nl="Nieuw thema", slug_nl="nieuw-thema")
    publish(theme, editor)
    record(Event.Kind.BACKUP, detail="site.zip")
    withdraw(theme, None, "Klaar")
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    assert told(4) == [
        "dorine plande een publicatie Thema: Nieuw thema",
        "De site haalde het van de site Thema: Nieuw thema",
        "De site maakte een reservekopie site.zip",
        "dorine publiceerde Thema: Nieuw thema",
    ]


def test_flags_and_factors_are_told_in_words(editor, colleague):
    record(Event.Kind.RIGHTS, editor, colleague, "+is_superuser, -Medewerkers")
    record(Event.Kind.FACTOR, editor, editor, "+totp")
    factor, rights = told(2)
    assert factor == "dorine wijzigde een tweede manier om aan te melden + Authenticator-app"
    assert rights == "dorine wijzigde rechten johan, + supergebruikerstatus, - Medewerkers"


def test_a_kind_of_content_that_no_longer_exists_has_its_line(editor):
    newest = Revision.objects.first()
    with permit():
        ours = Revision.objects.filter(pk=newest.pk)
        ours.update(model="pages.gone", created_at=timezone.now() + timedelta(days=1))
    assert told(1)[0].endswith(" publiceerde pages.gone")


def test_what_is_old_goes_and_revisions_stay():
    revisions = Revision.objects.count()
    now = timezone.now()
    Event.objects.all().delete()
    Event.objects.create(kind=Event.Kind.BACKUP, at=now - KEPT_FOR - timedelta(minutes=1))
    Event.objects.create(kind=Event.Kind.BACKUP, at=now - KEPT_FOR + timedelta(minutes=1))
    forget_old()
    assert (Event.objects.count(), Revision.objects.count()) == (1, revisions)


def test_upkeep_forgets_what_is_old():
    Event.objects.create(kind=Event.Kind.BACKUP, at=timezone.now() - KEPT_FOR - timedelta(days=1))
    call_command("upkeep")
    assert not Event.objects.filter(kind=Event.Kind.BACKUP).exists()


# Backups


@pytest.fixture
def archive(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path
    call_command("backup", str(tmp_path / "site.zip"), "--quiet")
    return tmp_path / "site.zip"


def test_backups_and_restores_are_written_down(archive):
    assert told(1) == ["De site maakte een reservekopie site.zip"]
    call_command("restore", str(archive))
    assert told(1) == ["De site zette een reservekopie terug site.zip"]
    assert compare(archive) == []


def test_a_restore_that_was_refused_is_none(archive):
    archive.write_bytes(b"x")
    with pytest.raises(CommandError):
        call_command("restore", str(archive))
    assert not Event.objects.filter(kind=Event.Kind.RESTORED).exists()


def test_a_backup_is_made_also_when_nothing_can_be_written_down(settings, tmp_path, monkeypatch):
    def fail(*_arguments, **_options):
        raise DatabaseError("the disk is full")

    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(audit_log.Event.objects, "create", fail)
    call_command("backup", str(tmp_path / "site.zip"), "--quiet")
    assert (tmp_path / "site.zip").exists()
