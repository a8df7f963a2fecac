from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from consultation import work
from consultation.models import Answer, Opinion
from priorities.models import Document
from publishing.admin.work_list import Asked, Rest, WorkSubject
from publishing.workflow import publish
from tests.conftest import staff_user
from tests.consultation.making import adopted, at, meeting, requested
from tests.priorities.pdf_files import pdf, upload

pytestmark = pytest.mark.django_db


def found(source, user, now=None, **more):
    return list(source(Asked(user, now or timezone.now(), **more)))


def days(number: int) -> datetime:
    """Nine o'clock so many days from now."""
    day = timezone.localdate() + timedelta(days=number)
    return at(day.year, day.month, day.day, 9)


def shown(editor, row):
    publish(row, editor)
    return row


def test_a_meeting_of_the_coming_week_without_an_agenda(editor):
    row = shown(editor, meeting(days(5)))
    (item,) = found(work.meetings, editor)
    assert item.label == str(row)
    assert item.url == f"/admin/consultation/meeting/{row.pk}/change/#items-group"
    assert item.said.endswith("en heeft nog geen dagorde")
    assert (item.minutes, item.cause, item.reach) == (15, f"{days(5):%Y-%m-%d}", 2)
    assert item.since == days(5) - timedelta(days=7)
    assert found(work.meetings, staff_user("leeg")) == []


@pytest.mark.parametrize("number", [-1, 8])
def test_no_other_meeting_without_an_agenda(editor, number):
    shown(editor, meeting(days(number)))
    assert found(work.meetings, editor) == []


def test_a_meeting_that_lasts_for_days_is_asked_about_before_it_begins(editor):
    shown(editor, meeting(days(6), ends_at=days(11)))
    assert len(found(work.meetings, editor)) == 1
    assert found(work.meetings, editor, days(7)) == []


def test_with_an_agenda_it_is_none_once_visitors_read_it(editor):
    row = shown(editor, meeting(days(5)))
    row.items.create(is_closed=True)
    assert len(found(work.meetings, editor)) == 1
    publish(row, editor)
    assert found(work.meetings, editor) == []


def test_a_draft_of_a_meeting_and_a_cancelled_one_ask_for_nothing(editor):
    meeting(days(5))
    shown(editor, meeting(days(6), cancelled_reason_fr="Annulé"))
    assert found(work.meetings, editor) == []


def test_a_meeting_of_a_month_ago_without_minutes(editor):
    row = shown(editor, meeting(days(-32)))
    shown(editor, meeting(days(-20)))
    shown(editor, meeting(days(-400)))
    (item,) = found(work.meetings, editor)
    assert (item.url, item.minutes) == (f"/admin/consultation/meeting/{row.pk}/change/#id_minutes", 10)
    assert item.said.endswith("en heeft nog geen verslag")
    minutes = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    publish(minutes, editor)
    row.minutes, row.minutes_approved_on = minutes, timezone.localdate()
    row.save()
    publish(row, editor)
    assert found(work.meetings, editor) == []


def test_an_opinion_that_is_due_and_not_adopted(editor):
    day = timezone.localdate() + timedelta(days=10)
    row = shown(editor, requested(due_on=day))
    shown(editor, requested("Later", due_on=day + timedelta(days=10)))
    shown(editor, requested("Wanneer ook"))
    (item,) = found(work.opinions, editor)
    assert (item.label, item.minutes, item.cause) == (str(row), 5, day.isoformat())
    assert item.url == f"/admin/consultation/opinion/{row.pk}/change/#id_adopted_on"
    assert item.said.endswith("en is nog niet goedgekeurd")
    assert found(work.opinions, staff_user("leeg")) == []


def test_an_opinion_that_is_too_late_stays_on_the_list(editor):
    shown(editor, requested(due_on=timezone.localdate() - timedelta(days=3)))
    assert [item.kind for item in found(work.opinions, editor)] == [work.DUE]


def test_an_opinion_without_an_answer_two_months_after_it_was_sent(editor):
    today = timezone.localdate()
    values = {"requested_on": None, "adopted_on": today - timedelta(days=90)}
    row = shown(editor, adopted(sent_on=today - timedelta(days=70), **values))
    late = today - timedelta(days=10)
    shown(editor, adopted("Pas", sent_on=late, **values))
    shown(editor, adopted("Niet", **values))
    (item,) = found(work.opinions, editor)
    assert (item.label, item.kind) == (str(row), work.ANSWER)
    assert item.url == f"/admin/consultation/opinion/{row.pk}/change/#answers-group"
    assert item.said.endswith("en heeft nog geen antwoord")
    Answer.objects.create(opinion=row, date=today, result=Answer.Result.FOLLOWED)
    publish(row, editor)
    assert found(work.opinions, editor) == []


def test_of_very_many_the_first_are_named_and_the_others_counted(editor):
    day = timezone.localdate()
    for number in range(4):
        shown(editor, requested(f"Vraag {number}", due_on=day + timedelta(days=number)))
    one, other, rest = found(work.opinions, editor, most=2)
    assert [one.label, other.label] == ["Vraag 0", "Vraag 1"]
    assert rest == Rest(work.DUE, 2, 10, "consultation.opinion")
    assert len(found(work.opinions, editor)) == 4
    last = Opinion.objects.get(title_nl="Vraag 3")
    about = WorkSubject("consultation.opinion", last.pk)
    assert [each.label for each in found(work.opinions, editor, about=about)] == ["Vraag 3"]
    assert found(work.meetings, editor, about=about) == []


def test_they_stand_on_the_list_and_lead_to_their_field(editor, editor_client):
    row = shown(editor, meeting(days(2)))
    html = editor_client.get("/admin/").content.decode()
    assert f'href="/admin/consultation/meeting/{row.pk}/change/#items-group"' in html


def test_the_day_has_its_year_when_that_is_another(editor):
    shown(editor, requested(due_on=date(2027, 1, 1)))
    (item,) = found(work.opinions, editor, now=at(2026, 12, 30))
    assert "op 1\xa0januari 2027 en" in item.said
    (item,) = found(work.opinions, editor, now=at(2027, 1, 2))
    assert "op 1\xa0januari en" in item.said
