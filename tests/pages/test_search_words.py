import tomllib
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from pages.models import Synonym
from pages.search_words import leading_nowhere, synonyms_of
from publishing.cache import stamp
from publishing.models.records.site import Event
from publishing.search.query import find

pytestmark = pytest.mark.django_db
FILE = Path(settings.BASE_DIR) / "pages" / "migrations" / "0005_search_words.toml"


def first(query: str) -> str:
    found = find(query)
    return next((result.url for result in found.results(found.hits[:1])), "")


MORE = "0009_more_search_words", "0011_search_words_of_travel_and_board"


def test_a_new_site_begins_with_the_set_of_the_file_and_all_of_it_is_allowed():
    lines = tomllib.loads(FILE.read_text())
    later = import_module("pages.migrations.0007_french_search_words")
    french = {later.MOVED.get(meant, meant): words for meant, words in lines["fr"].items()}
    lines["fr"] = {meant: [*words, *later.ADDED.get(meant, ())] for meant, words in french.items()}
    of_file = {(code, said, meant) for code in lines for meant, words in lines[code].items() for said in words}
    for name in MORE:
        more = import_module(f"pages.migrations.{name}").ADDED
        of_file |= {(code, said, meant) for code in more for meant, words in more[code].items() for said in words}
    assert set(Synonym.objects.values_list("language", "said", "meant")) == of_file
    for each in Synonym.objects.all():
        each.full_clean()


def test_french_lines_that_somebody_changed_stay_as_they_are():
    later = import_module("pages.migrations.0007_french_search_words")
    Synonym.objects.filter(language="fr").delete()
    for said, meant in (("urbanisme", "espace"), ("accès", "accueil"), ("espace", "campus")):
        Synonym.objects.create(language="fr", said=said, meant=meant)
    later.move(apps, SimpleNamespace(connection=connection))
    lines = set(Synonym.objects.filter(language="fr").values_list("said", "meant"))
    assert lines == {
        ("urbanisme", "Beleidsplan Ruimte"),
        ("accès", "accueil"),
        ("espace", "campus"),
        ("aménagement du territoire", "Beleidsplan Ruimte"),
    }


def test_what_the_secretariat_took_away_does_not_come_back_with_more_words():
    more = import_module("pages.migrations.0009_more_search_words")
    Synonym.objects.filter(language="nl").exclude(meant="contact").delete()
    Synonym.objects.filter(said="klagen").update(meant="privacy")
    Synonym.objects.filter(said="openingsuren").delete()
    more.add(apps, SimpleNamespace(connection=connection))
    lines = dict(Synonym.objects.filter(language="nl").values_list("said", "meant"))
    assert lines["openingsuren"] == lines["ligging"] == "contact"
    assert lines["klagen"] == "privacy"
    assert set(lines.values()) == {"contact", "privacy", "sociale partners"}


def test_a_line_holds_at_once_in_its_language_only_for_each_form_and_ends_when_it_is_deleted():
    assert first("zeepaardje") == ""
    line = Synonym.objects.create(language="nl", said="Zeepaardje", meant="speerpuntsectoren")
    assert first("zeepaardje") == "/prioriteiten/speerpuntsectoren/"
    assert first("zeepaardjes") == "/prioriteiten/speerpuntsectoren/"
    assert first("stokpaardje") == ""
    with override("fr"):
        assert first("zeepaardje") == ""
    line.delete()
    assert first("zeepaardje") == ""


def test_each_change_raises_the_stamp_and_stands_in_the_log_without_its_words():
    before = stamp.number()
    line = Synonym.objects.create(language="fr", said="geheim", meant="emploi")
    line.delete()
    assert stamp.number() == before + 2
    events = Event.objects.filter(kind=Event.Kind.SYNONYMS)
    assert [event.detail for event in events] == ["fr", "fr"]


@pytest.mark.parametrize(
    ("said", "meant", "field"),
    [
        ("trein, bus", "mobiliteit", "said"),
        ("trein", "mobiliteit; bus", "meant"),
        ("trein → bus", "mobiliteit", "said"),
        ("de het een", "mobiliteit", "said"),
        ("!!!", "mobiliteit", "said"),
        ("trein", "van de", "meant"),
        ("een twee drie vier vijf", "mobiliteit", "said"),
        ("Mobiliteit", "mobiliteit", "meant"),
        ("VERKEER", "Mobiliteit", "__all__"),
        ("", "mobiliteit", "said"),
        ("trein", "", "meant"),
    ],
)
def test_what_search_would_never_use_is_refused(said, meant, field):
    with pytest.raises(ValidationError) as refused:
        Synonym(language="nl", said=said, meant=meant).full_clean()
    assert field in refused.value.message_dict


def test_what_no_public_text_has_leads_nowhere():
    nowhere = Synonym.objects.create(language="nl", said="boot", meant="vuurtorenwachter")
    other = Synonym.objects.create(language="en", said="boot", meant="tewerkstelling")
    overview = Synonym.objects.create(language="nl", said="lijst", meant="prioriteiten")
    assert {nowhere.pk, other.pk} <= leading_nowhere()
    assert overview.pk not in leading_nowhere()
    meant = set(Synonym.objects.filter(pk__in=leading_nowhere(), language="nl").values_list("meant", flat=True))
    assert "vuurtorenwachter" in meant
    assert not meant & {"tewerkstelling", "mobiliteit", "contact", "lokale overheden", "gemeenten"}


def test_the_list_and_the_form_say_which_line_leads_nowhere(editor_client):
    answer = editor_client.post(
        reverse("admin:pages_synonym_add"), {"language": "nl", "said": "boot", "meant": "vuurtorenwachter"}, follow=True
    )
    assert "‘vuurtorenwachter’" in answer.content.decode()
    assert Synonym.objects.get(said="boot").meant == "vuurtorenwachter"
    shown = {each.said: each.leads_nowhere for each in answer.context["cl"].result_list}
    assert shown["boot"]
    assert not shown["fiets"]


def test_the_set_is_read_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert ("werk", "tewerkstelling") in set(synonyms_of("nl"))
