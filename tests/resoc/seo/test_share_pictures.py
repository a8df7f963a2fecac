import os

import pytest
from django.contrib.staticfiles import finders
from PIL import Image

from resoc.seo import share_pictures


@pytest.mark.parametrize("kind", share_pictures.WORDS)
@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_each_part_of_the_site_has_a_small_picture_in_each_language(kind, language):
    file = finders.find(share_pictures.path(kind, language))
    assert os.path.getsize(file) < 60_000
    with Image.open(file) as picture:
        assert (picture.size, picture.format) == (share_pictures.SIZE, "PNG")


def test_a_section_without_a_picture_of_its_own_has_that_of_the_site():
    assert [share_pictures.kind_of(each) for each in ("themes", "home", "search", "")] == ["themes", *["site"] * 3]


def test_the_words_for_a_picture_are_in_the_language_of_the_picture():
    assert share_pictures.alternative("themes", "fr") == "RESOC Westhoek · Thèmes, au-dessus de l’horizon du Westhoek"
    assert share_pictures.alternative("site", "nl") == "RESOC Westhoek, boven de skyline van de Westhoek"
