from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from priorities.models import Priority, Theme
from publishing.models import Discarded
from publishing.review import history
from publishing.workflow import cancel, publish, restore, unpublished_changes
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, submit

pytestmark = pytest.mark.django_db


def of(obj, kind: str) -> str:
    return address(obj).replace("change/", f"{kind}/")


def words(response) -> str:
    return " ".join(response.content.decode().split())


# Who changed what and when


def test_the_history_says_in_words_who_did_what_newest_first(editor_client, editor, theme):
    submit(editor_client, theme, "_save", title_nl="Nieuw", summary_fr="Résumé")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        enter(editor_client, editor)
        submit(editor_client, theme, "_publish")
        submit(editor_client, theme, "_withdraw", _reason="Even weg")
        html = words(editor_client.get(of(theme, "history")))
        marks = [entry.mark for entry in history.entries(theme) if entry.key]
    assert html.index("haalde het van de site") < html.index("publiceerde") < html.index("wijzigde de werkversie")
    assert "Even weg" in html
    assert "Titel (nl)" in html
    assert "Samenvatting (fr)" in html
    assert "gisteren, " in html
    assert marks == ["Van de site gehaald", "", ""]


def test_a_long_history_costs_as_many_questions_as_a_short_one(
    editor_client, editor, theme, django_assert_max_num_queries
):
    for _number in range(40):
        publish(theme, editor)
    editor_client.get(of(theme, "history"))
    with django_assert_max_num_queries(27):
        editor_client.get(of(theme, "history"))
    assert "Ouder" in words(editor_client.get(of(theme, "history")))
    assert editor_client.get(of(theme, "history"), {"page": "2"}).status_code == 200
    assert editor_client.get(of(theme, "history"), {"page": "x"}).status_code == 200


def test_a_page_far_back_reads_only_its_own_versions(editor_client, editor, theme, monkeypatch):
    for _number in range(60):
        publish(theme, editor)
    read = []
    monkeypatch.setattr(history, "normalise", lambda model, data: read.append(data) or data)
    response = editor_client.get(of(theme, "history"), {"page": "2"})
    assert len(read) == history.ENTRIES_PER_PAGE + 1
    assert "Nieuwer" in words(response)


def test_the_newest_version_and_the_one_before_are_chosen_at_first(editor_client, editor, theme):
    publish(theme, editor)
    chosen = editor_client.get(of(theme, "history")).context
    assert [chosen["new"], chosen["old"]] == [f"r{each.pk}" for each in theme.revisions.all()]
    submit(editor_client, theme, "_save", title_nl="Nieuw")
    chosen = editor_client.get(of(theme, "history")).context
    assert (chosen["old"], chosen["new"]) == (f"r{theme.revisions.first().pk}", "working")


# Comparing


def test_the_comparison_marks_words_for_eyes_and_ears(editor_client, theme):
    key = f"r{theme.revisions.first().pk}"
    submit(editor_client, theme, "_save", title_nl="regiomarketing en beeldvorming")
    html = words(editor_client.get(of(theme, "compare"), {"old": key, "new": "working"}))
    assert "<ins>" in html
    assert "toegevoegd:" in html
    assert "Geen verschillen." in words(editor_client.get(of(theme, "compare"), {"old": "working", "new": "working"}))


def test_a_version_of_something_else_is_not_found(editor_client, theme):
    other = Priority.objects.first().revisions.first()
    for key in (f"r{other.pk}", "r", "d1", "x", ""):
        assert editor_client.get(of(theme, "compare"), {"old": key}).status_code == 404
        assert editor_client.post(of(theme, "restore"), {"version": key}).status_code == 404


# Putting back


def test_an_older_version_is_put_back_as_working_copy_and_nothing_is_lost(editor_client, client, editor, theme):
    first = theme.revisions.first()
    before = theme.title_nl
    theme.title_nl = "Tweede"
    theme.save()
    publish(theme, editor)
    submit(editor_client, theme, "_save", title_nl="Nooit gepubliceerd")
    response = editor_client.post(of(theme, "restore"), {"version": f"r{first.pk}"}, follow=True)
    assert "Teruggezet als werkversie" in words(response)
    theme.refresh_from_db()
    assert theme.title_nl == before
    assert "Tweede" in client.get("/themas/regiomarketing/").content.decode()
    overwritten = next(entry for entry in history.entries(theme) if entry.key.startswith("d"))
    editor_client.post(of(theme, "restore"), {"version": overwritten.key})
    theme.refresh_from_db()
    assert theme.title_nl == "Nooit gepubliceerd"


def test_a_working_copy_of_which_every_publication_was_cancelled_is_kept_too(editor):
    theme = Theme.objects.create(title_nl="Gepland", slug_nl="gepland")
    waiting = publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    cancel(waiting, editor)
    theme.title_nl = "Verder gewerkt"
    theme.save()
    restore(waiting, editor)
    assert Discarded.objects.of(theme).get().title == "Verder gewerkt"
    assert "Niet meer gepland" in [entry.mark for entry in history.entries(theme)]


def test_putting_back_what_was_published_keeps_no_useless_copy(editor, theme):
    restore(theme.revisions.first(), editor)
    assert not Discarded.objects.exists()
    assert unpublished_changes(theme) == []


def test_before_anything_is_put_back_it_is_said_what_will_happen(editor_client, theme):
    version = theme.revisions.first()
    key = {"version": f"r{version.pk}"}
    assert "wijzigingen die niet gepubliceerd" not in words(editor_client.get(of(theme, "restore"), key))
    submit(editor_client, theme, "_save", title_nl="Nog niet gepubliceerd")
    html = words(editor_client.get(of(theme, "restore"), key))
    assert "wijzigingen die niet gepubliceerd" in html
    assert "<del>" in html
    theme.refresh_from_db()
    assert theme.title_nl == "Nog niet gepubliceerd"


def test_the_history_tells_what_was_put_back_in_the_language_of_its_reader(editor, theme):
    restore(theme.revisions.first(), editor)
    assert history.recent(theme)[0].what.startswith("zette de versie van vandaag, ")
    with translation.override("fr"):
        assert history.recent(theme)[0].what.startswith("a rétabli une version (aujourd’hui, ")
