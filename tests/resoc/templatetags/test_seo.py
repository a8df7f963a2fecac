"""What search engines and social media read of a page."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from priorities.models import Theme
from publishing.workflow import publish
from staff.models import StaffMember
from tests.consultation import making
from tests.site.crawl import crawl
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def graph(client, address: str) -> list[dict]:
    html = client.get(address).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])["@graph"]


def test_the_home_page_is_of_an_organisation(client):
    assert graph(client, "/fr/")[0]["@type"] == "Organization"
    assert graph(client, "/fr/")[0]["url"] == "http://testserver/fr/"


def test_the_organisation_has_a_number_a_logo_and_a_region_and_its_site_can_be_searched(client):
    organisation, site, _page = graph(client, "/fr/")
    assert (organisation["telephone"], organisation["areaServed"]["name"]) == ("+3251519356", "Westhoek")
    assert organisation["logo"] == "http://testserver/static/icons/icon-512.png"
    assert (site["@type"], site["url"], site["inLanguage"]) == ("WebSite", "http://testserver/", ["nl", "fr", "en"])
    action = site["potentialAction"]
    assert (action["@type"], action["query-input"]) == ("SearchAction", "required name=search_term_string")
    assert action["target"]["urlTemplate"] == "http://testserver/fr/recherche/?q={search_term_string}"


def test_an_article_has_a_publisher_and_a_picture_and_a_translation_names_its_source(client):
    translated = graph(client, "/fr/priorites/politique-de-l-emploi/")[0]
    source = graph(client, "/prioriteiten/tewerkstellingsbeleid/")[0]
    assert source["publisher"]["logo"].startswith("http://testserver/")
    assert source["image"].startswith("http://testserver/")
    assert translated["translationOfWork"] == {
        "@type": "Article",
        "@id": "http://testserver/prioriteiten/tewerkstellingsbeleid/#article",
        "inLanguage": "nl",
    }
    assert source["@id"] == translated["translationOfWork"]["@id"]
    assert "translationOfWork" not in source


def test_a_page_says_in_words_that_it_was_translated(client, editor):
    assert "Traduit du néerlandais" in client.get("/fr/priorites/politique-de-l-emploi/").content.decode()
    assert "Translated from Dutch" in client.get("/en/").content.decode()
    assert "Vertaald uit" not in client.get("/").content.decode()
    publish(Theme.objects.create(title_nl="Enkel", slug_nl="enkel", summary_nl="Een."), editor)
    assert "Traduit du" not in client.get("/fr/themes/enkel/").content.decode()


def test_readers_of_other_languages_are_led_to_the_source(client):
    html = client.get("/fr/priorites/politique-de-l-emploi/").content.decode()
    assert 'hreflang="x-default" href="http://testserver/prioriteiten/tewerkstellingsbeleid/"' in html
    assert 'hreflang="x-default" href="http://testserver/contact/"' in client.get("/en/contact/").content.decode()


def test_a_card_is_of_a_person_with_what_the_card_shows(client):
    person, _page, trail = graph(client, "/contact/stephanie-thybaert/")
    assert (person["name"], person["telephone"]) == ("Stéphanie Thybaert", "+32472051783")
    assert "email" not in person
    assert [step["item"] for step in trail["itemListElement"]] == [
        "http://testserver/",
        "http://testserver/contact/",
        "http://testserver/contact/stephanie-thybaert/",
    ]


def test_a_theme_is_an_article_in_the_language_that_answers(client):
    article = graph(client, "/en/themes/regional-marketing/")[0]
    assert (article["@type"], article["inLanguage"]) == ("Article", "en")


def test_a_page_that_is_not_translated_names_the_original(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.title_nl, theme.title_fr, theme.title_en = "enkel Nederlands", "", ""
    theme.save()
    publish(theme, editor)
    article, trail = graph(client, theme.get_absolute_url("fr"))
    assert (article["headline"], article["inLanguage"]) == ("Enkel Nederlands", "nl")
    assert article["url"] == trail["itemListElement"][-1]["item"] == "http://testserver/themas/regiomarketing/"
    assert trail["itemListElement"][-1]["name"] == "Enkel Nederlands"


def test_nothing_in_the_data_can_end_the_element(client, editor):
    member = StaffMember.objects.get(slug="dorine-sioen")
    member.name = "</script><b>&"
    member.save()
    publish(member, editor)
    assert graph(client, "/contact/dorine-sioen/")[0]["name"] == "</script><b>&"
    assert "<b>" not in client.get("/contact/dorine-sioen/").content.decode()


def shared(client, address: str) -> dict[str, list[str]]:
    """What the page says to whoever shares it."""
    found: dict[str, list[str]] = {}
    for name, content in re.findall(
        r'<meta (?:property|name)="((?:og|article|twitter):[^"]+)"(?: lang="\w+")? content="([^"]*)">',
        client.get(address).content.decode(),
    ):
        found.setdefault(name, []).append(content)
    return found


def test_a_shared_page_says_what_it_is(client):
    home = shared(client, "/fr/")
    assert home["og:title"][0].startswith("RESOC Westhoek · Renforcer")
    assert home["og:description"][0].startswith("Le RESOC Westhoek est l’organe officiel")
    assert (home["og:type"], home["og:url"]) == (["website"], ["http://testserver/fr/"])
    assert (home["og:locale"], home["og:locale:alternate"]) == (["fr_BE"], ["nl_BE", "en_GB"])
    assert (home["og:image:width"], home["og:image:height"]) == (["1200"], ["630"])
    assert home["og:image:alt"] == ["RESOC Westhoek, au-dessus de l’horizon du Westhoek"]
    assert home["twitter:card"] == ["summary_large_image"]
    priority = shared(client, "/en/priorities/employment-policy/")
    assert (priority["og:type"], len(priority["article:modified_time"])) == (["article"], 1)
    assert "RESOC" not in priority["og:title"][0]
    card = shared(client, "/contact/dorine-sioen/")
    assert (card["og:type"], card["og:title"], card["og:description"]) == (
        ["profile"],
        ["Dorine Sioen"],
        ["Dorine Sioen (secretariaat) werkt voor RESOC Westhoek. Telefoon: 051 51 93 56."],
    )
    assert shared(client, "/privacy/")["og:description"][0].endswith("bewaren we niet.")


def test_small_letters_keep_their_place_in_what_is_shared(client, editor):
    body = "<p>10<sup>6</sup> m<sup>2</sup> en CO<sub>2</sub></p>"
    publish(Theme.objects.create(title_nl="Klein", slug_nl="klein", body_nl=body), editor)
    assert shared(client, "/themas/klein/")["og:description"] == ["10⁶ m² en CO₂"]
    assert body in client.get("/themas/klein/").content.decode()


def test_what_is_shared_of_an_untranslated_page_is_of_the_original(client, editor):
    theme = Theme.objects.create(title_nl='Alleen "Nederlands" & zo', slug_nl="alleen", body_nl="<p>Een</p><p>twee</p>")
    publish(theme, editor)
    found = shared(client, "/fr/themes/alleen/")
    assert found["og:url"] == ["http://testserver/themas/alleen/"]
    assert (found["og:locale"], found.get("og:locale:alternate")) == (["nl_BE"], None)
    assert found["og:title"] == ["Alleen “Nederlands” &amp; zo"]
    assert found["og:description"] == ["Een twee"]
    assert '<meta property="og:description" lang="nl"' in client.get("/fr/themes/alleen/").content.decode()


@pytest.mark.parametrize("address", ["/nergens/", "/zoeken/?q=x", "/versies/"])
def test_what_is_no_page_to_share_says_nothing(client, address):
    assert shared(client, address) == {}


def title_of(html: str) -> str:
    return unescape(re.search(r"<title[^>]*>(.*?)</title>", html, re.DOTALL)[1])


def test_every_page_has_a_title_that_fits_and_a_description_that_ends_well(client, editor):
    publish(update_on(Theme.objects.first(), title_nl="Een heel lange titel " * 8, body_nl=""), editor)
    publish(making.requested("Een advies met een heel lange naam " * 6), editor)
    publish(making.meeting(timezone.now() + timedelta(days=3)), editor)
    addresses = [*crawl(client), "/zoeken/?q=" + "mobiliteit+" * 12, "/nergens/"]
    descriptions = {}
    for address in addresses:
        html = client.get(address).content.decode()
        assert 5 < len(title_of(html)) <= 65, (address, title_of(html))
        found = re.findall(r'<meta name="description"[^>]* content="([^"]*)">', html)
        if not re.search("/(versies|versions|nergens)/", address):
            assert len(found) == 1, address
            descriptions[address] = said = unescape(found[0])
            assert 5 < len(said) <= 160, address
            assert not said.endswith((":", ",", " ")), address
    of_pages = [said for address, said in descriptions.items() if re.search("/(prioriteiten|themas)/.", address)]
    assert len(set(of_pages)) == len(of_pages)


def test_the_home_page_is_called_by_the_name_and_the_first_part_of_the_motto(client):
    assert title_of(client.get("/").content.decode()) == "RESOC Westhoek · Verhoging van de slagkracht"


def test_the_browser_is_told_the_short_title_and_who_shares_it_too(client, editor):
    theme = Theme.objects.create(title_nl="Een titel als een zin " * 6, short_title_nl="Kort", slug_nl="kort")
    publish(theme, editor)
    assert title_of(client.get("/themas/kort/").content.decode()) == "Kort · RESOC Westhoek"
    assert shared(client, "/themas/kort/")["og:title"] == ["Kort"]


def test_a_long_title_is_whole_for_who_shares_it_and_shortened_for_the_browser(client, editor):
    title = "Een titel die veel te lang is om helemaal in een venster van een browser te staan"
    publish(Theme.objects.create(title_nl=title, slug_nl="lang"), editor)
    assert shared(client, "/themas/lang/")["og:title"] == [title]
    assert (
        title_of(client.get("/themas/lang/").content.decode())
        == "Een titel die veel te lang is om helemaal in een venster van een…"
    )


def test_quotes_and_spaces_are_set_right_in_titles_and_in_feeds(client, editor):
    theme = Theme.objects.create(
        title_nl="de 'motor' :  thema's", slug_nl="motor", title_fr='le "moteur" : oui', body_nl="<p>'Zo'</p>"
    )
    publish(theme, editor)
    assert title_of(client.get("/themas/motor/").content.decode()).startswith("De ‘motor’: ")
    french = title_of(client.get("/fr/themes/motor/").content.decode())
    assert french == "Le «\N{NO-BREAK SPACE}moteur\N{NO-BREAK SPACE}»\N{NO-BREAK SPACE}: oui · RESOC Westhoek"
    feed = unescape(client.get("/feed/").content.decode())
    assert "De ‘motor’: " in feed
    assert "<p>‘Zo’</p>" in feed


@pytest.mark.parametrize(
    ("address", "picture", "alternative"),
    [
        ("/", "site-nl", "RESOC Westhoek, boven de skyline van de Westhoek"),
        ("/prioriteiten/", "priorities-nl", "RESOC Westhoek · Prioriteiten, boven de skyline van de Westhoek"),
        ("/en/themes/regional-marketing/", "themes-en", "RESOC Westhoek · Topics, above the skyline of the Westhoek"),
        ("/fr/contact/", "contact-fr", "RESOC Westhoek · Contact, au-dessus de l’horizon du Westhoek"),
        ("/privacy/", "site-nl", "RESOC Westhoek, boven de skyline van de Westhoek"),
    ],
)
def test_a_page_has_the_picture_of_its_part_of_the_site(client, address, picture, alternative):
    found = shared(client, address)
    assert found["og:image"] == [f"http://testserver/static/share/{picture}.png"]
    assert found["og:image:alt"] == [alternative]


def test_a_page_that_is_not_translated_has_the_picture_of_the_original(client, editor):
    publish(Theme.objects.create(title_nl="Enkel", slug_nl="enkel", summary_nl="Een."), editor)
    assert shared(client, "/fr/themes/enkel/")["og:image"] == ["http://testserver/static/share/themes-nl.png"]
