"""Which texts the index of the database gives: all that answer, or the best of very many."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from priorities.models import Theme
from publishing.models import Revision, RevisionText, RevisionWord, revisions
from publishing.search import backend, ranking, word_index
from publishing.search import text as search_text
from publishing.search.query import find
from publishing.workflow import publish, withdraw
from publishing.workflow.erasure.objects import erase
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def bounds(monkeypatch):
    """Few texts are very many."""
    monkeypatch.setattr(backend, "TITLED", 2)
    monkeypatch.setattr(backend, "EXAMINED", 5)


def make_theme(name: str, **fields) -> Theme:
    theme = Theme.objects.create(**({"title_nl": name, "slug_nl": search_text.fold(name).replace(" ", "-")} | fields))
    publish(theme, None)
    return theme


def urls(query: str, language: str = "nl") -> list[str]:
    with override(language):
        found = find(query)
        return [result.url for result in found.results(found.hits)]


def likely(query: str, reader: str = "nl") -> list[backend.IndexedText]:
    words = search_text.query_words(query)
    return backend.likely(words, word_index.PUBLIC.longer(words), reader, timezone.now())


def matching(texts, words) -> set[int]:
    return {text.pk for text in texts if ranking.score(words, text.title, text.words, text.language)}


def queries() -> set[str]:
    """Words of the site, and parts of them at the beginning, in the middle and at the end; some in pairs."""
    words = sorted(word for word in RevisionWord.objects.values_list("word", flat=True) if not word.startswith("="))
    cut = {part for word in words[::7] for part in (word, word[:3], word[:4], word[1:6], word[-5:], word[:-1])}
    return cut | {f"{first} {second}" for first, second in zip(words[::31], words[5::31], strict=False)}


@pytest.mark.parametrize("reader", ["nl", "fr", "en"])
def test_it_gives_every_text_that_answers(reader):
    now = timezone.now()
    texts = list(RevisionText.objects.filter(revision__in=Revision.objects.public(now)))
    found = 0
    for query in queries():
        if words := search_text.query_words(query):
            expected = matching(texts, words)
            assert matching(likely(query, reader), words) == expected, query
            found += len(expected)
    assert found > 1000


def test_letters_stand_for_no_longer_word_that_ends_with_a_number_because_the_letters_are_indexed_too():
    theme = make_theme("Norm iso9001 en isolatie")
    (word,) = search_text.query_words("iso")
    assert [each for each in word_index.PUBLIC.longer([word])[word] if not each.startswith("=")] == ["isolatie"]
    assert urls("iso") == urls("iso9001") == urls("iso900") == [theme.get_absolute_url("nl")]


def test_what_nobody_may_see_is_not_among_them(editor):
    theme = make_theme("Hopteelt")
    assert likely("hopteelt")
    withdraw(theme, editor, "Weg")
    Theme.objects.create(title_nl="Hopteelt")
    assert not likely("hopteelt")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_index_follows_who_writes_texts_by_other_ways(change):
    theme = make_theme("Hopteelt")
    texts = RevisionText.objects.filter(revision__in=theme.revisions)
    if change == "update":
        texts.update(title=" graan ", words=" graan ")
        assert [text.pk for text in likely("graan")] == [texts.get().pk]
    else:
        texts._raw_delete(texts.db)
    assert not likely("hopteelt")


def test_of_very_many_texts_only_some_are_looked_at_and_the_page_says_so(bounds, client):
    make_theme("Anders", summary_nl="hopteelt")
    for number in range(5):
        assert "De eerste" not in client.get("/zoeken/?q=hopteelt").content.decode()
        make_theme(f"Nummer {number}", summary_nl="hopteelt")
    assert "De eerste 6 resultaten" in client.get("/zoeken/?q=hopteelt").content.decode()
    for number in range(5, 10):
        make_theme(f"Nummer {number}", summary_nl="hopteelt")
    assert len(likely("hopteelt")) == 6
    assert "De eerste 6 resultaten" in client.get("/zoeken/?q=hopteelt").content.decode()
    assert "/themas/nummer-9/" in urls("hopteelt")
    assert "/themas/anders/" not in urls("hopteelt")


def test_a_title_is_found_among_very_many_newer_texts(bounds):
    make_theme("Hopteelt")
    make_theme("Hop", summary_nl="het kanaal")
    for number in range(10):
        make_theme(f"Nummer {number}", summary_nl="hopteelt en het kanaal")
    assert urls("hopteelt")[0] == "/themas/hopteelt/"
    assert urls("hop kanaal")[0] == "/themas/hop/"


def test_the_word_itself_in_a_title_is_found_among_very_many_longer_words(bounds):
    make_theme("Kanaal")
    for number in range(10):
        make_theme(f"Kanaalbrug {number}", slug_nl=f"brug-{number}")
    assert urls("kanaal")[0] == "/themas/kanaal/"


def test_the_reader_s_language_is_looked_at_apart(bounds):
    make_theme("Een", title_fr="Un", slug_fr="un", body_fr="<p>festival</p>")
    for number in range(10):
        make_theme(f"Nummer {number}", summary_nl="festival")
    assert urls("festival", "fr") == ["/fr/themes/un/"]
    assert {text.language for text in likely("festival", "fr")} == {"fr"}
    assert len(urls("festival", "en")) > 1, "others are looked at when the reader's has nothing"


def test_other_languages_are_not_looked_at_when_the_reader_s_has_enough(bounds):
    for number in range(10):
        make_theme(f"Nummer {number}", summary_nl="festival", body_fr="<p>festival</p>")
    assert {text.language for text in likely("festival")} == {"nl"}


def test_a_number_is_found_and_has_no_other_form():
    make_theme("Jaar", summary_nl="in 2031")
    assert urls("2031") == ["/themas/jaar/"]
    assert urls("203") == [], "the beginning of a number is another number"
    assert search_text.indexed_words(["Jaarlijks 2031"], "nl") == " jaarlijks 2031 =jaarlijk "


def test_a_word_without_end_is_found_by_its_beginning():
    make_theme("Lang", summary_nl="ab" * 5000)
    assert urls("ab" * 20) == ["/themas/lang/"]
    assert max(map(len, RevisionWord.objects.values_list("word", flat=True))) <= revisions.LONGEST_WORD


def test_who_is_forgotten_leaves_no_word():
    johan = StaffMember.objects.get(slug="johan-halsberghe")
    assert RevisionWord.objects.filter(word="halsberghe").exists()
    for theme in Theme.objects.filter(contact=johan):
        theme.contact = None
        theme.save()
        publish(theme, None)
    withdraw(johan, None, "Weg")
    erase(johan)
    assert not RevisionWord.objects.filter(word="halsberghe").exists()
    assert RevisionWord.objects.filter(word="regiomarketing").exists()
    assert "/themas/regiomarketing/" in urls("regiomark")


def test_a_new_index_has_the_words_of_today():
    RevisionWord.objects.create(word="onzinwoord")
    before = set(RevisionWord.objects.exclude(word="onzinwoord").values_list("word", flat=True))
    call_command("reindex", "--all", verbosity=0)
    assert set(RevisionWord.objects.values_list("word", flat=True)) == before


def test_what_keeps_the_index_in_step_is_there():
    """Triggers on SQLite, which a migration can drop with the table; indexes on PostgreSQL."""
    name, count = "publishing_text_%", 3
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    if connection.vendor == "postgresql":
        sql, count = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE %s", 2
    with connection.cursor() as cursor:
        cursor.execute(sql, [name])
        assert cursor.fetchone()[0] == count


def test_frequent_words_that_are_never_together_find_what_has_one_of_them():
    for number in range(3):
        make_theme(f"Graan {number}", slug_nl=f"graan-{number}")
        make_theme(f"Hop {number}", slug_nl=f"hop-{number}")
    assert Client().get("/zoeken/?q=graan+hop").status_code == 200
    with override("nl"):
        found = find("graan hop")
    assert found.is_partial
    assert {hit.matched for hit in found.hits} == {1}
    assert len(found.hits) == 6


def parts() -> int:
    """Of how many parts the index is made; PostgreSQL has always one."""
    if connection.vendor == "postgresql":
        return 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT segid) FROM publishing_text_index_idx")
        return cursor.fetchone()[0]


def test_what_was_published_one_after_the_other_becomes_one_part_of_the_index_and_is_found_as_before():
    for number in range(3):
        make_theme(f"Windmolens {number}")
    before, many = urls("windmolens"), parts()
    assert len(before) == 3
    assert many > 1 or connection.vendor == "postgresql"
    word_index.merge()
    assert parts() == 1
    assert urls("windmolens") == before


def test_a_word_of_the_query_is_looked_for_once_in_each_form():
    make_theme("Fietspad")  # its stem is the same word, and so a longer word of the site too
    with CaptureQueriesContext(connection) as asked:
        assert urls("fietspad")
    (sql,) = (each["sql"] for each in asked if "AS newest" in each["sql"])
    assert sql.count("=fietspad") == 1


@pytest.mark.django_db
def test_a_word_that_has_a_shorter_one_of_the_query_in_it_is_not_looked_for_twice():
    assert word_index._shortest(["vacature", "vacatur", "vac", "vacatures"]) == ["vac", "vacatur"]
    assert word_index._shortest(["iso9001", "iso90012"]) == ["iso9001"]
    assert word_index._shortest(["beleid", "beleid2026"]) == ["beleid", "beleid2026"]
