"""Old and odd browsers: what they don't understand of the sheet is left out, and the page is looked at."""

import re

import pytest

from tests.axe import AA, violations
from tests.conftest import ROOT
from tests.site.test_browser import CUT_OFF

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHEET = ROOT / "static" / "css" / "site.css"
PAGES = ["/", "/prioriteiten/", "/fr/priorites/politique-de-l-emploi/", "/themas/regiomarketing/", "/contact/"]
PAGES += ["/contact/stephanie-thybaert/", "/toegankelijkheid/", "/zoeken/?q=tewerkstelling", "/nieuws/", "/nergens/"]
# What Safari 13, Chrome 80 and Firefox 78 read no further than: whole blocks, selectors, and declarations.
BLOCKS = r"@(?:layer|container|view-transition|property|scope|starting-style)\b|@media[^{]*(?:[<>]|\bwidth *=)"
SELECTORS = r":(?:has|where|is|dir|nth-[a-z-]*\([^)]* of )\b|::details-content|&"
DECLARATIONS = (
    r"^(?:inset(?:-\w+)*|(?:margin|padding|border)-(?:block|inline)|aspect-ratio|rotate|text-wrap|container[\w-]*"
    r"|content-visibility)$|color-mix\(|clamp\(|\d(?:dvh|lh|cqi|cqw)\b|fit-content"
)


def as_old(css: str) -> str:
    """The sheet as a browser of 2020 reads it, which also knows no distance between the parts of a flex row."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    out: list[str] = []
    dropped: list[bool] = [False]
    for prelude, mark in re.findall(r"([^{};]*)([{};])", css):
        said = prelude.strip()
        if mark == "{":
            drop = dropped[-1] or bool(re.search(BLOCKS if said.startswith("@") else SELECTORS, said))
            drop = drop or ("@supports" in said and "not (inset" not in said)
            dropped.append(drop)
            if not drop:
                out.append("@media all {" if "@supports" in said else said + "{")
            continue
        name, _, value = said.partition(":")
        unknown = re.search(DECLARATIONS, name.strip()) or (
            not name.startswith("--") and re.search(DECLARATIONS, value) is not None
        )
        if said and not dropped[-1] and not unknown:
            out.append(said + ";")
        if mark == "}" and not dropped.pop():
            out.append("}")
    return "\n".join(out)


def test_what_old_browsers_do_not_know_is_left_out():
    css = "a{color:red;inset:0} a:has(b){color:blue} @container (min-width:1px){b{top:0}} i{top:1px}"
    assert as_old(css).replace("\n", "") == "a{color:red;}i{top:1px;}"


@pytest.fixture
def old(page):
    """A page that gets the sheet as an old browser reads it."""
    old_sheet = as_old(SHEET.read_text()) + ".wrap, nav ul, .actions, .meta { column-gap: 0 !important; }"
    page.route("**/site*.css", lambda route: route.fulfill(body=old_sheet, content_type="text/css"))
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_whole_and_readable_in_a_browser_of_2020(old, full_theme, width):
    wrong: dict[str, object] = {}
    old.set_viewport_size({"width": width, "height": 844})
    contrast = AA | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    for address in PAGES:
        old.goto(address)
        found = [old.evaluate(CUT_OFF), violations(old, contrast)]
        if any(found):
            wrong[address] = found
    assert wrong == {}
    first, second = (old.locator(".nav a").nth(index).bounding_box() for index in (0, 1))
    assert second["x"] - (first["x"] + first["width"]) >= 8 or second["y"] > first["y"]


def test_every_page_is_whole_without_a_sheet(page, full_theme):
    page.route("**/*.css", lambda route: route.abort())
    page.set_viewport_size({"width": 390, "height": 844})
    for address in PAGES:
        page.goto(address)
        assert page.locator("h1").is_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 640, address


@pytest.mark.parametrize("system", ["Liberation Sans", "Roboto"])
def test_nothing_jumps_when_the_fonts_arrive(page, system):
    """Liberation has the measures of Arial; a machine without Roboto tests the same twice."""
    sheet = SHEET.read_text()
    if system == "Roboto":
        sheet = re.sub(r"local\((?:Arial|Liberation|Georgia|Times|Gelasio)[^)]*\)", "local(Nothing)", sheet)
    page.route("**/site*.css", lambda route: route.fulfill(body=sheet, content_type="text/css"))
    fonts: list = []
    page.route("**/*.woff2", lambda route: fonts.append(route))  # none answers yet
    page.add_init_script(
        "window.shifts = 0;"
        "new PerformanceObserver(list => list.getEntries().forEach(each => { shifts += each.value; }))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/", "/prioriteiten/tewerkstellingsbeleid/"):
        fonts.clear()
        page.goto(address, wait_until="commit")
        page.locator("h1").wait_for()
        page.wait_for_timeout(500)  # the words stand there in the stand-in
        for route in fonts:
            file = "faustina-600.woff2" if "faustina" in route.request.url else "hanken-grotesk.woff2"
            route.fulfill(body=(ROOT / "static" / "fonts" / file).read_bytes(), content_type="font/woff2")
        page.evaluate("async () => { await document.fonts.ready; }")
        page.wait_for_timeout(200)
        assert fonts
        assert page.evaluate("() => window.shifts") < 0.02, address
