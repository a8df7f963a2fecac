"""Planned and urgent in a real browser, and messages that are seen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.workflow import publish
from tests.axe import violations
from tests.conftest import listen
from tests.desk import answer
from tests.publishing.admin.test_publishable import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IN_WINDOW = """element => {
  const box = element.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.height > 0;
}"""


@pytest.fixture
def theme(db) -> Theme:
    """Public, with another title on Monday and a summary that is only saved."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    Theme.objects.filter(pk=theme.pk).update(title_nl="Maandag")
    publish(theme, None, live_from=timezone.now() + timedelta(days=3))
    Theme.objects.filter(pk=theme.pk).update(summary_nl="Bewaard")
    return theme


def test_an_urgent_correction_takes_one_click_more_and_is_told_in_the_window(signed_in, theme):
    page = signed_in
    complaints = listen(page)
    page.goto(address(theme))
    page.get_by_role("link", name="Wat nu op de site staat").click()
    page.get_by_label("Samenvatting (nl)").fill("Verbeterd")
    page.get_by_role("button", name="Publiceer").click()
    answer(page)
    told = page.locator(".told")
    told.get_by_text("Gepubliceerd: bezoekers zien het nu.").wait_for()
    assert "blijft gepland" in told.inner_text()
    assert "Samenvatting (nl) (de werkversie)" in told.inner_text()
    assert told.evaluate(IN_WINDOW)
    assert told.evaluate("element => element === document.activeElement")
    assert not page.locator(".draft-notice").is_visible()
    # What was kept is one click away, in the form of the working copy.
    told.get_by_role("link", name="Samenvatting (nl)").click()
    page.wait_for_url("**/change/#id_summary_nl")
    assert page.get_by_label("Samenvatting (nl)").input_value() == "Bewaard"
    assert complaints == []
    assert theme.revisions.pending().get().data["title_nl"] == "Maandag"


def test_what_is_typed_in_one_of_the_two_forms_is_not_offered_in_the_other(signed_in, theme):
    page = signed_in
    page.goto(address(theme) + "?op=site")
    page.get_by_label("Titel (nl)").fill("Getypt voor de site")
    page.locator("form[data-kept]").wait_for()
    page.goto(address(theme))
    page.wait_for_load_state("networkidle")
    assert not page.locator(".draft-notice").is_visible()
    page.goto(address(theme) + "?op=site")
    page.get_by_role("button", name="Toon het in het formulier").click()
    page.get_by_text("Dit is wat je eerder typte").wait_for()
    assert page.url.endswith("?op=site")
    assert page.get_by_label("Titel (nl)").input_value() == "Getypt voor de site"


def test_enter_publishes_nothing_there_and_keeps_what_was_typed(signed_in, theme):
    page = signed_in
    page.goto(address(theme) + "?op=site")
    page.get_by_label("Webadres (nl)").fill("elders")
    page.get_by_label("Webadres (nl)").press("Enter")
    page.get_by_text("Er is nog niets bewaard").wait_for()
    assert page.get_by_label("Webadres (nl)").input_value() == "elders"
    assert theme.revisions.public().get().slugs.filter(slug="regiomarketing").exists()


def test_the_two_forms_and_the_question_are_accessible_and_fit_a_phone(signed_in, theme):
    page, found = signed_in, []
    waiting = theme.revisions.pending().get()
    for path in (address(theme), address(theme) + "?op=site", f"/admin/planning/{waiting.pk}/advance/", "question"):
        if path == "question":
            page.goto(address(theme))
            page.get_by_role("button", name="Publiceer", exact=True).click()
            page.get_by_role("heading", name="Er is iets gepland.").wait_for()
        else:
            page.goto(path)
        page.wait_for_load_state("networkidle")
        found += [(path, *each) for each in violations(page)]
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.append((path, "width", wide))
        page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


def test_the_question_has_the_focus_and_is_answered_by_keyboard(signed_in, theme):
    page = signed_in
    page.goto(address(theme))
    page.get_by_role("button", name="Publiceer", exact=True).click()
    page.locator(".asks:focus").wait_for()
    for _stop in ("the line in Dutch", "the other languages", "a small improvement", "the first button"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".told").get_by_text("blijft gepland").wait_for()
    assert theme.revisions.public().get().data["summary_nl"] == "Bewaard"
    assert theme.revisions.pending().get().data["title_nl"] == "Maandag"


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("anchor", ["aims-group", "id_intro_nl"])
def test_the_message_is_in_the_window_whatever_part_of_the_form_one_was_at(signed_in, anchor, width):
    page = signed_in
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(f"{address(MissionPage.objects.get())}#{anchor}")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Publiceer", exact=True).click()
    told = page.locator(".told")
    told.get_by_text("Gepubliceerd").wait_for()
    page.wait_for_load_state("networkidle")
    page.locator(".told:focus").wait_for()
    assert told.evaluate(IN_WINDOW)
    assert "#" not in page.url
    assert told.get_attribute("role") == "status"
