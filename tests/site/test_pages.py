"""What holds for every page."""

import re
from html.parser import HTMLParser

import pytest

from pages.models import MissionPage, TextPage
from priorities.models import Theme
from publishing.workflow import publish, withdraw
from tests.site.crawl import crawl, words

pytestmark = pytest.mark.django_db


class Outline(HTMLParser):
    """The headings, ids, landmarks and images of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.bad: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "img" and not attributes.get("alt"):
            self.bad.append("img without alt")
        if "style" in attributes or any(name.startswith("on") for name in attributes):
            self.bad.append(f"inline style or script on {tag}")


@pytest.fixture
def pages(client) -> dict[str, str]:
    pages = crawl(client)
    pages["/nergens/"] = client.get("/nergens/").content.decode()
    pages["/fr/nulle-part/"] = client.get("/fr/nulle-part/").content.decode()
    return pages


def test_the_crawl_finds_the_whole_site(pages):
    once = [address for address in pages if not re.search("/(versies|versions)/", address)]
    assert len(once) == 3 * (1 + 1 + 6 + 1 + 3 + 1 + 4 + 2 + 1) + 2


def test_the_menu_says_which_page_this_is_and_in_which_section_a_page_is(client):
    menu = re.compile(r'<a href="([^"]+)" aria-current="(\w+)"')
    version = MissionPage.published().first().revision.pk
    said = {
        "/": ("/", "page"),
        "/versies/": ("/", "true"),
        f"/versies/{version}/": ("/", "true"),
        "/themas/": ("/themas/", "page"),
        "/themas/regiomarketing/": ("/themas/", "true"),
        "/fr/themes/marketing-territorial/": ("/fr/themes/", "true"),
        "/prioriteiten/": ("/prioriteiten/", "page"),
        "/contact/": ("/contact/", "page"),
        "/contact/johan-halsberghe/": ("/contact/", "true"),
    }
    for address, expected in said.items():
        response = client.get(address)
        header = response.content.decode().partition('<nav class="nav"')[2].partition("</nav>")[0]
        assert response.status_code == 200, address
        assert menu.findall(header) == [expected], address


def test_every_page_is_well_built_and_needs_no_script(pages):
    for address, html in pages.items():
        outline = Outline(html)
        assert outline.levels.count(1) == 1, address
        steps = zip([0, *outline.levels], outline.levels, strict=False)
        assert all(after - before <= 1 for before, after in steps), (address, outline.levels)
        assert len(outline.ids) == len(set(outline.ids)), address
        assert outline.bad == [], address
        assert not re.search(r'<script(?! type="application/ld\+json">)', html), address
        assert [outline.tags.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1], address
        first_link = re.search(r"<a\b[^>]*>", html)[0]
        assert 'href="#inhoud"' in first_link, address
        assert html.count('id="inhoud"') == 1, address


def test_every_page_says_its_language_and_nothing_comes_from_another_host(pages):
    for address, html in pages.items():
        language = address[1:3] if address.startswith(("/fr/", "/en/")) else "nl"
        assert f'<html lang="{language}">' in html, address
        assert not re.findall(r'(?:src|action)="(?:https?:)?//', html), address
        assert not re.findall(r'<link\b[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href="(?:https?:)?//', html), address


def test_titles_and_descriptions_are_of_the_page(pages):
    now = {address: html for address, html in pages.items() if not re.search("/(versies|versions)/", address)}
    titles = [re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1].strip() for html in now.values()]
    assert all(titles)
    assert len(set(titles)) >= len(now) - 12  # a name or a loan word is the same in two languages


def test_the_switcher_leads_to_the_same_page_in_each_language(client):
    html = client.get("/themas/regiomarketing/").content.decode()
    for language, address in [
        ("nl", "/themas/regiomarketing/"),
        ("fr", "/fr/themes/marketing-territorial/"),
        ("en", "/en/themes/regional-marketing/"),
    ]:
        assert re.search(rf'<a href="{address}" lang="{language}" hreflang="{language}"', html)
        assert f'<link rel="alternate" hreflang="{language}" href="http://testserver{address}">' in html


def test_an_untranslated_page_is_honest_about_it(client, editor):
    theme = Theme.objects.create(title_nl="Alleen Nederlands", slug_nl="alleen", body_nl="<p>Tekst</p>")
    publish(theme, editor)
    html = client.get("/fr/themes/alleen/").content.decode()
    switch = re.search(r'<a [^>]*hreflang="en".*?</a>', html.partition('class="languages"')[2], re.DOTALL)[0]
    assert '<span lang="fr">(pas encore traduit)</span>' in switch
    assert re.search(r'<h1\b[^>]*>.*<span lang="nl">Alleen Nederlands</span>', html, re.DOTALL)
    assert '<div lang="nl"><p>Tekst</p></div>' in html
    assert html.count("néerlandais") == 1
    assert '<link rel="canonical" href="http://testserver/themas/alleen/">' in html
    assert re.findall(r'rel="alternate" hreflang="(\w+)"', html) == ["nl"]
    html = client.get("/fr/themes/marketing-territorial/").content.decode()
    assert html.count("néerlandais") == html.count("Traduit du néerlandais") == 1


def test_a_page_that_exists_only_in_french_is_read_in_french_on_the_dutch_site(client, editor):
    page = TextPage.objects.get(slug_nl="privacy")
    page.body_nl = ""
    page.save()
    publish(page, editor)
    assert '<div lang="fr">' in client.get("/privacy/").content.decode()


@pytest.mark.parametrize(
    ("address", "words_"),
    [
        ("/nergens/", "Deze pagina vinden we niet"),
        ("/fr/nulle-part/", "Nous ne trouvons pas cette page"),
        ("/en/nowhere/", "We can’t find this page"),
        ("/fr/themes/nulle-part/", "Nous ne trouvons pas cette page"),
    ],
)
def test_the_404_speaks_the_language_of_the_address(client, address, words_):
    response = client.get(address)
    assert response.status_code == 404
    assert words_ in words(response.content.decode())


def test_the_404_offers_the_page_of_an_address_in_another_language_in_that_of_the_reader(client):
    html = client.get("/fr/themes/nulle-part/").content.decode()
    assert "Cherchiez-vous ceci" not in html
    html = client.get("/fr/themes/regiomarketing/").content.decode()
    assert "Cherchiez-vous ceci" in html
    assert re.search(r'<a class="cap" href="/fr/themes/marketing-territorial/">Élaboration', html)
    assert "/themas/regiomarketing/" not in html.partition("<main")[2].partition("</main>")[0]
    assert client.get("/fr/themes/a%00b/").status_code == 404


def test_one_address_gives_one_page_whatever_the_browser_prefers(client):
    plain = client.get("/")
    french = client.get("/", headers={"accept-language": "fr", "cookie": "django_language=fr"})
    assert french.content == plain.content
    assert "Accept-Language" not in french.headers.get("Vary", "")
    assert plain.headers["Content-Language"] == "nl"


def test_reserved_words_and_unicode_in_addresses_are_no_errors(client):
    for address in ("/%00/", "/themas/%F0%9F%98%80/", "/" + "a" * 5000 + "/", "/themas/a%0Ab/", "/fr", "/nl/"):
        assert client.get(address).status_code in (301, 404)


def test_the_policy_on_every_answer_is_strict(client):
    for address in ("/", "/nergens/", "/admin/login/"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_the_footer_has_the_number_of_the_secretariat_while_somebody_answers_for_it(client, editor):
    from staff.models import StaffMember

    assert "tel:+3251519356" in client.get("/").content.decode()
    withdraw(StaffMember.objects.get(slug="dorine-sioen"), editor, "Weg")
    assert "tel:+3251519356" not in client.get("/").content.decode()


def test_the_switcher_keeps_the_query_and_the_page_of_a_list(client, editor):
    html = client.get("/zoeken/?q=élan+%26+hop").content.decode()
    assert '<a href="/fr/recherche/?q=%C3%A9lan+%26+hop" lang="fr" hreflang="fr">' in html
    assert 'rel="alternate" hreflang' not in html
    assert '<a href="/fr/recherche/" lang="fr"' in client.get("/zoeken/").content.decode()
    for number in range(40):
        publish(Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}"), editor)
    html = client.get("/themas/?page=2").content.decode()
    assert '<a href="/fr/themes/?page=2" lang="fr"' in html
    assert '<link rel="alternate" hreflang="fr" href="http://testserver/fr/themes/?page=2">' in html
    assert '<link rel="canonical" href="http://testserver/themas/?page=2">' in html


def test_the_switcher_on_an_old_version_leads_to_the_same_version(client):
    number = Theme.objects.get(slug_nl="regiomarketing").revisions.get().pk
    html = client.get(f"/themas/regiomarketing/versies/{number}/").content.decode()
    assert f'<a href="/fr/themes/marketing-territorial/versions/{number}/" lang="fr"' in html
    assert '<link rel="canonical" href="http://testserver/themas/regiomarketing/">' in html
    assert '<a href="/fr/versions/" lang="fr"' in client.get("/versies/").content.decode()
