import pytest

from publishing.search.widening.pointless import pointless

pytestmark = pytest.mark.django_db


def test_what_no_public_text_of_the_language_has_is_told():
    meant = {"mobiliteit", "lokale overheden", "vuurtorenwachter", "mobiliteit vuurtorenwachter", "prioriteiten"}
    assert pointless(meant, "nl") == {"vuurtorenwachter", "mobiliteit vuurtorenwachter"}
    assert "tewerkstelling" in pointless({"tewerkstelling"}, "en")


def test_words_that_say_nothing_lead_nowhere_and_nothing_asks_nothing():
    assert pointless({"de het", ""}, "nl") == {"de het", ""}
    assert pointless(set(), "nl") == set()


def test_however_many_there_are(django_assert_num_queries):
    with django_assert_num_queries(3):
        assert len(pointless({f"woord{number}" for number in range(150)}, "nl")) == 150
