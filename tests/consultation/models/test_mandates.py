"""A member: what is public of it, and when its name is."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from consultation.models import Body, Mandate
from consultation.models.mandates import years_after
from pages.models import Organisation
from publishing.models import Revision
from publishing.search.desk import desk_index
from publishing.search.query import find
from publishing.workflow import amend, publish, restore, withdraw
from tests.consultation.making import NAME, agreed, member

pytestmark = pytest.mark.django_db


def test_the_name_is_withheld_by_default_and_organisation_and_group_are_public(editor):
    organisation = Organisation.objects.first()
    row = member(organisation=organisation)
    data = publish(row, editor).data
    assert (data["name"], data["group"], data["organisation_id"]) == ("", "employers", organisation.pk)
    assert NAME not in str(data)
    assert not {"shows_name", "agreed_name"} & data.keys()
    assert str(row) == str(Mandate.published().get()) == f"{organisation.name}, Dagelijks bestuur, voorzitter"


def test_what_the_desk_calls_it_has_the_names_of_drafts_and_is_not_published(editor):
    row = member(body=Body.objects.create(name_nl="Geheim orgaan"))
    assert str(row) == "Werkgevers, Geheim orgaan, voorzitter"
    assert "Geheim" not in str(publish(row, editor).data)
    assert str(Mandate.published().get()) == "Werkgevers, voorzitter"
    assert not find("geheim").hits


def test_a_ticked_box_without_a_consent_shows_nothing_and_is_told(editor):
    row = member(shows_name=True)
    assert [field for field, _said in row.doubts()] == ["name"]
    assert NAME not in str(publish(row, editor).data), "consent is missing, which is no fault: it is published"


def test_a_name_with_consent_is_public_and_another_name_is_not(editor):
    row = agreed(member(), editor)
    assert publish(row, editor).data["name"] == NAME
    row.name = "Iemand Anders"
    row.save()
    assert publish(row, editor).data["name"] == "", "the consent was for another name"


def test_a_name_cannot_be_amended_into_what_is_public_without_a_consent_to_it(editor):
    row = agreed(member(), editor)
    publish(row, editor)
    with pytest.raises(ValidationError, match="geen toestemming genoteerd"):
        amend(row, {"name": "Iemand Anders"}, editor)
    hidden = member("Nog Iemand", body=row.body)
    publish(hidden, editor)
    with pytest.raises(ValidationError, match="geen toestemming genoteerd"):
        amend(hidden, {"shows_name": True}, editor)


def test_nothing_from_history_or_the_bin_shows_a_name_again(editor):
    row = agreed(member(), editor)
    named = publish(row, editor)
    Mandate.objects.filter(pk=row.pk).update(shows_name=False)
    publish(row, editor)
    back = restore(named, editor)
    assert (back.name, back.shows_name) == (NAME, False)
    assert publish(back, editor).data["name"] == ""
    pk = back.pk
    withdraw(back, editor, "Vergissing.")
    Mandate.objects.get(pk=pk).delete()
    again = restore(named, editor)
    assert (again.pk, again.shows_name, again.agreed_name) == (pk, False, "")


def test_two_years_after_the_end_no_version_names_anybody(editor):
    row = agreed(member(ends_on=date(2026, 11, 1)), editor)
    publish(row, editor)
    assert Mandate.published().get().shown_name == NAME
    with time_machine.travel("2028-10-31T12:00+01:00"):
        assert Mandate.published().get().shown_name == NAME
    with time_machine.travel("2028-11-01T00:30+01:00"):
        assert Mandate.published().get().shown_name == ""
        assert Mandate.published(timezone.now() - timedelta(days=400)).get().shown_name == "", "an old page neither"
        assert publish(row, editor).data["name"] == ""


def test_when_a_page_turns():
    soon = timezone.localdate() + timedelta(days=10)
    assert member(starts_on=date(2020, 1, 1)).turns == ()
    first, second = member(starts_on=soon, ends_on=soon + timedelta(days=9)).turns
    assert [timezone.localdate(each) for each in (first, second)] == [soon, soon + timedelta(days=10)]
    ended = member(ends_on=timezone.localdate() - timedelta(days=1))
    assert [timezone.localdate(each) for each in ended.turns] == [years_after(ended.ends_on, 2)]


def test_two_years_after_29_february_is_1_march():
    assert years_after(date(2024, 2, 29), 2) == date(2026, 3, 1)
    assert years_after(date(2026, 11, 1), 2) == date(2028, 11, 1)


def test_what_a_public_member_must_say(editor):
    with pytest.raises(ValidationError) as error:
        publish(Mandate.objects.create(name=NAME), editor)
    assert set(error.value.message_dict) == {"body", "organisation"}
    row = member(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))
    with pytest.raises(ValidationError) as error:
        publish(row, editor)
    assert set(error.value.message_dict) == {"ends_on"}
    with pytest.raises(ValidationError, match="1026"):
        publish(member(starts_on=date(1026, 3, 2), body=row.body), editor)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (None, None, ""),
        (date(2020, 1, 1), None, "sinds 1\xa0januari 2020"),
        (date(2099, 1, 1), None, "vanaf 1\xa0januari 2099"),
        (None, date(2021, 5, 3), "tot en met 3\xa0mei 2021"),
        (date(2020, 1, 1), date(2021, 5, 3), "van 1\xa0januari 2020 tot en met 3\xa0mei 2021"),
    ],
)
def test_from_when_to_when_in_words(starts, ends, said):
    row = Mandate(starts_on=starts, ends_on=ends)
    assert row.term == said


def test_the_desk_finds_a_hidden_name_and_keeps_it_apart():
    row = member()
    said = desk_index.texts_of(Mandate, {"name": NAME, "shows_name": False, "title": row.title})
    assert [each.is_withheld for each in said if each.text == NAME] == [True]
    assert Revision.objects.of(Mandate).count() == 0
