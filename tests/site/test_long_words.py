"""No content of any length makes a page scroll sideways, on a small telephone or with letters of 200 %."""

from datetime import date

import pytest

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Partner, Priority, Theme
from publishing.workflow import publish
from staff.models import StaffMember
from tests.conftest import CHROMIUM, CHROMIUM_OPTIONS
from tests.updates import update_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

WORD = "Hottentottententententoonstellingsterreinvergunningsaanvraag"
ADDRESS = "https://www.example.org/een/heel/lang/adres/zonder/enige/plaats/om/af/te/breken/index.html"
MAIL = "voornaam.achternaam.van.een.zeer.lange.afdeling@een-heel-lange-naam-van-een-organisatie.example.org"
HARD = "\N{NO-BREAK SPACE}".join(["tien", "woorden", "die", "niet", "van", "elkaar", "mogen", "in", "één", "regel"])
NONSENSE = "x" * 120
LONG = (WORD, ADDRESS, MAIL, HARD, NONSENSE)
TEXT = "".join(f"<h2>{each[:90]}</h2><p>Zie {each}.</p><ul><li>{each}</li></ul>" for each in LONG)
TEXT += f"<blockquote><p>{NONSENSE}</p></blockquote><table><tbody><tr><td>{ADDRESS}</td><td>x</td></tr></tbody></table>"

# The widest thing on the page that sticks out, unless it scrolls by itself.
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return "";
    const scrolls = (element) =>
        element && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    const out = [...document.body.querySelectorAll("*")].filter(
        (element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement));
    const widest = out.slice(-1)[0] ?? document.body;
    return `${document.documentElement.scrollWidth} > ${width}: ${widest.outerHTML.slice(0, 160)}`;
}"""


@pytest.fixture
def long_words(live_server):
    """A site whose every text is longer than a telephone is wide."""
    organisation = Organisation.objects.create(name=WORD, url=ADDRESS)
    mission = MissionPage.objects.get()
    mission.motto_nl = f"{WORD} – {WORD} – {WORD}"
    mission.intro_nl, mission.mission_nl = TEXT, TEXT
    mission.save()
    mission.seats.create(group="experts", organisation=organisation)
    priority = Priority.objects.get(number=2)
    priority.title_nl, priority.summary_nl, priority.body_nl = WORD, NONSENSE, TEXT
    priority.contact = StaffMember.objects.first()
    priority.lead = organisation
    priority.save()
    Partner.objects.create(priority=priority, organisation=organisation)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.title_nl, theme.summary_nl, theme.body_nl, theme.url = f"{HARD} {WORD}", ADDRESS, TEXT, ADDRESS
    theme.contact, theme.priority = StaffMember.objects.first(), priority
    theme.save()
    update = update_on(theme, date=date(2026, 9, 30), title_nl=NONSENSE, body_nl=TEXT)
    member = StaffMember.objects.first()
    member.name, member.function_nl, member.email = f"Bo {WORD}", NONSENSE, MAIL
    member.save()
    text_page = TextPage.objects.first()
    text_page.title_nl, text_page.body_nl = WORD, TEXT
    text_page.save()
    for obj in (organisation, mission, priority, theme, update, member, text_page):
        publish(obj, None)
    return [
        "/",
        "/prioriteiten/",
        priority.get_absolute_url("nl"),
        "/themas/",
        theme.get_absolute_url("nl"),
        theme.get_versions_url(language="nl"),
        "/contact/",
        member.get_absolute_url("nl"),
        text_page.get_absolute_url("nl"),
        f"/zoeken/?q={NONSENSE[:90]}",
        f"/zoeken/?q={WORD}",
        f"/{NONSENSE}/",
    ]


@pytest.mark.parametrize(("letters", "widths"), [(16, [320, 375]), (32, [320, 390])])
def test_no_page_scrolls_sideways(browser, live_server, long_words, letters, widths):
    arguments = [*CHROMIUM_OPTIONS, f"--blink-settings=defaultFontSize={letters}"]
    own_letters = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    page = own_letters.new_page(base_url=live_server.url)
    too_wide = {}
    for address in long_words:
        page.goto(address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if found := page.evaluate(TOO_WIDE):
                too_wide[address[:60], width] = found
    own_letters.close()
    assert too_wide == {}


def test_no_page_of_the_desk_scrolls_sideways(signed_in, long_words):
    page = signed_in
    page.set_viewport_size({"width": 320, "height": 800})
    theme = Theme.objects.get(slug_nl="regiomarketing")
    too_wide = {}
    for address in (
        "/admin/",
        "/admin/priorities/theme/",
        "/admin/staff/staffmember/",
        "/admin/pages/organisation/",
        f"/admin/priorities/theme/{theme.pk}/change/",
        f"/admin/priorities/theme/{theme.pk}/history/",
        f"/admin/priorities/priority/{theme.priority_id}/history/",
        "/admin/planning/",
    ):
        page.goto(address)
        if found := page.evaluate(TOO_WIDE):
            too_wide[address] = found
    assert too_wide == {}
