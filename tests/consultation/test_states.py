"""The states of opinions and meetings, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from consultation.states import MeetingState, OpinionState, meeting_state, opinion_state

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("requested", "text", "adopted", "sent", "answered", "substantive", "state"),
    [
        (True, False, False, False, False, True, OpinionState.REQUESTED),
        (True, True, False, False, False, True, OpinionState.PREPARATION),
        (False, False, False, False, False, True, OpinionState.PREPARATION),
        (False, True, False, False, False, True, OpinionState.PREPARATION),
        (True, True, True, False, False, True, OpinionState.ADOPTED),
        (True, True, True, True, False, True, OpinionState.SENT),
        (True, True, True, True, True, True, OpinionState.ANSWERED),
        (True, False, True, False, False, False, OpinionState.NONE),
        (True, False, True, True, False, False, OpinionState.SENT),
        (True, False, False, False, False, False, OpinionState.REQUESTED),
    ],
)
def test_the_state_of_an_opinion_follows_from_its_dates_and_answers(
    requested, text, adopted, sent, answered, substantive, state
):
    found = opinion_state(
        is_requested=requested,
        has_text=text,
        is_adopted=adopted,
        is_sent=sent,
        is_answered=answered,
        is_substantive=substantive,
    )
    assert found == state


@pytest.mark.parametrize(
    ("cancelled", "minutes", "over", "agenda", "state"),
    [
        (False, False, None, False, MeetingState.PLANNED),
        (False, False, 1, False, MeetingState.PLANNED),
        (False, False, 1, True, MeetingState.AGENDA),
        (False, False, 0, True, MeetingState.PAST),  # at its very end
        (False, False, -1, False, MeetingState.PAST),
        (False, True, -1, True, MeetingState.MINUTES),
        (True, False, 1, True, MeetingState.CANCELLED),
        (True, True, -1, True, MeetingState.CANCELLED),
    ],
)
def test_the_state_of_a_meeting_follows_from_the_clock(cancelled, minutes, over, agenda, state):
    found = meeting_state(
        is_cancelled=cancelled,
        has_minutes=minutes,
        over_at=None if over is None else NOW + timedelta(hours=over),
        has_agenda=agenda,
        now=NOW,
    )
    assert found == state
