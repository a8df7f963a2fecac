"""The secretariat's ten tasks, as somebody new would do them: by the visible words, in at most 8 clicks."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from pages.models import MissionPage
from priorities.models import Theme, Update
from publishing.workflow import publish
from staff.models import StaffMember
from tests.conftest import listen
from tests.desk import answer
from tests.priorities.pdf_files import pdf
from tests.publishing.files.photos import photo
from tests.updates import update_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MAX_CLICKS = 8


class Secretary:
    """Somebody at the desk who clicks on words, and whose clicks are counted from the admin's home page."""

    def __init__(self, page) -> None:
        self.page, self.clicks, self.most = page, 0, MAX_CLICKS

    def click(self, role: str, name: str | re.Pattern[str], **options) -> None:
        self.page.get_by_role(role, name=name, **options).first.click()
        self.clicks += 1

    def click_words(self, words: str) -> None:
        self.page.get_by_text(words, exact=True).first.click()
        self.clicks += 1

    def choose(self, label: str, words: str | re.Pattern[str], row: int = 0) -> None:
        field = self.page.get_by_label(label, exact=True).nth(row)
        option = field.locator("option", has_text=words).first
        field.select_option(option.get_attribute("value"))
        self.clicks += 2  # the list, and what is chosen from it

    def choose_file(self, label: str | re.Pattern[str], file, row: int = 0) -> None:
        self.page.get_by_label(label, exact=isinstance(label, str)).nth(row).set_input_files(file)
        self.clicks += 2  # the button of the field, and the file in the window that it opens

    def type(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label, exact=label.endswith(":"))
        field.click()
        self.clicks += 1
        field.fill(text)

    def says_what_is_new(self, button: str = "Publiceer") -> None:
        """Leave the proposal as it is, in the question that comes when visitors read the page already."""
        answer(self.page, button)
        self.clicks += 1

    def sees(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()


@pytest.fixture(params=[(1366, 768), (375, 740)], ids=["laptop", "phone"])
def secretary(signed_in, request):
    complaints = listen(signed_in)
    signed_in.set_viewport_size({"width": request.param[0], "height": request.param[1]})
    secretary = Secretary(signed_in)
    yield secretary
    assert secretary.clicks <= secretary.most
    assert complaints == []


@pytest.fixture
def visitor(browser, live_server):
    context = browser.new_context(base_url=live_server.url, locale="nl-BE", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_change_the_dutch_mission_sentence_and_publish(secretary, visitor):
    secretary.click("link", "Missiepagina")
    secretary.type("Missie (nl):", "RESOC spreekt voor de Westhoek.")
    secretary.click("button", "Publiceer")
    secretary.says_what_is_new()
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    visitor.goto("/")
    assert visitor.get_by_text("RESOC spreekt voor de Westhoek.").is_visible()
    assert MissionPage.published().get().revision.author.username == "dorine"


def test_add_a_french_translation(secretary, visitor):
    secretary.click("link", "Thema’s")
    secretary.click("link", re.compile("regiomarketing"))
    secretary.click("tab", "Français")
    secretary.type("Samenvatting (fr)", "Un résumé en français.")
    secretary.click("button", "Publiceer")
    secretary.says_what_is_new()
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    visitor.goto("/fr/themes/marketing-territorial/")
    assert visitor.get_by_text("Un résumé en français.").is_visible()


def test_schedule_a_theme_for_a_date(secretary, visitor):
    begin = timezone.localtime(timezone.now() + timedelta(days=3))
    secretary.click("link", "Thema’s")
    secretary.click("link", re.compile("Westhoek Business District"))
    secretary.type("Titel (nl)", "Business District krijgt vorm")
    secretary.click_words("Op een later moment")
    secretary.type("Vanaf", f"{begin:%Y-%m-%dT%H:%M}")
    secretary.click("button", "Plan", exact=True)
    secretary.says_what_is_new("Plan")
    secretary.sees("Gepland: bezoekers zien deze versie vanaf")
    waiting = Theme.objects.get(slug_nl="westhoek-business-district").revisions.pending().get()
    assert abs(waiting.live_from - begin) < timedelta(minutes=1)
    visitor.goto("/themas/westhoek-business-district/")
    assert not visitor.get_by_text("krijgt vorm").count()


def test_add_an_update_with_a_pdf_to_a_theme(secretary, visitor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    report = {"name": "verslag.pdf", "mimeType": "application/pdf", "buffer": pdf(4, "Jaarverslag 2025")}
    secretary.click("link", "Toevoegen Berichten")
    expect(secretary.page.get_by_label("Titel (nl)")).to_be_focused()  # so one can type at once
    secretary.page.keyboard.type("Het verslag is er")
    secretary.choose("Of een thema:", re.compile("regiomarketing"))
    secretary.choose_file("Nieuwe pdf:", report)
    expect(secretary.page.get_by_label("Titel van de nieuwe pdf:").first).to_have_value("Jaarverslag 2025")
    secretary.click("button", "Publiceer")
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    secretary.sees("Mee gepubliceerd: Jaarverslag 2025.")
    assert secretary.page.evaluate("Object.keys(localStorage)") == []
    assert [each.title_nl for each in Update.published().get().shown_documents] == ["Jaarverslag 2025"]
    visitor.goto("/themas/regiomarketing/")
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Jaarverslag 2025").click()
    assert download.value.suggested_filename == "Jaarverslag 2025.pdf"


def test_add_an_update_with_two_pdfs_to_a_theme_and_a_priority(secretary, visitor, settings, tmp_path):
    settings.MEDIA_ROOT, secretary.most = tmp_path, 10
    names = ("Jaarverslag 2025", "Nota over mobiliteit")
    files = [{"name": "x.pdf", "mimeType": "application/pdf", "buffer": pdf(4, name)} for name in names]
    secretary.click("link", "Toevoegen Berichten")
    expect(secretary.page.get_by_label("Titel (nl)")).to_be_focused()
    secretary.page.keyboard.type("De verslagen zijn er")
    secretary.choose("Prioriteit:", re.compile("tewerkstelling"))
    secretary.choose("Of een thema:", re.compile("regiomarketing"), row=1)
    for row, (name, file) in enumerate(zip(names, files, strict=True)):
        secretary.choose_file("Nieuwe pdf:", file, row=row)
        expect(secretary.page.get_by_label("Titel van de nieuwe pdf:").nth(row)).to_have_value(name)
    secretary.click("button", "Publiceer")
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    for address in ("/themas/regiomarketing/", "/prioriteiten/tewerkstellingsbeleid/", "/nieuws/"):
        visitor.goto(address)
        visitor.get_by_role("link", name="De verslagen zijn er").click()
        assert visitor.url.endswith("/nieuws/de-verslagen-zijn-er/")
        for name in names:
            assert visitor.get_by_role("link", name=name).is_visible()


def test_put_a_page_in_the_menu(secretary, visitor):
    secretary.most = 5
    secretary.click("link", "Tekstpagina’s")
    secretary.click("link", "Toegankelijkheidsverklaring")
    secretary.click("radio", "In het menu")
    secretary.click("button", "Publiceer")
    secretary.says_what_is_new()
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    visitor.goto("/")
    visitor.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Toegankelijkheid").click()
    assert visitor.url.endswith("/toegankelijkheid/")


def test_correct_the_telephone_number_of_johan(secretary, visitor):
    secretary.click("link", "Medewerkers")
    secretary.click("link", re.compile("Johan"))
    secretary.type("Telefoon", "051 12 34 56")
    secretary.click("button", "Publiceer")
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    visitor.goto("/contact/")
    assert visitor.get_by_text("051 12 34 56").first.is_visible()


def test_replace_a_photo(secretary, visitor, tmp_path):
    johan = StaffMember.objects.get(name__startswith="Johan")
    johan.photo, johan.shows_photo = photo((800, 1000), name="oud.jpg"), True
    johan.save()
    publish(johan, None)
    before = johan.photo.name
    new = tmp_path / "nieuw.jpg"
    new.write_bytes(photo((800, 1000), colour="blue").read())
    secretary.click("link", "Medewerkers")
    secretary.click("link", re.compile("Johan"))
    secretary.choose_file(re.compile("^Foto"), new)
    secretary.type("Hoe deze persoon ermee instemde dat bezoekers de foto zien", "op papier")
    secretary.click("button", "Publiceer")
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    johan.refresh_from_db()
    assert johan.photo.name != before
    visitor.goto("/contact/")
    assert johan.photo.name in visitor.locator("main").inner_html()


def test_take_a_theme_offline_with_a_reason(secretary, visitor):
    secretary.click("link", "Thema’s")
    secretary.click("link", re.compile("regiomarketing"))
    secretary.click_words("Van de site halen")
    secretary.type("Reden", "De campagne is voorbij.")
    secretary.click("button", "Haal van de site")
    secretary.sees("Van de site gehaald")
    assert visitor.goto("/themas/regiomarketing/").status == 410
    assert visitor.get_by_text("De campagne is voorbij.").is_visible()


def test_restore_the_version_of_last_week(secretary, visitor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.title_nl = "Een titel die niet klopt"
    theme.save()
    publish(theme, User.objects.get(username="dorine"))
    secretary.click("link", "Thema’s")
    secretary.click("link", "Een titel die niet klopt")
    secretary.click("link", "Alle versies")
    secretary.page.get_by_role("button", name="Zet terug").last.click()
    secretary.clicks += 1
    secretary.sees("Bezoekers zien daar niets van tot je publiceert")
    secretary.click("button", "Zet terug")
    secretary.sees("Teruggezet als werkversie")
    secretary.click("button", "Publiceer")
    secretary.says_what_is_new()
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    visitor.goto("/themas/regiomarketing/")
    assert "egiomarketingstrategie" in visitor.locator("h1").inner_text().replace("\N{SOFT HYPHEN}", "")


def test_find_and_restore_a_deleted_update(secretary, visitor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    update_on(theme, title_nl="Verslag van de werkgroep").delete()
    secretary.click("link", "Prullenbak")
    secretary.click("link", "Verslag van de werkgroep")
    secretary.click("button", "Zet terug")
    secretary.sees("Teruggezet als werkversie")
    secretary.click("button", "Publiceer")
    secretary.sees("Gepubliceerd: bezoekers zien het nu.")
    visitor.goto("/themas/regiomarketing/")
    assert visitor.get_by_text("Verslag van de werkgroep").is_visible()


def test_show_a_draft_to_a_board_member(secretary, visitor):
    secretary.click("link", "Thema’s")
    secretary.click("link", re.compile("regiomarketing"))
    secretary.type("Titel (nl)", "Voorstel voor het bestuur")
    secretary.click("button", "Deel de werkversie")
    secretary.sees("Wie deze link heeft, kan de werkversie lezen")
    visitor.goto(secretary.page.get_by_label("Wie deze link heeft").input_value())
    assert "Voorstel voor het bestuur" in visitor.locator("h1").inner_text()
    visitor.goto("/themas/regiomarketing/")
    assert not visitor.get_by_text("Voorstel voor het bestuur").count()
