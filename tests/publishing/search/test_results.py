import pytest
from django.utils import timezone

from publishing.search import places
from publishing.search.query import find
from publishing.search.results import Hit, as_results
from publishing.search.text import query_words


def test_a_page_that_is_no_content_is_shown_with_its_title_marked_and_nothing_found_is_nothing():
    name, place = next(iter(places.PLACES.items()))
    words = query_words(place.title_in("nl"))
    (result,) = as_results([Hit("", 0, 0, "nl", 8, "", place=name)], timezone.now(), words)
    assert result.url == place.get_absolute_url("nl")
    assert result.title.startswith("<mark>")
    assert as_results([], timezone.now(), words) == []


@pytest.mark.django_db
def test_what_is_found_has_the_signs_of_its_language_as_on_its_page():
    """Typed as “Stafmedewerker : projectmanager”, as a printer would not set it."""
    found = find("projectmanager regiomarketing")
    fragments = [result.fragment for result in found.results(found.hits)]
    assert any("Stafmedewerker: " in fragment for fragment in fragments)
    assert not any(" : " in fragment for fragment in fragments)
