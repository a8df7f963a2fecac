import pytest

from priorities.models import Theme
from publishing.web.addresses.wrong_addresses import likeness, tidied
from publishing.workflow import publish, withdraw
from tests.site.crawl import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("/Themas/", "/themas/"),
        ("/THEMAS/REGIOMARKETING/", "/themas/regiomarketing/"),
        ("/themas/Regiomarketing", "/themas/regiomarketing/"),
        ("/FR/", "/fr/"),
        ("/Fr/Contact/", "/fr/contact/"),
        ("/nl/", "/"),
        ("/nl/themas/", "/themas/"),
        ("/themas/regiomarketing/)", "/themas/regiomarketing/"),
        ("/themas/regiomarketing/).", "/themas/regiomarketing/"),
        ("/themas/regiomarketing.", "/themas/regiomarketing/"),
        ("/themas/«regiomarketing»/", "/themas/regiomarketing/"),
        ("/themas//regiomarketing/", "/themas/regiomarketing/"),
        ("/contact/Stephanie-Thybaert.vcf", "/contact/stephanie-thybaert.vcf"),
        ("/Privacy/", "/privacy/"),
    ],
)
def test_a_badly_written_address_redirects_to_the_right_one(client, written, right):
    response = client.get(written)
    assert (response.status_code, response.headers["Location"]) == (301, right)
    assert client.get(right).status_code == 200


def test_the_query_goes_along(client):
    assert client.get("/Zoeken/", {"q": "é"}).headers["Location"] == "/zoeken/?q=%C3%A9"


@pytest.mark.parametrize(
    "address", ["/Nergens/", "/themas/Nergens/", "/THEMAS/regiomarketing/nog-iets/", "/(/", "/%2e%2e/"]
)
def test_an_address_that_does_not_exist_in_small_letters_either_is_a_404(client, address):
    assert client.get(address).status_code == 404


def test_nothing_that_is_not_public_redirects(client, editor):
    Theme.objects.create(title_nl="Geheim", slug_nl="geheim-plan")
    assert client.get("/themas/Geheim-Plan/").status_code == 404
    theme = Theme.objects.get(slug_nl="regiomarketing")
    withdraw(theme, editor, "Weg")
    assert client.get("/themas/Regiomarketing/").status_code == 404


def test_no_redirect_leads_to_another_host(client):
    for address in ("//Evil.example/", "/\\Evil.example/", "/%5C%5Cevil.example/Contact/"):
        location = client.get(address).headers.get("Location", "/")
        assert location.startswith("/")
        assert location[1:2] not in ("/", "\\")


def test_pages_whose_address_begins_like_it_are_offered(client):
    for address in ("/themas/regiomark/", "/themas/regiomarketing-2024/", "/regiomarketing-westhoek/"):
        response = client.get(address)
        assert response.status_code == 404
        assert 'href="/themas/regiomarketing/"' in response.content.decode()


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("/missie/", '<a href="/">Missie</a>'),
        ("/mission.html", '<a href="/">Missie</a>'),
        ("/nl/startpagina/", '<a href="/">Missie</a>'),
        ("/fr/missie/", '<a href="/fr/">Mission</a>'),
    ],
)
def test_who_asks_for_the_home_page_by_its_name_is_offered_it(client, address, link):
    response = client.get(address)
    assert response.status_code == 404
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    assert link in main
    assert link not in client.get("/nergens/").content.decode().partition("<main")[2].partition("</main>")[0]


def test_the_name_of_a_person_is_in_no_language(client):
    html = client.get("/contact/sigrid/").content.decode()
    assert '<a class="cap" href="/contact/sigrid-verhaeghe/">Sigrid Verhaeghe</a>' in html


def test_a_draft_is_not_offered(client):
    Theme.objects.create(title_nl="Geheim plan", slug_nl="geheim-plan")
    assert "Geheim" not in words(client.get("/themas/geheim/").content.decode())


def test_a_short_or_empty_word_offers_nothing(client):
    assert "Zocht je dit" not in words(client.get("/themas/r/").content.decode())


def test_a_page_of_before_with_capitals_in_its_address_is_still_there(client, editor):
    theme = Theme.objects.create(title_nl="Oud", slug_nl="oud")
    revision = publish(theme, editor)
    revision.slugs.update(slug="Oud-E")
    Theme.objects.filter(pk=theme.pk).update(slug_nl="Oud-E")
    assert client.get("/themas/Oud-E/").status_code in (200, 301)


def test_an_address_is_saved_in_small_letters():
    assert Theme.objects.create(title_nl="E", slug_nl="Slug-E").slug_nl == "slug-e"


def test_likeness_counts_the_letters_that_two_addresses_begin_with():
    assert likeness("regio", "regiomarketing") == 5
    assert likeness("regio", "regio") == 6
    assert likeness("a", "b") == 0


def test_tidying_a_tidy_address_changes_nothing():
    for address in ("/", "/themas/", "/fr/priorites/", "/contact/resoc-westhoek.vcf"):
        assert tidied(address) == address
