from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Theme
from publishing.models import Discarded, Draft, Erasure, Event
from publishing.workflow import (
    confirm,
    discard,
    keep,
    list_again,
    publish,
    restore,
    set_end,
    take_back,
    withdraw,
)
from publishing.workflow.erasure.versions import erase_version, erasure_scope
from tests.publishing.secret import SECRET, logged, publish_secret, saying, stored, where_it_stands

pytestmark = pytest.mark.django_db


def test_an_erased_version_says_nothing_anywhere_and_stays_as_a_line(theme, editor):
    bad, _good = publish_secret(theme, editor)
    assert where_it_stands(theme) == ["publishing_revision", "words"]
    assert erase_version(bad) == 0
    assert where_it_stands(theme) == []
    left = stored(bad)
    assert (left.data, left.note, left.author, left.created_at) == ({}, "", editor, bad.created_at)
    assert left.erased_at
    assert not left.slugs.exists()


def test_an_erased_version_answers_410_and_is_not_listed(theme, editor, client):
    bad, _good = publish_secret(theme, editor)
    url = theme.get_versions_url(bad.pk)
    assert SECRET in client.get(url).content.decode()
    erase_version(bad)
    response = client.get(url)
    assert response.status_code == 410
    assert SECRET not in response.content.decode()
    assert url not in client.get(theme.get_versions_url()).content.decode()


def test_an_erased_version_is_public_at_no_moment(theme, editor):
    bad, _good = publish_secret(theme, editor)
    erase_version(bad)
    assert not Theme.published(bad.live_from).filter(pk=theme.pk).exists()


def test_an_erased_version_is_not_put_back(theme, editor):
    bad, _good = publish_secret(theme, editor)
    erase_version(bad)
    with pytest.raises(ValidationError):
        restore(bad, editor)
    assert Theme.objects.filter(pk=theme.pk, body_nl="<p>Niets</p>").exists()


def test_others_that_say_the_same_go_along(theme, editor):
    bad = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    confirm(theme, editor)
    set_end(theme, editor, timezone.now() + timedelta(days=3))
    copy = discard(theme, editor)
    publish(saying(theme, body_nl="<p>Niets</p>"), editor)
    assert len(erasure_scope(bad).versions) == 4
    erase_version(bad)
    assert where_it_stands(theme) == []
    assert not Discarded.objects.filter(pk=copy.pk).exists()


def test_other_versions_keep_what_they_say(theme, editor):
    before = theme.revisions.first()
    bad, good = publish_secret(theme, editor)
    erase_version(bad)
    assert [stored(each).data for each in (before, good)] == [before.data, good.data]


def test_what_visitors_read_or_will_read_is_not_erased(theme, editor):
    bad = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    again = confirm(theme, editor)
    planned = publish(saying(theme, body_nl="<p>Straks</p>"), editor, live_from=timezone.now() + timedelta(days=1))
    for version in (bad, again, planned):
        with pytest.raises(ValidationError):
            erase_version(version)
    assert stored(bad).data["body_nl"] == f"<p>{SECRET}</p>"
    assert not Erasure.objects.exists()


def test_what_was_withdrawn_can_be_erased_and_still_says_why(theme, editor, client):
    bad = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    withdraw(theme, editor, "Vergissing")
    saying(theme, body_nl="")
    erase_version(bad)
    assert where_it_stands(theme) == []
    response = client.get(theme.get_absolute_url("nl"))
    assert (response.status_code, "Vergissing" in response.content.decode()) == (410, True)


def test_the_reason_of_a_withdrawal_goes_when_that_is_erased(theme, editor, client):
    withdraw(theme, editor, f"{SECRET} werd ontslagen")
    erase_version(theme.revisions.first())
    assert where_it_stands(theme) == []
    response = client.get(theme.get_absolute_url("nl"))
    assert (response.status_code, SECRET in response.content.decode()) == (410, False)


def test_why_a_version_was_taken_back_leaves_the_log_with_it(theme, editor):
    bad, _good = publish_secret(theme, editor)
    take_back(bad, editor, f"{SECRET} stond erin")
    list_again(bad, editor)
    take_back(bad, editor, f"Nog altijd {SECRET}")
    erase_version(bad)
    assert where_it_stands(theme) == []
    assert not [said for said in logged(theme) if SECRET in said]
    assert len(logged(theme)) == 3


def test_a_kept_save_goes_whole(theme, editor):
    draft: Any = keep(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    saying(theme, body_nl="")
    erase_version(draft)
    assert where_it_stands(theme) == []
    assert not Draft.objects.exists()


def test_erasing_is_written_in_the_log_without_what_it_said(theme, editor):
    bad, _good = publish_secret(theme, editor)
    erase_version(bad)
    event = Event.objects.get(kind=Event.Kind.ERASED)
    assert event.detail == f"priorities.theme {theme.pk}"
