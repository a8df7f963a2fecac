"""The references of opinions: given once, for ever, and none twice."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from consultation.models import Opinion, ReferenceNumber
from consultation.models.references import Reference, next_free, parse
from publishing.models import Discarded
from publishing.workflow import publish, restore, withdraw
from tests.consultation.making import adopted, at, requested


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("2026-04", "2026-04"),
        ("2026-4", "2026-04"),
        (" 2026 / 4 ", "2026-04"),
        ("2026-104", "2026-104"),
        ("2026-00", None),
        ("26-4", None),
        ("", None),
        ("2026-4-1", None),
        ("x", None),
    ],
)
def test_a_reference_has_one_spelling(text, reference):
    found = parse(text)
    assert (found and str(found)) == reference


@pytest.mark.django_db
class TestAllocation:
    def test_the_next_free_one_is_given_at_publishing_and_said_by_row_and_version(self, editor):
        first, second = adopted("Een"), adopted("Twee")
        for opinion in (first, second):
            publish(opinion, editor)
        assert [each.reference for each in Opinion.published()] == ["2026-01", "2026-02"]
        second.refresh_from_db()
        assert second.reference == "2026-02"

    def test_what_was_typed_is_kept_and_counting_goes_on_after_it(self, editor):
        publish(adopted("Een", reference="2026-13"), editor)
        publish(adopted("Twee"), editor)
        assert sorted(each.reference for each in Opinion.published()) == ["2026-13", "2026-14"]

    def test_a_number_that_a_draft_says_is_left_to_it(self):
        requested(reference="2026-1")
        assert next_free(2026, frozenset({"2026-01"})) == Reference(2026, 2)

    def test_a_taken_one_is_refused_with_the_next_free_one(self, editor):
        publish(adopted("Een", reference="2026-4"), editor)
        with pytest.raises(ValidationError, match="2026-05"):
            publish(adopted("Twee", reference="2026-04"), editor)

    def test_a_slip_of_the_keyboard_does_not_use_up_a_year(self, editor):
        with pytest.raises(ValidationError, match="2026-04"):
            publish(adopted("Een", reference="2026-9999"), editor)
        assert not ReferenceNumber.objects.exists()
        ReferenceNumber.objects.create(year=2026, number=999, opinion_id=10**6)
        opinion = adopted("Twee")
        publish(opinion, editor)
        publish(Opinion.objects.get(pk=opinion.pk), editor)
        assert Opinion.objects.get(pk=opinion.pk).reference == "2026-1000"

    def test_it_never_changes_after_publication(self, editor):
        opinion = adopted()
        publish(opinion, editor)
        opinion.refresh_from_db()
        opinion.reference = "2026-09"
        opinion.save()
        with pytest.raises(ValidationError, match="2026-01"):
            publish(opinion, editor)

    def test_a_publication_that_is_refused_uses_none(self, editor):
        with pytest.raises(ValidationError):
            publish(adopted(summary_nl=""), editor)
        assert not ReferenceNumber.objects.exists()

    def test_a_plan_takes_one_and_keeps_it(self, editor):
        opinion = requested()
        publish(opinion, editor, live_from=timezone.now() + timedelta(days=3))
        assert ReferenceNumber.objects.get().opinion_id == opinion.pk

    def test_withdrawn_deleted_and_put_back_it_has_the_same_one(self, editor):
        opinion = adopted()
        publish(opinion, editor)
        number = opinion.pk
        withdraw(opinion, editor, "Vergissing.")
        Opinion.objects.get(pk=number).delete()
        publish(adopted("Ander"), editor)
        assert Opinion.published().get().reference == "2026-02"
        publish(restore(Discarded.objects.in_bin().get(), editor), editor)
        assert Opinion.published().get(pk=number).reference == "2026-01"

    def test_its_year_is_that_of_its_adoption_here(self, editor):
        with time_machine.travel(at(2026, 12, 31, 23, 30)):
            publish(requested("Laat"), editor)
        with time_machine.travel(at(2027, 1, 1, 0, 30)):
            publish(requested("Vroeg"), editor)
            publish(adopted("Van vorig jaar"), editor)
        later = at(2027, 1, 2)
        assert {each.title_nl: each.reference for each in Opinion.published(later)} == {
            "Laat": "2026-01",
            "Vroeg": "2027-01",
            "Van vorig jaar": "2026-02",
        }


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_twenty_numbers_without_a_gap(editor, at_once):
    opinions = [adopted(f"Advies {number}") for number in range(20)]
    at_once([partial(publish, opinion, editor) for opinion in opinions])
    given = ReferenceNumber.objects.order_by("number").values_list("number", flat=True)
    assert list(given) == list(range(1, 21))
    assert ReferenceNumber.objects.values("opinion_id").distinct().count() == 20
