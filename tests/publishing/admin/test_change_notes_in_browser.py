"""The question what is new, as somebody meets it: by keyboard, on a laptop and on a phone."""

import pytest

from priorities.models import Theme
from publishing.models import ChangeNote
from tests.axe import violations
from tests.conftest import listen
from tests.publishing.admin.test_publishable import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


@pytest.mark.parametrize("width", [1366, 390])
def test_the_question_is_answered_by_keyboard_and_visitors_read_the_answer(signed_in, theme, width):
    page, complaints, found = signed_in, listen(signed_in), []

    def look(name: str) -> None:
        page.wait_for_load_state("networkidle")
        found.extend((name, each) for each in complaints)
        found.extend((name, *each) for each in violations(page))
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append((name, "width", wide))
        complaints.clear()  # axe measures with a style of its own

    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address(theme))
    page.get_by_label("Samenvatting (nl)").fill("Eén verhaal en één beeld.")
    page.get_by_role("button", name="Publiceer", exact=True).first.click()
    page.locator(".asks:focus").wait_for()
    look("question")
    page.keyboard.press("Tab")
    line = page.get_by_label("In één zin, in het Nederlands")
    assert line.input_value() in ("Gewijzigd: samenvatting.", "Nieuw: samenvatting.")
    page.keyboard.type("Eén verhaal voor de hele streek.")  # over what is chosen there
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".told").get_by_text("Gepubliceerd").wait_for()
    assert ChangeNote.objects.get().text_nl.endswith("Eén verhaal voor de hele streek.")
    page.get_by_role("link", name="Alle versies").first.click()
    look("history")
    page.get_by_role("link", name="Verbeter wat bezoekers over deze wijziging lezen").first.click()
    look("correct")
    page.get_by_label("Frans").fill("Une seule histoire pour toute la région.")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    page.get_by_text("Gewijzigd: dit lezen bezoekers nu.").wait_for()
    page.goto("/fr/themes/marketing-territorial/")
    page.locator(".change-note", has_text="Une seule histoire").scroll_into_view_if_needed()
    look("page")
    page.goto("/themas/regiomarketing/versies/")
    look("versions")
    assert found == []
