from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone, translation

from pages.models import Organisation
from priorities.models import Priority, Theme, Update
from publishing import history
from publishing.models import Discarded, Revision
from publishing.workflow import (
    amend,
    amend_waiting,
    cancel,
    confirm,
    publish,
    reorder,
    restore,
    set_end,
    unpublished_changes,
    withdraw,
)
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.test_admin import address, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def of(obj, kind: str) -> str:
    return address(obj).replace("change/", f"{kind}/")


def words(response) -> str:
    return " ".join(response.content.decode().split())


# Versions that waited and were carried along


def told(obj) -> list[tuple[str, str, list[str]]]:
    lines = history.entries(obj)
    history.tell(obj, lines)
    return [(line.who, line.what, line.details) for line in lines]


@pytest.fixture
def planned(theme, editor) -> Revision:
    theme.summary_nl = "Maandag"
    theme.save()
    return publish(theme, editor, "Voor maandag", live_from=timezone.now() + timedelta(days=1))


def test_a_version_that_was_carried_along_is_no_line_and_the_act_says_where_it_came(theme, planned, colleague):
    amend(theme, {"title_nl": "Verbeterd"}, colleague, note="Tikfout")
    first, second, *_others = told(theme)
    assert first == (
        "johan",
        "publiceerde",
        ["Tikfout", "Titel (nl)", f"ook in de versie van {history.when(planned.live_from)}"],
    )
    assert second == ("dorine", "plande in", ["Voor maandag", "Samenvatting (nl)"])
    line = history.entries(theme)[1]
    assert line.mark.startswith("Wacht tot")
    assert line.key == f"r{theme.revisions.pending().get().pk}", "what is put back or compared is what waits now"


def test_what_a_planned_version_kept_of_its_own_is_said(theme, planned, editor):
    when = history.when(planned.live_from)
    amend(theme, {"summary_nl": "Nu", "title_nl": "Verbeterd"}, editor)
    assert told(theme)[0][2][-1] == f"ook in de versie van {when}; niet: Samenvatting (nl)"
    amend(theme, {"summary_nl": "Straks"}, editor)
    assert told(theme)[0][2] == ["Samenvatting (nl)", f"niet in de versie van {when}, die haar eigen houdt"]
    confirm(theme, editor)
    set_end(theme, editor, timezone.now() + timedelta(days=9))
    assert len([line for line in told(theme) if line[1] == "plande in"]) == 1
    assert "versie van" not in str(told(theme)[:2])


def test_a_row_that_came_along_is_said_as_well(editor):
    priority = Priority.objects.first()
    publish(priority, editor)
    priority.title_nl = "Maandag"
    priority.save()
    planned = publish(priority, editor, live_from=timezone.now() + timedelta(days=1))
    amend(priority, {"partners": [{"organisation": Organisation.objects.first()}]}, editor)
    assert told(priority)[0][2] == ["Partners", f"ook in de versie van {history.when(planned.live_from)}"]


def test_what_only_waits_and_is_amended_stays_one_line(editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    publish(new, editor, live_from=timezone.now() + timedelta(days=1))
    amend_waiting(new, {"title_nl": "Beter"}, None)
    amend_waiting(new, {"summary_nl": "Kort"}, None)
    assert [line[1] for line in told(new)] == ["plande in"]
    assert history.entries(new)[0].key == f"r{new.revisions.pending().get().pk}"


def test_a_publication_is_compared_with_what_was_public_and_not_with_what_waited(theme, planned, editor):
    theme.title_nl = "Nieuw"
    theme.save()
    publish(theme, editor)
    assert told(theme)[0][2] == ["Titel (nl)", "Samenvatting (nl)"]


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


def test_publishing_what_was_typed_is_one_line_that_says_what_changed(editor_client, theme):
    submit(editor_client, theme, "_publish", title_nl="Nieuw")
    lines = history.entries(theme)
    history.tell(theme, lines)
    assert [(line.what, line.details) for line in lines] == [
        ("publiceerde", ["Titel (nl)"]),
        ("publiceerde", ["Bronteksten van RESOC Westhoek"]),
    ]


def test_saves_in_a_row_by_one_person_are_one_line(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="Een")
    submit(editor_client, theme, "_save", title_fr="Deux")
    saves = [entry for entry in history.entries(theme) if "werkversie" in entry.what]
    assert [entry.details for entry in saves] == [["Titel (fr)", "Titel (nl)"]]


def test_each_version_says_what_became_of_it(editor, theme):
    publish(theme, editor, live_from=timezone.now() + timedelta(days=3))
    waiting, public = history.entries(theme)[:2]
    assert "Wacht tot" in waiting.mark
    assert public.mark == "Nu publiek"
    publish(theme, editor)
    assert [entry.mark for entry in history.entries(theme)[:3]] == ["Nu publiek", "Werd nooit publiek", ""]


def test_a_new_place_or_end_is_not_told_as_a_check(editor, theme):
    set_end(theme, editor, timezone.now() + timedelta(days=3))
    reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
    confirm(theme, editor)
    told = [entry.what for entry in history.entries(theme)]
    assert told[:2] == ["keek het na: het was nog juist", "Volgorde gewijzigd."]
    assert any(what.startswith("Eindigt op") for what in told)


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
    with django_assert_max_num_queries(22):
        editor_client.get(of(theme, "history"))
    assert "Ouder" in words(editor_client.get(of(theme, "history")))
    assert editor_client.get(of(theme, "history"), {"page": "2"}).status_code == 200
    assert editor_client.get(of(theme, "history"), {"page": "x"}).status_code == 200


def test_saves_on_both_sides_of_a_publication_or_of_midnight_are_told_apart(editor_client, editor, theme):
    now = timezone.now()
    for days, button, text in (
        (1, "_save", "Een"),
        (2, "_save", "Twee"),
        (3, "_publish", "Twee"),
        (4, "_save", "Drie"),
    ):
        with time_machine.travel(now + timedelta(days=days)):
            enter(editor_client, editor)
            submit(editor_client, theme, button, title_nl=text)
    whats = [entry.what for entry in history.entries(theme)][:4]
    assert whats == ["wijzigde de werkversie", "publiceerde", "wijzigde de werkversie", "wijzigde de werkversie"]


def test_a_page_far_back_reads_only_its_own_versions(editor_client, editor, theme, monkeypatch):
    for _number in range(60):
        publish(theme, editor)
    read = []
    monkeypatch.setattr(history, "normalise", lambda model, data: read.append(data) or data)
    response = editor_client.get(of(theme, "history"), {"page": "2"})
    assert len(read) == history.ENTRIES_PER_PAGE + 1
    assert "Nieuwer" in words(response)


def test_the_lines_beside_the_form_cost_three_questions(editor, theme, django_assert_num_queries):
    for _number in range(5):
        publish(theme, editor)
    history.recent(theme)
    with django_assert_num_queries(3):
        assert len(history.recent(theme)) == 3


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


def test_a_working_copy_of_which_every_publication_was_cancelled_is_kept_too(editor):
    theme = Theme.objects.create(title_nl="Gepland", slug_nl="gepland")
    waiting = publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    cancel(waiting, editor)
    theme.title_nl = "Verder gewerkt"
    theme.save()
    restore(waiting, editor)
    assert Discarded.objects.of(theme).get().title == "Verder gewerkt"
    assert "Geannuleerd" in [entry.mark for entry in history.entries(theme)]


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
        assert history.recent(theme)[0].what.startswith("a rétabli la version de")


@pytest.mark.parametrize("kind", ["history", "compare", "restore"])
def test_only_who_may_edit_sees_history(client, colleague, theme, kind):
    assert client.get(of(theme, kind)).status_code == 302
    client.force_login(colleague)
    assert client.get(of(theme, kind)).status_code == 302
    enter(client, staff_user("bare"))
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


def test_the_account_of_a_colleague_comes_back_with_the_card_unless_somebody_else_has_it(colleague):
    for taken in (False, True):
        person = StaffMember.objects.create(name="Tijdelijk", user=colleague, needs_check_fr=True)
        person.delete()
        other = StaffMember.objects.create(name="Ander", user=colleague) if taken else None
        back = restore(Discarded.objects.first(), None)
        assert (back.user, back.needs_check_fr) == (None if taken else colleague, True)
        for each in filter(None, (back, other)):
            each.delete()


def test_the_bin_is_searched_in_every_language(editor_client):
    Update.objects.create(title_nl="Bericht", title_fr="Été prochain").delete()
    StaffMember.objects.create(name="Tijdelijke Kracht").delete()
    url = reverse("admin:publishing_discarded_changelist")
    for query, expected in (("té proch", "Bericht"), ("Kracht", "Tijdelijke Kracht")):
        assert [each.title for each in editor_client.get(url, {"q": query}).context["cl"].result_list] == [expected]


def test_the_navigation_counts_what_is_in_the_bin_and_not_what_came_back(editor_client):
    for _number in range(2):
        Update.objects.create(title_nl="Bericht").delete()
    restore(Discarded.objects.first(), None)
    [content, *_more] = editor_client.get("/admin/").context["app_list"]
    assert [model["count"] for model in content["models"] if model["object_name"] == "Discarded"] == [1]


def test_a_partner_that_was_deleted_meanwhile_is_said_before_and_after(editor_client):
    organisation = Organisation.objects.create(name="Tijdelijk")
    priority = Priority.objects.create(number=9, title_nl="Negen", slug_nl="negen")
    priority.partners.create(organisation=organisation)
    priority.delete()
    organisation.delete()
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get(title="Negen").pk])
    assert "Partner: Organisatie" in words(editor_client.get(one))
    assert "sindsdien verwijderd: Partner: Organisatie" in words(editor_client.post(one, follow=True))
    assert Priority.objects.get(number=9).partners.get().organisation is None


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
    enter(client, staff_user("bare"))
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


def test_an_empty_bin_says_so_and_counts_no_bins(editor_client):
    content = editor_client.get("/admin/publishing/discarded/").content.decode()
    assert "Hier ligt niets." in content
    assert "0 prullenbak" not in content
    assert "3 thema’s" in editor_client.get("/admin/priorities/theme/").content.decode()
