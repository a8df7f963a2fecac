import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.contributions import proposals
from publishing.models import Contribution, TranslationLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(
        title_nl="Water", title_fr="Eau", title_en="Water, verzwegen", summary_nl="Over water.",
        body_nl='<h2>Kop</h2><p>Veel <strong>water</strong>. <a href="https://www.example.org">Meer</a></p>',
        slug_nl="water-hier", image_alt_nl="", url="https://intern.example/",
    )  # fmt: skip


@pytest.fixture
def link(theme) -> TranslationLink:
    return TranslationLink.objects.make([theme], "fr", None)


def seal(html: str) -> str:
    return re.search(r'name="_seal" value="([^"]+)"', html)[1]


def send(client, link, **texts):
    url = link.get_absolute_url()
    html = client.get(url).content.decode()
    return client.post(url, {"_seal": seal(html), **texts})


def test_the_page_has_the_texts_of_two_languages_and_nothing_else(client, theme, link):
    url = link.get_absolute_url()
    assert url == f"/fr/traduire/{link.token}/"
    html = client.get(url).content.decode()
    assert '<html lang="fr"' in html
    for words in ("Over water.", "Veel <strong>water</strong>", ">Eau</textarea>", "Envoyer au secrétariat"):
        assert words in html
    for words in ("verzwegen", "intern.example", "water-hier", "slug", "csrfmiddlewaretoken"):
        assert words not in html


def test_it_speaks_the_language_of_the_translation_only(client, link):
    response = client.get(f"/vertalen/{link.token}/")
    assert (response.status_code, response.url) == (302, link.get_absolute_url())


@pytest.mark.parametrize(("language", "words"), [("nl", "Verstuur naar het secretariaat"), ("en", "Send to the")])
def test_each_language_has_its_page(client, theme, language, words):
    link = TranslationLink.objects.make([theme], language, None)
    assert words in client.get(link.get_absolute_url()).content.decode()


def test_nobody_keeps_finds_or_passes_on_the_page(client, link):
    for response in (
        client.get(link.get_absolute_url()),
        send(client, link, title_fr="L’eau"),
        client.get("/fr/traduire/x/"),
    ):
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Cache-Control"].startswith("no-store, private")
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert not response.cookies


def test_what_is_sent_waits_and_is_shown_again(client, theme, link):
    response = send(client, link, title_fr="L’eau", body_fr="<p>Oui<script>x</script></p>")
    assert (response.status_code, response.url) == (302, f"{link.get_absolute_url()}#sent")
    html = client.get(link.get_absolute_url()).content.decode()
    assert ">L’eau</textarea>" in html
    assert "2 textes. Le secrétariat les a reçus" in html
    assert Contribution.objects.get().texts[1]["text"] == "<p>Oui</p>"
    theme.refresh_from_db()
    assert theme.title_fr == "Eau"


def test_no_form_of_another_site_is_taken(client, link):
    url = link.get_absolute_url()
    for site in ("cross-site", "same-site"):
        assert client.post(url, {"title_fr": "Gekaapt"}, headers={"sec-fetch-site": site}).status_code == 403
    assert not Contribution.objects.exists()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(url, {"title_fr": "L’eau"}, headers={"sec-fetch-site": "same-origin", "origin": "null"})
    assert response.status_code == 302


def test_without_script_a_text_is_typed_as_lines_and_one_that_is_not_changed_keeps_its_layout(client, theme, link):
    Theme.objects.filter(pk=theme.pk).update(body_fr="<p>Beaucoup <strong>d’eau</strong>.</p>")
    html = client.get(link.get_absolute_url()).content.decode()
    assert "<noscript>" in html
    same = {"body_fr": "<p>Beaucoup <strong>d’eau</strong>.</p>", "plain-body_fr": "Beaucoup d’eau."}
    client.post(link.get_absolute_url(), {"_seal": seal(html), **same})
    assert not Contribution.objects.exists()
    client.post(link.get_absolute_url(), {"_seal": seal(html), **same, "plain-body_fr": "# Titre\r\n\r\nEau <b>"})
    assert Contribution.objects.get().texts[0]["text"] == "<h2>Titre</h2><p>Eau &lt;b&gt;</p>"


def test_what_is_wrong_stands_beside_the_text_and_nothing_is_lost(client, link):
    response = send(client, link, title_fr="x" * 300, summary_fr="Bien.")
    html = response.content.decode()
    assert response.status_code == 200
    assert "Pas encore envoyé" in html
    assert "x" * 300 in html
    assert "Bien." in html
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("end", ["revoked", "old", "deleted"])
def test_a_link_that_ended_while_one_typed_gives_back_what_was_typed(client, theme, link, end):
    html = client.get(link.get_absolute_url()).content.decode()
    if end == "revoked":
        TranslationLink.objects.update(revoked_at=timezone.now())
    elif end == "old":
        TranslationLink.objects.update(created_at=timezone.now() - timedelta(days=30, seconds=1))
    else:
        theme.delete()
    typed = {"title_fr": "Mon titre", "body_fr": "<p>Mon <strong>texte</strong><script>x()</script></p>"}
    response = client.post(link.get_absolute_url(), {"_seal": seal(html), **typed})
    shown = response.content.decode()
    assert response.status_code == 410
    assert "Mon titre" in shown
    assert "<p>Mon <strong>texte</strong></p>" in shown
    assert "x()" not in shown
    assert "<h3>Water</h3>" in shown, "beside what it is the translation of"
    assert client.get(link.get_absolute_url()).status_code == 410
    assert not Contribution.objects.exists()


def test_a_guessed_link_shows_nothing_and_gives_back_what_was_typed(client):
    response = client.post("/fr/traduire/deviné/", {"title_fr": "Mon titre <b>"})
    assert response.status_code == 410
    assert "Mon titre &lt;b&gt;" in response.content.decode()


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}]
)
@pytest.mark.parametrize("address", ["/fr/traduire/x/", "/fr/apercu/x/"])
def test_another_site_puts_no_words_of_its_own_on_a_page_of_this_one(client, address, headers):
    lure = '<h2>Session expirée</h2><p><a href="https://evil.example">Connectez-vous</a></p>'
    response = client.post(address, {"body_fr": lure, "remark": lure}, headers=headers)
    assert response.status_code == 403
    assert "evil.example" not in response.content.decode()
    assert "expirée" not in response.content.decode()


def test_what_comes_by_a_guessed_link_leads_nowhere(client):
    """Of a browser that does not say where a form comes from nobody knows who wrote it."""
    lure = '<h2>Session expirée</h2><p><a href="https://evil.example">Connectez-vous</a></p>'
    html = client.post("/fr/traduire/x/", {"body_fr": lure}).content.decode()
    assert "Connectez-vous" in html
    assert 'href="https://evil.example"' not in html


def test_two_who_type_lines_without_script_keep_what_the_other_sent(client, theme, link):
    url = link.get_absolute_url()
    before = seal(client.get(url).content.decode())
    same = {"_seal": before, "title_fr": "Eau", "summary_fr": "", "body_fr": "", "plain-body_fr": ""}
    client.post(url, {**same, "plain-body_fr": "Beaucoup"})
    client.post(url, {**same, "summary_fr": "Sur l’eau."})
    assert {each["path"][0]: each["text"] for each in Contribution.objects.get().texts} == {
        "summary_fr": "Sur l’eau.",
        "body_fr": "<p>Beaucoup</p>",
    }


def test_what_was_sent_too_often_is_given_back(client, link, monkeypatch):
    monkeypatch.setattr(proposals, "MOST", 0)
    response = send(client, link, title_fr="Mon titre")
    assert response.status_code == 429
    assert "Mon titre" in response.content.decode()


def test_a_source_that_changed_is_shown_with_what_changed(client, theme, link):
    send(client, link, summary_fr="Sur l’eau.")
    Theme.objects.filter(pk=theme.pk).update(summary_nl="Over veel water.")
    html = client.get(link.get_absolute_url()).content.decode()
    assert "Ce texte a changé après votre traduction" in html
    assert re.search(r"<ins>.*veel", html)
    assert "Over veel water." in html


def test_a_source_that_changed_while_one_typed_is_told_afterwards(client, theme, link):
    before = seal(client.get(link.get_absolute_url()).content.decode())
    Theme.objects.filter(pk=theme.pk).update(summary_nl="Over veel water.")
    client.post(link.get_absolute_url(), {"_seal": before, "summary_fr": "Sur l’eau."})
    assert Contribution.objects.get().texts[0]["source"] == "Over water."
    assert "Ce texte a changé" in client.get(link.get_absolute_url()).content.decode()


def test_of_several_pages_there_is_a_list_and_each_has_an_address(client, theme):
    mission, other = MissionPage.objects.get(), Theme.objects.create(title_nl="Geheim")
    link = TranslationLink.objects.make([theme, mission], "fr", None)
    html = client.get(link.get_absolute_url()).content.decode()
    first, second = link.pages.all()
    assert link.get_absolute_url(first) in html
    assert link.get_absolute_url(second) in html
    assert str(other) not in html
    page = client.get(link.get_absolute_url(second)).content.decode()
    assert mission.aims.first().text_nl in page
    assert client.get(f"{link.get_absolute_url()}{second.pk + 9}/").status_code == 410
    elsewhere = TranslationLink.objects.make([other], "fr", None).pages.get()
    assert client.get(link.get_absolute_url(elsewhere)).status_code == 410, "a page of another link"


def test_the_editor_offers_no_page_of_this_site(client, link):
    assert "link-targets" not in client.get(link.get_absolute_url()).content.decode()
