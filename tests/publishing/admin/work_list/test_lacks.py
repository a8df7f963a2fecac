"""The database puts thousands of lacks in order as `ranking` would."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from priorities.models import Priority, Theme
from publishing.admin.work_list import Asked, Rest, WorkItem, WorkSubject
from publishing.admin.work_list.lacks import lacking
from publishing.admin.work_list.putting_off import put_off
from publishing.admin.work_list.ranking import arrange
from publishing.models import Lack, Revision
from publishing.workflow import publish_new, withdraw
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def found(user, most=None, **values) -> list[WorkItem | Rest]:
    return list(lacking(Asked(user, timezone.now(), most, **values)))


def items(user, **values) -> list[WorkItem]:
    return [each for each in found(user, **values) if isinstance(each, WorkItem)]


def many(number: int) -> None:
    rows = [Theme.objects.create(title_nl=f"Thema {each}", slug_nl=f"thema-{each}") for each in range(number)]
    publish_new(rows, None)


@pytest.fixture
def lacks():
    """Lacks of every kind, age and size."""
    many(12)
    for place, row in enumerate(Lack.objects.filter(kind="hollow").order_by("pk")):
        row.since = NOW - timedelta(days=place * 7 % 5)
        row.save()
        if place % 3:
            Lack.objects.create(revision=row.revision, kind="picture", since=row.since, minutes=place, cause="a")
        if place % 4 == 0:
            Lack.objects.filter(revision=row.revision, kind="unchecked").update(since=NOW - timedelta(days=3))
        if place % 5 == 0:
            row.delete()


@pytest.mark.parametrize("most", [1, 2, 3, 50])
def test_the_first_lines_are_those_of_the_order_and_the_rest_is_counted(lacks, editor, most):
    whole, part = arrange(found(editor), most, None), arrange(found(editor, most), most, None)
    # Lines whose age is the same have the order of their numbers here, and of their titles there.
    assert [_place(each) for each in part.entries] == [_place(each) for each in whole.entries]
    assert (part.lines, part.minutes) == (whole.lines, whole.minutes)


def _place(entry):
    return entry.place[:4] if hasattr(entry, "items") else (entry.kind, entry.lines)


def test_three_queries_however_many_there_are(editor, django_assert_num_queries):
    many(3)
    found(editor, 3)
    with django_assert_num_queries(3):
        found(editor, 3)
    publish_new([Theme.objects.create(title_nl=f"Nog {each}", slug_nl=f"nog-{each}") for each in range(40)], None)
    with django_assert_num_queries(3):
        found(editor, 3)


def test_it_leads_to_the_field_that_lacks(editor):
    theme = Theme.objects.create(title_nl="Oogst", title_fr="Récolte", title_en="Harvest", slug_nl="oogst")
    publish_new([theme], None)
    (item,) = items(editor, about=WorkSubject("priorities.theme", theme.pk))
    assert item.label == "Oogst"
    assert item.url == f"/admin/priorities/theme/{theme.pk}/change/#id_summary_nl"


def test_what_was_withdrawn_is_no_work(editor):
    theme = Theme.objects.create(title_nl="Oogst", title_fr="Récolte", title_en="Harvest", slug_nl="oogst")
    publish_new([theme], None)
    withdraw(theme, editor, "Klaar.")
    assert items(editor, about=WorkSubject("priorities.theme", theme.pk)) == []


def test_somebody_sees_only_what_they_may_change():
    many(1)
    user = staff_user("redacteur")
    assert found(user) == []
    user.user_permissions.add(Permission.objects.get(codename="change_priority"))
    user = type(user).objects.get(pk=user.pk)
    assert {each.subject.model for each in items(user)} == {"priorities.priority"}


def test_what_was_put_off_is_neither_shown_nor_counted(editor):
    before = arrange(found(editor, 3))
    first = before.entries[0]
    put_off(first.items, editor)
    after = arrange(found(editor, 3))
    assert first.first.subject not in {each.first.subject for each in after.entries if hasattr(each, "items")}
    assert after.lines == before.lines - 1
    assert after.minutes == before.minutes - first.minutes


def test_another_cause_brings_it_back(editor):
    theme = Theme.objects.create(title_nl="Oogst", title_fr="Récolte", title_en="Harvest", slug_nl="oogst")
    publish_new([theme], None)
    about = {"about": WorkSubject("priorities.theme", theme.pk)}
    put_off(items(editor, **about), editor, for_good=True)
    assert items(editor, **about) == []
    Lack.objects.filter(revision__object_id=theme.pk, kind="hollow").update(cause="another")
    assert len(items(editor, **about)) == 1


def test_what_no_longer_exists_as_a_kind_is_left_out(editor):
    revision = Revision.objects.of(Priority).public().first()
    Lack.objects.create(revision=revision, kind="of before", since=NOW)
    assert "of before" not in {each.kind.name for each in items(editor)}
