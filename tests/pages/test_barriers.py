import pytest
from django.utils import translation

from pages import barriers
from priorities.models import Theme
from publishing.models import Lack
from publishing.review import lacks
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(title_nl="Thema", slug_nl="thema")


def test_pages_that_are_not_in_the_language_of_the_reader_are_counted(theme):
    Lack.objects.all().delete()
    theme.title_fr, theme.title_en = "Thème", None
    theme.save()
    publish(theme, None)
    assert barriers.counted() == []
    with translation.override("fr"):
        assert barriers.counted() == []
    with translation.override("en"):
        (said,) = barriers.counted()
        assert said.startswith("1 page is not, or not wholly, in English yet.")
        withdraw(theme, None, "weg")
        assert barriers.counted() == []


def test_what_is_registered_is_counted_once_for_a_version(theme, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(barriers, "_barriers", dict(barriers._barriers))
    barriers.register("odd", lambda number: "%d oddities")
    publish(theme, None)
    publish(theme, None, note="nog eens")
    for revision in theme.revisions:
        Lack.objects.create(revision=revision, kind="odd", since=revision.live_from)
    with django_assert_num_queries(1):
        assert "1 oddities" in barriers.counted()
    assert lacks.PICTURE in barriers._barriers
