"""The secretariat's desk in a real browser: safe to use, for everybody, without fear."""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from priorities.models import Theme
from publishing.models import DeadLink, PutOff
from publishing.workflow import publish
from tests.axe import violations
from tests.conftest import listen
from tests.staff.accounts.test_adapter import totp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOT_PAGES = re.compile(r"/admin/(logout|jsi18n|login|r/)")


def theme_form() -> str:
    return f"/admin/priorities/theme/{Theme.objects.get(slug_nl='regiomarketing').pk}/change/"


LINKS = "links => links.map(link => new URL(link.href).pathname)"


def is_desk(address: str) -> bool:
    return address.startswith("/admin/") and not NOT_PAGES.match(address)


def begin(page) -> list[str]:
    """The addresses that the index of the desk and its list of work lead to."""
    found = dict.fromkeys(["/admin/", *page.locator(".desk a, .desk-nav a, .work-all a").evaluate_all(LINKS)])
    page.goto("/admin/work/")
    found |= dict.fromkeys(page.locator(".work-all a").evaluate_all(LINKS))
    return [address for address in found if is_desk(address)]


def first_forms(page) -> list[str]:
    """Behind a list that `page` shows: a form of each kind, and a new one."""
    inside = page.locator("#result_list th a, .object-tools a, .panel a").evaluate_all(LINKS)
    return [*{re.sub(r"\d+", "N", link): link for link in inside if is_desk(link)}.values()]


def test_every_page_of_the_desk_obeys_the_policy_and_is_accessible_and_fits_a_phone(signed_in):
    page = signed_in
    dead_link()
    PutOff.objects.create(kind="hollow", model="priorities.theme", object_id=Theme.objects.first().pk)
    page.goto("/admin/")
    complaints = listen(page)
    first = begin(page)
    addresses = dict.fromkeys(first)
    found: dict[str, list] = {}
    while address := next((each for each, seen in addresses.items() if not seen), None):
        addresses[address] = True
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        addresses[urlsplit(page.url).path] = True  # a list of which there is one leads to its form
        if address in first:
            addresses = dict.fromkeys(first_forms(page)) | addresses
        if complaints:
            found[address] = [*complaints]
        if broken := violations(page):
            found.setdefault(address, []).extend(broken)
        complaints.clear()  # axe styles what it measures, which the policy forbids
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.setdefault(address, []).append(("width", wide))
    assert {"/admin/work/", "/admin/links/"} <= {*addresses}
    assert len(addresses) > 12
    assert found == {}


def dead_link() -> None:
    """The theme of `theme_form` gets a link in French that leads nowhere, and that was found."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    address = f"/{'nergens-' * 30}/"
    theme.body_fr = f'<p><a href="{address}">Rapport</a></p>'
    theme.save()
    publish(theme, None)
    DeadLink.objects.create(model="priorities.theme", object_id=theme.pk, address=address, since=timezone.now())


def test_one_click_leads_from_a_dead_link_to_its_field(signed_in):
    page = signed_in
    dead_link()
    page.goto("/admin/")
    page.get_by_text("Een link leidt nergens heen").locator("..").get_by_role("link").first.click()
    page.wait_for_url("**/change/#id_body_fr")
    assert page.get_by_role("tab", name="Français").get_attribute("aria-selected") == "true"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_form_is_accessible_in_every_tab_and_in_the_dark(signed_in, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    page.goto(theme_form())
    found = []
    for name in ("Nederlands", "Français", "English"):
        page.get_by_role("tab", name=name).click()
        found += [(name, *each) for each in violations(page)]
    assert found == []


def test_language_tabs_work_by_keyboard_and_show_one_language_with_its_source(signed_in):
    page = signed_in
    page.goto(theme_form())
    page.get_by_role("tab", name="Nederlands").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Français").get_attribute("aria-selected") == "true"
    assert page.get_by_label("Titel (fr)").is_visible()
    assert not page.get_by_label("Titel (nl)").is_visible()
    source = page.locator("[data-source-of=id_title_fr]")
    assert source.inner_text() == Theme.objects.get(slug_nl="regiomarketing").title_nl
    page.keyboard.press("Home")
    page.get_by_label("Titel (nl)").fill("Nieuwe titel")
    page.keyboard.press("Control+Home")
    assert source.text_content() == "Nieuwe titel"


def test_a_tab_that_holds_an_error_says_so_and_opens_first(signed_in):
    page = signed_in
    page.goto(theme_form())
    page.get_by_role("tab", name="Français").click()
    page.get_by_label("Webadres (fr)").fill("geen adres!")
    page.get_by_role("tab", name="Nederlands").click()
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_role("tab", name="1 fout").wait_for()
    assert page.get_by_role("tab", name="1 fout").get_attribute("aria-selected") == "true"
    assert page.get_by_label("Webadres (fr)").is_visible()
    assert page.get_by_label("Webadres (fr)").input_value() == "geen adres!"


def test_the_proposed_address_keeps_letters_that_are_two_in_one(signed_in):
    signed_in.goto("/admin/priorities/theme/add/")
    signed_in.locator("#id_title_nl").press_sequentially("Œuvre ﬁnale ĳsland ß Łódź")
    signed_in.locator("#id_title_nl").blur()
    assert signed_in.locator("#id_slug_nl").input_value() == "oeuvre-finale-ijsland-ss-lodz"


def test_without_script_the_languages_stand_under_each_other_and_saving_works(signed_in, browser, live_server):
    state = signed_in.context.storage_state()
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=state, locale="nl-BE"
    )
    page = context.new_page()
    page.goto(theme_form())
    for code in ("nl", "fr", "en"):
        assert page.get_by_label(f"Titel ({code})").is_visible()
    page.get_by_label("Titel (fr)").fill("Sans script")
    page.get_by_role("button", name="Bewaar").click()
    assert page.get_by_label("Titel (fr)").input_value() == "Sans script"
    context.close()
    assert Theme.objects.get(slug_nl="regiomarketing").title_fr == "Sans script"


def test_the_preview_beside_the_form_follows_what_is_typed_and_saves_nothing(signed_in):
    page = signed_in
    complaints = listen(page)
    page.goto(theme_form())
    page.locator("[data-preview=nl]").click()
    frame = page.frame_locator(".preview-pane iframe")
    frame.get_by_role("heading", level=1).wait_for()
    page.get_by_label("Titel (nl)").fill("Terwijl ik typ")
    frame.get_by_role("heading", level=1, name="Terwijl ik typ").wait_for()
    for width, device in ((768, "Tablet"), (1280, "Computer"), (390, "Telefoon")):
        page.get_by_role("button", name=device).click()
        assert frame.locator("html").evaluate("() => innerWidth") == width
    page.get_by_role("group", name="Taal", exact=True).get_by_role("button", name="FR").click()
    frame.locator("html[lang=fr]").wait_for()
    page.get_by_role("button", name="Sluit").click()
    assert page.evaluate("document.activeElement.dataset.preview") == "fr"
    assert Theme.objects.get(slug_nl="regiomarketing").title_nl != "Terwijl ik typ"
    assert complaints == []


def typed_and_kept(page, text: str) -> None:
    page.goto(theme_form())
    page.get_by_label("Titel (nl)").fill(text)
    page.locator("form[data-kept]").wait_for()


def test_what_was_typed_survives_a_closed_laptop(signed_in):
    page = signed_in
    typed_and_kept(page, "Nog niet bewaard")
    page.goto("/admin/")
    page.goto(theme_form())
    page.get_by_role("button", name="Toon het in het formulier").click()
    page.get_by_text("Het is nog niet bewaard").wait_for()
    assert page.get_by_label("Titel (nl)").input_value() == "Nog niet bewaard"
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_text("Bewaard als werkversie").wait_for()
    assert Theme.objects.get(slug_nl="regiomarketing").title_nl == "Nog niet bewaard"
    assert not page.get_by_role("button", name="Toon het in het formulier").is_visible()
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_what_was_typed_can_be_thrown_away(signed_in):
    page = signed_in
    typed_and_kept(page, "Toch maar niet")
    page.goto(theme_form())
    page.get_by_role("button", name="Gooi het weg").click()
    page.goto(theme_form())
    assert not page.get_by_role("button", name="Gooi het weg").is_visible()


def test_an_expired_session_keeps_what_was_typed(signed_in):
    page = signed_in
    typed_and_kept(page, "Voor de sessie verliep")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Publiceer").click()
    page.get_by_text("Wat je typte, is op dit toestel bewaard").wait_for()
    page.get_by_label("Gebruikersnaam of e-mailadres").fill("dorine")
    page.get_by_role("textbox", name="Wachtwoord").fill("een lang wachtwoord")
    page.get_by_role("button", name="Aanmelden", exact=True).click()
    page.get_by_label("De code van je app").fill(totp())
    page.get_by_role("button", name="Aanmelden", exact=True).click()
    page.get_by_role("button", name="Toon het in het formulier").click()
    page.get_by_text("Het is nog niet bewaard").wait_for()
    assert page.get_by_label("Titel (nl)").input_value() == "Voor de sessie verliep"


def test_who_comes_to_sign_in_without_having_typed_anything_reads_nothing_of_it(page):
    page.goto(f"/account/login/?next={theme_form()}")
    page.wait_for_load_state("networkidle")
    assert not page.get_by_text("Wat je typte").is_visible()


def test_the_desk_speaks_the_language_that_its_user_chooses(signed_in):
    page = signed_in
    page.get_by_role("button", name="FR Français").click()
    page.get_by_role("heading", name="Que voulez-vous modifier").wait_for()
    page.goto(theme_form())
    page.get_by_role("button", name="Publier").wait_for()


def test_a_second_click_on_its_way_sends_nothing(signed_in):
    signed_in.goto("/admin/priorities/theme/add/")
    signed_in.locator("#id_title_nl").fill("Tweemaal geklikt")
    stopped = signed_in.evaluate(
        """() => {
          const stopped = [];
          addEventListener("submit", (event) => { stopped.push(event.defaultPrevented); event.preventDefault(); });
          const button = document.querySelector(".panel button[name=_save]");
          button.click(); button.click();
          return stopped;
        }"""
    )
    assert stopped == [False, True]


VISIBLE = """() => {
  const box = document.querySelector(".panel .main").getBoundingClientRect();
  const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return Boolean(found?.closest(".main")) && box.top >= 0 && box.bottom <= innerHeight;
}"""


@pytest.mark.parametrize("size", [(1366, 768), (375, 740)])
def test_the_main_button_is_always_in_sight(signed_in, size):
    page = signed_in
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in (theme_form(), "/admin/pages/missionpage/", "/admin/priorities/update/add/"):
        page.goto(address)
        for place in (0, 600, 100_000):
            page.evaluate("place => scrollTo(0, place)", place)
            assert page.evaluate(VISIBLE), (address, place)
        page.locator(".panel details").evaluate_all("all => all.forEach(each => each.open = true)")
        page.locator(".panel").evaluate("panel => panel.scrollTo(0, 100000)")
        assert page.evaluate(VISIBLE), address


def test_the_whole_panel_fits_a_laptop_while_nothing_is_unfolded(signed_in):
    page = signed_in
    page.set_viewport_size({"width": 1366, "height": 768})
    for address in (theme_form(), "/admin/pages/missionpage/", "/admin/priorities/document/add/"):
        page.goto(address)
        page.evaluate("scrollTo(0, 400)")
        hidden = page.locator(".panel").evaluate("panel => panel.scrollHeight - panel.clientHeight")
        assert hidden <= 0, address


def test_on_a_phone_no_field_with_the_focus_lies_under_the_buttons(signed_in):
    page = signed_in
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(theme_form())
    page.locator("#id_title_nl").focus()
    for _field in range(25):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const active = document.activeElement;
              if (active.closest(".publish")) return "";
              const box = active.getBoundingClientRect();
              const bar = document.querySelector(".publish").getBoundingClientRect();
              return box.bottom > bar.top && box.top >= bar.top && bar.bottom >= innerHeight ? active.outerHTML : "";
            }"""
        )
        assert covered == ""
