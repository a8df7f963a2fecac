"""A full page of every kind, filled as `make demo` does and served as `make serve` does.

What axe finds on it, what its first view costs, and whether it can be read without fonts and without a sheet.
"""

import re
import urllib.request
from html import unescape

import pytest

from tests.axe import AA, violations
from tests.site.first_view import first_view
from tests.site.test_browser import CUT_OFF

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
    found["not found"] = {code: f"{served_in_full}{'' if code == 'nl' else f'/{code}'}/xyzzy/" for code in WAYS}
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
