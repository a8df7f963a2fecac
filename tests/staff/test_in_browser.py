"""My card, passkeys and QR codes in a real browser."""

import io

import pytest
import vobject
import zxingcpp
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from PIL import Image

from publishing.workflow import publish
from resoc.groups import STAFF
from staff.models import StaffMember
from tests.axe import violations
from tests.conftest import listen, sign_in
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def phone(page):
    """A telephone on which Johan has signed in."""
    user = User.objects.create_user("johan", "johan@example.org", password="een lang wachtwoord")
    user.groups.add(Group.objects.get(name=STAFF))
    StaffMember.objects.filter(slug="johan-halsberghe").update(user=user)
    page.set_viewport_size(PHONE)
    sign_in(page, "johan", "/mijn-kaart/")
    return page


def test_a_number_is_corrected_and_a_photo_added_in_a_minute(phone, tmp_path):
    complaints = listen(phone)
    file = tmp_path / "IMG_0001.jpg"
    file.write_bytes(photo_file().getvalue())
    phone.get_by_role("textbox", name="Telefoon").fill("051 51 93")
    phone.get_by_role("button", name="Bewaar mijn kaart").click()
    summary = phone.get_by_role("alert")
    summary.get_by_text("Vul een volledig telefoonnummer in").click()
    assert phone.evaluate("document.activeElement.id") == "id_phone"
    assert phone.get_by_role("textbox", name="Telefoon").get_attribute("aria-invalid") == "true"
    phone.keyboard.press("Control+a")
    phone.keyboard.type("051 51 93 56")
    phone.get_by_label("Foto", exact=False).first.set_input_files(file)
    phone.get_by_label("Toon mijn foto op de website").check()
    phone.get_by_role("button", name="Bewaar mijn kaart").click()
    phone.get_by_text("Bewaard. Je kaart staat nu op de contactpagina.").wait_for()
    phone.goto("/contact/johan-halsberghe/")
    assert "051 51 93 56" in " ".join(phone.locator("main").inner_text().split())
    assert phone.locator("main picture img").first.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert complaints == []


def test_the_button_to_choose_a_photo_speaks_the_language_of_the_page_and_works_by_keyboard(phone, tmp_path):
    file = tmp_path / "IMG_0001.jpg"
    file.write_bytes(photo_file().getvalue())
    button = phone.locator("label.button", has_text="Foto kiezen")
    photo = phone.get_by_label("Foto kiezen")
    photo.focus()
    assert button.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    with phone.expect_file_chooser():
        photo.press("Enter")
    with phone.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(file)
    assert phone.get_by_role("status").get_by_text("IMG_0001.jpg").is_visible()


def test_a_photo_is_chosen_without_javascript(phone, browser):
    signed_in = phone.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in, locale="nl-BE")
    page = context.new_page()
    page.goto(phone.url)
    with page.expect_file_chooser():
        page.get_by_text("Foto kiezen").click()
    own = page.get_by_label("Foto kiezen")
    assert own.evaluate("input => getComputedStyle(input).opacity") == "1"  # the browser shows what was chosen
    context.close()


def test_the_middle_of_a_photo_is_chosen_by_touch_and_by_keyboard(phone, tmp_path):
    file = tmp_path / "IMG_0001.jpg"
    file.write_bytes(photo_file().getvalue())
    phone.get_by_label("Foto", exact=False).first.set_input_files(file)
    stage = phone.locator(".focus-stage")
    stage.wait_for()
    box = stage.bounding_box()
    phone.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    phone.get_by_text("Wat in beeld moet blijven").click()
    across, down = phone.get_by_label("van links (%)"), phone.get_by_label("van boven (%)")
    assert abs(int(across.input_value()) - 25) <= 1
    assert abs(int(down.input_value()) - 75) <= 1
    before = int(down.input_value())
    down.focus()
    phone.keyboard.press("ArrowUp")
    assert int(down.input_value()) == before + 1


def test_the_card_below_follows_what_is_typed(phone):
    phone.get_by_role("textbox", name="Telefoon").fill("051 99 88 77")
    phone.locator("#card-preview").get_by_text("051 99 88 77").wait_for()


def test_my_card_works_without_scripts(browser, live_server, phone):
    cookies = phone.context.cookies()
    context = browser.new_context(base_url=live_server.url, locale="nl-BE", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/mijn-kaart/")
    page.get_by_role("textbox", name="Telefoon").fill("051 99 88 77")
    page.get_by_role("button", name="Bewaar mijn kaart").click()
    page.get_by_text("Bewaard.").wait_for()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_an_account_is_accessible_and_fits_a_small_screen(phone, scheme):
    phone.emulate_media(color_scheme=scheme)
    phone.set_viewport_size({"width": 320, "height": 700})
    complaints = listen(phone)
    for address in (
        "/mijn-kaart/",
        "/mijn-kaart/welkom/",
        "/account/2fa/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/totp/activate/",
        "/account/password/change/",
        "/account/logout/",
        "sign out",
        "/account/login/",
        "/account/login/code/",
        "/account/password/reset/",
        "/mijn-kaart/uitnodiging/x/",
    ):
        if address == "sign out":
            phone.context.clear_cookies(name="sessionid")
            continue
        phone.goto(address)
        assert complaints == [] or "410" in complaints[-1], address
        assert violations(phone, {}) == [], address
        complaints.clear()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_passkey_is_made_and_then_signs_in(phone):
    complaints = listen(phone)
    tools = phone.context.new_cdp_session(phone)
    tools.send("WebAuthn.enable")
    lock = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = lock | {"isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    phone.context.clear_cookies(name="sessionid")
    phone.goto("/account/login/?next=/account/2fa/")
    phone.get_by_role("textbox", name="Gebruikersnaam of e-mailadres").fill("johan")
    phone.get_by_role("textbox", name="Wachtwoord").fill("een lang wachtwoord")
    phone.get_by_role("button", name="Aanmelden", exact=True).click()
    phone.get_by_role("link", name="Maak een passkey").click()
    phone.get_by_label("Naam van dit toestel").fill("Mijn telefoon")
    phone.get_by_role("button", name="Maak een passkey").click()
    phone.wait_for_url(lambda url: "webauthn/add" not in url)
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 1
    phone.goto("/account/2fa/")
    phone.get_by_role("link", name="Verwijder Mijn telefoon").wait_for()
    assert violations(phone, {}) == []
    complaints.clear()  # axe styles what it measures, which the policy forbids
    phone.context.clear_cookies(name="sessionid")
    phone.goto("/account/login/")
    phone.get_by_role("button", name="Meld je aan met een passkey").click()
    phone.wait_for_url("**/mijn-kaart/")
    assert complaints == []


def test_a_passkey_that_is_refused_is_said_in_words(phone):
    phone.context.clear_cookies(name="sessionid")
    phone.goto("/account/login/")
    tools = phone.context.new_cdp_session(phone)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"isUserVerified": False}})
    phone.get_by_role("button", name="Meld je aan met een passkey").click()
    phone.get_by_text("Dat lukte niet").wait_for()


def test_the_qr_code_of_a_screenshot_is_the_card(phone):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    member.mobile, member.shows_mobile, member.function_nl = "+32470123456", True, "Coördinator, één; twee"
    member.save()
    publish(member, None)
    phone.goto("/contact/stephanie-thybaert/")
    phone.get_by_text("QR-code").first.click()
    shot = Image.open(io.BytesIO(phone.screenshot()))
    (found,) = zxingcpp.read_barcodes(shot)
    card = vobject.readOne(found.text)
    assert card.fn.value == "Stéphanie Thybaert"
    assert card.title.value == "Coördinator, één; twee"
    assert {each.value for each in card.contents["tel"]} == {"+32472051783", "+32470123456"}


KEPT = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"


def test_what_was_typed_on_my_card_is_found_again_and_goes_when_one_signs_out(phone):
    complaints = listen(phone)
    function = phone.get_by_role("textbox", name="Functie").first
    function.fill("Half getypt")
    phone.locator("form[data-kept]").wait_for(state="attached")
    phone.reload()
    phone.get_by_role("button", name="Toon het in het formulier").click()
    phone.get_by_text("nog niet bewaard").first.wait_for()
    assert function.input_value() == "Half getypt"
    assert phone.evaluate(KEPT) == 1
    phone.get_by_role("button", name="Afmelden").click()
    phone.get_by_role("heading", name="Aanmelden").wait_for()
    assert phone.evaluate(KEPT) == 0
    assert complaints == []


def large_photo(path) -> None:
    """A photo as a telephone makes it: lying, to be turned a quarter, with far more pixels than are kept."""
    picture = Image.effect_noise((4000, 3000), 60).convert("RGB")
    picture.paste("red", (0, 0, 1000, 3000))  # on top, once it is turned
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(path, "JPEG", quality=95, exif=exif)


def test_a_large_photo_is_made_smaller_before_it_is_sent_and_a_second_tap_sends_nothing(phone, tmp_path):
    complaints, sent = listen(phone), []
    file = tmp_path / "IMG_0002.jpg"
    large_photo(file)
    assert file.stat().st_size > 3_000_000

    def hold(route):
        if route.request.method == "POST" and "X-Upload" in str(route.request.headers).title():
            sent.append(len(route.request.post_data_buffer or b""))
            phone.wait_for_timeout(300)
        route.continue_()

    phone.route("**/mijn-kaart/", hold)
    before = StaffMember.objects.get(slug="johan-halsberghe").revisions.count()
    phone.get_by_label("Foto", exact=False).first.set_input_files(file)
    phone.get_by_label("Toon mijn foto op de website").check()
    button = phone.get_by_role("button", name="Bewaar mijn kaart")
    button.evaluate("button => { button.click(); button.click(); setTimeout(() => button.click(), 50) }")
    phone.get_by_text("Bewaard. Je kaart staat nu op de contactpagina.").wait_for()
    assert len(sent) == 1
    member = StaffMember.objects.get(slug="johan-halsberghe")
    assert member.revisions.count() == before + 1
    assert max(member.photo_width, member.photo_height) == 2400
    with member.photo.open() as stored, Image.open(stored) as picture:
        assert picture.height > picture.width, "upright"
        red, _green, blue = picture.convert("RGB").getpixel((picture.width // 2, 20))
        assert red > 150 > blue
    assert complaints == []


def test_the_button_is_off_while_the_card_is_on_its_way_and_says_so(phone):
    held = []
    phone.route("**/mijn-kaart/", lambda route: held.append(route) if is_save(route) else route.continue_())
    phone.get_by_role("textbox", name="Telefoon").fill("051 12 34 56")
    button = phone.get_by_role("button", name="Bewaar mijn kaart")
    state = button.evaluate(
        """button => {
          button.click();
          const said = document.getElementById("on-its-way");
          return new Promise((done) => setTimeout(() => done([button.disabled, said.role, said.textContent]), 200));
        }"""
    )
    assert state == [True, "status", "Bezig met bewaren… Je hoeft niet nog eens te drukken."]
    held[0].continue_()
    phone.get_by_text("Bewaard. Je kaart staat nu op de contactpagina.").wait_for()
    assert phone.get_by_role("button", name="Bewaar mijn kaart").is_enabled()


def is_save(route) -> bool:
    request = route.request
    return request.method == "POST" and request.resource_type == "document"


def test_what_was_typed_when_the_session_was_over_is_offered_after_signing_in(phone):
    phone.get_by_role("textbox", name="Telefoon").fill("051 12 34 56")
    phone.locator("form[data-kept]").wait_for()
    phone.context.clear_cookies()
    phone.get_by_role("button", name="Bewaar mijn kaart").click()
    phone.wait_for_load_state()
    sign_in(phone, "johan", "/mijn-kaart/")
    phone.get_by_role("button", name="Toon het in het formulier").click()
    phone.get_by_text("Dit is wat je eerder typte", exact=False).first.wait_for()
    assert phone.get_by_role("textbox", name="Telefoon").input_value() == "051 12 34 56"
    phone.get_by_role("button", name="Bewaar mijn kaart").click()
    phone.get_by_text("Bewaard. Je kaart staat nu op de contactpagina.").wait_for()
