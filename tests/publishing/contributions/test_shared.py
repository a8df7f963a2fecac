import pytest
from django.utils import timezone

from priorities.models import Theme
from publishing.contributions import proposals
from publishing.models import Contribution, ShareLink
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(
        title_nl="Water", body_nl="<h2>Bij ons</h2><p>Er is veel. En meer.</p>", slug_nl="water-hier"
    )


@pytest.fixture
def url(theme) -> str:
    return ShareLink.objects.renew(theme, None).get_absolute_url()


def test_each_section_has_a_box_with_its_sentences(client, url):
    html = client.get(url).content.decode()
    assert html.count('<textarea id="remark-text-') == html.count("</h1>") + html[: html.index("<footer")].count(
        "</h2>"
    )
    assert '<input type="hidden" name="section" value="Bij ons">' in html
    assert '<option value="Er is veel.">' in html
    assert "csrfmiddlewaretoken" not in html


def test_a_public_page_has_no_box(client, theme):
    publish(theme, None)
    assert "remark-text" not in client.get(theme.get_absolute_url()).content.decode()


def test_a_remark_stands_below_its_heading_with_what_was_answered(client, theme, url):
    said = {"section": "Bij ons", "quote": "Er is veel.", "remark": "Klopt <i>dit</i>?", "name": "An"}
    response = client.post(url, said)
    given = Contribution.objects.get()
    assert (response.status_code, response.url) == (302, f"{url}#remark-{given.pk}")
    Contribution.objects.update(answer="Ja, zeker.")
    html = client.get(url).content.decode()
    assert f'id="remark-{given.pk}"' in html
    assert "Klopt &lt;i&gt;dit&lt;/i&gt;?" in html
    assert "<b>An</b>" in html
    assert "Ja, zeker." in html
    theme.refresh_from_db()
    assert "Klopt" not in str(theme.__dict__)


def test_a_remark_below_a_heading_that_is_gone_is_still_shown(client, theme, url):
    client.post(url, {"section": "Bij ons", "remark": "Klopt dit?"})
    Theme.objects.filter(pk=theme.pk).update(body_nl="<h2>Elders</h2><p>Weinig.</p>")
    assert "Klopt dit?" in client.get(url).content.decode()


def test_a_remark_that_is_sent_twice_stands_there_once(client, url):
    said = {"section": "Bij ons", "quote": "Er is veel.", "remark": "Klopt dit?", "name": "An"}
    assert client.post(url, said).url == client.post(url, said).url
    assert Contribution.objects.count() == 1
    client.post(url, said | {"quote": "En meer."})
    assert Contribution.objects.count() == 2
    Contribution.objects.update(outcome=Contribution.Outcome.DONE)
    client.post(url, said)
    assert Contribution.objects.count() == 3, "asked again after it was ticked off"


def test_a_remark_without_words_comes_back_with_the_rest(client, url):
    response = client.post(url, {"section": "Bij ons", "quote": "Er is veel.", "remark": "", "name": "An"})
    html = response.content.decode()
    assert "Schrijf hier je opmerking." in html
    assert '<option value="Er is veel." selected>' in html
    assert 'value="An"' in html
    assert not Contribution.objects.exists()


def test_no_form_of_another_site_is_taken(client, url):
    assert client.post(url, {"remark": "x"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("end", ["revoked", "published", "too often"])
def test_a_remark_that_comes_too_late_is_given_back(client, theme, url, end, monkeypatch):
    if end == "revoked":
        ShareLink.objects.update(revoked_at=timezone.now())
    elif end == "published":
        publish(theme, None)
    else:
        monkeypatch.setattr(proposals, "MOST", 0)
    response = client.post(url, {"remark": "Mijn opmerking", "quote": "Er is veel."})
    html = response.content.decode()
    assert response.status_code == (429 if end == "too often" else 410)
    assert "Mijn opmerking" in html
    assert "Er is veel." in html
    assert (theme.get_absolute_url() in html) == (end == "published")
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_opens_in_the_language_in_which_it_was_made(theme):
    link = ShareLink.objects.renew(theme, None, "fr")
    assert link.get_absolute_url() == f"/fr/apercu/{link.token}/"
    assert ShareLink(digest="x", language="").language == ""
