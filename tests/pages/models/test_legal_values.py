from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from pages.models import ContactDetails
from pages.models.legal_values import raise_if_any, refuse_days_to_come, refuse_open_links
from pages.models.statements import AccessibilityStatement


def test_only_a_day_after_today_is_yet_to_come():
    today = timezone.localdate()
    row = AccessibilityStatement(made_on=today, reviewed_on=today + timedelta(days=1))
    assert list(refuse_days_to_come(row, "made_on", "reviewed_on")) == ["reviewed_on"]
    assert refuse_days_to_come(AccessibilityStatement(), "made_on", "reviewed_on") == {}


@pytest.mark.parametrize("url", ["http://a.example/", "ftp://a.example/", "//a.example/", "a.example"])
def test_a_link_that_anybody_may_read_and_change_is_refused(url):
    assert list(refuse_open_links(ContactDetails(documents_appeal_url=url), "documents_appeal_url")) == [
        "documents_appeal_url"
    ]


@pytest.mark.parametrize("url", ["", "https://a.example/", "HTTPS://a.example/"])
def test_another_one_is_not(url):
    assert refuse_open_links(ContactDetails(documents_appeal_url=url), "documents_appeal_url") == {}


def test_errors_are_raised_by_field_and_none_is_no_error():
    raise_if_any({})
    with pytest.raises(ValidationError) as found:
        raise_if_any({"name": "fout"})
    assert found.value.message_dict == {"name": ["fout"]}
