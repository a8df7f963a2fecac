"""What a journalist asks of an opinion stands on one screen of a laptop, and on one and a half of a telephone."""

from datetime import date

import pytest

from pages.models import Organisation
from priorities.models import Document
from publishing.workflow import publish
from tests.axe import violations
from tests.consultation.making import adopted
from tests.priorities.pdf_files import pdf, upload

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opinion(settings, tmp_path):
    """An opinion with all there is to say of it."""
    settings.MEDIA_ROOT = tmp_path
    asker = Organisation.objects.first()
    made = adopted("Advies over de ontsluiting van de Westhoek langs de weg en het spoor", requested_by=asker)
    made.decision, made.votes_for, made.votes_against, made.abstentions = "vote", 12, 3, 2
    made.sent_on = date(2026, 3, 20)
    made.save()
    made.positions.create(group="employers", text_nl="Het kan anders, en wel zo.")
    made.answers.create(by=asker, date=date(2026, 4, 2), result="partly", text_nl="Een deel komt er in 2027.")
    document = Document.objects.create(title_nl="Het advies", slug_nl="het-advies", file=upload(pdf()))
    publish(document, None)
    made.documents.create(document=document)
    publish(made, None)
    return made


@pytest.mark.parametrize(("width", "height", "screens"), [(1366, 768, 1), (390, 844, 1.5)])
def test_all_that_a_journalist_asks_is_in_view(page, opinion, width, height, screens):
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/")
    page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Adviezen").click()
    page.get_by_role("main").get_by_role("link", name="Advies over de ontsluiting").click()
    said = (
        "Advies 2026-01",
        "Beantwoord",
        "Op vraag",
        "12 voor, 3 tegen, 2 onthoudingen",
        "Afwijkend standpunt van Werkgevers",
        "Deels gevolgd",
        "Het advies",
        "051 51 93 56",
        "versie 1",
    )
    main = page.get_by_role("main")
    ends = {words: main.get_by_text(words).first.bounding_box() for words in said}
    low = {words: box["y"] + box["height"] for words, box in ends.items()}
    assert {words: end for words, end in low.items() if end > height * screens} == {}
    assert violations(page) == []


def test_nothing_is_wider_than_a_small_telephone(page, opinion):
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/adviezen/", "/adviezen/advies-over-de-ontsluiting-van-de-westhoek-langs-de-weg-en-het-spoor/"):
        page.goto(path)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
