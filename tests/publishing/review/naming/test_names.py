"""A renamed organisation in prose: where the old name stands, and the new one in its place, in working copies alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import Organisation, TextPage
from priorities.models import Theme
from publishing.models import Act, Draft, Revision
from publishing.review.naming.names import former_names, is_proposed, named, replace
from publishing.workflow import publish, undo
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed(editor) -> Organisation:
    organisation = Organisation.objects.create(name="Oud Overleg")
    publish(organisation, editor)
    organisation.name = "Nieuw Overleg"
    organisation.save()
    publish(organisation, editor)
    return organisation


@pytest.fixture
def theme(editor) -> Theme:
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.summary_nl = "Het Oud Overleg werkt mee. Zonder Oud Overleg gaat het niet."
    theme.body_fr = '<p>Le <strong>Oud Overleg</strong> et <a href="https://a.be/oud-overleg">Oud Overleg</a>.</p>'
    theme.save()
    publish(theme, editor)
    return theme


def keys(found) -> set[str]:
    return {place.key for place in found}


def test_former_names_are_those_of_versions_and_kept_saves(renamed):
    assert former_names(renamed) == ["Oud Overleg"]


def test_every_place_is_found_in_every_language_with_the_field_of_its_form(renamed, theme, editor):
    found = named(renamed, editor)
    assert {(place.first.text.column, place.url.partition("#")[2]) for place in found.replaceable} == {
        ("summary_nl", "id_summary_nl"),
        ("body_fr", "id_body_fr"),
    }
    assert len(found.replaceable) == 4
    assert all(is_proposed(place) for place in found.replaceable)


def test_what_was_chosen_is_replaced_in_the_working_copy_and_nothing_else(renamed, theme, editor):
    waiting = publish(theme, editor, live_from=timezone.now() + timedelta(days=2))
    before = list(Revision.objects.values_list("pk", "data").order_by("pk"))
    found = named(renamed, editor).replaceable
    not_chosen = next(place for place in found if place.first.hit.after == " gaat het niet.")
    done = replace(renamed, keys(found) - {not_chosen.key}, editor)
    theme.refresh_from_db()
    assert theme.summary_nl == "Het Nieuw Overleg werkt mee. Zonder Oud Overleg gaat het niet."
    assert theme.body_fr == (
        '<p>Le <strong>Nieuw Overleg</strong> et <a href="https://a.be/oud-overleg">Nieuw Overleg</a>.</p>'
    )
    assert list(Revision.objects.values_list("pk", "data").order_by("pk")) == before
    assert waiting.pk in Revision.objects.pending().values_list("pk", flat=True)
    assert (done.pages, done.refused, done.gone) == ([theme], 0, 0)


def test_afterwards_it_waits_to_be_published(renamed, theme, editor):
    replace(renamed, keys(named(renamed, editor).replaceable), editor)
    found = named(renamed, editor)
    assert found.old == []
    assert len(found.waiting) == 4
    theme.refresh_from_db()
    publish(theme, editor)
    assert named(renamed, editor).waiting == []


def test_undo_takes_it_back_everywhere_as_one_act(renamed, theme, editor):
    page = TextPage.objects.first()
    page.title_en = "About Oud Overleg"
    page.save()
    done = replace(renamed, keys(named(renamed, editor).replaceable), editor)
    assert (done.act.kind, done.act.lines.count()) == (Act.Kind.REPLACED, 2)
    undo(done.act, editor)
    theme.refresh_from_db()
    page.refresh_from_db()
    assert (theme.summary_nl.count("Oud Overleg"), page.title_en) == (2, "About Oud Overleg")


def test_what_stood_there_is_kept_when_it_was_kept_nowhere(renamed, theme, editor):
    theme.summary_nl = "Nooit gepubliceerd: Oud Overleg."
    theme.save()
    replace(renamed, keys(named(renamed, editor).replaceable), editor)
    assert "Nooit gepubliceerd: Oud Overleg." in [each.data["summary_nl"] for each in Draft.objects.of(theme)]


def test_a_sentence_that_somebody_changed_meanwhile_stays_as_it_is(renamed, theme, editor):
    chosen = keys(named(renamed, editor).replaceable)
    theme.summary_nl = "Oud Overleg deed dit vroeger. Zonder Oud Overleg gaat het niet."
    theme.save()
    done = replace(renamed, chosen, editor)
    theme.refresh_from_db()
    assert theme.summary_nl == "Oud Overleg deed dit vroeger. Zonder Nieuw Overleg gaat het niet."
    assert done.gone == 1


def test_a_text_that_would_be_too_long_is_refused_and_told(renamed, editor):
    page = TextPage.objects.first()
    page.title_nl = "Oud Overleg " + "x" * 187
    page.save()
    done = replace(renamed, keys(named(renamed, editor).replaceable), editor)
    page.refresh_from_db()
    assert (done.refused, done.act, page.title_nl[:11]) == (1, None, "Oud Overleg")


def test_addresses_slugs_and_its_own_texts_are_left_alone(renamed, editor):
    page = TextPage.objects.first()
    page.slug_en = "oud-overleg"
    page.save()
    Organisation.objects.create(name="Andere", url="https://example.org/oud-overleg")
    assert named(renamed, editor).old == []


def test_what_another_organisation_is_called_is_shown_and_not_proposed(renamed, editor):
    Organisation.objects.create(name="Oud Overleg Jong")
    (place,) = named(renamed, editor).replaceable
    assert not is_proposed(place)


def test_somebody_without_rights_changes_nothing(renamed, theme, colleague):
    found = named(renamed, colleague)
    assert found.old == []
    done = replace(renamed, {"x"}, colleague)
    theme.refresh_from_db()
    assert done.pages == []
    assert "Nieuw" not in theme.summary_nl


def test_a_person_who_was_renamed_is_found_too(editor, theme):
    person = StaffMember.objects.first()
    old = person.name
    theme.summary_nl = f"Vraag het aan {old}."
    theme.save()
    person.name = "Iemand Anders"
    person.save()
    (place,) = [each for each in named(person, editor).replaceable if each.first.text.column == "summary_nl"]
    replace(person, {place.key}, editor)
    theme.refresh_from_db()
    assert theme.summary_nl == "Vraag het aan Iemand Anders."


def test_the_name_of_today_is_found_in_prose_too(renamed, theme, editor):
    theme.summary_nl = "Het Nieuw Overleg."
    theme.save()
    assert [place.first.text.column for place in named(renamed, editor).same] == ["summary_nl"]


def test_the_languages_of_a_text_stand_in_the_order_of_the_site(renamed, theme, editor):
    for code in ("en", "fr", "nl"):
        setattr(theme, f"short_title_{code}", "Oud Overleg")
    theme.save()
    columns = [place.first.text.column for place in named(renamed, editor).replaceable]
    assert [each for each in columns if each.startswith("short_title_")] == [
        "short_title_nl",
        "short_title_fr",
        "short_title_en",
    ]
