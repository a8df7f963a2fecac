"""What a screen reader is given: the browser's own tree of roles and names."""

import re
from datetime import date

import pytest

from priorities.models import Theme
from publishing.workflow import publish
from tests.updates import update_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def read(page, address: str, part: str = "body") -> str:
    """The tree of a page as Playwright writes it, a line for each role with its name."""
    page.goto(address)
    snapshot: str = page.locator(part).first.aria_snapshot()
    return snapshot.replace("\N{SOFT HYPHEN}", "").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("address", "groups"),
    [
        ("/", ["Arrondissement Veurne", "Arrondissement Diksmuide", "Arrondissement Ieper"]),
        ("/fr/", ["Arrondissement de Furnes", "Arrondissement de Dixmude", "Arrondissement d’Ypres"]),
    ],
)
def test_municipalities_are_grouped_in_words_also_where_only_the_map_is_seen(page, address, groups):
    tree = read(page, address, ".map")
    assert re.findall(r'list "(.*?)"', tree) == groups
    assert len(re.findall(r"- listitem", tree)) == 18


def test_the_map_has_one_name_and_no_description_that_repeats_it(page):
    page.goto("/")
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    named = [node for node in nodes if node.get("name", {}).get("value", "").startswith("Kaart van de 18")]
    (drawing,) = [node for node in named if node["role"]["value"] in {"image", "img"}]
    assert drawing.get("description", {}).get("value", "") == ""


def test_a_priority_is_named_with_its_number_wherever_it_is_listed(page):
    for address in ("/", "/prioriteiten/", "/prioriteiten/tewerkstellingsbeleid/"):
        tree = read(page, address)
        for number in range(1, 7):
            assert f"Prioriteit {number}: " in tree, (address, number)


def test_few_parts_are_regions_and_each_has_a_name(page):
    tree = read(page, "/")
    assert 1 <= len(re.findall(r"- region", tree)) <= 3
    for address in ("/", "/contact/", "/themas/regiomarketing/"):
        assert not re.search(r"- (region|article|navigation):?$", read(page, address), re.MULTILINE)


def test_status_date_and_facts_are_said(page, full_theme):
    publish(update_on(Theme.objects.get(slug_nl="regiomarketing"), date=date(2026, 9, 30), title_nl="Nieuws"), None)
    tree = read(page, "/themas/regiomarketing/")
    assert "Status: Lopend" in tree
    assert 'heading "In het kort" [level=2]' in tree
    assert re.search(r'heading "Nieuws 30 september 2026" \[level=4\]', tree)
    assert "Alle versies van deze pagina" in read(page, "/themas/regiomarketing/") or "Alle versies" not in tree


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_telephone_the_mission_begins_within_a_screen_and_a_half(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/")
    assert page.evaluate("() => document.querySelector('#mission').getBoundingClientRect().top") <= 1.5 * 844
    assert not page.get_by_text("Alveringem").last.is_visible()
    page.get_by_text("De 18 gemeenten").last.click()
    assert page.locator(".map-list").get_by_text("Alveringem").is_visible()
