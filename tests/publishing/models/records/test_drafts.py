from datetime import timedelta

import pytest
from django.utils import timezone

from priorities.models import Theme
from publishing.models import Act, ActLine, Discarded, Draft, KeptUpload, SentForm
from publishing.workflow import discard, keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(theme) -> Theme:
    return Theme.objects.exclude(pk=theme.pk)[0]


def test_a_kept_copy_says_which_page_it_is_about(theme, editor):
    Theme.objects.filter(pk=theme.pk).update(title_nl="Anders")
    for version in (discard(theme, editor), keep(theme, editor)):
        assert version.model_class is Theme
        assert version.title == str(version)


def test_only_what_was_deleted_and_did_not_come_back_is_in_the_bin(theme, editor):
    overwritten = discard(theme, editor)
    deleted, restored = discard(theme, editor, deleted=True), discard(theme, editor, deleted=True)
    Discarded.objects.filter(pk=restored.pk).update(restored_at=timezone.now())
    assert list(Discarded.objects.in_bin()) == [deleted]
    assert set(Discarded.objects.of(theme)) == {overwritten, deleted, restored}


def test_copies_are_those_of_one_object_of_one_model(theme, other, editor):
    for table in (Discarded, Draft):
        discard(other, editor)
        Theme.objects.filter(pk=other.pk).update(title_nl="Anders")
        keep(other, editor)
        assert not table.objects.of(theme).exists()
        assert table.objects.of(other).exists()
        table.objects.update(model="pages.textpage")
        assert not table.objects.of(other).exists()


def test_the_newest_copy_comes_first_and_a_kept_save_counts_from_its_last(theme, editor, time_machine):
    first = discard(theme, editor)
    second = discard(theme, editor)
    assert list(Discarded.objects.of(theme)) == [second, first]
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    for text in ("Een", "Twee"):
        Theme.objects.filter(pk=theme.pk).update(title_nl=text)
        draft = keep(theme, editor)
        time_machine.shift(timedelta(minutes=5))
    assert (draft.first_at, draft.created_at) == (now, now + timedelta(minutes=5))


def test_files_that_wait_for_one_object_are_not_those_of_another(theme, other, editor):
    place = "admin:priorities_theme:image"
    chosen = ((theme, place), (other, place), (theme, "admin:priorities_themedocument:file"), (None, place))
    for number, (obj, where) in enumerate(chosen, 1):
        KeptUpload.objects.create(
            user=editor, place=where, object_id=obj and obj.pk, token=str(number), name="a.jpg", size=1
        )
    assert [each.token for each in KeptUpload.objects.chosen_for(Theme, theme.pk)] == ["1"]


def test_what_is_kept_of_acts_and_forms_has_words_for_people(theme, editor):
    at = timezone.now().replace(year=2026, month=3, day=4, hour=5, minute=6)
    assert str(Act(at=at, kind=Act.Kind.RESTORED)) == "2026-03-04 05:06 restored"
    assert str(SentForm(model="priorities.theme", object_id=7, saved_at=at)) == "priorities.theme 7, 2026-03-04 05:06"
    assert ActLine(model="priorities.theme", object_id=theme.pk, title="T").model_class is Theme
