"""Which texts have no translation, and which changed after they were translated, as the checklist says it."""

import pytest

from pages.models import Aim, MissionPage
from publishing.review.checklist import checklist
from publishing.workflow import publish
from tests.publishing.review.test_checklist import WARNS, found, page

pytestmark = pytest.mark.django_db


def test_a_text_that_is_not_translated_warns_at_its_own_field():
    assert found(page(body_fr="<p></p>", title_en=" "), WARNS) == [("fr", "body_fr"), ("en", "title_en")]


def test_what_the_dutch_does_not_say_need_not_be_translated():
    assert checklist(page(body_nl="", body_fr="", body_en="")) == []


def test_a_language_without_anything_is_one_item():
    assert found(page(title_fr="", slug_fr="", body_fr=""), WARNS) == [("fr", "title_fr")]


def test_child_rows_are_named_by_their_place_in_the_form():
    mission = MissionPage.objects.get()
    aim = mission.aims.all()[2]
    aim.text_fr = ""
    aim.save()
    assert ("fr", "aims-2-text_fr") in found(mission, WARNS)
    assert ("fr", "aims-0-text_fr") in found(mission, WARNS, {"aims": [aim]})


@pytest.mark.parametrize("saved_as", ["a working copy", "a version"])
def test_a_translation_older_than_its_source_warns_until_it_is_changed(editor, saved_as):
    obj = page()
    publish(obj, editor)
    obj.title_nl = "Andere oogst"
    obj.save()
    if saved_as == "a version":
        publish(obj, editor)
        publish(obj, editor)
    assert found(obj, WARNS) == [("fr", "title_fr"), ("en", "title_en")]
    obj.title_fr = "Autre récolte"
    obj.save()
    assert found(obj, WARNS) == [("en", "title_en")]


def test_a_translation_that_follows_or_precedes_its_source_does_not_warn(editor):
    obj = page()
    publish(obj, editor)
    obj.title_nl, obj.title_fr, obj.title_en = "Nieuw", "Nouveau", "New"
    obj.save()
    assert checklist(obj) == []
    publish(obj, editor)
    obj.title_fr = "Plus nouveau"
    obj.save()
    assert checklist(obj) == []


def test_layout_and_punctuation_make_no_translation_old(editor):
    obj = page()
    publish(obj, editor)
    obj.title_nl = "oogst!"
    obj.body_nl = obj.body_nl.replace("Korte", "<strong>Korte</strong>")
    obj.save()
    assert checklist(obj) == []


def test_a_child_row_older_than_its_source_warns_and_a_new_row_does_not(editor):
    mission = MissionPage.objects.get()
    before = found(mission, WARNS)
    aim = mission.aims.first()
    aim.text_nl = "iets heel anders"
    aim.save()
    Aim.objects.create(page=mission, text_nl="nieuw", text_fr="nouveau", text_en="new")
    assert set(found(mission, WARNS)) - set(before) == {("fr", "aims-0-text_fr"), ("en", "aims-0-text_en")}
