import datetime

import pytest
from django import forms
from django.utils.formats import date_format
from django.utils.translation import override

from priorities.models import Theme
from tests.publishing.admin.test_publishable import address, form_data
from tests.updates import update_on


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
@pytest.mark.parametrize("typed", ["05/12/2026", "5/12/2026", "5-12-2026", "05.12.2026", "2026-12-05", "05/12/26"])
def test_the_day_comes_before_the_month_in_every_language(language, typed):
    with override(language):
        assert forms.DateField(localize=True).clean(typed) == datetime.date(2026, 12, 5)
        moment = forms.DateTimeField(localize=True).clean(f"{typed} 09:30")
        assert (moment.month, moment.day, moment.hour, moment.minute) == (12, 5, 9, 30)


@pytest.mark.parametrize(
    ("language", "typed"), [("nl", "9.30"), ("nl", "9u30"), ("fr", "9h30"), ("fr", "9 h 30"), ("en", "9:30")]
)
def test_a_time_is_read_as_people_write_it(language, typed):
    with override(language):
        assert forms.TimeField(localize=True).clean(typed) == datetime.time(9, 30)


@pytest.mark.parametrize("typed", ["12/13/2026", "2026/13/12", "Dec 5 2026"])
def test_an_american_date_is_refused(typed):
    with override("en"), pytest.raises(forms.ValidationError):
        forms.DateField(localize=True).clean(typed)


@pytest.mark.parametrize(("language", "number"), [("nl", "1,5"), ("fr", "1,5"), ("en", "1.5")])
def test_a_number_is_read_with_the_decimal_sign_of_its_language(language, number):
    with override(language):
        assert forms.FloatField(localize=True).clean(number) == 1.5


def test_english_dates_are_not_written_as_in_america():
    with override("en"):
        assert date_format(datetime.date(2026, 12, 5)) == "5 December 2026"
        assert date_format(datetime.date(2026, 12, 5), "SHORT_DATE_FORMAT") == "05/12/2026"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_the_desk_reads_and_shows_the_same_date(editor_client, language):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    update = update_on(theme, title_nl="Bericht", date=datetime.date(2026, 1, 1))
    editor_client.cookies["language"] = language
    data = form_data(editor_client, address(update)) | {"date": "05/12/2026", "_save": "1"}
    assert editor_client.post(address(update), data).status_code == 302
    update.refresh_from_db()
    assert update.date == datetime.date(2026, 12, 5)
    shown = "05-12-2026" if language == "nl" else "05/12/2026"
    assert f'name="date" value="{shown}"' in editor_client.get(address(update)).content.decode()
