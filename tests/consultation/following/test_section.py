"""Where one asks to follow: there with an e-mail address of RESOC, and not where a text page has the address."""

from datetime import date

import pytest

from pages.models import TextPage
from pages.sections import SECTIONS
from priorities.models import Theme
from publishing.workflow import publish
from tests.consultation.followers import FOLLOW, make_reachable
from tests.updates import update_on

pytestmark = pytest.mark.django_db

LINK = f'href="{FOLLOW}">Volg'


@pytest.fixture
def page(editor, monkeypatch) -> TextPage:
    """A text page from before one could follow."""
    page = TextPage.objects.create(title_nl="Volg ons", slug_nl="volgen", body_nl="<p>Op een andere manier.</p>")
    with monkeypatch.context() as before:
        before.setattr("pages.models.texts.is_taken", lambda slug, language: False)
        publish(page, editor)
    return page


def said(client, address: str) -> str:
    return client.get(address).content.decode()


def test_without_an_address_nothing_leads_there_and_nothing_is_there(client):
    assert LINK not in said(client, "/nieuws/")
    assert client.get(FOLLOW).status_code == 404
    assert "Volgen per mail" not in said(client, "/privacy/")


def test_it_stands_in_words_where_the_feed_is_linked(client, editor):
    make_reachable(editor)
    about = Theme.objects.get(slug_nl="regiomarketing")
    publish(update_on(about, date=date(2026, 11, 2), title_nl="bericht", title_fr="nouvelles"), editor)
    for address in ("/", "/nieuws/", "/themas/regiomarketing/", "/nieuws/bericht/"):
        html = said(client, address)
        assert "nieuwslezer" in html, address
        assert LINK in html, address
    assert LINK in said(client, "/contact/")
    assert 'href="/fr/suivre/"' in said(client, "/fr/actualites/")
    assert "Volgen per mail" in said(client, "/privacy/")
    assert LINK in said(client, "/zoeken/?q=nieuwsbrief")


def test_a_text_page_that_has_the_address_keeps_it(client, editor, editor_client, page):
    words = "het webadres van “Volg per mail”"
    assert words not in said(editor_client, "/admin/")
    make_reachable(editor)
    assert "Op een andere manier." in said(client, FOLLOW)
    assert "Volg per mail" not in said(client, "/contact/")
    assert words in said(editor_client, "/admin/")
    assert not SECTIONS["follow"].is_there()
