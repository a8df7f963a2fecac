import pytest

from priorities.models import Theme
from publishing.review.naming.mentions import (
    TextState,
    by_field,
    mentions_of_today,
    places,
    search,
    texts_in,
)
from publishing.search.names.person_matching import Matcher, Sought
from publishing.workflow import publish

pytestmark = pytest.mark.django_db
SOUGHT = Sought.of(names=["Joos Vandewalle"])


def written(theme: Theme, editor, **columns: str):
    Theme.objects.filter(pk=theme.pk).update(**columns)
    return publish(Theme.objects.get(pk=theme.pk), editor)


def test_every_text_of_a_snapshot_is_there_with_its_place_and_nothing_else():
    snapshot = {"title_nl": "T", "summary_nl": "", "position": 3, "aims": [{"id": 7, "text_nl": "Doel", "position": 1}]}
    assert list(texts_in(snapshot)) == [(("title_nl",), "T"), (("aims", 7, "text_nl"), "Doel")]


def test_the_same_words_in_one_field_are_one_place_and_those_of_today_come_first(theme, editor):
    written(theme, editor, body_nl="<p>Vraag het Joos Vandewalle</p>")
    written(theme, editor, body_nl="<p>Niets</p>", summary_nl="Door Joos Vandewalle")
    found = places(search(SOUGHT).mentions)
    assert [(place.first.text.column, place.is_of_today) for place in found] == [
        ("summary_nl", True),
        ("body_nl", False),
    ]
    assert {each.text.state for each in found[0].mentions} >= {TextState.WORKING}
    assert [len(some) for some in by_field(found)] == [1, 1]
    assert search(SOUGHT, leaving_out=("priorities.theme", theme.pk)).mentions == []


def test_texts_of_today_are_those_that_somebody_can_still_change(theme, editor):
    written(theme, editor, body_nl="<p>Vraag het Joos Vandewalle</p>")
    written(theme, editor, body_nl="<p>Niets</p>")
    assert mentions_of_today(lambda text: Matcher(SOUGHT).find(text.value)) == []
