"""What is proposed as the line about a change: names of parts, and never what stands in them."""

import pytest

from pages.models import MissionPage
from priorities.models import Priority, Theme
from publishing.models import LONGEST_NOTE
from publishing.models.snapshots import normalise
from publishing.review.change_proposal import proposals
from staff.models import StaffMember


def snapshot(model, **values) -> dict:
    return normalise(model, values)


def proposed(model, before: dict, after: dict) -> dict[str, str]:
    return proposals(model, snapshot(model, **before), snapshot(model, **after))


def test_it_names_the_parts_that_changed_in_every_language():
    found = proposed(
        Theme,
        {"summary_nl": "oud", "contact_id": 1},
        {"summary_nl": "nieuw", "contact_id": 2},
    )
    assert found == {
        "nl": "Gewijzigd: samenvatting en contactpersoon.",
        "fr": "Modifié\N{NO-BREAK SPACE}: résumé et personne de contact.",
        "en": "Changed: summary and contact.",
    }


def test_what_was_not_there_before_is_new():
    found = proposed(
        Theme,
        {"body_nl": "<p>oud</p>"},
        {"body_nl": "<p>meer</p>", "image": "themes/a.jpg", "image_alt_nl": "Een brug", "documents": [{"id": 1}]},
    )
    assert found["nl"] == "Nieuw: foto en documenten. Gewijzigd: tekst."


def test_a_document_in_the_place_of_another_is_a_change():
    found = proposed(
        Theme,
        {"documents": [{"id": 1, "document_id": 1}]},
        {"documents": [{"id": 2, "document_id": 2}]},
    )
    assert found["nl"] == "Gewijzigd: documenten."


@pytest.mark.parametrize(
    ("model", "before", "after"),
    [
        (Theme, {"position": 1}, {"position": 2}),
        (Priority, {"number": 1}, {"number": 2}),
        (Theme, {"slug_nl": "oud"}, {"slug_nl": "nieuw"}),
        (Theme, {"image": "a.jpg", "image_focus_x": 10}, {"image": "a.jpg", "image_focus_x": 90}),
        (MissionPage, {"picture_name": "a"}, {"picture_name": "b"}),
        (Theme, {"documents": [{"id": 1}, {"id": 2}]}, {"documents": [{"id": 2}, {"id": 1}]}),
        (Theme, {"documents": [{"id": 1, "position": 1}]}, {"documents": [{"id": 1, "position": 2}]}),
        (Theme, {"title_nl": "a"}, {"title_nl": "a"}),
    ],
)
def test_what_visitors_do_not_see_differ_has_no_name(model, before, after):
    assert proposed(model, before, after) == {}


def test_details_that_may_be_hidden_are_never_named():
    before, after = {"mobile": "+32470990001", "photo": "a.jpg"}, {"mobile": "+32470990002", "photo": "b.jpg"}
    assert proposed(StaffMember, before, after) == {}


def test_a_translation_alone_is_told_as_one():
    found = proposed(Theme, {"title_nl": "a"}, {"title_nl": "a", "title_fr": "b", "summary_fr": "c", "title_en": "d"})
    assert found["nl"] == "Tekst bijgewerkt in het Frans en Engels."
    assert found["fr"] == "Texte mis à jour en français et anglais."
    both = proposed(Theme, {"title_nl": "a"}, {"title_nl": "b", "title_fr": "b"})
    assert both["nl"] == "Gewijzigd: titel."


def test_it_never_quotes():
    before, after = {"title_nl": "Oudgeheim", "body_nl": "<p>A</p>"}, {"title_nl": "Nieuwgeheim", "body_nl": "<p>B</p>"}
    assert "geheim" not in " ".join(proposed(Theme, before, after).values())


def test_of_very_many_parts_it_names_some():
    texts = ("motto", "intro", "mission", "board", "streekpact", "programme_intro", "priorities_intro", "themes_intro")
    found = proposed(MissionPage, {}, {f"{name}_nl": "x" for name in texts})
    assert found["nl"].endswith(" En meer.")
    assert all(len(text) <= LONGEST_NOTE for text in found.values())
