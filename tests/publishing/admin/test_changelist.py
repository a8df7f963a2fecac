"""The lists of the admin: columns, filters, search and order."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from pages.models import MissionPage, Organisation
from priorities.models import Theme
from publishing.admin.changelist import behind, completeness, missing, search
from publishing.workflow import State, publish, set_end, withdraw
from staff.models import StaffMember
from tests.desk import enter
from tests.publishing.admin.test_publishable import submit

pytestmark = pytest.mark.django_db
URL = reverse("admin:priorities_theme_changelist")


def listed(client, **parameters) -> set:
    return {row.pk for row in client.get(URL, parameters).context["cl"].result_list}


def text(client) -> str:
    return " ".join(client.get(URL).content.decode().split())


def test_a_row_tells_its_languages_its_state_and_who_changed_it(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="Anders", title_fr="", url_label_fr="")
    page = text(editor_client)
    assert "Gepubliceerd, met wijzigingen die bezoekers nog niet zien" in page
    assert ": leeg " in page
    assert ", dorine" in page


def test_a_language_is_empty_partly_there_or_complete():
    theme = Theme(title_nl="A", summary_nl="B", title_fr="C", body_en="<p></p>")
    assert completeness(theme) == {"nl": "complete", "fr": "partly", "en": "empty"}
    assert completeness(Theme(title_fr="C"))["nl"] == "empty"
    assert set(completeness(Theme()).values()) == {"empty"}


def test_no_list_misses_the_translation_of_what_a_decorative_or_absent_picture_shows():
    theme = Theme.objects.create(title_nl="A", title_fr="A", slug_nl="a", image_alt_nl="Een brug")
    for image, is_decorative, is_missed in (("", False, False), ("a.jpg", True, False), ("a.jpg", False, True)):
        Theme.objects.filter(pk=theme.pk).update(image=image, image_is_decorative=is_decorative)
        theme = Theme.objects.get(pk=theme.pk)
        assert (completeness(theme)["fr"] == "partly") == is_missed
        assert Theme.objects.filter(missing(Theme, "fr"), pk=theme.pk).exists() == is_missed


def test_a_translation_is_missing_only_where_there_is_a_dutch_text(editor_client):
    complete = Theme.objects.create(title_nl="A", title_fr="B", body_nl="<p></p>")
    gap = Theme.objects.create(title_nl="A", title_fr="B", body_nl="<p>C</p>")
    french = Theme.objects.create(title_fr="B", body_fr="<p>D</p>")
    found = listed(editor_client, todo="missing_fr")
    assert gap.pk in found
    assert not {complete.pk, french.pk} & found


def test_what_is_behind_is_counted_apart_and_leads_to_its_field(editor_client, editor):
    theme = Theme.objects.create(
        title_nl="A", title_fr="B", title_en="C", slug_nl="a", body_nl="<p>D</p>", body_fr="<p>E</p>"
    )
    publish(theme, editor)
    assert theme.pk not in listed(editor_client, todo="behind_fr")
    submit(editor_client, theme, "_save", title_nl="Anders")
    assert listed(editor_client, todo="behind_fr") == listed(editor_client, todo="behind_en") == {theme.pk}
    assert theme.pk not in listed(editor_client, todo="missing_fr")
    assert theme.pk in listed(editor_client, todo="missing_en")
    url = reverse("admin:priorities_theme_change", args=[theme.pk])
    page = text(editor_client)
    assert f'FR<span class="visually-hidden">:</span> <a href="{url}#behind-fr">1 achter</a> </span>' in page
    assert (
        f'EN<span class="visually-hidden">:</span> <a href="{url}#behind-en">1 achter</a>, 1 ontbreekt </span>' in page
    )
    assert "Achter: Frans" in page
    submit(editor_client, theme, "_save", title_fr="Autre")
    assert listed(editor_client, todo="behind_fr") == set()


def test_what_is_behind_in_a_child_row_counts_for_its_page(editor_client):
    mission = MissionPage.objects.get()
    assert not MissionPage.objects.filter(behind(MissionPage, "fr")).exists()
    row = mission.aims.first()
    row.text_nl = "iets anders"
    row.save()
    submit(editor_client, mission, "_save")
    assert MissionPage.objects.filter(behind(MissionPage, "fr")).exists()


def test_unpublished_changes_are_found_exactly(editor_client, theme):
    assert listed(editor_client, todo="changes") == set()
    theme.summary_en = "New"
    theme.save()
    assert listed(editor_client, todo="changes") == {theme.pk}
    assert listed(editor_client, state="changed") == {theme.pk}
    assert theme.pk not in listed(editor_client, state="published")


def test_what_nobody_published_for_a_year_is_to_be_checked(editor_client, editor, theme):
    assert listed(editor_client, todo="old") == set()
    with time_machine.travel(timezone.now() + timedelta(days=370)):
        enter(editor_client, editor)
        publish(theme, editor)
        found = listed(editor_client, todo="old")
        assert found == set(Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True))


def test_every_state_is_a_filter_and_together_they_are_all(editor_client, editor):
    now = timezone.now()
    made = {name: Theme.objects.create(title_nl=name, slug_nl=f"t-{name}") for name in State.values}
    publish(made["scheduled"], editor, live_from=now + timedelta(days=1))
    for name in ("published", "changed", "withdrawn", "ended"):
        publish(made[name], editor)
    Theme.objects.filter(pk=made["changed"].pk).update(title_nl="X")
    withdraw(made["withdrawn"], editor, "Weg")
    set_end(made["ended"], editor, timezone.now() + timedelta(hours=1))
    with time_machine.travel(now + timedelta(hours=2)):
        enter(editor_client, editor)
        found = {name: listed(editor_client, state=name) for name in State.values}
        assert all(made[name].pk in found[name] for name in State.values)
        assert sum(map(len, found.values())) == Theme.objects.count()
        page = editor_client.get(URL).context["cl"].result_list
        assert all(row.pk in found[row.list_state] for row in page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cœur", True),
        ("coeur", True),
        ("REALISER", True),
        ("réaliser", True),
        ("alise", True),
        ("realiser coeur", True),
        ('"le cœur"', True),
        ("realiser onbestaand", False),
        ("strong", False),
        ("100%", False),
        ("r_aliser", False),
        ("!", False),
        ("a", True),
        ("A réaliser", True),
    ],
)
def test_search_finds_words_in_any_language_and_text_without_minding_accents(query, found):
    theme = Theme.objects.create(title_nl="A", body_fr="<p>Réaliser <strong>avec</strong> le cœur</p>")
    assert (theme in search(Theme.objects.all(), query)) is found


def test_search_finds_names_and_numbers_of_every_kind(editor_client):
    assert StaffMember.objects.get(slug="dorine-sioen") in search(StaffMember.objects.all(), "dorine")
    assert Organisation.objects.get(name="VDAB") in search(Organisation.objects.all(), "vdab")
    assert search(Theme.objects.all(), "\0").count() == Theme.objects.count()


def test_both_filters_ask_once_what_is_changed(editor_client, monkeypatch):
    asked = []
    monkeypatch.setattr("publishing.admin.changelist.changed", lambda model: asked.append(model) or set())
    assert editor_client.get(URL, {"_facets": "True", "state": "published"}).status_code == 200
    assert asked == [Theme]
