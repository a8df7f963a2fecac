"""A text goes to a translator and comes back, and a board member remarks on a draft, by visible words."""

import re

import pytest

from priorities.models import Theme
from publishing.models import Contribution
from tests.axe import violations
from tests.conftest import listen
from tests.site.test_tasks import Secretary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MAX_CLICKS = 8
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def secretary(signed_in) -> Secretary:
    signed_in.set_viewport_size(LAPTOP)
    return Secretary(signed_in)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def guest(browser, live_server, request):
    """Somebody on a telephone without an account, with or without JavaScript."""
    context = browser.new_context(
        base_url=live_server.url, locale="fr-BE", viewport=PHONE, java_script_enabled=request.param
    )
    page = context.new_page()
    page.has_script = request.param
    page.complaints = listen(page)
    yield page
    context.close()
    assert page.complaints == []


def faults(page) -> list:
    """What axe-core finds, and whether one must scroll sideways."""
    return [*violations(page), *(["wide"] if page.evaluate("document.body.scrollWidth > innerWidth") else [])]


def test_a_text_goes_to_a_translator_and_comes_back(secretary, guest):
    Theme.objects.filter(slug_nl="regiomarketing").update(body_nl="<p>Veel dingen. <strong>Echt</strong>.</p>")
    secretary.click("link", "Thema’s")
    secretary.click("link", re.compile("regiomarketing"))
    panel = secretary.page.get_by_role("region", name="Laten vertalen")
    panel.get_by_text("Laten vertalen").click()
    panel.get_by_role("button", name="Français").click()
    secretary.clicks += 2
    secretary.sees("Bewaard. De link hieronder is voor wie dit vertaalt naar het Frans")
    link = panel.get_by_role("textbox").input_value()
    secretary.clicks += 1  # on Kopieer

    guest.goto(link)
    guest.get_by_label("Français: Titre").fill("Le marketing de la région")
    body = guest.get_by_role("region", name="Texte", exact=True)
    if guest.has_script:
        body.locator(".ProseMirror:is([aria-label], [aria-labelledby])").click()
        guest.keyboard.type("## Voici\nBeaucoup de choses.")
        for scheme in ("dark", "light"):  # the editor has the colours of the page, by night too
            guest.emulate_media(color_scheme=scheme)
            assert faults(guest) == []
    else:
        body.get_by_role("textbox").fill("# Voici\n\nBeaucoup de choses.")
    guest.get_by_role("button", name="Envoyer au secrétariat").click()
    guest.get_by_text("Le secrétariat les a reçus").wait_for()
    assert not guest.context.cookies()

    secretary.page.goto("/admin/")
    secretary.click("link", re.compile("regiomarketing", re.IGNORECASE))
    secretary.sees("Wat je overneemt, komt in de werkversie")
    assert faults(secretary.page) == []
    secretary.click("button", "Neem over wat aangevinkt is")
    secretary.sees("Overgenomen in de werkversie")
    theme = Theme.objects.get(slug_nl="regiomarketing")
    assert theme.title_fr == "Le marketing de la région"
    assert "Beaucoup de choses." in theme.body_fr
    assert theme.body_fr.startswith("<h2>Voici</h2>")
    assert secretary.clicks <= MAX_CLICKS
    secretary.page.goto("/admin/sent-in/")
    assert faults(secretary.page) == []


def test_a_remark_on_a_draft_reaches_its_field(secretary, guest):
    secretary.click("link", "Thema’s")
    secretary.click("link", re.compile("regiomarketing"))
    secretary.click("button", "Deel de werkversie")
    secretary.sees("Bewaard.")
    guest.goto(secretary.page.get_by_label(re.compile("Wie deze link heeft, kan")).input_value())
    box = guest.locator(".remarks").first
    box.get_by_text("Maak een opmerking").click()
    box.get_by_label("Je opmerking").fill("Is dit niet te lang?")
    box.get_by_label("Je naam (niet verplicht)").fill("An")
    if guest.has_script:
        assert faults(guest) == []
    box.get_by_role("button", name="Verstuur deze opmerking").click()
    guest.get_by_text("Is dit niet te lang?").wait_for()

    secretary.page.reload()
    remark = secretary.page.get_by_role("group", name="Opmerking")
    assert faults(secretary.page) == []
    remark.get_by_label("Je antwoord").fill("Ik kort het in.")
    remark.get_by_role("button", name="Vink af").click()
    secretary.sees("De opmerking is afgevinkt")
    guest.reload()
    guest.get_by_text("Ik kort het in.").wait_for()
    assert Contribution.objects.get().outcome == "done"


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_list_makes_one_link_for_what_is_ticked(secretary, size):
    page = secretary.page
    page.set_viewport_size(size)
    secretary.click("link", "Thema’s")
    page.locator("td.action-checkbox input").first.check()
    assert faults(page) == []
    page.get_by_label("Actie:").select_option(label="Maak een link voor een vertaler naar het Engels")
    page.get_by_role("button", name="Uitvoeren").click()
    secretary.sees("De link is gemaakt")
    assert page.get_by_role("textbox", name="Adres van de link").input_value().count("/en/translate/") == 1
    assert faults(page) == []
