import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme, Update
from publishing import history
from publishing.models import Discarded, Revision
from publishing.snapshots import freeze
from publishing.workflow import publish, restore, unpublished_changes, withdraw
from tests.publishing.test_admin import address, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def of(obj, kind: str) -> str:
    return address(obj).replace("change/", f"{kind}/")


def words(response) -> str:
    return " ".join(response.content.decode().split())


def changed(model, old, new) -> dict[str, list]:
    return {
        each.label: [(piece.kind, piece.text.strip()) for piece in each.pieces if piece.kind != "same"] or each.note
        for each in history.differences(model, old, new)
    }


# Who changed what and when


def test_the_history_says_in_words_who_did_what_newest_first(editor_client, editor, theme):
    submit(editor_client, theme, "_save", title_nl="Nieuw", summary_fr="Résumé")
    submit(editor_client, theme, "_publish")
    submit(editor_client, theme, "_withdraw", _reason="Even weg")
    html = words(editor_client.get(of(theme, "history")))
    assert html.index("haalde het van de site") < html.index("publiceerde") < html.index("wijzigde de werkversie")
    assert "Even weg" in html
    assert "Titel (nl)" in html
    assert "Samenvatting (fr)" in html


def test_saves_in_a_row_by_one_person_are_one_line(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="Een")
    submit(editor_client, theme, "_save", title_fr="Deux")
    saves = [entry for entry in history.entries(theme) if "werkversie" in entry.what]
    assert [entry.details for entry in saves] == [["Titel (fr)", "Titel (nl)"]]


def test_each_version_says_what_became_of_it(editor, theme):
    publish(theme, editor, live_from=timezone.now() + timezone.timedelta(days=3))
    waiting, public = history.entries(theme)[:2]
    assert "Wacht tot" in waiting.mark
    assert public.mark == "Nu publiek"
    publish(theme, editor)
    assert [entry.mark for entry in history.entries(theme)[:3]] == ["Nu publiek", "Werd nooit publiek", ""]


def test_a_public_version_can_be_read_as_it_was(editor, client, theme):
    theme.slug_nl = "niet-gepubliceerd-adres"
    theme.save()
    entry = next(entry for entry in history.entries(theme) if entry.key)
    assert client.get(entry.url).status_code == 200


def test_a_long_history_costs_as_many_questions_as_a_short_one(
    editor_client, editor, theme, django_assert_max_num_queries
):
    for _number in range(40):
        publish(theme, editor)
    editor_client.get(of(theme, "history"))
    with django_assert_max_num_queries(16):
        editor_client.get(of(theme, "history"))
    assert "Ouder" in words(editor_client.get(of(theme, "history")))
    assert editor_client.get(of(theme, "history"), {"page": "2"}).status_code == 200
    assert editor_client.get(of(theme, "history"), {"page": "x"}).status_code == 200


# Comparing


def test_two_versions_are_compared_word_by_word_per_language(theme):
    old = freeze(theme)
    theme.title_nl, theme.title_fr = "regiomarketing en beeldvorming", "marketing du territoire"
    new = freeze(theme)
    found = changed(Theme, old | {"title_nl": "regiomarketing", "title_fr": "marketing régional"}, new)
    assert found["Titel (nl)"] == [("added", "en beeldvorming")]
    assert found["Titel (fr)"] == [("removed", "régional"), ("added", "du territoire")]


def test_child_rows_that_came_went_changed_or_moved_are_said():
    page = MissionPage.objects.get()
    old = freeze(page)
    first, second = page.aims.all()[:2]
    gone = second.text_nl
    second.delete()
    first.text_nl += " en meer"
    first.position = 99
    first.save()
    page.aims.create(text_nl="Helemaal nieuw")
    found = history.differences(MissionPage, old, freeze(page))
    pieces = [(each.label, piece.kind, piece.text) for each in found for piece in each.pieces if piece.kind != "same"]
    assert ("Ambitie", "added", "Helemaal nieuw") in pieces
    assert any(kind == "removed" and gone in text for _label, kind, text in pieces)
    assert any("en meer" in text for _label, _kind, text in pieces)
    assert any(each.note == "in een andere volgorde" for each in found)


def test_a_change_of_formatting_only_is_said_as_such(theme):
    old = freeze(theme) | {"body_nl": "<p>Een woord</p>"}
    assert changed(Theme, old, old | {"body_nl": "<p>Een <strong>woord</strong></p>"}) == {
        "Tekst (nl)": "alleen de opmaak of de links"
    }


def test_relations_choices_and_dates_are_shown_as_people_read_them(theme):
    priority = Priority.objects.get(number=1)
    old = freeze(theme)
    found = changed(Theme, old, old | {"priority_id": priority.pk, "status": "running"})
    assert found["Status"] == [("added", "Lopend")]
    assert found["Prioriteit"][0][1].startswith(priority.title_nl[:10])
    gone = Organisation.objects.create(name="Tijdelijk")
    pk, gone_name = gone.pk, gone.name
    publish(gone, None)
    withdraw(gone, None, "weg")
    gone.delete()
    assert changed(Priority, freeze(priority), freeze(priority) | {"lead_id": pk})["Trekker"] == [("added", gone_name)]
    assert history.show(Update, "date", "2026-03-01") == "1 maart 2026"


def test_long_texts_that_are_the_same_are_shortened():
    same = "woord " * 100
    pieces = history.word_diff(f"{same}oud", f"{same}nieuw")
    assert [piece.kind for piece in pieces] == ["gap", "same", "removed", "added"]
    assert len(pieces[1].text.split()) == history.CONTEXT // 2


def test_the_comparison_marks_words_for_eyes_and_ears(editor_client, theme):
    key = f"r{theme.revisions.first().pk}"
    submit(editor_client, theme, "_save", title_nl="regiomarketing en beeldvorming")
    html = words(editor_client.get(of(theme, "compare"), {"old": key, "new": "working"}))
    assert "<ins>" in html
    assert "toegevoegd:" in html
    assert "Niets verschilt." in words(editor_client.get(of(theme, "compare"), {"old": "working", "new": "working"}))


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


def test_putting_back_what_was_published_keeps_no_useless_copy(editor, theme):
    restore(theme.revisions.first(), editor)
    assert not Discarded.objects.exists()
    assert unpublished_changes(theme) == []


def test_looking_never_puts_anything_back(editor_client, theme):
    assert editor_client.get(of(theme, "restore")).status_code == 403


@pytest.mark.parametrize("kind", ["history", "compare", "restore"])
def test_only_who_may_edit_sees_history(client, colleague, theme, kind):
    assert client.get(of(theme, kind)).status_code == 302
    client.force_login(colleague)
    assert client.get(of(theme, kind)).status_code == 302
    client.force_login(User.objects.create_user("bare", is_staff=True))
    assert client.get(of(theme, kind)).status_code == 403
    assert client.post(of(theme, kind), {"version": "r1"}).status_code == 403


# The bin


def test_what_is_deleted_lies_in_the_bin_with_all_its_rows_and_comes_back_as_it_was(editor_client, editor):
    priority = Priority.objects.create(number=9, title_nl="Negen", slug_nl="negen")
    priority.partners.create(organisation=Organisation.objects.first())
    pk = priority.pk
    publish(priority, editor)
    withdraw(priority, editor, "Weg")
    priority.title_nl = "Negen, herwerkt"
    priority.save()
    editor_client.post(address(priority).replace("change/", "delete/"), {"post": "yes"})
    assert not Priority.objects.filter(pk=pk).exists()
    discarded = Discarded.objects.in_bin().get()
    assert (discarded.title, discarded.author) == ("Negen, herwerkt", editor)
    listed = words(editor_client.get(reverse("admin:publishing_discarded_changelist")))
    assert "Negen, herwerkt" in listed
    one = reverse("admin:publishing_discarded_change", args=[discarded.pk])
    assert "Negen, herwerkt" in words(editor_client.get(one))
    response = editor_client.post(one, follow=True)
    assert "Teruggezet als werkversie" in words(response)
    back = Priority.objects.get(pk=pk)
    assert (back.title_nl, back.partners.count(), back.revisions.count()) == ("Negen, herwerkt", 1, 2)
    assert not Discarded.objects.in_bin().exists()


def test_a_draft_that_was_never_published_comes_back_too(editor_client):
    update = Update.objects.create(title_nl="Alleen een kladje")
    update.delete()
    assert Discarded.objects.in_bin().get().author is None
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get().pk])
    editor_client.post(one)
    assert Update.objects.get().title_nl == "Alleen een kladje"


def test_a_relation_that_was_deleted_meanwhile_is_left_empty_and_said(editor_client):
    theme = Theme.objects.create(title_nl="Onderwerp", slug_nl="onderwerp")
    update = Update.objects.create(title_nl="Bericht", theme=theme)
    update.delete()
    theme.delete()
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get(title="Bericht").pk])
    assert "sindsdien verwijderd: Thema" in words(editor_client.post(one, follow=True))


def test_the_bin_shows_nobody_what_they_may_not_edit(client, colleague):
    Theme.objects.create(title_nl="Geheim kladje").delete()
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get().pk])
    client.force_login(colleague)
    assert client.post(one).status_code == 302
    client.force_login(User.objects.create_user("bare", is_staff=True))
    assert client.get(reverse("admin:publishing_discarded_changelist")).status_code == 403
    assert client.post(one).status_code in (302, 403)
    assert not Theme.objects.filter(title_nl="Geheim kladje").exists()


def test_the_bin_is_not_emptied_by_hand(editor_client):
    Theme.objects.create(title_nl="Kladje").delete()
    url = reverse("admin:publishing_discarded_delete", args=[Discarded.objects.get().pk])
    assert editor_client.post(url, {"post": "yes"}).status_code == 403


def test_what_is_refused_to_be_deleted_is_not_put_in_the_bin(theme):
    with pytest.raises(ProtectedError), transaction.atomic():
        theme.delete()
    assert not Discarded.objects.exists()
    assert Revision.objects.of(theme).exists()
