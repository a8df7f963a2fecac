"""A full page of every kind, filled as `make demo` does and served as `make serve` does.

What axe finds on it, what its first view costs, and whether it can be read without fonts and without a sheet.
"""

import re
import urllib.request
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.axe import AA, violations
from tests.conftest import CHROMIUM, CHROMIUM_OPTIONS
from tests.site.first_view import first_view
from tests.site.test_browser import CUT_OFF, TORN

pytestmark = pytest.mark.browser

KINDS = {
    "home": "/",
    "priorities": "/prioriteiten/",
    "priority": "/prioriteiten/mobiliteit-en-ontsluiting/",
    "themes": "/themas/",
    "theme": "/themas/demo-thema-nl/",
    "news": "/nieuws/",
    "update": "/nieuws/demo-thema-10-nl/",
    "opinions": "/adviezen/",
    "opinion": "/adviezen/demo-advies-nl/",
    "agenda": "/agenda/",
    "meeting": "/agenda/demo-vergadering-nl/",
    "meeting to come": "/agenda/demo-komende-vergadering-nl/",
    "members": "/leden/",
    "contact": "/contact/",
    "card": "/contact/demo-demonstratie/",
    "contact form": "/contact/schrijf/",
    "follow": "/volgen/",
    "text": "/demo-pagina-nl/",
    "accessibility": "/toegankelijkheid/",
    "privacy": "/privacy/",
    "versions": "/versies/",
    "search": "/zoeken/?q=demonstratie",
    "search, one": "/zoeken/?q=regiomarketing",
    "search, corrected": "/zoeken/?q=mobilteit",
    "search, nothing": "/zoeken/?q=xyzzy",
}
# No language is more demanding than another, and no way of showing pages more than another: each is seen with one.
WAYS = {
    "nl": {"viewport": {"width": 1280, "height": 800}},
    "fr": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    "en": {"viewport": {"width": 768, "height": 1024}},
}
OPTIONS = AA | {"rules": AA["rules"] | {"color-contrast-enhanced": {"enabled": True}}}


@pytest.fixture(scope="module")
def addresses(served_in_full):
    """A function that gives the address of each kind of page in a language, as the page itself offers it."""
    found: dict[str, dict[str, str]] = {}
    for kind, address in KINDS.items():
        with urllib.request.urlopen(served_in_full + address) as response:  # noqa: S310
            html = response.read().decode()
        switch = html.partition('<nav class="languages"')[2].partition("</nav>")[0]
        offered = re.findall(r'href="([^"]*)" lang="(\w\w)"', switch)
        found[kind] = {code: served_in_full + unescape(path) for path, code in offered}
    for kind, slug in (("not found", "xyzzy"), ("gone", "demo-weg")):
        prefixes = {code: "" if code == "nl" else f"/{code}" for code in WAYS}
        found[kind] = {
            code: f"{served_in_full}{prefixes[code]}/{slug}{'-' + code if kind == 'gone' else ''}/" for code in WAYS
        }
    return lambda code: {kind: offered[code] for kind, offered in found.items()}


@pytest.mark.parametrize("code", WAYS)
def test_axe_finds_nothing_on_a_full_page_of_any_kind(browser, addresses, code):
    context = browser.new_context(**WAYS[code])
    page, found = context.new_page(), {}
    for kind, address in addresses(code).items():
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == code, address
        if broken := violations(page, OPTIONS):
            found[kind] = broken
    context.close()
    assert found == {}


@pytest.mark.parametrize(("code", "width"), [("nl", 360), ("fr", 1280)])
def test_the_first_view_of_a_full_page_of_any_kind_is_small_and_stands_still(browser, addresses, code, width):
    seen = {kind: first_view(browser, address, width) for kind, address in addresses(code).items()}
    assert {kind: view for kind, view in seen.items() if view.is_too_much or view.shift >= 0.01} == {}
    assert {kind for kind, view in seen.items() if "Script" in view.kinds or len(view.hosts) > 1} == set()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_kind_of_page_is_whole_without_our_fonts(browser, addresses, width):
    context = browser.new_context(viewport={"width": width, "height": 800})
    page, found = context.new_page(), {}
    page.route("**/*.woff2", lambda route: route.abort())
    for kind, address in addresses("fr" if width == 320 else "nl").items():
        page.goto(address)
        if cut_off := page.evaluate(CUT_OFF):
            found[kind] = cut_off
    context.close()
    assert found == {}


def test_on_paper_no_sheet_of_a_full_page_is_nearly_empty_or_ends_with_a_heading(browser, addresses):
    context = browser.new_context()
    page, found = context.new_page(), {}
    for kind, address in addresses("nl").items():
        page.goto(address)
        # Of a row the title may be all there is, and a date ends in a year as well.
        headings = page.locator("main :is(h2, h3, h4):visible:not(.row-title, .year > h2)").all_inner_texts()
        sheets = [words(sheet.extract_text()) for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
        if len(sheets[-1]) < 60:  # letters
            found[kind] = sheets[-1]
        for sheet in sheets[:-1]:
            if ends := [heading for heading in map(words, headings) if heading and sheet.endswith(heading)]:
                found[kind] = ends
    context.close()
    assert found == {}


def words(text: str) -> str:
    """Letters and digits alone: on paper soft hyphens come out as spaces."""
    return re.sub(r"\W", "", text)


def test_with_letters_of_200_percent_nothing_is_cut_off_on_a_telephone_and_no_title_is_torn(browser, addresses):
    arguments = [*CHROMIUM_OPTIONS, "--blink-settings=defaultFontSize=32"]
    own_letters = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    page, found = own_letters.new_page(viewport={"width": 320, "height": 640}), {}
    for kind, address in addresses("nl").items():
        page.goto(address)
        if wide := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
            found[kind] = wide
        elif torn := page.evaluate(TORN.replace("h1, h2, h3, h4", "h1, .on-this-page, .badge")):
            found[kind] = torn
    own_letters.close()
    assert found == {}


# Without a sheet nothing is hidden, so that who reads sees all: in what order, how large, and on what.
BARE = """() => {
    const found = [], root = document.documentElement;
    if (root.scrollWidth > Math.max(640, root.clientWidth)) found.push(`wide: ${root.scrollWidth}`);
    for (const each of document.querySelectorAll("svg")) {
        const box = each.getBoundingClientRect();
        if (box.height > 800) found.push(`large: ${each.getAttribute("class")}`);
    }
    const order = [...document.body.children].map(each => each.localName).filter(each => each !== "aside").join();
    if (order !== "a,header,main,footer") found.push(order);
    if (!document.querySelector("h1")?.checkVisibility()) found.push("no heading");
    return found;
}"""


def test_every_kind_of_page_can_be_read_without_a_sheet(browser, addresses):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page, found = context.new_page(), {}
    page.route("**/*.css", lambda route: route.abort())
    for kind, address in addresses("nl").items():
        page.goto(address)
        if wrong := page.evaluate(BARE):
            found[kind] = wrong
    context.close()
    assert found == {}
