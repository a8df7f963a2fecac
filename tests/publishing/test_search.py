import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.models import Organisation, TextPage
from priorities.models import Partner, Priority, Theme, Update
from publishing import search
from publishing.models import RevisionText
from publishing.search_index import MAX_RESULTS, find, words_of
from publishing.views import RESULTS_PER_PAGE
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from tests.site.crawl import words

# The words of the site, the index, the texts, who answers for them and is public, what is shown, and the footer.
QUERIES = 7


def urls(query: str, language: str = "nl") -> list[str]:
    with override(language):
        found = find(query)
        return [result.url for result in found.results(found.hits)]


def make_theme(editor, **fields) -> Theme:
    theme = Theme.objects.create(**({"title_nl": "Kanaal", "slug_nl": "kanaal"} | fields))
    publish(theme, editor)
    return theme


# Words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Één", "een"),
        ("CŒUR", "coeur"),
        ("Straße", "strasse"),
        ("ﬁets", "fiets"),
        ("e\u0301te\u0301", "ete"),
        ("İ", "i"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("Đakovo", "dakovo"),
        ("ĳs", "ijs"),
        ("Київ", "киів"),  # another script keeps its letters
    ],
)
def test_folding_leaves_plain_small_letters(written, folded):
    assert search.fold(written) == folded


@given(st.text())
def test_folding_and_tidying_are_stable_and_never_fail(text):
    assert search.fold(search.fold(text)) == search.fold(text)
    assert search.tidy(search.tidy(text)) == search.tidy(text)
    assert "\0" not in search.tidy(text)


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("gemeente", "de gemeenten", "nl"),
        ("prioriteiten", "een prioriteit", "nl"),
        ("régionale", "les acteurs régionaux", "fr"),
        ("mobilite", "la mobilité", "fr"),
        ("municipality", "18 municipalities", "en"),
        ("mobil", "mobiliteit", "nl"),
        ("marketing", "regiomarketing", "nl"),
        ("emploi", "politique de l’emploi", "fr"),
        ("l'emploi", "une politique d’emploi", "fr"),
        ("tewerkstellingsbeleid", "tewerkstellings\N{SOFT HYPHEN}beleid", "nl"),
    ],
)
def test_a_word_is_found_in_its_other_forms(query, text, language):
    words_ = search.query_words(search.clean_query(query))
    assert search.score(words_, "", search.index([text], language), language)
    assert "<mark>" in search.highlight(text, words_, language)


SPELLINGS = [
    ("e-mail", "email"),
    ("e-mails", "emails"),
    ("e\N{NON-BREAKING HYPHEN}mail", "email"),
    ("co-creatie", "cocreatie"),
    ("Noord-Franse", "noordfranse"),
    ("Noord-Franse", "noord franse"),
    ("bus-stop", "busstop"),
    ("N369", "N 369"),
    ("N-369", "n369"),
    ("ISO9001", "iso 9001"),
    ("ISO-9001", "iso9001"),
    ("10 km", "10km"),
    ("covid-19", "covid19"),
    ("ad-hoc-overleg", "adhocoverleg"),
    ("Łódź", "Lodz"),
]


@pytest.mark.parametrize(("one", "other"), [*SPELLINGS, *((other, one) for one, other in SPELLINGS)])
def test_a_word_is_found_in_its_other_spelling(one, other):
    wanted = search.query_words(search.clean_query(one))
    assert search.score(wanted, "", search.index([f"Over {other} en meer."], "nl"), "nl")
    assert "<mark>" in search.highlight(f"Over {other} en meer.", wanted, "nl")
    assert "<mark>" in search.fragment(["Iets anders.", f"Over {other} en meer."], wanted, "nl")


@pytest.mark.parametrize(("query", "text"), [("de", "deskundigen"), ("beleid weg", "beleid"), ("art", "kaarten")])
def test_a_word_is_not_found_in_what_has_little_to_do_with_it(query, text):
    assert not search.score(search.query_words(query), "", search.index([text], "nl"), "nl")


def test_a_better_match_has_a_higher_score():
    wanted = search.query_words("gemeente")
    titles = ["gemeente", "gemeenten", "gemeentehuis", "Westhoekgemeenten", "huis"]
    scores = [search.score(wanted, search.index([t], "nl"), search.index([t], "nl"), "nl") for t in titles]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-2] > scores[-1] == 0
    assert search.score(wanted, "", search.index(["gemeente"], "nl"), "nl") < scores[0]


def test_a_fragment_is_cut_at_words_round_what_was_found_and_escaped():
    text = "begin " * 100 + "<b>hier & nu</b> vindt men Mobiliteit " + "einde " * 100
    fragment = search.fragment(["Iets anders.", text], search.query_words("mobiliteit"), "nl")
    assert "&lt;b&gt;hier &amp; nu&lt;/b&gt; vindt men <mark>Mobiliteit</mark>" in fragment
    assert fragment.startswith("… begin ")
    assert fragment.endswith(" einde …")
    assert len(fragment.split()) < 40


def test_a_fragment_of_what_has_no_word_of_the_query_is_its_beginning():
    assert search.fragment(["Een zin.", "Nog een."], search.query_words("niets"), "nl") == "Een zin."
    assert search.fragment([], search.query_words("niets"), "nl") == ""


@settings(deadline=None)  # it is about the text, not about how busy the machine is
@given(st.text(max_size=60), st.text(max_size=200), st.sampled_from(["nl", "fr", "en", ""]))
def test_what_is_highlighted_is_the_same_text(query, text, language):
    html = search.highlight(text, search.query_words(search.clean_query(query)), language)
    assert unescape(html.replace("<mark>", "").replace("</mark>", "")) == search.tidy(text)


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


@pytest.mark.django_db
def test_every_published_page_is_indexed_in_each_of_its_languages():
    for model in (Priority, Theme, StaffMember, TextPage):
        for obj in model.published():
            indexed = set(obj.revision.texts.values_list("language", flat=True))
            assert indexed == {each.language for each in words_of(obj)}
            assert indexed >= {"nl"}


@pytest.mark.django_db
def test_rich_text_is_indexed_as_it_is_read(editor):
    theme = make_theme(editor, body_nl="<p>eerste</p><p>tweede &amp; <strong>der</strong>de</p>", title_fr="x < y")
    dutch, french = words_of(theme)
    assert dutch.passages == ("eerste", "tweede & derde")
    assert (french.title, french.passages) == ("x < y", ())


@pytest.mark.django_db
def test_what_is_over_leaves_the_index_and_what_waits_is_in_it(editor):
    theme = make_theme(editor)
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    assert RevisionText.objects.filter(revision__in=theme.revisions).count() == 2
    publish(theme, editor)
    assert set(RevisionText.objects.filter(revision__in=theme.revisions).values_list("revision", flat=True)) == {
        theme.revisions.first().pk
    }
    withdraw(theme, editor, "Weg")
    assert not RevisionText.objects.filter(revision__in=theme.revisions).exists()


@pytest.mark.django_db
def test_reindex_fills_what_is_missing_and_nothing_else(editor):
    withdraw(make_theme(editor), editor, "Weg")
    before = sorted(RevisionText.objects.values_list("revision", "language", "title", "words"))
    RevisionText.objects.all().delete()
    call_command("reindex", verbosity=0)
    call_command("reindex", verbosity=0)
    assert sorted(RevisionText.objects.values_list("revision", "language", "title", "words")) == before
    RevisionText.objects.update(words="")
    call_command("reindex", "--all", verbosity=0)
    assert sorted(RevisionText.objects.values_list("revision", "language", "title", "words")) == before


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
    assert urls("piekeren") == ["/themas/een/", "/fr/themes/deux/"]
    assert urls("piekeren", "fr") == ["/fr/themes/deux/", "/fr/themes/een/"]
    html = Client().get("/fr/recherche/?q=piekeren").content.decode()
    assert '<a href="/fr/themes/een/" lang="nl">Alleen <mark>piekeren</mark></a>' in html
    assert '<span lang="nl">Over zonnebloemen <mark>piekeren</mark></span>' in html
    assert "Thème · Néerlandais" in words(html)
    html = Client().get("/zoeken/?q=piekeren").content.decode()
    assert '<a href="/fr/themes/deux/" lang="fr" hreflang="fr">Deux</a>' in html


@pytest.mark.django_db
def test_an_update_leads_to_the_page_that_shows_it(client, editor):
    theme = make_theme(editor)
    update = Update.objects.create(title_nl="Baggerwerken gestart", theme=theme, date=date(2026, 6, 3))
    publish(update, editor)
    html = Client().get("/zoeken/?q=baggerwerk").content.decode()
    assert "Update, 3 juni 2026" in html
    assert '<a href="/themas/kanaal/"><mark>Baggerwerken</mark> gestart</a>' in html
    withdraw(theme, editor, "Weg")
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
    theme.title_nl = "Nieuwwoord"
    theme.save()
    assert (urls("oudwoord"), urls("nieuwwoord")) == (["/themas/kanaal/"], [])
    publish(theme, editor)
    assert (urls("oudwoord"), urls("nieuwwoord")) == ([], ["/themas/kanaal/"])


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
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
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
    for number in range(2 * RESULTS_PER_PAGE + 3):
        make_theme(editor, title_nl=f"Hopteelt {number}", slug_nl=f"hop-{number}", position=number + 10)


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
def test_what_no_page_shows_takes_no_place_and_is_not_counted(client, editor):
    shown_, closed = make_theme(editor, title_nl="Open", slug_nl="open"), make_theme(editor)
    for _number in range(MAX_RESULTS + 5):  # the newest come first
        publish(Update.objects.create(title_nl="Baggerwerken", theme=closed, date=date(2026, 6, 3)), editor)
    for _number in range(RESULTS_PER_PAGE + 2):
        publish(Update.objects.create(title_nl="Baggerwerken", theme=shown_, date=date(2025, 6, 3)), editor)
    assert "De eerste 50 resultaten" in client.get("/zoeken/?q=baggerwerken").content.decode()
    withdraw(closed, editor, "Weg")
    html = client.get("/zoeken/?q=baggerwerken").content.decode()
    assert "12 resultaten" in html
    assert html.count('<p class="kind">') == html.count('<a href="/themas/open/">') == RESULTS_PER_PAGE
    assert client.get("/zoeken/?q=baggerwerken&page=2").content.decode().count('<a href="/themas/open/">') == 2


@pytest.mark.django_db
def test_only_what_is_on_the_page_is_made(client, many, monkeypatch):
    made = []
    monkeypatch.setattr(search, "fragment", lambda passages, *_more: made.append(passages) or "")
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
