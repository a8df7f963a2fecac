import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import UnreadablePostError

from publishing.cache.outages import is_outage, page


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError(), OSError(), DatabaseError("not a database")])
def test_a_database_or_a_disk_that_is_away_is_an_outage(error):
    assert is_outage(error)


@pytest.mark.parametrize("error", [IntegrityError(), UnreadablePostError(), KeyError(), None])
def test_a_fault_of_this_code_or_of_the_browser_is_none(error):
    assert not is_outage(error)


@pytest.mark.parametrize(("path", "language"), [("/themas/", "nl"), ("/fr/themes/", "fr"), ("/en/nowhere/", "en")])
def test_the_page_speaks_the_language_of_the_address_and_makes_no_query(path, language, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert f'<html lang="{language}"' in page(path).decode()
