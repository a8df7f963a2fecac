"""The site in a real browser, as its users meet it."""

import re
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from priorities.models import Priority, Theme
from publishing.workflow import publish
from tests.conftest import CHROMIUM, CHROMIUM_OPTIONS, listen
from tests.desk import answer
from tests.updates import update_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [320, 360, 390, 600, 768, 960, 1024, 1130, 1280, 1440, 1920]
ADDRESSES = [
    "/",
    "/fr/",
    "/prioriteiten/",
    "/fr/priorites/politique-de-l-emploi/",
    "/fr/themes/",
    "/themas/regiomarketing/",
    "/contact/",
    "/fr/contact/stephanie-thybaert/",
    "/zoeken/?q=tewerkstellingsbeleid",
    "/toegankelijkheid/",
    "/fr/versions/",
    "/nergens/",
    "/nieuws/",
    "/fr/actualites/bericht-2026/",
]
# WCAG 2.2 1.4.12: what a reader may set without losing anything.
SPACING = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
# The texts that stick out of the window, or out of a box that hides what sticks out.
CUT_OFF = """() => {
    const found = [], root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`wide: ${root.scrollWidth}`);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (texts.nextNode()) {
        const text = texts.currentNode, element = text.parentElement;
        if (!text.data.trim() || element.closest("svg, script, .skip") || !element.checkVisibility()) continue;
        let box = {left: 0, right: root.clientWidth, top: -Infinity, bottom: Infinity}, hidden = false;
        for (let each = element; each; each = each.parentElement) {
            const style = getComputedStyle(each);
            hidden ||= style.clipPath !== "none";
            if (style.overflowX === "visible" || each === root || each === document.body) continue;
            const own = each.getBoundingClientRect();
            box = {left: Math.max(box.left, own.left), right: Math.min(box.right, own.right),
                top: Math.max(box.top, own.top), bottom: Math.min(box.bottom, own.bottom)};
        }
        if (hidden) continue;
        range.selectNodeContents(text);
        for (const each of range.getClientRects()) {
            const beside = each.left < box.left - 1 || each.right > box.right + 1;
            if (beside || each.top < box.top - 1 || each.bottom > box.bottom + 1) {
                found.push(text.data.trim().slice(0, 40));
                break;
            }
        }
    }
    return found;
}"""

# The words of headings that go on, where no hyphen shows it, on the next line.
TORN = r"""() => {
    const found = [], range = document.createRange();
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (!text.parentElement.closest("h1, h2, h3, h4, .row-link") || text.parentElement.closest(".vh")) continue;
        for (const word of text.data.matchAll(/[^\s\u00ad-]{3,}/g)) {
            range.setStart(text, word.index + 1);
            range.setEnd(text, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(each => Math.round(each.top))).size > 1) found.push(word[0]);
        }
    }
    return found;
}"""


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
    answer(page)
    page.get_by_text("Gepubliceerd: bezoekers zien het nu.").wait_for()
    visitor.reload()
    assert "Westhoek Business District krijgt vorm" in visitor.locator("h1").inner_text()
    assert visitor.get_by_text("Er is nieuws.").is_visible()
    page.get_by_role("link", name="Bekijk de pagina").first.click()
    assert page.url.endswith("/themas/westhoek-business-district/")
    visitor.context.close()
    assert complaints == []


def test_nothing_is_cut_off_or_missing_at_any_width_or_spacing(page, full_theme):
    complaints = listen(page)
    cut_off = {}
    for address in ADDRESSES:
        page.goto(address)
        for spaced in (False, True):
            if spaced:
                page.evaluate(SPACING)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                if found := page.evaluate(CUT_OFF):
                    cut_off[address, width, spaced] = found
    assert cut_off == {}
    assert [each for each in complaints if "404" not in each] == []


def test_no_word_of_a_heading_is_torn_in_two_to_make_room_for_a_date(page, full_theme):
    for about in (Theme.objects.get(slug_nl="regiomarketing"), Priority.objects.get(number=2)):
        publish(update_on(about, date=date(2026, 9, 30), title_nl="Bericht"), None)
    torn = {}
    for address in ADDRESSES:
        page.goto(address)
        for width in (*WIDTHS, 640, 1000):
            page.set_viewport_size({"width": width, "height": 800})
            if found := page.evaluate(TORN):
                torn[address, width] = found
    assert torn == {}


@pytest.mark.parametrize(("letters", "widths"), [(24, [320, 375, 480]), (32, [640, 768, 1280])])
def test_nothing_is_cut_off_for_who_set_larger_letters(browser, live_server, full_theme, letters, widths):
    arguments = [*CHROMIUM_OPTIONS, f"--blink-settings=defaultFontSize={letters}"]
    own_letters = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    page = own_letters.new_page(base_url=live_server.url)
    cut_off = {}
    for address in ADDRESSES:
        page.goto(address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if found := page.evaluate(CUT_OFF):
                cut_off[address, width] = found
    own_letters.close()
    assert cut_off == {}


def test_no_word_of_the_motto_is_torn_with_letters_of_200_percent(browser, live_server):
    arguments = [*CHROMIUM_OPTIONS, "--blink-settings=defaultFontSize=32"]
    own_letters = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    page = own_letters.new_page(base_url=live_server.url)
    torn = {}
    for address in ("/", "/fr/", "/en/"):
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(address)
            words = page.locator("h1").inner_text().split()
            if found := [word for word in page.evaluate(TORN) if word in words]:
                torn[address, width] = found
    own_letters.close()
    assert torn == {}


def test_all_is_reached_by_keyboard_in_a_window_at_400_percent(page):
    """1280 by 1024 at 400 %: what has the focus is in the window, has a ring, and nothing lies over it."""
    page.set_viewport_size({"width": 320, "height": 256})
    for address in ("/", "/contact/"):
        page.goto(address)
        links = page.locator("a:visible, summary:visible, button:visible, input:visible").count()
        seen = set()
        for _tab in range(links + 1):
            page.keyboard.press("Tab")
            stop = page.evaluate("""() => {
                const element = document.activeElement, box = element.getBoundingClientRect();
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                const over = document.elementFromPoint(Math.min(x, innerWidth - 1), Math.min(y, innerHeight - 1));
                const ring = ["", "::after"].some(part => getComputedStyle(element, part).outlineStyle === "solid");
                const clear = !!over && (element.contains(over) || over.contains(element));
                return [element.outerHTML.slice(0, 120), ring, clear];
            }""")
            if stop[0].startswith("<body"):
                break
            seen.add(stop[0])
            assert stop[1:] == [True, True], (address, stop)
        assert len(seen) > 15, address


def test_who_wants_no_motion_sees_none(browser, live_server):
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    page = context.new_page()
    moving = """() => [...document.querySelectorAll("*")].filter(element => {
        const style = getComputedStyle(element);
        return style.animationName !== "none" || style.transitionDuration !== "0s" || style.scrollBehavior === "smooth";
    }).length"""
    for address in ("/", "/contact/"):
        page.goto(address)
        assert page.evaluate(moving) == 0
    context.close()


def test_on_paper_a_priority_is_one_sheet_with_its_address(page, live_server):
    page.goto("/prioriteiten/tewerkstellingsbeleid/")
    assert _sheets(page) == 1
    page.emulate_media(media="print")
    for hidden in ("Hoofdmenu", "Taal", "Je bent hier", "Andere prioriteiten"):
        assert not page.get_by_label(hidden).is_visible(), hidden
    assert page.locator("h1").is_visible()
    said = [" ".join(each.split()) for each in page.locator(".print-address span").all_inner_texts()]
    assert said == [page.url, "Secretariaat 051 51 93 56"]


@pytest.mark.parametrize(
    ("address", "sheets"),
    [("/", 4), ("/privacy/", 2), ("/toegankelijkheid/", 2), ("/themas/regiomarketing/", 1)],
)
def test_on_paper_no_sheet_has_the_foot_alone(page, live_server, address, sheets):
    page.goto(address)
    printed = [each.extract_text() for each in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
    assert len(printed) <= sheets
    assert "Secretariaat" in printed[0]
    assert all("Privacy" not in each and "Rubrieken" not in each for each in printed[1:]), "what leads elsewhere"
    assert len(printed[-1].split()) > 8, "more than a date"
    statbel = [number for number, each in enumerate(printed) if "Statbel" in each]
    assert bool(statbel) == (address == "/"), "the map says whose boundaries it shows"


def test_each_name_in_a_list_of_places_has_the_width_of_its_column(page):
    shares = "all => all.map(each => each.getBoundingClientRect().width / each.closest('li').offsetWidth)"
    for address in ("/themas/westhoek-business-district/", "/prioriteiten/lokale-overheden/"):
        page.goto(address)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            names = page.locator(".places a.row-link, .places strong")
            names.evaluate_all("all => all.forEach(each => { each.style.display = 'block'; })")
            assert min(names.evaluate_all(shares)) > 0.75, (address, width)


def test_what_makes_no_sense_on_paper_is_not_printed(page, full_theme):
    page.emulate_media(media="print")
    for address, words in {
        "/themas/regiomarketing/": ["Volg dit thema (Atom)", "Alle versies", "Alle medewerkers", "Zoeken"],
        "/contact/": ["Bewaar contact", "Bewaar alle contacten", "QR-code"],
        "/privacy/": ["Alle medewerkers"],
    }.items():
        page.goto(address)
        printed = page.evaluate("document.body.innerText")
        assert [each for each in words if each in printed] == [], address


def test_everybody_is_on_one_sheet_with_a_qr_code_that_a_telephone_reads(page):
    page.goto("/contact/")
    assert _sheets(page) == 1
    page.emulate_media(media="print")
    codes = page.locator("details .qr svg")
    widths = codes.evaluate_all("all => all.map(each => each.getBoundingClientRect().width * 25.4 / 96)")
    assert len(widths) == 4
    assert min(widths) >= 30  # millimetres
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "14px"  # 10.5 pt


def test_a_folded_qr_code_is_drawn_again_for_browsers_that_print_nothing_folded(page):
    page.goto("/contact/")
    again = page.locator(".qr-paper").first
    assert not again.is_visible()
    page.evaluate("""() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(".qr-paper { display: block !important }");
        document.adoptedStyleSheets = [sheet];
    }""")
    colours = Image.open(BytesIO(again.screenshot())).convert("1").getcolors()
    dark, light = (next(number for number, colour in colours if colour == wanted) for wanted in (0, 255))
    assert 0.2 < dark / (dark + light) < 0.5


def test_the_home_page_begins_on_its_first_sheet_and_no_heading_ends_one(page):
    page.goto("/")
    pages = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    sheets = ["".join(sheet.extract_text().split()) for sheet in pages]  # soft hyphens come out as spaces
    assert len(sheets) <= 3
    assert "Verhogingvan" in sheets[0]
    assert "Poperinge" in sheets[0]
    for heading, after in (
        ("Missie", "spreekbuis"),
        ("Activiteiten", "hoogdringendheid"),
        ("Dagelijksbestuur", "zetelen"),
    ):
        assert any(heading in sheet and after in sheet for sheet in sheets), heading


def test_night_is_not_printed(page, full_theme):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/prioriteiten/tewerkstellingsbeleid/")
    ground = page.locator(".badge").evaluate("badge => getComputedStyle(badge).backgroundColor")
    assert ground == "rgb(227, 239, 242)"


def _sheets(page) -> int:
    return len(PdfReader(BytesIO(page.pdf(format="A4"))).pages)


def test_without_the_style_sheet_no_drawing_fills_the_window(page):
    page.route("**/*.css", lambda route: route.abort())
    for address in ("/", "/contact/", "/zoeken/?q=regiomarketing", "/fr/priorites/politique-de-l-emploi/"):
        page.goto(address)
        large = page.locator("svg:not(.map-drawing)").evaluate_all(
            "all => all.filter(each => each.clientHeight > 200).map(each => each.outerHTML.slice(0, 60))"
        )
        assert large == [], address


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
