from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from priorities.models import Theme
from publishing.models import DeskText, Discarded, RevisionText, content_models
from publishing.search.desk import desk_query
from publishing.search.desk.desk_query import DeskResults, Viewer, find
from publishing.search.query import find as find_public
from publishing.search.text import clean_query
from publishing.workflow import publish, restore, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db
LABELS = [model._meta.label_lower for model in content_models()]
EDITOR = Viewer(LABELS, LABELS)


def make(title: str, **fields) -> Theme:
    return Theme.objects.create(**({"title_nl": title, "slug_nl": f"adres-{Theme.objects.count()}"} | fields))


def search(query: str, viewer: Viewer = EDITOR, reader: str = "nl") -> DeskResults:
    return find(clean_query(query), viewer, reader)


def titles(query: str, viewer: Viewer = EDITOR) -> list[str]:
    """The themes that are found, best first."""
    ids = [hit.object_id for hit in search(query, viewer).hits if hit.model == "priorities.theme"]
    names = dict(Theme.objects.values_list("pk", "title_nl"))
    return [names.get(pk) or Discarded.objects.get(object_id=pk).title for pk in ids]


def test_a_draft_is_found_in_every_language_and_a_visitor_finds_nothing():
    make("Windmolens", body_fr="<p>des moulins en bois</p>", summary_en="wooden windmills")
    for query in ("windmolen", "moulin bois", "wooden windmill", "WINDMOLENS"):
        assert titles(query) == ["Windmolens"]
        assert find_public(query).hits == []


def test_public_search_never_reads_the_index_of_the_desk():
    theme = make("Windmolens")
    publish(theme, None)
    with CaptureQueriesContext(connection) as asked:
        assert find_public("windmolens").hits
        assert find_public("windmolnes").meant == "windmolens"
    assert len(asked) > 5
    assert not [each["sql"] for each in asked if "desk" in each["sql"]]


def test_the_language_of_the_reader_is_told_before_another():
    make("Jan Yperman", title_fr="Jan Yperman", title_en="Jan Yperman")
    hit = search("yperman", reader="fr").hits[0]
    assert (hit.language, hit.languages) == ("fr", ("fr", "nl", "en"))
    assert search("yperman").hits[0].language == "nl"


def test_a_title_comes_before_a_text_and_what_changed_last_before_what_is_as_good():
    make("Eerste", body_nl="<p>molens</p>")
    make("Molens")
    make("Tweede", body_nl="<p>molens</p>")
    assert titles("molens") == ["Molens", "Tweede", "Eerste"]
    first = Theme.objects.get(title_nl="Eerste")
    first.summary_nl = "Nieuw"
    first.save()
    assert titles("molens") == ["Molens", "Eerste", "Tweede"]


def test_what_is_public_is_found_beside_other_words_of_the_working_copy(editor):
    theme = make("Windmolens", summary_nl="Ze staan stil.")
    shown = publish(theme, editor)
    theme.summary_nl = "Ze draaien."
    theme.save()
    assert [hit.copy for hit in search("stil").hits] == [f"r{shown.pk}"]
    assert [hit.copy for hit in search("draaien").hits] == ["working"]
    withdraw(theme, editor, "Weg")
    assert search("stil").hits == []


def test_a_planned_version_is_found_until_another_took_its_place(editor, time_machine):
    theme = make("Windmolens", summary_nl="Ze draaien morgen.")
    planned = publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    theme.summary_nl = ""
    theme.save()
    assert [hit.copy for hit in search("morgen").hits] == [f"r{planned.pk}"]
    publish(theme, editor)
    assert search("morgen").hits == []


def test_the_bin_is_found_by_who_may_empty_it_only():
    make("Windmolens").delete()
    assert titles("windmolens") == ["Windmolens"]
    assert search("windmolens", Viewer(LABELS)).hits == []
    restore(Discarded.objects.get(title="Windmolens"), None)
    assert [hit.copy for hit in search("windmolens").hits] == ["working"]


def test_only_kinds_that_somebody_may_see_are_found():
    make("Windmolens")
    assert titles("windmolens", Viewer(["priorities.theme"])) == ["Windmolens"]
    assert search("windmolens", Viewer(["priorities.priority"], LABELS)).hits == []
    assert search("windmolens", Viewer([])).hits == []


@pytest.mark.parametrize("query", ["0470 11 22 33", "+32 470 11 22 33", "470112233", "112233"])
def test_a_hidden_number_is_found_by_who_may_change_the_card_only(query):
    member = StaffMember.objects.create(name="Vera Verborgen", mobile="+32470112233")
    assert [hit.object_id for hit in search(query).hits] == [member.pk]
    assert search(query, Viewer(LABELS)).hits == []
    assert search("vera", Viewer(LABELS)).hits
    assert not search(f"vera {query}").is_partial
    assert search(f"vera {query}", Viewer(LABELS)).is_partial


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("mobilitiet", "mobiliteitsplan"),  # as a beginning: `mobiliteit` is known from `mobiliteitsplan`
        ("mobiliteitplan", "mobiliteitsplan"),
        ("mobiliteitsplen", "mobiliteitsplan"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven_and_told(query, meant):
    make("Ons mobiliteitsplan", summary_nl="De mobiliteit van morgen")
    found = search(query)
    assert titles(query) == ["Ons mobiliteitsplan"]
    assert list(found.meant) in ([query], [])


def test_what_was_meant_is_told_with_what_was_typed():
    make("De veerpont van Lo")
    found = search("veerpnot lo")
    assert found.meant == {"veerpnot": ["veerpont"]}
    assert [word.folded for word in found.words] == ["veerpont", "lo"]
    assert not found.is_partial
    assert search("veerpont lo").meant == {}


def test_no_word_is_meant_that_somebody_may_not_find():
    member = StaffMember.objects.create(name="Vera", email="kwikstaart@example.org", shows_email=False)
    assert [hit.object_id for hit in search("kwikstaat").hits] == [member.pk]
    found = search("kwikstaat", Viewer(LABELS))
    assert (found.hits, found.meant) == ([], {})


def test_a_half_remembered_sentence_is_found_by_most_of_its_words():
    make("Vervoer", body_nl="<p>De belbus rijdt in de namiddag langs elk kerkplein.</p>")
    make("Anders", body_nl="<p>De kerk staat er nog.</p>")
    found = search("de belbus reed langs ieder kerkplein")
    assert titles("de belbus reed langs ieder kerkplein")[0] == "Vervoer"
    assert found.is_partial
    assert search("belbus onzinwoorden klinkklare flauwekul").hits == []


def test_two_words_written_as_one_are_found():
    make("Het streek pact")
    assert titles("streekpact")[:1] == ["Het streek pact"] or "Het streek pact" in titles("streek pact")


@pytest.mark.parametrize(
    "query", ["", "   ", "?", "\0", "'", '"', "%", "' OR 1=1", "🙂", "ij" * 60, "^", "=", "@nl", "*"]
)
def test_an_odd_query_finds_nothing_and_fails_nowhere(query):
    assert search(query).meant == {}


def test_of_very_many_only_the_best_are_given(monkeypatch):
    monkeypatch.setattr(desk_query, "MAX_RESULTS", 3)
    monkeypatch.setattr(desk_query, "EXAMINED", 5)
    for number in range(8):
        make(f"Nummer {number}", body_nl="<p>windmolens</p>")
    make("Windmolens")
    found = search("windmolens")
    assert len(found.hits) == 3
    assert found.may_be_more
    assert titles("windmolens")[0] == "Windmolens"


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    make("Windmolens")
    with CaptureQueriesContext(connection) as one:
        assert search("windmolens").hits
    for _number in range(5):
        make("Windmolens")
    with django_assert_num_queries(len(one)):
        assert len(search("windmolens").hits) == 6


def test_both_indexes_stand_apart():
    make("Windmolens")
    assert DeskText.objects.filter(words__contains="windmolens").exists()
    assert not RevisionText.objects.filter(words__contains="windmolens").exists()


def test_the_nearest_word_is_meant_before_one_that_is_further_off():
    make("Onze gemeente")
    make("De gerent")
    found = search("gemeenet")
    assert found.meant == {"gemeenet": ["gemeente"]}
    assert titles("gemeenet") == ["Onze gemeente"]


def test_a_word_that_says_nothing_is_never_meant():
    make("Het hele verhaal")
    assert "het" not in str(search("heet").meant)
