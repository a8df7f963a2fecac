"""Planning in the admin, as the secretariat does it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from priorities.models import Theme
from publishing.admin.scheduling import MomentField, coming_up, upcoming
from publishing.workflow import publish, set_end, unpublished_changes
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, submit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def local(days: float) -> str:
    """What the browser sends for a date and time."""
    return f"{timezone.localtime(timezone.now() + days * DAY):%Y-%m-%dT%H:%M}"


def plan(client, obj, begin: str = "", end: str = "", button: str = "_schedule", **changes):
    return submit(client, obj, button, **{"schedule-live_from": begin, "schedule-live_until": end}, **changes)


def errors(response) -> dict:
    return response.context["adminform"].form.schedule.errors


def test_the_button_plan_saves_and_publishes_at_that_time(editor_client, client, theme):
    response = plan(editor_client, theme, local(2), local(3), title_nl="Later")
    assert "Gepland: bezoekers zien deze versie vanaf" in response.content.decode()
    assert "Later" not in client.get("/themas/").content.decode()
    waiting = theme.revisions.pending().get()
    assert waiting.live_until - waiting.live_from == DAY
    with time_machine.travel(waiting.live_from, tick=False):
        assert "Later" in client.get("/themas/").content.decode()
    with time_machine.travel(waiting.live_until, tick=False):
        assert "Later" not in client.get("/themas/").content.decode()


@pytest.mark.parametrize(
    ("begin", "end", "button", "field"),
    [
        ("2020-01-01T09:00", "", "_schedule", "live_from"),
        ("0001-01-01T00:00", "", "_schedule", "live_from"),
        ("2027-02-30T09:00", "", "_schedule", "live_from"),
        ("morgen", "", "_schedule", "live_from"),
        ("", "", "_schedule", "live_from"),
        ("2028-03-26T02:30", "", "_schedule", "live_from"),
        ("2028-01-02T09:00", "2028-01-01T09:00", "_schedule", "live_until"),
        ("", "2020-01-01T09:00", "_schedule", "live_until"),
        ("", "2020-01-01T09:00", "_publish", "live_until"),
        ("2028-01-02T09:00", "", "_publish", "live_from"),
    ],
)
def test_a_bad_time_is_an_error_beside_it_and_keeps_what_was_typed(editor_client, theme, begin, end, button, field):
    response = plan(editor_client, theme, begin, end, button, title_nl="Mijn tekst")
    assert list(errors(response)) == [field]
    page = response.content.decode()
    assert "Mijn tekst" in page
    assert (begin or end) in page
    assert theme.revisions.count() == 1
    theme.refresh_from_db()
    assert theme.title_nl != "Mijn tekst"


def test_the_hour_that_comes_twice_is_the_first_and_the_hour_that_is_skipped_is_refused():
    assert MomentField().clean("2027-10-31T02:30").astimezone(UTC) == datetime.fromisoformat("2027-10-31T00:30Z")
    with pytest.raises(ValidationError, match="slaat dit uur die nacht over"):
        MomentField().clean("2027-03-28T02:30")
    assert MomentField().clean("2027-07-01T09:00:30") == datetime.fromisoformat("2027-07-01T09:00:30+02:00")


def test_an_end_alone_ends_what_is_public_and_keeps_the_draft_to_itself(editor_client, client, theme):
    response = plan(editor_client, theme, end=local(2), title_nl="Concept")
    assert "Je wijzigingen zijn bewaard als werkversie." in response.content.decode()
    assert "Concept" not in client.get("/themas/").content.decode()
    assert theme.revisions.public().get().live_until
    assert unpublished_changes(theme)
    plan(editor_client, theme)
    assert theme.revisions.public().get().live_until is None


def test_an_end_survives_publishing_because_it_stands_in_its_field(editor_client, editor, theme):
    set_end(theme, editor, timezone.now() + DAY)
    form = editor_client.get(address(theme)).context["schedule"]["form"]
    end = form["live_until"].value()
    plan(editor_client, theme, end=f"{end:%Y-%m-%dT%H:%M:%S}", button="_publish")
    assert theme.revisions.public().get().live_until


def test_planning_again_replaces_unless_one_says_not_to(editor_client, theme):
    plan(editor_client, theme, local(2), title_nl="Eerst")
    plan(editor_client, theme, local(4), title_nl="Dan")
    assert theme.revisions.pending().count() == 2
    plan(editor_client, theme, local(6), title_nl="In de plaats", **{"schedule-replace": "on"})
    assert theme.revisions.pending().get().data["title_nl"] == "In de plaats"


def test_saving_decides_nothing_about_times(editor_client, theme):
    plan(editor_client, theme, "2020-01-01T09:00", button="_save", title_nl="Bewaard")
    theme.refresh_from_db()
    assert theme.title_nl == "Bewaard"
    assert theme.revisions.count() == 1


def test_a_waiting_version_is_cancelled_in_the_form_but_never_that_of_something_else(editor_client, editor, theme):
    other = Theme.objects.exclude(pk=theme.pk).first()
    foreign = publish(other, editor, live_from=timezone.now() + DAY)
    own = publish(theme, editor, live_from=timezone.now() + DAY)
    url = address(theme)
    for key in (foreign.pk, 999_999, "x", other.revisions.last().pk):
        submit(editor_client, theme, "_save", _cancel=str(key))
    assert other.revisions.pending().exists()
    assert theme.revisions.pending().exists()
    editor_client.get(url, {"_cancel": own.pk})
    assert theme.revisions.pending().exists()
    submit(editor_client, theme, "_save", _cancel=str(own.pk), title_nl="Getikt")
    assert not theme.revisions.pending().exists()
    theme.refresh_from_db()
    assert theme.title_nl == "Getikt"


# The list of what is coming


def test_the_list_tells_what_comes_and_goes_in_order_of_time(editor_client, editor, theme):
    now = timezone.now()
    other = Theme.objects.exclude(pk=theme.pk).first()
    publish(other, editor, live_from=now + 2 * DAY, live_until=now + 4 * DAY)
    set_end(theme, editor, now + 3 * DAY)
    events = upcoming(editor)
    assert [(event.begins, event.revision.object_id) for event in events] == [
        (True, other.pk),
        (False, theme.pk),
        (False, other.pk),
    ]
    assert [event.can_cancel for event in events] == [True, True, False]
    page = editor_client.get(reverse("planning")).content.decode()
    assert "komt op de site" in page
    assert "dorine" in page


def test_the_first_page_tells_what_comes_and_what_ends_within_a_month(editor, theme):
    now = timezone.now()
    themes = Theme.objects.exclude(pk=theme.pk)[:2]
    publish(themes[0], editor, live_from=now + 90 * DAY)
    set_end(theme, editor, now + 60 * DAY)
    assert [(event.begins, event.revision.object_id) for event in coming_up(editor)] == [(True, themes[0].pk)]
    set_end(theme, editor, now + 3 * DAY)
    assert [event.begins for event in coming_up(editor)] == [False, True]


def test_an_end_that_another_version_prevents_is_not_told(editor, theme):
    now = timezone.now()
    set_end(theme, editor, now + 3 * DAY)
    publish(theme, editor, live_from=now + 2 * DAY)
    assert [event.begins for event in upcoming(editor)] == [True]


@pytest.mark.parametrize("count", [1, 8])
def test_the_list_asks_as_often_for_many_as_for_few(editor, editor_client, django_assert_num_queries, count):
    for number in range(count):
        draft = Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}")
        publish(draft, editor, live_from=timezone.now() + DAY)
    editor_client.get(reverse("planning"))
    with django_assert_num_queries(13):
        editor_client.get(reverse("planning"))


def test_a_time_is_changed_and_cancelled_from_the_list(editor_client, editor, theme):
    waiting = publish(theme, editor, live_from=timezone.now() + DAY)
    url = reverse("planning_change", args=[waiting.pk])
    assert editor_client.get(url).status_code == 200
    assert not editor_client.post(url, {"schedule-live_from": "2020-01-01T09:00"}).context["form"].is_valid()
    assert not editor_client.post(url, {"schedule-live_from": ""}).context["form"].is_valid()
    editor_client.post(url, {"schedule-live_from": local(5)})
    moved = theme.revisions.pending().get()
    assert moved.live_from > timezone.now() + 4 * DAY
    assert editor_client.post(url, {"schedule-live_from": local(5)}).status_code == 404
    cancel = reverse("planning_cancel", args=[moved.pk])
    assert editor_client.get(cancel).status_code == 405
    assert theme.revisions.pending().exists()
    editor_client.post(cancel)
    assert not theme.revisions.pending().exists()
    assert editor_client.post(cancel).status_code == 404


def test_the_end_of_what_is_public_is_changed_from_the_list(editor_client, editor, theme):
    set_end(theme, editor, timezone.now() + DAY)
    url = reverse("planning_change", args=[theme.revisions.public().get().pk])
    editor_client.post(url, {"schedule-live_until": local(5), "schedule-live_from": local(2)})
    assert theme.revisions.public().get().live_until > timezone.now() + 4 * DAY
    assert not theme.revisions.pending().exists()
    editor_client.post(reverse("planning_cancel", args=[theme.revisions.public().get().pk]))
    assert theme.revisions.public().get().live_until is None


def test_who_may_not_edit_a_kind_sees_and_changes_nothing_of_it(editor, theme, client, colleague):
    waiting = publish(theme, editor, live_from=timezone.now() + DAY)
    limited = staff_user("beperkt")
    limited.user_permissions.add(Permission.objects.get(codename="change_organisation"))
    enter(client, limited)
    assert upcoming(limited) == []
    for name in ("planning_change", "planning_cancel"):
        url = reverse(name, args=[waiting.pk])
        assert client.post(url, {"schedule-live_from": local(5)}).status_code == 403
        stranger = Client()
        stranger.force_login(colleague)
        assert stranger.post(url).status_code == 302
    assert theme.revisions.pending().get() == waiting


def test_nothing_planned_is_said(editor_client):
    assert "Er is niets gepland." in editor_client.get(reverse("planning")).content.decode()
