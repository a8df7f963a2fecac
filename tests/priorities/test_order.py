"""Priorities have a number each, unique among what visitors see, and are put in order like themes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Priority
from publishing.models import Revision
from publishing.models.immutability import permit
from publishing.workflow import amend, confirm, publish, reorder, reschedule, set_end, withdraw
from publishing.workflow.reorder import dragged

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def new(number: int = 0, title: str = "Nieuw") -> Priority:
    return Priority.objects.create(number=number, title_nl=title, slug_nl=title.lower().replace(" ", "-"))


def numbers() -> list[int]:
    return [each.number for each in Priority.published()]


def refused_number(error: pytest.ExceptionInfo[ValidationError]) -> str:
    (message,) = error.value.message_dict.pop("number")
    assert not error.value.message_dict.keys() - {"number"}
    return message


@pytest.fixture
def double(editor) -> tuple[Priority, Priority]:
    """Two public priorities with number 1, from when that was possible."""
    first, second = Priority.objects.order_by("number")[:2]
    second.number = 1
    second.save()
    with permit():
        for revision in second.revisions:
            revision.data["number"], revision.sort_key = 1, "000001"
            revision.save()
    assert numbers()[:2] == [1, 1]
    return first, second


def test_a_new_one_has_the_next_number(editor):
    last = max(numbers())
    assert new().number == last + 1
    publish(new(title="Nog een"), editor)
    assert max(numbers()) == last + 2


def test_a_number_of_something_public_is_refused_at_publishing_and_names_the_other(editor):
    first = Priority.published().first()
    other = new(first.number)
    with pytest.raises(ValidationError) as error:
        publish(other, editor)
    message = refused_number(error)
    assert first.title_nl in message
    assert str(first.number) in message
    other.number = 99
    other.save()
    publish(other, editor)
    assert numbers()[-1] == 99


def test_a_number_is_free_when_the_other_is_gone_or_before_it_comes(editor):
    first = Priority.objects.order_by("number")[0]
    withdraw(first, editor, "Voorbij")
    publish(new(first.number), editor)
    later = new(77, "Later")
    begin = timezone.now() + HOUR
    publish(later, editor, live_from=begin)
    publish(new(77, "Eerder"), editor, live_until=begin)
    with pytest.raises(ValidationError) as error:
        publish(new(77, "Samen"), editor)
    assert {"Later", "Eerder"} & set(refused_number(error).replace("“", " ").replace("”", " ").split())


def test_moving_a_plan_or_an_end_is_judged_too(editor):
    begin = timezone.now() + HOUR
    later, earlier = new(77, "Later"), new(77, "Eerder")
    planned = publish(later, editor, live_from=begin)
    publish(earlier, editor, live_until=begin)
    with pytest.raises(ValidationError) as error:
        set_end(earlier, editor, None)
    assert "Later" in refused_number(error)
    with pytest.raises(ValidationError) as error:
        reschedule(planned, editor, begin - HOUR / 2)
    assert "Eerder" in refused_number(error)
    reschedule(planned, editor, begin + HOUR)


def test_a_double_of_before_goes_on_being_served_and_is_told_when_it_is_published(double, editor, client):
    first, second = double
    for priority in double:
        assert client.get(priority.get_absolute_url()).status_code == 200
        confirm(priority, editor)
        amend(priority, {"summary_nl": "Beter"}, editor)
        set_end(priority, editor, timezone.now() + HOUR)
        with pytest.raises(ValidationError) as error:
            publish(priority, editor)
        other = second if priority == first else first
        assert other.title_nl in refused_number(error)
    assert numbers()[:2] == [1, 1]


def test_an_order_gives_the_numbers_anew_and_leaves_drafts_alone(editor):
    rows = list(Priority.objects.order_by("number"))
    before = numbers()
    rows[0].summary_nl = "Een voorzet"
    rows[0].save()
    swapped = [rows[1].pk, rows[0].pk, *(row.pk for row in rows[2:])]
    assert reorder(Priority, swapped, editor) == 2
    assert [each.pk for each in Priority.published()] == swapped
    assert numbers() == before
    shown = Priority.published().get(pk=rows[0].pk)
    assert (shown.number, shown.summary_nl) == (before[1], shown.revision.data["summary_nl"])
    assert shown.summary_nl != "Een voorzet"
    assert Priority.objects.get(pk=rows[0].pk).summary_nl == "Een voorzet"
    publish(Priority.objects.get(pk=rows[0].pk), editor)


def test_an_order_ends_what_was_double(double, editor):
    reorder(Priority, [double[1].pk, double[0].pk], editor)
    assert numbers()[:2] == [1, 2]
    assert len(set(numbers())) == len(numbers())
    for priority in double:
        publish(Priority.objects.get(pk=priority.pk), editor)


def test_a_draft_or_a_withdrawn_one_with_the_same_number_changes_no_number_that_visitors_see(editor):
    rows = list(Priority.objects.order_by("number"))
    before = numbers()
    withdraw(rows[2], editor, "Vervangen")
    publish(new(rows[2].number, "Opvolger"), editor)
    new(rows[3].number, "Voorzet")
    every = list(Priority.objects.order_by("number", "pk").values_list("pk", flat=True))
    reorder(Priority, [every[1], every[0], *every[2:]], editor)
    assert numbers() == before
    assert [each.pk for each in Priority.published()][:2] == [rows[1].pk, rows[0].pk]


def test_a_draft_that_is_dragged_between_two_gets_a_number_of_its_own(editor):
    draft = new(title="Voorzet")
    before = [each.pk for each in Priority.published()]
    reorder(Priority, [before[0], draft.pk, *before[1:]], editor)
    assert Priority.objects.get(pk=draft.pk).number == 2
    assert numbers() == [1, *range(3, len(before) + 2)]
    publish(Priority.objects.get(pk=draft.pk), editor)
    assert [each.pk for each in Priority.published()] == [before[0], draft.pk, *before[1:]]


@pytest.mark.parametrize(
    ("after", "moved"),
    [("abcd", ""), ("bcda", "a"), ("dabc", "d"), ("acbd", 1), ("dcba", 3), ("", "")],
)
def test_what_was_dragged_is_as_little_as_explains_the_order(after, moved):
    found = dragged("abcd"[: len(after)], after)
    assert len(found) == moved if isinstance(moved, int) else found == set(moved)


def test_the_desk_puts_them_in_order_like_themes(editor_client):
    html = editor_client.get("/admin/priorities/priority/").content.decode()
    assert 'name="_reorder"' in html
    assert 'class="place"' in html
    rows = list(Priority.objects.order_by("number"))
    typed = {f"place-{row.pk}": row.number for row in rows} | {f"place-{rows[2].pk}": 1, "_reorder": "1"}
    response = editor_client.post("/admin/priorities/priority/", typed, follow=True)
    assert "Volgorde" in response.content.decode() or "volgorde" in response.content.decode()
    assert [each.pk for each in Priority.published()] == [each.pk for each in (rows[2], *rows[:2], *rows[3:])]
    editor_client.get("/admin/priorities/priority/?o=1")
    assert Revision.objects.of(rows[2]).first().author.username == "dorine"


def test_who_may_not_change_them_may_not_order_them(client, colleague):
    client.force_login(colleague)
    before = numbers()
    row = Priority.objects.order_by("number").last()
    client.post("/admin/priorities/priority/", {f"place-{row.pk}": 1, "_reorder": "1"})
    assert [each.number for each in Priority.published()] == before
    assert Priority.objects.order_by("number").last() == row


def test_the_form_says_it_beside_the_number(editor_client):
    first = Priority.published().first()
    other = new(first.number)
    address = f"/admin/priorities/priority/{other.pk}/change/"
    form = editor_client.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    rows = {f"{name}-{part}": 0 for name in ("partners", "documents") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = editor_client.post(address, data | rows | {"_publish": "1"})
    errors = response.context["adminform"].form.errors
    assert first.title_nl in str(errors["number"])
    assert not Revision.objects.of(other).exists()
