from publishing.search.printed import Printing, found_where_printed
from publishing.search.results import Hit

PAGE = Printing("pages.textpage", 3, 30, "b", -12)


def test_what_a_page_prints_finds_that_page_through_it_and_aside():
    hit = Hit("pages.privacystatement", 1, 10, "fr", 8, "a", 1)
    (found,) = found_where_printed([hit], {hit.model: [PAGE]})
    assert found == Hit("pages.textpage", 3, 30, "fr", -4, "b", 1, aside=True, through=10)


def test_what_no_public_page_prints_is_not_found():
    hit = Hit("pages.privacystatement", 1, 10, "fr", 8, "a", 1)
    assert not list(found_where_printed([hit], {hit.model: []}))
    assert not list(found_where_printed([hit], {"pages.accessibilitystatement": [PAGE]}))
