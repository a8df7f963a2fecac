"""The linked data of every kind of page, read strictly; and the reader itself."""

import copy
import json
import re
from datetime import timedelta
from itertools import product

import pytest
from django.urls import URLResolver, get_resolver, resolve
from django.utils import timezone
from django.utils.translation import override

from consultation.models import Body, Meeting, Opinion
from pages.models import ContactDetails
from priorities.models import Theme, Update
from publishing.i18n.languages import language_of_path, translated_fields
from publishing.workflow import publish
from staff.models import StaffMember
from tests.consultation import making
from tests.resoc.seo.linked_data import OF_NO_KIND, OF_PAGES, mistakes, names
from tests.site.crawl import crawl
from tests.updates import update_on

# What is read by machines only.
FILES = {"media", "sitemap", "favicon", "robots", "security_txt", "opinions_data", "meetings_data", "csp_report"}
FILES |= {"healthz", "manifest", "staff_vcards", "staff_vcard", "calendar", "meeting_file", "document", "feed"}
FILES |= {"theme_feed"}

pytestmark = pytest.mark.django_db


def document(client, address: str) -> dict:
    html = client.get(address).content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert len(found) <= 1, address
    return json.loads(found[0]) if found else {}


@pytest.fixture
def everything(editor):
    """A page of every kind, with quotes as they are typed."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.title_nl, theme.summary_nl = "de 'motor' van thema's", 'Zie "hier" : alles.'
    theme.save()
    publish(theme, editor)
    publish(update_on(theme, title_nl="Nieuws 'nu'", body_nl="<p>Een bericht.</p>"), editor)
    publish(making.requested(), editor)
    publish(making.adopted("Advies 'over' iets", slug_nl="advies"), editor)
    for days, values in ((-30, {}), (30, {"place_nl": "Ieper"}), (60, {"url": "https://vergadering.example/1"})):
        publish(making.meeting(timezone.now() + timedelta(days=days), **values), editor)
    publish(making.meeting(timezone.now() + timedelta(days=90), cancelled_reason_nl="Geen zaal"), editor)
    publish(making.member(), editor)
    details = ContactDetails.objects.get()
    details.email, details.street, details.municipality = "info@resoc.example", "Straat 1", "Ieper"
    details.licence = "cc_by"
    details.save()
    publish(details, editor)


def test_the_linked_data_of_every_page_is_whole_and_well_formed(client, everything):
    """What each kind of page says, of one of its kind at least; what one page names, another tells of."""
    seen, told, named = set(), set(), set()
    for address in crawl(client):
        found, path = document(client, address), address.partition("?")[0]
        with override(language_of_path(path)):
            view = resolve(path).url_name
        if not found:
            continue
        assert mistakes(found) == [], address
        kinds = {node["@type"] for node in found["@graph"]}
        assert kinds - {"BreadcrumbList"} == OF_PAGES[view], address
        assert ("BreadcrumbList" in kinds) == (view != "home"), address
        seen.add(view)
        told, named = told | names(found)[0], named | names(found)[1]
    assert seen == OF_PAGES.keys()
    assert named - told == set()


@pytest.fixture
def in_three_languages(everything, editor):
    """The same, each text of it in French and English too."""
    for model in (Theme, Update, Opinion, Body, Meeting):
        for row in model.objects.all():
            for name, code in product(translated_fields(model), ("fr", "en")):
                setattr(row, f"{name}_{code}", getattr(row, f"{name}_{code}") or getattr(row, f"{name}_nl"))
            row.save()
            publish(row, editor)


def test_every_kind_of_page_says_that_it_was_translated_and_no_other_does(client, in_three_languages):
    """In words and to machines; an old version says it in words, a form or a search not at all."""
    words_for_it, said = {"fr": "Traduit du néerlandais", "en": "Translated from Dutch"}, set()
    pages = crawl(client)
    for address in ("/fr/nulle-part/", "/en/search/?q=xyzzy", "/fr/contact/ecrire/", "/en/follow/"):
        pages[address] = client.get(address).content.decode()
    for address, html in pages.items():
        path, code = address.partition("?")[0], language_of_path(address)
        with override(code):
            view = resolve(path).url_name
        in_words = words_for_it.get(code, "Vertaald uit het") in html
        assert not in_words or code != "nl", address
        if "ld+json" in html:
            assert ("translationOfWork" in html) == in_words == (code != "nl"), address
        elif view in OF_NO_KIND or view == "text_page":  # the last is an address that leads nowhere
            assert not in_words, address
        said |= {view} if in_words else set()
    assert said >= OF_PAGES.keys()
    assert "theme_detail_version" in said


def test_a_list_of_nothing_does_not_say_that_it_was_translated(client):
    for address in ("/fr/avis/", "/fr/membres/", "/en/agenda/", "/en/news/"):
        html = client.get(address).content.decode()
        assert "Traduit du" not in html, address
        assert "Translated from" not in html, address
        assert "translationOfWork" not in html, address


def test_no_kind_of_page_is_forgotten():
    """A new address of a page stands in one of the two tables, or this fails."""
    with override("nl"):
        found = {each.name for each in views(get_resolver("resoc.visitor_urls").url_patterns)}
    pages = {name for name in found if not name.endswith(("_version", "_versions"))} - FILES
    assert pages == OF_PAGES.keys() | OF_NO_KIND


def views(patterns):
    for each in patterns:
        yield from views(each.url_patterns) if isinstance(each, URLResolver) else [each]


def test_a_part_that_somebody_chose_and_an_old_version_tell_machines_nothing(client, everything):
    assert document(client, "/adviezen/")
    year = timezone.localdate().year
    chosen = re.findall(r'href="(/adviezen/\?[^"]*)"', client.get("/adviezen/").content.decode())
    for address in (*chosen, "/versies/", "/zoeken/", f"/adviezen/?year={year}"):
        assert document(client, address) == {}, address


def test_an_overview_lists_what_it_shows_and_names_no_member(client, everything):
    page = document(client, "/themas/")["@graph"][0]
    shown = re.findall(r'class="row-link" href="([^"]*)"', client.get("/themas/").content.decode())
    assert [each["url"] for each in page["mainEntity"]["itemListElement"]] == [
        f"http://testserver{url}" for url in shown
    ]
    assert page["mainEntity"]["numberOfItems"] == len(shown)
    assert "mainEntity" not in document(client, "/leden/")["@graph"][0]


def test_an_article_says_when_it_was_first_read_and_when_it_changed(client, editor):
    theme = Theme.objects.create(title_nl="Eerst", slug_nl="eerst", summary_nl="Een zin.")
    first = publish(theme, editor)
    theme.summary_nl = "Een andere zin."
    theme.save()
    last = publish(theme, editor)
    article = document(client, "/themas/eerst/")["@graph"][0]
    assert article["datePublished"] == first.live_from.isoformat()
    assert article["dateModified"] == last.live_from.isoformat()
    assert article["description"] == "Een andere zin."


def test_an_opinion_was_published_on_the_day_that_it_was_adopted(client, editor):
    publish(making.adopted(slug_nl="advies"), editor)
    article = document(client, "/adviezen/advies/")["@graph"][0]
    assert (article["datePublished"], article["description"]) == ("2026-03-12", "RESOC vraagt een betere weg.")


def test_what_is_not_decided_is_not_told_to_machines(client, editor):
    publish(making.requested(slug_nl="advies"), editor)
    assert "Geheime" not in client.get("/adviezen/advies/").content.decode()


def test_a_person_is_told_of_with_what_the_card_shows_and_no_more(client, editor):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member.shows_phone, member.shows_email, member.email = False, False, "johan@resoc.example"
    member.save()
    publish(member, editor)
    person = document(client, member.get_absolute_url())["@graph"][0]
    assert "telephone" not in person
    assert "email" not in person


def test_the_way_to_a_page_goes_over_the_home_page_and_its_overview_of_the_same_language(client, everything):
    trail = document(client, "/fr/contact/dorine-sioen/")["@graph"][-1]["itemListElement"]
    site = "http://testserver/fr"
    assert [each["item"] for each in trail] == [f"{site}/", f"{site}/contact/", f"{site}/contact/dorine-sioen/"]


def test_a_meeting_is_described_by_when_and_where_it_is(client, everything):
    event = document(client, next(url for url in crawl(client) if url.startswith("/agenda/") and url.count("/") > 2))
    assert event["@graph"][0]["description"].startswith("Vergadering van RESOC Westhoek op ")


def test_quotes_and_spaces_are_set_right_for_machines_too(client, everything):
    article, trail = document(client, "/themas/regiomarketing/")["@graph"]
    assert article["headline"] == "De ‘motor’ van thema’s"
    assert article["description"] == "Zie “hier”: alles."
    assert trail["itemListElement"][-1]["name"] == "De ‘motor’ van thema’s"


def test_the_reader_sees_what_is_wrong(client):
    right = document(client, "/prioriteiten/tewerkstellingsbeleid/")
    assert mistakes(right) == []
    for change, said in (
        ({"datePublished": "gisteren"}, "no date"),
        ({"dateModified": "2026-01-01T10:00:00"}, "no date"),
        ({"url": "/prioriteiten/"}, "no absolute address"),
        ({"url": "http://testserverhttp://testserver/"}, "no absolute address"),
        ({"description": ""}, "no text"),
        ({"headline": None}, "no text"),
        ({"inLanguage": "de"}, "no language"),
        ({"colour": "blue"}, "odd colour"),
        ({"publisher": {"@type": "Organization"}}, "has no name"),
        ({"publisher": "RESOC"}, "no thing"),
        ({"publisher": {"@type": "Person"}}, "is a Person"),
        ({"@type": "Recipe"}, "no kind"),
    ):
        wrong = copy.deepcopy(right)
        wrong["@graph"][0] |= change
        assert any(said in each for each in mistakes(wrong)), change
    for name in ("datePublished", "description", "image", "publisher"):
        wrong = copy.deepcopy(right)
        del wrong["@graph"][0][name]
        assert mistakes(wrong) == [f"Article has no {name}."]
