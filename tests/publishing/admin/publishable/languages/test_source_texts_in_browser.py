"""Translations in the form, in a browser: find what is behind and clear it, new rows, the Dutch that follows."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from pages.models import MissionPage
from priorities.models import Theme
from publishing.workflow import keep, publish
from tests.axe import violations
from tests.conftest import listen
from tests.publishing.review.test_translation_states import found
from tests.site.test_tasks import Secretary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MAX_CLICKS = 4
LONG = " ".join(f"Zin {number} gaat over de streek." for number in range(60))


def behind_theme() -> Theme:
    """A published theme with long texts, of which the title and the text changed in Dutch alone."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.body_nl = theme.body_en = f"<p>{LONG}</p>"
    theme.body_fr = f"<p>{LONG}</p><p>{LONG}</p>"
    theme.save()
    dorine = User.objects.get(username="dorine")
    publish(theme, dorine)
    theme.title_nl, theme.body_nl = "Reclame voor de streek", f"<p>{LONG}</p><p>Nieuw&nbsp;besluit.</p>"
    theme.save()
    publish(theme, dorine)
    keep(theme, dorine)
    return theme


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["laptop", "phone"])
def secretary(signed_in, request):
    complaints = listen(signed_in)
    signed_in.set_viewport_size({"width": request.param[0], "height": request.param[1]})
    secretary = Secretary(signed_in)
    yield secretary
    assert secretary.clicks <= MAX_CLICKS
    assert complaints == []


def test_find_what_is_behind_in_french_in_a_list_and_clear_the_page(secretary):
    theme = behind_theme()
    page = secretary.page
    secretary.click("link", "Thema’s")
    secretary.click("link", "Achter: Frans")
    secretary.click("link", "2 achter")
    french = page.get_by_role("tab", name="Français")
    expect(french).to_have_attribute("aria-selected", "true")
    expect(french).to_contain_text("2 achter")
    expect(page.locator("#behind-fr")).to_be_in_viewport()
    secretary.click("button", "De hele vertaling klopt nog")
    secretary.sees("Genoteerd: 2 vertalingen kloppen nog.")
    assert found(theme).keys() == {"title_en", "body_en"}
    expect(page.get_by_role("tab", name="Français")).not_to_contain_text("achter")


def test_a_form_with_translations_that_are_behind_is_accessible(signed_in):
    theme = behind_theme()
    signed_in.goto(f"/admin/priorities/theme/{theme.pk}/change/#behind-fr")
    for width in (1366, 390):
        signed_in.set_viewport_size({"width": width, "height": 844})
        assert violations(signed_in) == []
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width


def test_clear_one_field_with_one_tick(secretary):
    theme = behind_theme()
    page = secretary.page
    page.goto(f"/admin/priorities/theme/{theme.pk}/change/#behind-fr")
    page.get_by_label("Vertaling klopt nog").locator("visible=true").first.check()
    secretary.click("button", "Bewaar")
    secretary.sees("Genoteerd: 1 vertaling klopt nog.")
    expect(page.get_by_role("tab", name="Français")).to_contain_text("1 achter")
    assert found(theme).keys() == {"body_fr", "title_en", "body_en"}


def test_the_dutch_beside_a_text_is_whole_scrolls_along_folds_and_follows(secretary):
    theme = behind_theme()
    page = secretary.page
    page.goto(f"/admin/priorities/theme/{theme.pk}/change/#id_body_fr")
    source = page.locator("[data-source-of=id_body_fr]")
    expect(source).to_contain_text("Zin 59 gaat over de streek.\nNieuw besluit.")
    assert "&nbsp" not in source.inner_text()
    assert source.evaluate("(box) => box.scrollHeight > box.clientHeight && box.tabIndex === 0")
    editor = page.locator(".field-body_fr .ProseMirror")
    editor.evaluate("(box) => (box.scrollTop = box.scrollHeight)")
    page.wait_for_function("() => document.querySelector('[data-source-of=id_body_fr]').scrollTop > 50")
    page.locator(".field-body_fr > .source > summary").click()
    expect(source).not_to_be_visible()
    page.get_by_role("tab", name="Nederlands").click()
    page.locator(".field-body_nl .ProseMirror").fill("Kort & goed\xa0nu")
    page.get_by_role("tab", name="Français").click()
    expect(source).to_have_text("Kort & goed nu")


def test_a_new_row_shows_its_dutch_and_the_tabs_count_it(secretary):
    page = secretary.page
    page.goto(f"/admin/pages/missionpage/{MissionPage.objects.get().pk}/change/")
    french = page.get_by_role("tab", name="Français")
    of = int(re.search(r"van (\d+)", french.inner_text())[1])
    page.locator("#aims-group .add-row a").click()
    page.locator("[id^=id_aims-][id$=-text_nl]:visible").last.fill("de streek versterken")
    french.click()
    expect(french).to_contain_text(f"{of} van {of + 1} vertaald")
    row = page.locator("#aims-group .inline-related:not(.empty-form)").last
    expect(row.locator(".source p").locator("visible=true")).to_have_text("de streek versterken")
    expect(row.locator(".row-body .missing:visible")).to_have_text("nog leeg")
    row.locator("[id$=-text_fr]").fill("renforcer la région")
    expect(french).to_contain_text(f"{of + 1} van {of + 1}, volledig")
    expect(row.locator(".row-body .done:visible")).to_have_text("vertaald")


def test_a_form_that_opens_on_the_tab_of_last_time_says_so(secretary):
    page = secretary.page
    page.goto(f"/admin/priorities/theme/{Theme.objects.first().pk}/change/")
    said = page.get_by_text("Je ziet de tab waar je laatst was.")
    expect(said).not_to_be_visible()
    page.get_by_role("tab", name="English").click()
    expect(said).not_to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name="English")).to_have_attribute("aria-selected", "true")
    expect(said).to_be_visible()
    page.get_by_role("tab", name="Nederlands").click()
    expect(said).not_to_be_visible()


def test_the_list_of_work_leads_to_what_is_behind_and_one_click_clears_it(secretary):
    theme = behind_theme()
    page = secretary.page
    page.goto("/admin/")
    secretary.click("link", re.compile("Reclame voor de streek"))
    expect(page.get_by_role("tab", name="Français")).to_have_attribute("aria-selected", "true")
    secretary.click("button", "De hele vertaling klopt nog")
    secretary.sees("Genoteerd: 2 vertalingen kloppen nog.")
    assert found(theme).keys() == {"title_en", "body_en"}
