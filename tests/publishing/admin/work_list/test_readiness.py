import pytest
from django.utils import timezone

from publishing.admin.work_list import Asked, Tier
from publishing.admin.work_list.ranking import arrange
from publishing.admin.work_list.readiness import unready
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


def test_a_new_site_is_not_ready_and_says_for_each_thing_where_that_is_mended(editor):
    found = list(unready(Asked(editor, timezone.now())))
    (line,) = arrange(found).entries
    assert line.tier is Tier.READY
    assert not line.tier.can_be_dismissed
    assert {item.cause for item in line.items} >= {
        "email_address",
        "postal_address",
        "privacy_statement",
        "controller",
        "statement_status",
        "response_term",
        "second_editor",
        "backup_is_made",
    }
    by_cause = {item.cause: item for item in line.items}
    assert by_cause["email_address"].url.endswith("#id_email")
    assert by_cause["backup_is_made"].url == ""


def test_it_takes_less_when_something_is_there(editor, monkeypatch):
    from publishing.admin.work_list import readiness

    checks = readiness._checks
    monkeypatch.setattr(readiness, "_checks", {name: check for name, check in checks.items() if name != "x"})
    whole = sum(item.minutes for item in unready(Asked(editor, timezone.now())))
    readiness._checks["email_address"] = lambda asked: None
    assert sum(item.minutes for item in unready(Asked(editor, timezone.now()))) < whole <= 30


def test_somebody_who_edits_nothing_is_asked_nothing():
    assert list(unready(Asked(staff_user("leeg"), timezone.now()))) == []
