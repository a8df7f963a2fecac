"""Lists, order and plans in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Priority, Theme
from publishing.workflow import publish
from tests.axe import AA, TAGS, violations
from tests.conftest import listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Judged here is what the lists and plans add; the stock admin's own headings and contrasts are not.
AXE = AA | {"runOnly": TAGS}


def test_what_is_planned_stands_in_the_list_of_what_is_coming_and_can_be_cancelled(signed_in, django_user_model):
    page, complaints = signed_in, listen(signed_in)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish(theme, django_user_model.objects.get(username="dorine"), live_from=timezone.now() + timedelta(days=3))
    page.goto("/admin/planning/")
    page.get_by_role("button", name="Plan niet meer").click()
    page.get_by_text("Niet meer gepland: voor bezoekers verandert er niets.").wait_for()
    page.get_by_text("Er is niets gepland.").wait_for()
    assert complaints == []


def test_a_list_is_ordered_with_the_keyboard_and_then_public(signed_in):
    page, complaints = signed_in, listen(signed_in)
    rows = list(Theme.objects.order_by("position"))
    page.goto("/admin/priorities/theme/")
    button = page.get_by_role("button", name=f"“{rows[2].title_nl}” naar boven")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == button.get_attribute("aria-label")
    assert "is nu nummer 1 van 3." in page.get_by_role("status").last.inner_text()
    page.get_by_role("button", name="Bewaar volgorde").click()
    page.get_by_text("De volgorde is gewijzigd").wait_for()
    assert [theme.pk for theme in Theme.published()] == [rows[2].pk, rows[0].pk, rows[1].pk]
    assert complaints == []


def test_priorities_are_ordered_too_and_an_order_that_was_not_saved_is_asked_about(signed_in):
    page, complaints, asked = signed_in, listen(signed_in), []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    rows = list(Priority.objects.order_by("number"))
    page.goto("/admin/priorities/priority/")
    page.get_by_role("button", name=f"“{rows[1].title_nl}” naar boven").click()
    away = page.locator("a[href='/admin/priorities/theme/']").first
    away.evaluate("link => { link.click() }")
    page.wait_for_timeout(0)
    page.get_by_role("button", name="Bewaar volgorde").click()
    page.get_by_text("De volgorde is gewijzigd").wait_for()
    assert asked == ["beforeunload"]
    assert [each.pk for each in Priority.published()][:2] == [rows[1].pk, rows[0].pk]
    page.goto("/admin/priorities/theme/")
    assert asked == ["beforeunload"]
    assert complaints == []


def test_a_row_is_dragged_to_another_place(signed_in):
    page = signed_in
    rows = list(Theme.objects.order_by("position"))
    page.goto("/admin/priorities/theme/")
    grips, places = page.locator(".grip"), page.locator("#result_list tbody tr")
    start, end = grips.nth(0).bounding_box(), places.nth(2).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 3, steps=8)
    page.mouse.up()
    assert page.locator("input.place").evaluate_all("all => all.map(each => each.value)") == ["1", "2", "3"]
    page.get_by_role("button", name="Bewaar volgorde").click()
    page.get_by_text("De volgorde is gewijzigd").wait_for()
    assert [theme.pk for theme in Theme.objects.order_by("position")] == [rows[1].pk, rows[2].pk, rows[0].pk]


@pytest.mark.parametrize("kind", ["aims", "roles"])
def test_rows_in_a_form_are_ordered_with_buttons_and_saved(signed_in, kind):
    page, complaints = signed_in, listen(signed_in)
    mission = MissionPage.objects.get()
    before = list(getattr(mission, kind).values_list("pk", flat=True))
    page.goto(f"/admin/pages/missionpage/{mission.pk}/change/")
    page.locator(f"#{kind}-group .move[data-move='1']").first.click()
    page.get_by_text("is nu nummer 2 van").wait_for(state="attached")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    page.get_by_text("Bewaard als werkversie").wait_for()
    assert list(getattr(mission, kind).values_list("pk", flat=True)) == [before[1], before[0], *before[2:]]
    assert complaints == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_lists_and_plans_fit_and_are_accessible(signed_in, width):
    page = signed_in
    page.set_viewport_size({"width": width, "height": 800})
    for url in ("/admin/priorities/theme/", "/admin/staff/staffmember/", "/admin/planning/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        assert violations(page, AXE) == []
