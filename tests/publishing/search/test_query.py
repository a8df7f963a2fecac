import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.models import Organisation
from priorities.models import Partner, Priority, Theme
from publishing.search import text as search_text
from publishing.search.query import MAX_RESULTS, find
from publishing.web.views import RESULTS_PER_PAGE
from publishing.workflow import publish, publish_new, withdraw
from staff.models import StaffMember
from tests.publishing.search.test_text import SPELLINGS
from tests.site.crawl import words
from tests.updates import update_on

# The words of the site, the texts, who answers for them, what is shown, and the footer.
QUERIES = 5


def urls(query: str, language: str = "nl") -> list[str]:
    with override(language):
        found = find(query)
        return [result.url for result in found.results(found.hits)]


def make_theme(editor, **fields) -> Theme:
    theme = Theme.objects.create(**({"title_nl": "Kanaal", "slug_nl": "kanaal"} | fields))
    publish(theme, editor)
    return theme


# The index


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"), [*SPELLINGS, *((other, one) for one, other in SPELLINGS), ("hop teelt", "hopteelt")]
)
def test_the_index_finds_the_other_spelling(editor, one, other):
    make_theme(editor, body_nl=f"<p>Over {other} en meer.</p>")
    assert "/themas/kanaal/" in urls(one)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["m²", "m2", "CO₂", "co2"])
def test_small_letters_are_found_as_signs_and_as_plain_digits(editor, query):
    theme = make_theme(editor, body_nl="<p>100 m<sup>2</sup> en CO<sub>2</sub></p>")
    assert urls(query) == [theme.get_absolute_url("nl")]


def test_a_word_that_no_text_has_is_looked_for_as_two(editor):
    make_theme(editor, body_nl="<p>De hop teelt men hier.</p>")
    assert urls("hopteelt") == ["/themas/kanaal/"]
    assert urls("hopzaden") == []


# What is found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "language", "url"),
    [
        ("secretariaat", "nl", "/contact/dorine-sioen/"),
        ("secrétariat", "fr", "/fr/contact/dorine-sioen/"),
        ("stephanie", "en", "/en/contact/stephanie-thybaert/"),
        ("projectmanager regiomarketing", "nl", "/contact/johan-halsberghe/"),
        ("0472 05 17 83", "nl", "/contact/stephanie-thybaert/"),
        ("0472051783", "nl", "/contact/stephanie-thybaert/"),
        ("spreekbuis", "nl", "/"),
        ("regional marketing", "en", "/en/themes/regional-marketing/"),
    ],
)
def test_a_visitor_finds(query, language, url):
    assert url in urls(query, language)


@pytest.mark.django_db
def test_a_person_is_found_by_a_task(editor):
    johan = StaffMember.objects.get(slug="johan-halsberghe")
    theme = make_theme(editor, title_nl="Hopteelt", contact=johan)
    assert urls("hop") == ["/themas/kanaal/", "/contact/johan-halsberghe/"]
    html = Client().get("/zoeken/?q=hop").content.decode()
    assert "Volgt op: <mark>Hopteelt</mark>" in html
    withdraw(theme, editor, "Weg")
    assert urls("hop") == []


@pytest.mark.django_db
def test_a_priority_is_found_by_who_leads_it_and_by_its_partners_under_their_name_of_now(editor):
    pom = Organisation.objects.get(name="POM West-Vlaanderen")
    leads, partners = Priority.objects.get(number=1), Priority.objects.get(number=3)
    leads.lead = pom
    leads.save()
    Partner.objects.create(priority=partners, organisation=pom)
    assert urls("pom") == ["/"]  # where it has a seat
    publish(leads, editor)
    publish(partners, editor)
    expected = {"/", leads.get_absolute_url("nl"), partners.get_absolute_url("nl")}
    assert set(urls("pom")) == expected
    assert "<mark>POM</mark> West-Vlaanderen" in Client().get("/zoeken/?q=pom").content.decode()
    assert "Volgt op" not in Client().get("/zoeken/?q=pom").content.decode()
    pom.name = "Ontwikkelingsmaatschappij"
    pom.save()
    assert (set(urls("pom")), urls("ontwikkelingsmaatschappij")) == (expected, [])
    publish(pom, editor)
    assert set(urls("ontwikkelingsmaatschappij")) == expected
    assert leads.get_absolute_url("nl") not in urls("pom")
    withdraw(leads, editor, "Weg")
    assert leads.get_absolute_url("nl") not in urls("ontwikkelingsmaatschappij")


@pytest.mark.django_db
def test_what_visitors_never_see_is_not_found():
    assert urls("20161109beeld16") == []


@pytest.mark.django_db
def test_the_reader_s_language_comes_first_and_another_is_named(editor):
    make_theme(editor, title_nl="Alleen piekeren", slug_nl="een", body_nl="<p>Over zonnebloemen piekeren</p>")
    make_theme(editor, title_nl="Twee", slug_nl="twee", title_fr="Deux", slug_fr="deux", body_fr="<p>piekeren</p>")
    assert urls("piekeren") == ["/themas/een/"]
    assert urls("piekeren", "fr") == ["/fr/themes/deux/"]
    html = Client().get("/fr/recherche/?q=zonnebloemen").content.decode()
    assert '<a href="/fr/themes/een/" lang="nl">Alleen piekeren</a>' in html
    assert '<span lang="nl">Over <mark>zonnebloemen</mark> piekeren</span>' in html
    assert "Thème · Néerlandais" in words(html)
    make_theme(editor, title_nl="Drie", slug_nl="drie", title_fr="Deux", slug_fr="trois", body_fr="<p>tournesol</p>")
    html = Client().get("/zoeken/?q=tournesol").content.decode()
    assert '<a href="/fr/themes/trois/" lang="fr" hreflang="fr">Deux</a>' in html


@pytest.mark.django_db
def test_an_update_leads_to_its_own_page_whatever_becomes_of_what_it_is_about(client, editor):
    theme = make_theme(editor)
    update = update_on(theme, title_nl="Baggerwerken gestart", date=date(2026, 6, 3))
    publish(update, editor)
    html = Client().get("/zoeken/?q=baggerwerk").content.decode()
    assert "Bericht, 3\xa0juni 2026" in html
    assert '<a href="/nieuws/baggerwerken-gestart/"><mark>Baggerwerken</mark> gestart</a>' in html
    withdraw(theme, editor, "Weg")
    assert urls("baggerwerken") == ["/nieuws/baggerwerken-gestart/"]
    withdraw(update, editor, "Weg")
    assert urls("baggerwerken") == []
    assert "Niets gevonden" in client.get("/zoeken/?q=baggerwerken").content.decode()


@pytest.mark.django_db
def test_no_draft_is_found_and_time_is_respected(editor):
    theme = Theme.objects.create(title_nl="Geheimwoord", slug_nl="geheim", summary_nl="geheimwoord")
    assert urls("geheimwoord") == []
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1), live_until=timezone.now() + timedelta(days=2))
    assert urls("geheimwoord") == []
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert urls("geheimwoord") == ["/themas/geheim/"]
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        assert urls("geheimwoord") == []


@pytest.mark.django_db
def test_what_a_change_took_out_is_no_longer_found_and_an_unpublished_change_not_yet(editor):
    theme = make_theme(editor, title_nl="Oudwoord")
    theme.title_nl = "Versgebakken"
    theme.save()
    assert (urls("oudwoord"), urls("versgebakken")) == (["/themas/kanaal/"], [])
    publish(theme, editor)
    assert (urls("oudwoord"), urls("versgebakken")) == ([], ["/themas/kanaal/"])


# What comes near


@pytest.mark.django_db
def test_what_no_text_has_is_looked_for_as_what_it_may_mean_and_the_page_says_so(client, editor):
    make_theme(editor, title_nl="Hopteelt", slug_nl="hopteelt")
    html = client.get("/zoeken/?q=hoptelt").content.decode()
    assert 'Bedoelde je <a href="?q=hopteelt">hopteelt</a>?' in html
    assert '<a href="/themas/hopteelt/"><mark>Hopteelt</mark></a>' in html


@pytest.mark.django_db
def test_no_word_that_is_not_public_yet_is_offered(client, editor):
    theme = make_theme(editor, title_nl="Geheimwoord")
    withdraw(theme, editor, "Weg")
    Theme.objects.create(title_nl="Bordeauxrood", slug_nl="rood")
    later = Theme.objects.create(title_nl="Zonnewijzer", slug_nl="zonnewijzer")
    publish(later, editor, live_from=timezone.now() + timedelta(days=1))
    for query in ("geheimwoort", "bordeauxroot", "zonnewijser"):
        with override("nl"):
            found = find(query)
        assert (found.meant, found.hits) == ("", [])


@pytest.mark.django_db
def test_a_statement_that_only_mentions_a_word_does_not_end_the_search():
    assert urls("klacht")[:1] == ["/contact/"]
    assert "/privacy/" in urls("klacht")


@pytest.mark.django_db
def test_only_words_that_say_nothing_are_too_common(client):
    html = client.get("/zoeken/?q=het+en+de").content.decode()
    assert "te algemeen" in html
    assert '<ul class="results' not in html


@pytest.mark.django_db
def test_an_empty_result_offers_the_priorities_and_the_secretariat_and_the_title_counts(client):
    html = client.get("/zoeken/?q=xyzzy").content.decode()
    assert "<title>0 resultaten voor xyzzy · " in html
    main = html.split("<main")[1].split("</main")[0]
    assert len(re.findall(r'<li[^>]* value="', main)) == 6
    assert 'href="tel:' in main


@pytest.mark.django_db
def test_news_is_found_once_there_is_any(editor):
    assert urls("nieuws") == []
    update = update_on(make_theme(editor), title_nl="Baggerwerken", date=date(2026, 6, 3))
    publish(update, editor)
    assert urls("nieuws")[0] == "/nieuws/"


# The page


@pytest.mark.django_db
def test_the_page_counts_and_stays_out_of_search_engines(client):
    html = client.get("/zoeken/?q=tewerkstellingsbeleid").content.decode()
    assert re.search(r'role="status">\s*2 resultaten voor ‘tewerkstellingsbeleid’', html)
    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="canonical"' not in html
    french = words(client.get("/fr/recherche/?q=xyzzy").content.decode())
    assert "Aucun résultat pour « xyzzy »" in french


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["", " ", '"', "'", "%", "_", "%_%", "\\", "\0", "a" * 10_000, "😀", "\u202e", "=x", "<xyz>"]
)
def test_an_empty_or_odd_query_gets_a_page_that_helps(client, query):
    response = client.get("/zoeken/", {"q": query})
    assert response.status_code == 200
    html = response.content.decode()
    assert '<a href="/prioriteiten/">' in html.split("<main")[1]
    assert "<xyz>" not in html
    assert '<ul class="results' not in html


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.text(max_size=300), language=st.sampled_from(["/zoeken/", "/fr/recherche/", "/en/search/"]))
def test_no_query_is_an_error(query, language, client):
    assert client.get(language, {"q": query}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/zoeken/?q=%ff%fe", "/zoeken/?q=a&q=b", "/zoeken/?q[]=a", "/zoeken/?%00=%00"])
def test_no_malformed_address_is_an_error(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("extra", [1, 5, 45])
def test_the_page_asks_as_often_whatever_it_finds(client, editor, extra):
    johan = StaffMember.objects.get(slug="johan-halsberghe")
    for number in range(extra):
        make_theme(editor, title_nl=f"Hopteelt {number}", slug_nl=f"hop-{number}", contact=johan)
    with CaptureQueriesContext(connection) as asked:
        html = client.get("/zoeken/?q=hopteelt").content.decode()
    assert len(asked) == QUERIES
    assert html.count('<p class="kind">') == min(extra + 1, RESULTS_PER_PAGE)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["xyzzy", "Hopteelt12345"])
def test_what_nobody_wrote_is_looked_for_among_the_words_only(query, django_assert_num_queries):
    """For the word, for synonyms, and for what sounds like it: no text can have it."""
    with django_assert_num_queries(3):
        assert not find(query).hits


@pytest.mark.django_db
def test_only_the_best_are_shown_and_the_page_says_so(client, editor):
    for number in range(MAX_RESULTS + 1):
        make_theme(editor, title_nl=f"T{number}", slug_nl=f"t{number}", summary_nl="hopteelt" if number else "hop")
    html = client.get("/zoeken/?q=hopteelt").content.decode()
    assert "50 resultaten" in html
    assert "De eerste" not in html
    make_theme(editor, title_nl="Hopteelt", slug_nl="hopteelt")
    html = client.get("/zoeken/?q=hopteelt").content.decode()
    assert "De eerste 50 resultaten" in html
    assert html.split('<p class="kind">')[1].count("/themas/hopteelt/") == 1


@pytest.fixture
def many(editor):
    """Themes that a search finds, more than fit on two pages, the first of which is found first."""
    numbers = range(2 * RESULTS_PER_PAGE + 3)
    made = ({"title_nl": f"Hopteelt {each}", "slug_nl": f"hop-{each}", "position": each + 10} for each in numbers)
    publish_new([Theme.objects.create(**fields) for fields in made], editor)


def shown(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<a href="/themas/hop-(\d+)/"', html)]


@pytest.mark.django_db
def test_results_come_in_pages_that_lead_to_each_other_without_script(client, many):
    pages = [client.get("/zoeken/", {"q": "hopteelt", "page": page}).content.decode() for page in (1, 2, 3)]
    assert [shown(html) for html in pages] == [[*range(10)], [*range(10, 20)], [20, 21, 22]]
    for number, html in enumerate(pages, 1):
        assert "23 resultaten voor ‘hopteelt’" in html
        assert f"Pagina {number} van 3" in html
        assert html.count("<h1") == 1
        led = re.findall(r'<a href="([^"]*)" rel="(prev|next)"', html)
        around = {"prev": number - 1, "next": number + 1}
        assert led == [(f"?q=hopteelt&amp;page={to}", rel) for rel, to in around.items() if 1 <= to <= 3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "number"), [("0", 3), ("-1", 3), ("99", 3), ("9" * 5000, 1), ("x", 1), ("", 1), ("\0", 1), ("1.5", 1)]
)
def test_an_odd_page_number_is_no_error(client, many, page, number):
    html = client.get("/zoeken/", {"q": "hopteelt", "page": page}).content.decode()
    assert f"Pagina {number} van 3" in html
    assert shown(html)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "xyzzy", "a" * 10_000, "%00"])
def test_a_page_of_nothing_is_a_page_that_helps(client, query):
    html = client.get("/zoeken/", {"q": query, "page": "2"}).content.decode()
    assert '<a href="/prioriteiten/">' in html.split("<main")[1]
    assert 'class="pages"' not in html


@pytest.mark.django_db
def test_few_results_have_no_pages(client, editor):
    make_theme(editor)
    html = client.get("/zoeken/?q=kanaal&page=2").content.decode()
    assert "1 resultaat voor ‘kanaal’" in html
    assert 'class="pages"' not in html


@pytest.mark.django_db
def test_the_other_pages_and_languages_keep_an_odd_query(client, many):
    html = client.get("/zoeken/", {"q": 'hop "&/', "page": "2"}).content.decode()
    assert '<a href="?q=hop%20%22%26%2F&amp;page=3" rel="next">' in html
    assert '<a href="/fr/recherche/?q=hop+%22%26%2F&amp;page=2" lang="fr"' in html
    following = client.get("/zoeken/" + unescape(re.search(r'href="([^"]*)" rel="next"', html)[1])).content.decode()
    assert "Pagina 3 van 3" in following
    assert 'value="hop &quot;&amp;/"' in following


@pytest.mark.django_db
def test_no_page_shows_more_than_the_best(client, editor):
    for number in range(MAX_RESULTS + 5):
        make_theme(editor, title_nl=f"Hopteelt {number}", slug_nl=f"hop-{number}", position=number + 10)
    seen = []
    for page in range(1, MAX_RESULTS // RESULTS_PER_PAGE + 1):
        html = client.get("/zoeken/", {"q": "hopteelt", "page": page}).content.decode()
        assert "De eerste 50 resultaten" in html
        seen += shown(html)
    assert seen == [*range(MAX_RESULTS)]
    assert 'rel="next"' not in html
    assert shown(client.get("/zoeken/?q=hopteelt&page=6").content.decode()) == seen[-RESULTS_PER_PAGE:]


@pytest.mark.django_db
def test_only_what_is_on_the_page_is_made(client, many, monkeypatch):
    made = []
    monkeypatch.setattr(search_text, "fragment", lambda passages, *_more: made.append(passages) or "")
    client.get("/zoeken/?q=hopteelt&page=3")
    assert len(made) == 3


@pytest.mark.django_db
def test_who_is_no_longer_public_is_not_found_by_a_task(editor):
    johan = StaffMember.objects.get(slug="johan-halsberghe")
    make_theme(editor, title_nl="Hopteelt", contact=johan)
    withdraw(johan, editor, "Weg")
    assert urls("hopteelt") == ["/themas/kanaal/"]


@pytest.mark.django_db
def test_the_404_offers_to_search(client):
    html = client.get("/fr/nulle-part/").content.decode()
    assert 'action="/fr/recherche/"' in html
    assert 'href="/fr/recherche/"' in html
