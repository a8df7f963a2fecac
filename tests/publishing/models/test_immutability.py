"""The database refuses to change or delete a revision, but for what the workflow writes later."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField
from django.utils import timezone

from priorities.models import Theme
from publishing.models import Revision
from publishing.models.immutability import PERMIT, PROTECTED, TABLE, faults, permit, protect
from publishing.workflow import cancel, publish, withdraw

pytestmark = pytest.mark.django_db

OTHERS = {
    "id": 999_999,
    "model": "pages.textpage",
    "object_id": 999_999,
    "created_at": timezone.now(),
    "note": "anders",
    "live_from": timezone.now(),
    "live_until": timezone.now(),
    "checked_at": timezone.now(),
    "checked_in": {"nl": "2026-01-01T00:00:00+00:00"},
    "unchanged_since": timezone.now(),
    "turns_at": timezone.now(),
    "turns_again_at": timezone.now(),
    "withdrawn": True,
    "reason": "anders",
    "data": {},
    "sort_key": "anders",
}


@pytest.fixture
def revision() -> Revision:
    return Revision.objects.of(Theme).first()


def execute(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def fail_after(_done: object) -> None:
    raise IntegrityError


def refused():
    """What happens in it is refused, and undone."""
    return pytest.raises(IntegrityError, match="never changed or deleted")


@pytest.mark.parametrize("column", PROTECTED)
def test_what_a_revision_says_and_when_is_never_changed(revision, column):
    before = Revision.objects.filter(pk=revision.pk).values().get()
    with refused(), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(**{column: OTHERS[column]})
    setattr(revision, column, OTHERS[column])
    with refused(), transaction.atomic():
        if column == "id":
            execute(f"UPDATE {TABLE} SET id = 999999 WHERE id = %s", before["id"])  # noqa: S608
        revision.save()
    assert Revision.objects.filter(pk=before["id"]).values().get() == before


def test_no_way_deletes_a_revision(revision):
    for way in (
        revision.delete,
        Revision.objects.all().delete,
        Revision.objects.filter(pk=revision.pk)._raw_delete,
        lambda *_using: execute(f"DELETE FROM {TABLE}"),  # noqa: S608
    ):
        count = Revision.objects.count()
        with refused(), transaction.atomic():
            way(*(["default"] if way.__name__ == "_raw_delete" else []))
        assert Revision.objects.count() == count


def test_no_way_writes_over_a_revision(revision):
    columns = ", ".join(connection.ops.quote_name(field.column) for field in Revision._meta.concrete_fields)
    row = ", ".join("''" if name == "note" else name for name in columns.replace('"', "").split(", "))
    if connection.vendor == "postgresql":
        over = f"INSERT INTO {TABLE} ({columns}) SELECT {row} FROM {TABLE} WHERE id = %s"  # noqa: S608
        over += " ON CONFLICT (id) DO UPDATE SET note = 'anders'"
    else:
        over = f"INSERT OR REPLACE INTO {TABLE} ({columns}) SELECT {row} FROM {TABLE} WHERE id = %s"  # noqa: S608
    with refused(), transaction.atomic():
        execute(over, revision.pk)
    if connection.vendor == "postgresql":
        with refused(), transaction.atomic():
            execute(f"TRUNCATE {TABLE} CASCADE")


def test_what_the_workflow_writes_later_is_free(revision, editor):
    theme = Theme.objects.get(pk=revision.object_id)
    newer = publish(theme, editor, "Nieuw")
    revision.refresh_from_db()
    assert revision.superseded_at == newer.live_from
    planned = publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    cancel(planned, editor)
    planned.refresh_from_db()
    assert planned.cancelled
    withdraw(theme, editor, "Voorbij")
    planned.save()  # with what it says already


def test_an_author_may_be_forgotten_and_never_be_somebody_else(revision, editor, colleague):
    made = publish(Theme.objects.get(pk=revision.object_id), editor)
    for author in (colleague, editor):
        other = made if author == colleague else revision
        with refused(), transaction.atomic():
            Revision.objects.filter(pk=other.pk).update(author=author)
    User.objects.get(pk=editor.pk).delete()
    made.refresh_from_db()
    assert made.author is None


def test_a_permit_opens_it_until_it_ends(revision):
    with permit():
        Revision.objects.filter(pk=revision.pk).update(note="anders")
        with permit():
            pass
        Revision.objects.filter(pk=revision.pk).update(reason="anders")
    with refused(), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(note="weer anders")
    assert Revision.objects.get(pk=revision.pk).note == "anders"


def test_a_permit_ends_with_what_failed_in_it(revision):
    with pytest.raises(IntegrityError), permit():
        fail_after(Revision.objects.filter(pk=revision.pk).update(note="anders"))
    assert Revision.objects.get(pk=revision.pk).note != "anders"
    assert faults() == []
    with refused(), transaction.atomic():
        revision.delete()


def test_what_is_missing_or_different_is_told_and_made_anew(revision):
    assert faults() == []
    name = f"{TABLE}_changed"
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    execute(f"DROP TRIGGER {name}{on_table}")
    assert faults() == [name]
    if connection.vendor == "postgresql":
        execute(f"CREATE TRIGGER {name} BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()")
    else:
        execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {TABLE} BEGIN SELECT 1; END")
    assert faults() == [name]
    execute(f"INSERT INTO {PERMIT} VALUES (1)")  # noqa: S608
    assert faults() == [name, f"a row in {PERMIT}"]
    protect()
    assert faults() == []
    with refused(), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(note="anders")


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_rebuilds_the_table_leaves_it_protected(revision):
    """On SQLite Django makes the table anew, and its triggers are gone until `migrate` ends."""
    now = Revision._meta.get_field("note")
    longer = CharField(max_length=now.max_length + 1)
    longer.set_attributes_from_name("note")
    longer.model = Revision
    for old, new in ((now, longer), (longer, now)):
        with connection.schema_editor() as editor:
            editor.alter_field(Revision, old, new)
    assert bool(faults()) == (connection.vendor == "sqlite")
    call_command("migrate", verbosity=0)
    assert faults() == []
    with refused():
        Revision.objects.filter(pk=revision.pk).update(note="anders")
