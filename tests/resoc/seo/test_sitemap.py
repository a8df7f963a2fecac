import re
import xml.etree.ElementTree as ET

import pytest

from priorities.models import Priority, Theme
from publishing.workflow import publish, withdraw
from tests.site.crawl import crawl
from tests.updates import update_on

pytestmark = pytest.mark.django_db

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def entries(client) -> dict[str, dict[str, str]]:
    response = client.get("/sitemap.xml")
    assert response.headers["Content-Type"].startswith("application/xml")
    tree = ET.fromstring(response.content)  # noqa: S314  (our own answer)
    return {
        url.find(f"{SITEMAP}loc").text: {link.get("hreflang"): link.get("href") for link in url.findall(f"{XHTML}link")}
        for url in tree
    }


def test_the_sitemap_lists_every_page_that_a_visitor_can_reach_with_its_languages(client):
    listed = entries(client)
    pages = {f"http://testserver{address}" for address in crawl(client) if "?" not in address}
    searchable = {
        address for address in pages if not re.search("/(zoeken|recherche|search|versies|versions)/", address)
    }
    sparse = {
        page
        for page in searchable - set(listed)
        if re.search("/(prioriteiten|priorites|priorities|themas|themes|topics)/.", page)
    }
    assert set(listed) == searchable - sparse
    assert listed["http://testserver/fr/themes/marketing-territorial/"] == {
        "nl": "http://testserver/themas/regiomarketing/",
        "fr": "http://testserver/fr/themes/marketing-territorial/",
        "en": "http://testserver/en/themes/regional-marketing/",
    }


def test_the_sitemap_leaves_out_a_page_that_says_no_more_than_its_title_and_its_place(client, editor):
    theme, priority = Theme.objects.create(title_nl="Enkel", slug_nl="enkel"), Priority.objects.get(number=1)
    publish(theme, editor)
    mobility = f"http://testserver{priority.get_absolute_url('nl')}"
    assert not {"http://testserver/themas/enkel/", mobility} & set(entries(client))
    theme.summary_fr, theme.priority = "Quelques mots.", priority
    theme.save()
    publish(theme, editor)
    assert {"http://testserver/themas/enkel/", mobility} <= set(entries(client))


def test_the_sitemap_names_a_theme_of_which_there_is_only_an_update(client, editor):
    theme = Theme.objects.create(title_nl="Enkel", slug_nl="enkel")
    publish(theme, editor)
    publish(update_on(theme, title_nl="Nieuw"), editor)
    assert "http://testserver/themas/enkel/" in entries(client)


def test_the_sitemap_leaves_out_languages_that_do_not_exist_and_what_was_withdrawn(client, editor):
    publish(Theme.objects.create(title_nl="Enkel", slug_nl="enkel", summary_nl="Kort."), editor)
    withdraw(Theme.objects.get(slug_nl="regiomarketing"), editor, "Weg")
    listed = entries(client)
    assert listed["http://testserver/themas/enkel/"] == {"nl": "http://testserver/themas/enkel/"}
    assert not any("regiomarketing" in address or "/fr/themes/enkel" in address for address in listed)


def test_its_addresses_are_on_the_public_address(client, settings):
    settings.SITE_URL = "https://www.resoc.example"
    assert all(address.startswith("https://www.resoc.example/") for address in entries(client))
