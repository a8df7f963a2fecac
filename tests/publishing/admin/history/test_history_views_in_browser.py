"""History and bin as the secretary finds them: by the words on the screen."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from priorities.models import Theme, Update
from publishing.models import Discarded
from publishing.models.immutability import permit
from publishing.workflow import publish
from tests.axe import violations
from tests.conftest import listen
from tests.desk import answer
from tests.updates import update_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FEWEST = 8  # clicks from the first page of the desk


@pytest.fixture
def theme() -> Theme:
    """A theme that said something else last week."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    long_ago = timezone.now() - timedelta(days=30)
    with permit():
        theme.revisions.update(created_at=long_ago, live_from=long_ago)
    for days, text in ((-7, "Vorige week"), (-1, "Gisteren")):
        theme.title_nl, theme.body_nl = text, f"<p>Wat er {text.lower()} stond.</p>"
        theme.save()
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            publish(theme, None)
    return theme


class Clicks:
    """Clicks on what has these words, and counts how often."""

    def __init__(self, page) -> None:
        self.page, self.number = page, 0

    def __call__(self, role: str, name: str | re.Pattern) -> None:
        found = self.page.get_by_role(role, name=name).first
        found.wait_for()
        found.click()
        self.number += 1


def test_last_weeks_version_is_put_back_and_published(signed_in, page, theme):
    page.goto("/admin/")
    click = Clicks(page)
    click("link", re.compile("Thema’s"))
    click("link", "Gisteren")
    click("link", "Alle versies")
    last_week = timezone.localtime() - timedelta(days=7)
    click("button", re.compile(rf"Zet terug {last_week.day} \w+ {last_week.year}"))
    page.get_by_text("Bezoekers zien daar niets van tot je publiceert").wait_for()
    assert Theme.objects.get(pk=theme.pk).title_nl == "Gisteren"
    click("button", "Zet terug")
    page.get_by_text("Teruggezet als werkversie").wait_for()
    assert page.get_by_label("Titel (nl)").input_value() == "Vorige week"
    click("button", "Publiceer")
    page.locator(".asks").wait_for()
    click("button", "Publiceer")
    page.get_by_text("Gepubliceerd: bezoekers zien het nu.").wait_for()
    page.goto("/themas/regiomarketing/")
    assert "Vorige week" in page.locator("h1").inner_text()
    assert click.number <= FEWEST


def test_a_deleted_update_is_found_and_put_back(signed_in, page, theme):
    update = update_on(theme, title_nl="Infosessie in Diksmuide")
    pk = update.pk
    update.delete()
    page.goto("/admin/")
    click = Clicks(page)
    click("link", re.compile("Prullenbak"))
    page.get_by_role("searchbox").or_(page.locator("#searchbar")).first.fill("infosessie")
    page.keyboard.press("Enter")
    click("link", "Infosessie in Diksmuide")
    page.get_by_text("Infosessie in Diksmuide").first.wait_for()
    click("button", "Zet terug")
    page.get_by_text("Teruggezet als werkversie").wait_for()
    assert Update.objects.get(pk=pk).subjects.get().theme == theme
    assert click.number <= FEWEST


def test_two_versions_are_chosen_and_compared_by_keyboard(signed_in, page, theme):
    page.goto(f"/admin/priorities/theme/{theme.pk}/history/")
    old, new = page.locator("input[name=old]"), page.locator("input[name=new]")
    assert (old.nth(2).is_checked(), new.nth(1).is_checked()) == (True, True)
    new.nth(1).focus()
    page.keyboard.press("ArrowUp")
    assert new.nth(0).is_checked()
    page.keyboard.press("Enter")
    page.get_by_text("Titel (nl)").wait_for()
    assert (
        page.locator("dd del").first.inner_text().replace("\n", " ").split("verwijderd: ")[1].startswith("Vorige week")
    )
    for mark, line in (("ins", "underline"), ("del", "line-through")):
        style = page.locator(mark).first.evaluate("element => getComputedStyle(element).textDecorationLine")
        assert style == line


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_history_comparison_and_bin_are_accessible_obey_the_policy_and_fit_a_phone(signed_in, page, theme, scheme):
    page.emulate_media(color_scheme=scheme)
    update_on(theme, title_nl="Infosessie", body_nl="<p>Een <b>tekst</b></p>").delete()
    theme.title_nl = "Nog niet gepubliceerd"
    theme.save()
    first = theme.revisions.last().pk
    base = f"/admin/priorities/theme/{theme.pk}"
    complaints = listen(page)
    found = {}
    for address in (
        f"{base}/history/",
        f"{base}/compare/?old=r{first}&new=working",
        f"{base}/restore/?version=r{first}",
        f"{base}/public-list/?version=r{first}",
        "/admin/publishing/discarded/",
        f"/admin/publishing/discarded/{Discarded.objects.get().pk}/change/",
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        said = [*complaints]
        said += violations(page)
        complaints.clear()  # axe styles what it measures, which the policy forbids
        page.set_viewport_size({"width": 320, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            said.append("wider than a phone")
        if said:
            found[address] = said
    assert found == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_undo_is_reached_by_the_keyboard_on_a_phone_and_a_laptop(signed_in, page, theme, width):
    complaints = listen(page)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"/admin/priorities/theme/{theme.pk}/change/")
    page.get_by_label("Titel (nl)").fill("Bij vergissing")
    page.get_by_role("button", name="Publiceer", exact=True).click()
    answer(page)
    button = page.get_by_role("button", name="Maak ongedaan")
    button.wait_for()
    box = button.bounding_box()
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= width
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Ongedaan gemaakt: het is zoals het was.").wait_for()
    assert theme.revisions.public().get().data["title_nl"] == "Gisteren"
    assert not complaints


@pytest.mark.parametrize("width", [390, 1366])
def test_a_version_is_taken_out_of_the_public_list_in_two_clicks_by_the_keyboard(signed_in, page, theme, width):
    complaints = listen(page)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"/admin/priorities/theme/{theme.pk}/history/")
    last_week = timezone.localtime() - timedelta(days=7)
    button = page.get_by_role("button", name=re.compile(rf"Haal uit de openbare lijst {last_week.day} \w+"))
    box = button.bounding_box()
    assert box["height"] >= 24
    assert box["x"] + box["width"] <= width
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Bezoekers kunnen de versie van").wait_for()
    page.get_by_label("Reden").fill("Er stond een naam in")
    page.keyboard.press("Enter")
    page.get_by_text("Uit de openbare lijst gehaald.").wait_for()
    assert page.get_by_text("Niet meer openbaar").is_visible()
    taken = theme.revisions.exclude(taken_back_at=None).get()
    assert taken.data["title_nl"] == "Vorige week"
    assert not complaints
    shown = Theme.published().get(pk=theme.pk)
    assert page.goto(shown.get_versions_url(taken.pk, "fr")).status == 410
    assert page.locator('p.lead[lang="nl"]').inner_text() == "Er stond een naam in"
    page.get_by_role("link", name="Lire la page telle qu’elle est maintenant").click()
    page.wait_for_url(f"**{shown.get_absolute_url('fr')}")
