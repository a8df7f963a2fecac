"""The search over everything in a real browser: found by what one remembers, in two clicks and typing."""

import pytest
from playwright.sync_api import expect

from priorities.models import Theme
from tests.axe import violations
from tests.conftest import listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOX = "Zoek in alles: een woord, een naam, een nummer"
SIZES = pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(
        title_nl="Vervoer op maat",
        slug_nl="vervoer-op-maat",
        title_fr="Transport sur mesure",
        body_fr="<p>Le bus à la demande roule l’après-midi le long de chaque place.</p>",
        body_nl="<p>De belbus rijdt in de namiddag langs elk kerkplein.</p>",
    )


@SIZES
def test_a_half_remembered_sentence_is_found_in_one_click(signed_in, theme, size):
    complaints = listen(signed_in)
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    signed_in.goto("/admin/")
    signed_in.keyboard.press("/")
    signed_in.keyboard.type("belbsu rijdt elke kerkplein")
    signed_in.keyboard.press("Enter")
    signed_in.get_by_text("De belbus rijdt in de namiddag langs elk kerkplein.").wait_for()
    assert violations(signed_in) == []
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth")
    signed_in.get_by_role("link", name="Vervoer op maat").first.click()
    signed_in.wait_for_url("**/change/#id_body_nl")
    expect(signed_in.locator(".field-body_nl .ProseMirror")).to_be_focused()
    assert signed_in.get_by_role("tab", selected=True).inner_text().startswith("Nederlands")
    assert complaints == []


def test_a_french_word_opens_the_french_tab(signed_in, theme):
    signed_in.goto("/admin/priorities/theme/")
    signed_in.keyboard.press("/")
    signed_in.keyboard.type("bus à la demande")
    signed_in.keyboard.press("Enter")
    signed_in.get_by_role("link", name="Transport sur mesure").first.click()
    expect(signed_in.locator(".field-body_fr .ProseMirror")).to_be_focused()
    assert signed_in.get_by_role("tab", selected=True).inner_text().startswith("Français")


def test_the_key_is_left_to_who_types_and_can_be_turned_off(signed_in, theme):
    signed_in.goto(f"/admin/priorities/theme/{theme.pk}/change/")
    focused = "document.activeElement.id"
    title = signed_in.locator("#id_title_nl")
    title.focus()
    title.press("End")
    signed_in.keyboard.type("/x")
    assert title.input_value() == "Vervoer op maat/x"
    editor = signed_in.locator(".field-body_nl .ProseMirror")
    editor.click()
    signed_in.keyboard.type("/")
    assert "/" in editor.inner_text()
    signed_in.goto("/admin/search/")
    signed_in.keyboard.press("/")
    assert signed_in.evaluate(focused) == "desk-search"
    signed_in.get_by_label("De toets / brengt je vanaf elke pagina naar dit vak").uncheck()
    signed_in.goto("/admin/planning/")
    signed_in.keyboard.press("/")
    assert signed_in.evaluate(focused) != "desk-search"


@SIZES
@pytest.mark.parametrize("address", ["/admin/", "/admin/priorities/theme/", "/admin/search/?q=westhoek"])
def test_axe_finds_nothing_and_nothing_is_cut_off(signed_in, theme, size, address):
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    signed_in.goto(address)
    assert violations(signed_in) == []
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth")
