"""The site in a real browser, as its users meet it."""

import re

import pytest

from tests.conftest import listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [320, 768, 1280]
ADDRESSES = [
    "/",
    "/fr/",
    "/prioriteiten/",
    "/fr/priorites/politique-de-l-emploi/",
    "/themas/regiomarketing/",
    "/contact/",
]


def test_from_sign_in_to_an_edit_to_publishing_to_the_visitors_page(signed_in, browser, live_server):
    page = signed_in
    complaints = listen(page)
    visitor = browser.new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    page.get_by_role("link", name="Thema’s").first.click()
    page.get_by_role("link", name="uitwerking van het Westhoek Business District").click()
    page.get_by_label("Titel (nl)").fill("Westhoek Business District krijgt vorm")
    page.locator("#id_body_nl").locator("xpath=ancestor::div[contains(@class,'form-row')]").locator(".tiptap").fill(
        "Er is nieuws."
    )
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_text("Bewaard als werkversie").wait_for()
    visitor.goto("/themas/westhoek-business-district/")
    assert "itwerking van het Westhoek Business District" in visitor.locator("h1").inner_text()
    page.get_by_role("button", name="Publiceer").click()
    page.get_by_text("Gepubliceerd: bezoekers zien het nu.").wait_for()
    visitor.reload()
    assert "Westhoek Business District krijgt vorm" in visitor.locator("h1").inner_text()
    assert visitor.get_by_text("Er is nieuws.").is_visible()
    page.get_by_role("link", name="Bekijk de pagina").first.click()
    assert page.url.endswith("/themas/westhoek-business-district/")
    visitor.context.close()
    assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window_and_nothing_is_missing(page, width):
    complaints = listen(page)
    page.set_viewport_size({"width": width, "height": 800})
    for address in ADDRESSES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert complaints == []


def test_the_first_tab_skips_to_the_content(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhoud"


def test_a_visitor_changes_language_on_the_same_page_and_gets_no_cookie(page):
    page.goto("/prioriteiten/tewerkstellingsbeleid/")
    page.get_by_role("link", name=re.compile("FR")).click()
    assert page.url.endswith("/fr/priorites/politique-de-l-emploi/")
    assert page.context.cookies() == []
