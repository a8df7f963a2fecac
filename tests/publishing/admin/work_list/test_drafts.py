from datetime import timedelta

import pytest
from django.utils import timezone

from priorities.models import Theme
from publishing.admin.work_list import Asked, Rest, WorkItem
from publishing.admin.work_list.drafts import forgotten
from publishing.models import Draft
from publishing.workflow import amend, keep, publish, restore, withdraw
from publishing.workflow.working_copies.drafts import find_open
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    theme = Theme.objects.create(title_nl="Oogst", slug_nl="oogst", summary_nl="Kort.", body_nl="<p>Woorden.</p>")
    publish(theme, editor)
    return theme


def save(obj, user, days: int = 20, **values):
    """Save `values` in the desk, so many days ago."""
    for name, value in values.items():
        setattr(obj, name, value)
    obj.save()
    keep(obj, user)
    at = timezone.now() - timedelta(days=days)
    Draft.objects.filter(object_id=obj.pk, is_open=True).update(first_at=at, last_at=at)


def found(user, most=None) -> list[WorkItem | Rest]:
    return list(forgotten(Asked(user, timezone.now(), most)))


def test_a_draft_of_three_weeks_ago(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    (item,) = found(editor)
    assert (item.label, item.said) == ("Oogst", "werkversie van jou, 20 dagen oud: Samenvatting (nl)")
    assert item.url == f"/admin/priorities/theme/{theme.pk}/change/#id_summary_nl"


def test_of_somebody_else_it_says_whose(editor, theme):
    save(theme, staff_user("stephanie", first_name="Stephanie"), summary_nl="Anders.")
    assert found(editor)[0].said.startswith("werkversie van Stephanie,")


def test_of_yesterday_is_none(editor, theme):
    save(theme, editor, days=13, summary_nl="Anders.")
    assert found(editor) == []


def test_one_that_never_was_published(editor):
    theme = Theme.objects.create(title_nl="Nieuw")
    save(theme, editor)
    (item,) = found(editor)
    assert item.said == "werkversie van jou, 20 dagen oud"


def test_published_it_is_none(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    publish(theme, editor)
    assert found(editor) == []
    assert not Draft.objects.filter(is_open=True).exists()


def test_planned_it_is_none(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    publish(theme, editor, live_from=timezone.now() + timedelta(days=3))
    assert found(editor) == []


def test_a_correction_on_top_of_what_is_public_leaves_it_as_saved_today(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    amend(theme, {"url": "https://example.org"}, editor)
    assert found(editor) == []
    Draft.objects.update(last_at=timezone.now() - timedelta(days=15))
    assert len(found(editor)) == 1


def test_put_back_to_what_is_public_it_is_none(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    restore(theme.revisions.first(), editor)
    assert found(editor) == []


def test_deleted_it_is_none(editor):
    theme = Theme.objects.create(title_nl="Nieuw")
    save(theme, editor)
    theme.delete()
    assert found(editor) == []


def test_saved_again_it_has_another_cause(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    first = found(editor)[0].cause
    save(theme, editor, days=15, summary_nl="Nog anders.")
    assert found(editor)[0].cause != first
    assert Draft.objects.filter(object_id=theme.pk, is_open=True).count() == 1


def test_a_withdrawn_page_with_a_draft_still_has_it(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    withdraw(theme, editor, "Even weg.")
    assert len(found(editor)) == 1


def test_somebody_without_rights_sees_none(editor, theme):
    save(theme, editor, summary_nl="Anders.")
    assert found(staff_user("leeg")) == []


def test_what_is_beyond_the_first_is_counted(editor):
    for number in range(5):
        save(Theme.objects.create(title_nl=f"Nieuw {number}"), editor, days=30 - number)
    *items, rest = found(editor, 3)
    assert [item.label for item in items] == ["Nieuw 0", "Nieuw 1", "Nieuw 2"]
    assert (rest.lines, rest.minutes, rest.model) == (2, 20, "priorities.theme")


def test_what_was_saved_before_saves_were_kept_is_found_once(editor, theme):
    theme.summary_nl = "Anders."
    theme.save()
    new = Theme.objects.create(title_nl="Nieuw")
    assert find_open() == 2
    assert {draft.object_id for draft in Draft.objects.filter(is_open=True)} == {theme.pk, new.pk}
    assert find_open() == 0
