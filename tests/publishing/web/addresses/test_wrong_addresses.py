import pytest

from publishing.web.addresses.wrong_addresses import as_slugs, guesses, key_of, likeness, named_language, tidied
from tests.site.crawl import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("/contact.html", "/contact/"),
        ("/Contact", "/contact/"),
        ("/prioriteiten/index.php", "/prioriteiten/"),
        ("/prioriteiten//", "/prioriteiten/"),
        ("/contact/).", "/contact/"),
        ("/index.html", "/"),
        ("/default.aspx", "/"),
        ("/fr/home.php", "/fr/"),
        ("/themas/Regiomarketing.aspx", "/themas/regiomarketing/"),
        ("/thema%27s/", "/themas/"),
        ("/thema%E2%80%99s/regiomarketing.html", "/themas/regiomarketing/"),
        ("/fr/priorit%C3%A9s", "/fr/priorites/"),
        ("/contact/Dorine%20Sioen/", "/contact/dorine-sioen/"),
        ("/contact/dorine_sioen", "/contact/dorine-sioen/"),
    ],
)
def test_wrong_endings_find_the_page(client, written, right):
    response = client.get(written)
    assert (response.status_code, response.headers["Location"]) == (301, right)
    assert client.get(right).status_code == 200


@pytest.mark.parametrize("path", ["/thema%27s/niets/", "/%27/", "/nieuws.html", "/x%27s.pdf"])
def test_what_is_no_page_in_any_spelling_is_not_redirected(client, path):
    assert client.get(path).status_code == 404


def test_a_page_of_another_site_by_number_is_not_our_home_page(client):
    assert client.get("/index.php?id=3").status_code == 404


def test_a_page_is_offered_once_in_the_language_of_the_reader(client):
    (guess,) = guesses("/fr/privacy/")
    assert (guess.language, guess.url.startswith("/fr/")) == ("fr", True)
    page = client.get("/fr/regiomarketing/").content.decode()
    assert page.count("/themes/") - page.count('href="/fr/themes/"') <= 1


def test_the_404_offers_the_overviews_and_the_telephone(client):
    page = client.get("/nergens/").content.decode()
    said = words(page)
    assert "Of bel het secretariaat" in said
    for href in ("/prioriteiten/", "/themas/", "/contact/"):
        assert f'href="{href}"' in page


def test_an_address_in_words_is_that_of_the_page_in_letters():
    assert as_slugs("/Thema's/Één_twee/") == "/themas/een-twee/"
    assert as_slugs("/contact/x.vcf") == "/contact/x.vcf"
    assert as_slugs("/'/") == "/'/"


def test_a_key_leaves_out_what_only_counts_visitors():
    assert key_of("/A.php", "utm_source=x&b=2&a=1") == "/a/?a=1&b=2"


def test_the_language_of_an_address_is_the_one_that_it_names():
    assert [named_language(path) for path in ("/fr/x", "/NL/x", "/x", "/enter")] == ["fr", "nl", "", ""]


def test_likeness_and_tidying_of_odd_ones():
    assert likeness("", "") == 1
    assert tidied("/.html") == "/.html" or tidied("/.html").startswith("/")
    assert tidied("//") == "//"
