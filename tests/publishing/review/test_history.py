from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from pages.models import Organisation
from priorities.models import Priority, Theme
from publishing.models import Revision
from publishing.review import history
from publishing.workflow import amend, amend_waiting, confirm, publish, reorder, set_end
from tests.desk import enter
from tests.publishing.admin.test_publishable import submit

pytestmark = pytest.mark.django_db


def told(obj) -> list[tuple[str, str, list[str]]]:
    lines = history.entries(obj)
    history.tell(obj, lines)
    return [(line.who, line.what, line.details) for line in lines]


@pytest.fixture
def planned(theme, editor) -> Revision:
    theme.summary_nl = "Maandag"
    theme.save()
    return publish(theme, editor, "Voor maandag", live_from=timezone.now() + timedelta(days=1))


def test_a_version_that_was_carried_along_is_no_line_and_the_act_says_where_it_came(theme, planned, colleague):
    amend(theme, {"title_nl": "Verbeterd"}, colleague, note="Tikfout")
    first, second, *_others = told(theme)
    assert first == (
        "johan",
        "publiceerde",
        ["Tikfout", "Titel (nl)", f"ook in de versie van {history.when(planned.live_from)}"],
    )
    assert second == ("dorine", "plande een publicatie", ["Voor maandag", "Samenvatting (nl)"])
    line = history.entries(theme)[1]
    assert line.mark.startswith("Komt online op")
    assert line.key == f"r{theme.revisions.pending().get().pk}", "what is put back or compared is what waits now"


def test_what_a_planned_version_kept_of_its_own_is_said(theme, planned, editor):
    when = history.when(planned.live_from)
    amend(theme, {"summary_nl": "Nu", "title_nl": "Verbeterd"}, editor)
    assert told(theme)[0][2][-1] == f"ook in de versie van {when}; niet: Samenvatting (nl)"
    amend(theme, {"summary_nl": "Straks"}, editor)
    assert told(theme)[0][2] == ["Samenvatting (nl)", f"niet in de versie van {when}, die haar eigen houdt"]
    confirm(theme, editor)
    set_end(theme, editor, timezone.now() + timedelta(days=9))
    assert len([line for line in told(theme) if line[1] == "plande een publicatie"]) == 1
    assert "versie van" not in str(told(theme)[:2])


def test_a_row_that_came_along_is_said_as_well(editor):
    priority = Priority.objects.first()
    publish(priority, editor)
    priority.title_nl = "Maandag"
    priority.save()
    planned = publish(priority, editor, live_from=timezone.now() + timedelta(days=1))
    amend(priority, {"partners": [{"organisation": Organisation.objects.first()}]}, editor)
    assert told(priority)[0][2] == ["Partners", f"ook in de versie van {history.when(planned.live_from)}"]


def test_what_only_waits_and_is_amended_stays_one_line(editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    publish(new, editor, live_from=timezone.now() + timedelta(days=1))
    amend_waiting(new, {"title_nl": "Beter"}, None)
    amend_waiting(new, {"summary_nl": "Kort"}, None)
    assert [line[1] for line in told(new)] == ["plande een publicatie"]
    assert history.entries(new)[0].key == f"r{new.revisions.pending().get().pk}"


def test_a_publication_is_compared_with_what_was_public_and_not_with_what_waited(theme, planned, editor):
    theme.title_nl = "Nieuw"
    theme.save()
    publish(theme, editor)
    assert told(theme)[0][2] == ["Titel (nl)", "Samenvatting (nl)"]


def test_publishing_what_was_typed_is_one_line_that_says_what_changed(editor_client, theme):
    submit(editor_client, theme, "_publish", title_nl="Nieuw")
    lines = history.entries(theme)
    history.tell(theme, lines)
    assert [(line.what, line.details) for line in lines] == [
        ("publiceerde", ["Titel (nl)"]),
        ("publiceerde", ["Bronteksten van RESOC Westhoek"]),
    ]


def test_saves_in_a_row_by_one_person_are_one_line(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="Een")
    submit(editor_client, theme, "_save", title_fr="Deux")
    saves = [entry for entry in history.entries(theme) if "werkversie" in entry.what]
    assert [entry.details for entry in saves] == [["Titel (fr)", "Titel (nl)"]]


def test_each_version_says_what_became_of_it(editor, theme):
    publish(theme, editor, live_from=timezone.now() + timedelta(days=3))
    waiting, public = history.entries(theme)[:2]
    assert "Komt online op" in waiting.mark
    assert public.mark == "Nu publiek"
    publish(theme, editor)
    assert [entry.mark for entry in history.entries(theme)[:3]] == ["Nu publiek", "Werd nooit publiek", ""]


def test_a_new_place_or_end_is_not_told_as_a_check(editor, theme):
    set_end(theme, editor, timezone.now() + timedelta(days=3))
    reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
    confirm(theme, editor)
    told = [entry.what for entry in history.entries(theme)]
    assert told[:2] == ["keek het na: alles klopte nog", "Volgorde gewijzigd."]
    assert any(what.startswith("Eindigt op") for what in told)


def test_a_public_version_can_be_read_as_it_was(editor, client, theme):
    theme.slug_nl = "niet-gepubliceerd-adres"
    theme.save()
    entry = next(entry for entry in history.entries(theme) if entry.key)
    assert client.get(entry.url).status_code == 200


def test_saves_on_both_sides_of_a_publication_or_of_midnight_are_told_apart(editor_client, editor, theme):
    now = timezone.now()
    for days, button, text in (
        (1, "_save", "Een"),
        (2, "_save", "Twee"),
        (3, "_publish", "Twee"),
        (4, "_save", "Drie"),
    ):
        with time_machine.travel(now + timedelta(days=days)):
            enter(editor_client, editor)
            submit(editor_client, theme, button, title_nl=text)
    whats = [entry.what for entry in history.entries(theme)][:4]
    assert whats == ["wijzigde de werkversie", "publiceerde", "wijzigde de werkversie", "wijzigde de werkversie"]


def test_the_lines_beside_the_form_cost_three_questions(editor, theme, django_assert_num_queries):
    for _number in range(5):
        publish(theme, editor)
    history.recent(theme)
    with django_assert_num_queries(3):
        assert len(history.recent(theme)) == 3
