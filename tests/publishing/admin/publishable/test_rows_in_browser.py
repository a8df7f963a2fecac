"""Child rows in the form, in a browser: folded to one line, unfolded for what one comes for, with the tabs in view."""

import pytest
from playwright.sync_api import expect

from pages.models import MissionPage
from tests.axe import violations
from tests.conftest import listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"laptop": (1366, 768, 4), "phone": (390, 844, 6)}  # how many screens the form of the mission may fill
SCREENS = "document.documentElement.scrollHeight / innerHeight"


@pytest.fixture(params=SIZES.values(), ids=SIZES)
def size(request):
    return request.param


@pytest.fixture
def form(signed_in, size):
    complaints = listen(signed_in)
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    signed_in.goto(f"/admin/pages/missionpage/{MissionPage.objects.get().pk}/change/")
    yield signed_in
    assert complaints == []


def covered(page, selector: str) -> bool:
    """Whether the middle of an element is behind something else, or out of sight."""
    return page.locator(selector).evaluate("""each => {
        const box = each.getBoundingClientRect();
        const found = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
        return !(each === found || each.contains(found));
    }""")


def test_the_form_of_the_mission_is_short_and_accessible(signed_in, size):
    form = signed_in
    form.set_viewport_size({"width": size[0], "height": size[1]})
    form.goto(f"/admin/pages/missionpage/{MissionPage.objects.get().pk}/change/")
    assert form.evaluate(SCREENS) <= size[2]
    assert form.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert violations(form) == []
    form.locator("#aims-group .fold-all").click()
    expect(form.locator("#id_aims-5-text_nl")).to_be_visible()
    name, field, row = (form.locator(each).bounding_box() for each in ("#aims-0 h3", "#id_aims-0-text_nl", "#aims-0"))
    assert name["height"] < 150, "its name has a line, and no letter has one of its own"
    assert field["x"] + field["width"] <= row["x"] + row["width"] + 1
    form.evaluate("scrollTo(0, 0)")  # what is half behind a tab is too small a target, for the machine
    assert violations(form) == []


def test_a_row_is_unfolded_by_keyboard_and_by_a_link_to_its_field_below_the_tabs(form):
    fold = form.locator("#roles-0 .fold")
    expect(fold).to_have_text("Rol: spreekbuis", use_inner_text=False)
    expect(form.locator("#id_roles-0-name_nl")).not_to_be_visible()
    fold.focus()
    form.keyboard.press("Enter")
    expect(form.locator("#id_roles-0-name_nl")).to_be_visible()
    form.locator("#id_roles-0-name_nl").fill("stem van de streek")
    expect(fold).to_contain_text("stem van de streek")
    form.keyboard.press("Shift+Tab")
    fold.press("Space")
    expect(form.locator("#id_roles-0-name_nl")).not_to_be_visible()
    form.evaluate("location.hash = 'id_aims-3-text_fr'")
    field = form.locator("#id_aims-3-text_fr")
    expect(field).to_be_focused()
    assert not covered(form, "#id_aims-3-text_fr")
    assert not covered(form, "#tab-nl")
    form.locator("#tab-nl").click()
    expect(form.locator("#id_aims-3-text_nl")).to_be_visible()


def test_typing_in_a_row_that_is_folded_again_is_saved_and_an_error_unfolds_its_row(form):
    form.locator("#aims-1 .fold").click()
    form.locator("#id_aims-1-text_nl").fill("de streek versterken")
    form.locator("#aims-1 .fold").click()
    form.locator("#aims-2 .fold").click()
    form.evaluate("document.querySelector('#id_aims-2-position').type = 'text'")
    form.locator("#id_aims-2-position").fill("veel")
    form.locator("#aims-2 .fold").click()
    form.get_by_role("button", name="Bewaar", exact=True).click()
    expect(form.locator(".errornote")).to_be_focused()
    expect(form.locator("#id_aims-2-position")).to_be_visible()
    expect(form.locator("#id_aims-1-text_nl")).to_have_value("de streek versterken")
    expect(form.locator("#id_aims-0-text_nl")).not_to_be_visible()
    form.locator("#id_aims-2-position").fill("2")
    form.get_by_role("button", name="Bewaar", exact=True).click()
    form.get_by_text("Bewaard als werkversie").wait_for()
    assert "de streek versterken" in MissionPage.objects.get().aims.values_list("text_nl", flat=True)
