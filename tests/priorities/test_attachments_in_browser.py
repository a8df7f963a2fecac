"""A new PDF in the form that needs it: chosen first, read at once, and its title proposed."""

import re

import pytest
from playwright.sync_api import expect

from priorities.models import Document, Priority, Theme, Update
from publishing.i18n.urls import desk_address
from tests.axe import violations
from tests.conftest import listen
from tests.desk import answer
from tests.priorities.pdf_files import pdf
from tests.site.test_tasks import Secretary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def chosen(name: str, title: str = "") -> dict:
    return {"name": name, "mimeType": "application/pdf", "buffer": pdf(2, title)}


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_a_pdf_is_read_when_it_is_chosen_and_goes_with_the_page(signed_in, size):
    complaints = listen(signed_in)
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    theme = Theme.objects.get(slug_nl="regiomarketing")
    signed_in.goto(desk_address(theme))
    for number, title in enumerate(["Jaarverslag 2025", ""]):
        signed_in.get_by_role("button", name=re.compile("Toevoegen: document", re.IGNORECASE)).click()
        row = signed_in.locator(f"#documents-{number}")
        row.get_by_label("Nieuwe pdf:", exact=True).set_input_files(chosen("verslag.pdf", title))
        expect(row.get_by_text("Gekozen en nog niet bewaard: verslag.pdf")).to_be_visible()
        expect(row.get_by_label("Titel van de nieuwe pdf:")).to_have_value(title)
        expect(row.locator(".remarks")).to_contain_text("Deze pdf heeft geen tekst")
    assert not Document.objects.exists()
    assert complaints == []
    assert violations(signed_in) == []
    complaints.clear()  # of axe itself, which styles what it looks at
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth")
    signed_in.get_by_role("button", name="Publiceer").first.click()
    signed_in.get_by_text("Deze pdf heeft geen titel.").first.wait_for()
    signed_in.locator("#id_documents-1-new_title").fill("Nota")
    signed_in.get_by_role("button", name="Publiceer").first.click()
    answer(signed_in)
    signed_in.get_by_text("Mee gepubliceerd: Jaarverslag 2025, Nota.").wait_for()
    assert [str(each) for each in Theme.published().get(pk=theme.pk).shown_documents] == ["Jaarverslag 2025", "Nota"]
    assert complaints == []


def test_in_the_form_of_a_document_the_file_comes_first_and_fills_in_title_and_address(signed_in):
    signed_in.goto("/admin/priorities/document/add/")
    signed_in.get_by_label("Bestand:").set_input_files(chosen("verslag.pdf", "Jaarverslag 2025"))
    expect(signed_in.get_by_label("Titel (nl)")).to_have_value("Jaarverslag 2025")
    expect(signed_in.get_by_label("Webadres (nl)")).to_have_value("jaarverslag-2025")
    signed_in.get_by_role("button", name="Publiceer").first.click()
    signed_in.get_by_text("Gepubliceerd: bezoekers zien het nu.").wait_for()
    assert Document.published().get().title_nl == "Jaarverslag 2025"


def test_without_a_script_it_is_possible_too(browser, live_server, signed_in):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    context = browser.new_context(
        base_url=live_server.url,
        locale="nl-BE",
        java_script_enabled=False,
        storage_state=signed_in.context.storage_state(),
    )
    page = context.new_page()
    page.goto(desk_address(theme))
    page.get_by_role("link", name="Toon een lege rij").first.click()
    page.get_by_label("Nieuwe pdf:", exact=True).first.set_input_files(chosen("verslag.pdf", "Jaarverslag 2025"))
    page.get_by_role("button", name="Lees het bestand").first.click()
    expect(page.get_by_label("Titel van de nieuwe pdf:").first).to_have_value("Jaarverslag 2025")
    page.get_by_role("button", name="Publiceer").first.click()
    answer(page)
    page.get_by_text("Mee gepubliceerd: Jaarverslag 2025.").wait_for()
    context.close()


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_an_update_for_a_theme_and_a_priority_with_two_pdfs_takes_ten_clicks(signed_in, size):
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    theme, priority = Theme.objects.get(slug_nl="regiomarketing"), Priority.objects.order_by("number").first()
    secretary = Secretary(signed_in)
    secretary.click("link", "Toevoegen Berichten")
    expect(signed_in.get_by_label("Titel (nl)")).to_be_focused()
    signed_in.keyboard.type("Twee verslagen")
    signed_in.locator("#id_subjects-0-priority").select_option(str(priority.pk))
    signed_in.locator("#id_subjects-1-theme").select_option(str(theme.pk))
    secretary.clicks += 4
    for number, title in enumerate(["Jaarverslag 2025", "Nota over vervoer"]):
        row = signed_in.locator(f"#documents-{number}")
        row.get_by_label("Nieuwe pdf:", exact=True).set_input_files(chosen("verslag.pdf", title))
        secretary.clicks += 2
        expect(row.get_by_label("Titel van de nieuwe pdf:")).to_have_value(title)
    secretary.click("button", "Publiceer")
    secretary.sees("Mee gepubliceerd: Jaarverslag 2025, Nota over vervoer.")
    update = Update.published().get()
    assert [str(each) for each in update.shown_documents] == ["Jaarverslag 2025", "Nota over vervoer"]
    assert secretary.clicks <= 10
