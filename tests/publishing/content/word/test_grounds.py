from xml.etree.ElementTree import Element

import pytest

from publishing.content.word.grounds import AUTO, BLACK, UNKNOWN, WHITE, ground_of, ink_of, is_alike, is_lost


@pytest.mark.parametrize(
    ("said", "ground"),
    [
        ({"val": "clear", "fill": "003366"}, "003366"),
        ({"val": "clear", "fill": "auto"}, WHITE),
        ({"val": "nil"}, WHITE),
        ({"val": "solid", "color": "auto"}, BLACK),
        ({"val": "solid", "color": "ff0000", "fill": "FFFFFF"}, "FF0000"),
        ({"val": "pct50", "fill": "FFFFFF"}, UNKNOWN),
    ],
)
def test_the_ground_is_what_word_draws(said, ground):
    assert ground_of(Element("w-shd", said), WHITE) == ground


def test_words_are_lost_in_their_own_colour_and_seen_where_word_chooses():
    assert [ink_of(None), ink_of(Element("w-color", {"themeColor": "light1"}))] == [AUTO, WHITE]
    assert [is_lost(ink, None, BLACK) for ink in (AUTO, BLACK, WHITE)] == [False, True, False]
    assert [is_lost(ink, Element("w-highlight", {"val": "black"}), WHITE) for ink in (AUTO, WHITE)] == [True, False]
    assert [is_alike(*pair) for pair in ((WHITE, "FDFDFD"), (WHITE, "EEEEEE"), (WHITE, UNKNOWN))] == [
        True,
        False,
        False,
    ]
