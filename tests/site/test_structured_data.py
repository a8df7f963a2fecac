"""What search engines and social media read of a page."""

import json
import re

import pytest

from publishing.workflow import publish
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def graph(client, address: str) -> list[dict]:
    html = client.get(address).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])["@graph"]


def test_the_home_page_is_of_an_organisation(client):
    assert graph(client, "/fr/")[0]["@type"] == "Organization"
    assert graph(client, "/fr/")[0]["url"] == "http://testserver/fr/"


def test_a_card_is_of_a_person_with_what_the_card_shows(client):
    person, trail = graph(client, "/contact/stephanie-thybaert/")
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


def test_nothing_in_the_data_can_end_the_element(client, editor):
    member = StaffMember.objects.get(slug="dorine-sioen")
    member.name = "</script><b>&"
    member.save()
    publish(member, editor)
    assert graph(client, "/contact/dorine-sioen/")[0]["name"] == "</script><b>&"
    assert "<b>" not in client.get("/contact/dorine-sioen/").content.decode()


def test_a_page_that_is_shared_has_a_picture(client):
    html = client.get("/").content.decode()
    assert '<meta property="og:image" content="http://testserver/static/icons/share.png">' in html
