"""Consents follow what is public at a moment."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from publishing.backup.archive import write
from publishing.backup.restore import restore_archive
from publishing.workflow import advance, amend, cancel, confirm, publish, withdraw
from resoc.operations.upkeep import run
from staff.cards.consent import LOOKS_BACK, follow_plans
from staff.models import Consent, StaffMember
from tests.staff.conftest import save

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def draft(member: StaffMember, **values) -> StaffMember:
    row = StaffMember._base_manager.get(pk=member.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def plan(member, days: float, author=None, **values):
    return publish(draft(member, **values), author, live_from=timezone.now() + days * DAY)


def consents(member) -> list[tuple]:
    """Of the mobile number: when each began and ended, oldest first."""
    found = Consent.objects.filter(member=member, detail="mobile").order_by("pk")
    return list(found.values_list("given_at", "withdrawn_at"))


@pytest.fixture
def shown(johan, editor) -> StaffMember:
    """Johan's card with his mobile number."""
    publish(draft(johan, mobile="0470 11 22 33", shows_mobile=True), editor)
    return johan


def test_a_planned_version_opens_a_consent_when_it_becomes_public_and_not_before(johan, editor):
    planned = plan(johan, 1, editor, mobile="0470 11 22 33", shows_mobile=True)
    assert consents(johan) == []
    amend(johan, {"function_nl": "Directeur"}, None)
    assert consents(johan) == [], "committed again is not public"
    with time_machine.travel(planned.live_from + timedelta(minutes=1)):
        run()
        (consent,) = Consent.objects.filter(member=johan)
        assert (consent.given_at, consent.given_by) == (planned.live_from, editor)
        assert consent.text.startswith("Mijn gsm-nummer mag"), consent.text
        run()
        assert len(consents(johan)) == 1


def test_a_planned_version_without_it_closes_a_consent_when_it_becomes_public(shown, editor):
    ((given_at, _open),) = consents(shown)
    planned = plan(shown, 1, editor, mobile="")
    assert consents(shown) == [(given_at, None)]
    assert StaffMember.objects.get(pk=shown.pk).shows_mobile
    with time_machine.travel(planned.live_from + timedelta(minutes=1)):
        follow_plans()
        assert consents(shown) == [(given_at, planned.live_from)]
        assert Consent.objects.get(member=shown).withdrawn_by == editor
        assert not StaffMember.objects.get(pk=shown.pk).shows_mobile


def test_what_nobody_wrote_down_in_between_is_written_down_at_the_next_publication(johan, editor):
    planned = plan(johan, 1, editor, mobile="0470 11 22 33", shows_mobile=True)
    gone = plan(johan, 2, None, mobile="")
    with time_machine.travel(gone.live_from + DAY):
        confirm(johan, editor)
        assert consents(johan) == [(planned.live_from, gone.live_from)]


def test_a_version_that_never_became_public_opens_and_closes_nothing(shown, editor):
    before = consents(shown)
    cancel(plan(shown, 1, editor, mobile=""), editor)
    plan(shown, 2, editor, mobile="")
    publish(draft(shown, mobile="0470 11 22 33", shows_mobile=True), editor)  # overtakes it
    with time_machine.travel(timezone.now() + 3 * DAY):
        follow_plans()
        confirm(shown, editor)
        assert consents(shown) == before


def test_one_that_is_brought_forward_counts_from_then(johan, editor):
    planned = plan(johan, 5, None, mobile="0470 11 22 33", shows_mobile=True)
    act = advance(planned, editor)
    assert consents(johan) == [(act.live_from, None)]


def test_withdrawing_consent_takes_the_detail_out_of_everything_that_waits(his, shown, editor):
    plan(shown, 1, editor, function_nl="Morgen")
    plan(shown, 2, editor, mobile="0470 99 99 99")
    save(his, shows_mobile=None)
    assert consents(shown)[0][1] is not None
    for days in (0, 1.5, 2.5):
        with time_machine.travel(timezone.now() + days * DAY):
            follow_plans()
            assert not StaffMember.published().get(object_id=shown.pk).mobile
    assert len(consents(shown)) == 1


def test_a_card_that_is_off_the_site_withdraws_no_consent(shown, editor):
    before = consents(shown)
    withdraw(shown, editor, "Even weg")
    assert consents(shown) == before


def test_what_was_public_before_anybody_asked_gets_no_consent_of_back_then(shown, editor):
    Consent.objects.all().delete()
    with time_machine.travel(timezone.now() + LOOKS_BACK + DAY):
        act = confirm(shown, editor)
        assert consents(shown) == [(act.live_from, None)]


@pytest.mark.parametrize("is_public", [True, False])
def test_a_restore_shows_no_detail_of_which_the_consent_was_withdrawn_since(
    shown, editor, tmp_path, django_capture_on_commit_callbacks, is_public
):
    if not is_public:
        withdraw(shown, editor, "Vertrokken.")
    write(tmp_path / "site.zip")
    with django_capture_on_commit_callbacks(execute=True):
        if not is_public:
            publish(draft(shown), editor)
        amend(shown, {"shows_mobile": False}, editor)
    with django_capture_on_commit_callbacks(execute=True):
        restore_archive(tmp_path / "site.zip", lambda line: None)
    row = StaffMember.objects.get(pk=shown.pk)
    ((_given, withdrawn_at),) = consents(row)
    assert withdrawn_at
    assert (row.mobile, row.shows_mobile) == ("0470 11 22 33", False)
    assert [each.mobile for each in StaffMember.published().filter(object_id=row.pk)] == [""] * is_public
