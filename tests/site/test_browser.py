"""The site in a real browser, as its users meet it."""

import re

import pytest
from django.contrib.auth.models import Group, User

from resoc.groups import SECRETARIAT

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


@pytest.fixture
def signed_in(page):
    """A page on which the secretary Dorine has signed in through the form."""
    user = User.objects.create_user("dorine", password="een lang wachtwoord", is_staff=True)
    user.groups.add(Group.objects.get(name=SECRETARIAT))
    page.goto("/admin/")
    page.get_by_label("Gebruikersnaam").fill("dorine")
    page.get_by_label("Wachtwoord").fill("een lang wachtwoord")
    page.get_by_role("button", name="Aanmelden").click()
    return page


def listen(page) -> list[str]:
    """Collects what the browser complains of: policy violations, script errors, missing files."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


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


def test_no_admin_page_of_the_secretariat_breaks_the_policy(signed_in):
    page = signed_in
    complaints = listen(page)
    index = page.locator("#content-main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for address in dict.fromkeys(index):
        page.goto(address)
        first = page.locator("#result_list th a")
        if first.count():
            first.first.click()
            page.wait_for_load_state("networkidle")
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
