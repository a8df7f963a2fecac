"""What docs/security.md and SECURITY.md promise is what the code does."""

import re
from datetime import timedelta

import pytest
from allauth.account import app_settings
from django.conf import global_settings, settings

from publishing import models
from publishing.admin import edit_conflicts
from publishing.cache import disk
from publishing.contributions import remarks
from publishing.operations import audit_log, csp_reports, mail_limits
from publishing.workflow.undo import KEPT_FOR as ACTS_KEPT_FOR
from publishing.workflow.working_copies import drafts
from staff.accounts import sessions
from staff.models import CardLink, StaffMember
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()


def row(first: str) -> str:
    """The line of a table whose first cell is `first`."""
    (found,) = re.findall(rf"^\| {re.escape(first)} \|.*$", PAGE, re.MULTILINE)
    return found


def in_words(length: timedelta) -> str:
    """As the page writes it."""
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds % size == 0 and (seconds >= 2 * size):
            return f"{seconds // size} {unit}"
    raise AssertionError(length)


LIFETIMES = [
    ("session with rights in the desk", sessions.IDLE),
    ("session with rights in the desk", sessions.DESK),
    ("other session", sessions.OTHERS),
    ("signing in half-way", timedelta(seconds=app_settings.LOGIN_TIMEOUT)),
    ("having proven once more who you are", timedelta(seconds=app_settings.REAUTHENTICATION_TIMEOUT)),
    ("code by mail", timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)),
    ("link to set a password", timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)),
    ("invitation", CardLink.lasts(CardLink.Purpose.INVITATION)),
    ("link of the half-year mail to change a card", CardLink.lasts(CardLink.Purpose.CHANGE)),
    ("link that proves a new address", CardLink.lasts(CardLink.Purpose.ADDRESS)),
    ("question whether a card is right", CardLink.lasts(CardLink.Purpose.CHECK)),
    ("link to share a draft", models.SHARED_FOR),
    ("link for a translator", models.TRANSLATED_FOR),
    ("remarks on a draft, with the name that the sender gave", remarks.KEPT_FOR),
    ("remarks on a draft, with the name that the sender gave", remarks.LONGEST_OPEN),
    ("translations that were sent in", remarks.KEPT_FOR),
    ("translations that were sent in", remarks.LONGEST_OPEN),
    ("that a stranger’s address was typed, and written to", mail_limits.ONCE_IN),
    ("log of accounts", audit_log.KEPT_FOR),
    ("what was saved of a working copy", drafts.WHOLE_FOR),
    ("what was saved of a working copy", drafts.KEPT_FOR),
    ("what can be undone at once", ACTS_KEPT_FOR),
    ("who has a form open", edit_conflicts.AWAY_AFTER),
]


@pytest.mark.parametrize(("what", "length"), LIFETIMES)
def test_the_page_says_how_long_each_thing_lasts(what, length):
    assert in_words(length) in row(what)


@pytest.mark.parametrize(
    ("template", "length"),
    [
        ("publishing/templates/publishing/panel/preview.html", models.SHARED_FOR),
        ("templates/share_link_over.html", models.SHARED_FOR),
    ],
)
def test_a_form_or_page_that_says_how_long_a_link_works_says_it_right(template, length):
    assert f" for {in_words(length)}" in (ROOT / template).read_text()


def test_the_page_says_how_many_reports_of_browsers_are_kept():
    assert f"the last {csp_reports.MOST} " in row("reports of browsers")


def test_the_page_says_how_many_pages_are_kept_on_disk():
    assert f"{disk.MOST_PAGES:,} pages" in row("pages and pictures as visitors see them")
    assert f"{disk.MOST_BYTES // 1_000_000:,} MB" in row("pages and pictures as visitors see them")


def test_the_page_names_the_algorithm_of_passwords():
    assert "PBKDF2PasswordHasher" in global_settings.PASSWORD_HASHERS[0]
    assert "PBKDF2-HMAC-SHA-256" in row("passwords")


def test_what_the_page_and_the_readme_lead_to_is_there():
    for name in ("docs/security.md", "SECURITY.md", "README.md"):
        text = (ROOT / name).read_text()
        places = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) + re.findall(r"`((?:tests|docs)/[\w/.]+\.\w+)`", text)
        for place in places:
            beside = (ROOT / name).parent / place
            assert beside.exists() or (ROOT / place).exists(), (name, place)


@pytest.mark.django_db
def test_the_telephone_of_the_secretariat_is_the_one_to_report_to(client):
    said = (ROOT / "SECURITY.md").read_text()
    assert "/.well-known/security.txt" in said
    assert "Contact: http://testserver/contact/" in client.get("/.well-known/security.txt").content.decode()
    secretariat = StaffMember.objects.get(is_secretariat=True)
    assert secretariat.phone.as_national in said
