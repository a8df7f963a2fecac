from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Document, Theme, Update
from publishing.models import Discarded, Draft, Revision
from publishing.review.naming.mentions import TextState, places
from publishing.search.names.person_matching import MatchKind
from publishing.workflow import keep, publish, take_back, withdraw
from staff.forgetting.mentions import mentions_of, search_for, sought
from staff.models import CardLink, StaffMember

pytestmark = pytest.mark.django_db


def where(member: StaffMember) -> set[tuple[TextState, str, str]]:
    """In which states and columns the person is named, and with which words."""
    return {(each.text.state, each.text.column, each.hit.marked) for each in mentions_of(member)}


@pytest.fixture
def johan(johan) -> StaffMember:
    """Johan with a number that nobody else has."""
    johan.phone = "+32495587571"
    johan.save()
    return johan


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.first()


def test_a_fresh_site_names_nobody_in_its_texts(johan):
    assert [each for each in mentions_of(johan) if each.hit.is_certain] == []


def test_every_form_of_a_person_is_found_in_every_language_of_what_is_public(johan, theme):
    theme.body_nl = (
        "<p>J. Halsberghe, +32 495 58 75 71. Collega Halsberghe, Johan."
        ' <a href="mailto:johan@example.org">Mail</a>.</p>'
    )
    theme.body_fr = "<p>Johan&nbsp;Halsberghe vous répond.</p>"
    theme.image_caption_en = "Halsberghe Johan"
    theme.save()
    publish(theme, None)
    words = {
        ("body_nl", "J. Halsberghe"),
        ("body_nl", "+32 495 58 75 71"),
        ("body_nl", "johan@example.org"),
        ("body_nl", "Halsberghe, Johan"),
        ("body_fr", "Johan Halsberghe"),
        ("image_caption_en", "Halsberghe Johan"),
    }
    assert where(johan) == {(state, *each) for state in (TextState.PUBLIC, TextState.WORKING) for each in words}
    assert all(each.hit.is_certain for each in mentions_of(johan))


def test_each_state_of_a_text_is_told(johan, editor, theme):
    def say(words: str) -> None:
        theme.summary_nl = words
        theme.save()

    say("Oud: J. Halsberghe")
    publish(theme, editor)
    say("Nu: Johan Halsberghe")
    publish(theme, editor)
    say("Straks: Halsberghe Johan")
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    say("Bewaard: Halsberghe, Johan")
    assert keep(theme, editor)
    say("Werk: JOHAN HALSBERGHE")
    assert where(johan) == {
        (TextState.OLD, "summary_nl", "J. Halsberghe"),
        (TextState.PUBLIC, "summary_nl", "Johan Halsberghe"),
        (TextState.PLANNED, "summary_nl", "Halsberghe Johan"),
        (TextState.SAVED, "summary_nl", "Halsberghe, Johan"),
        (TextState.WORKING, "summary_nl", "JOHAN HALSBERGHE"),
    }


def test_the_bin_and_what_was_overwritten_are_searched(johan, editor):
    update = Update.objects.create(title_nl="Johan Halsberghe gaat met pensioen")
    update.delete()
    Discarded.objects.create(
        model="priorities.theme", object_id=1, title="x", deleted=False, data={"title_nl": "J. Halsberghe"}
    )
    found = {(each.text.state, each.url) for each in mentions_of(johan)}
    binned = Discarded.objects.get(deleted=True)
    assert (TextState.BIN, f"/admin/publishing/discarded/{binned.pk}/change/") in found
    assert TextState.REPLACED in {state for state, _url in found}


def test_notes_and_reasons_of_versions_are_searched(johan, editor, theme):
    publish(theme, editor, note="Op vraag van Johan Halsberghe")
    withdraw(theme, editor, "Vraag het J. Halsberghe")
    assert {column for _state, column, _marked in where(johan)} == {"note", "reason"}


def test_child_rows_titles_of_documents_and_names_of_files_are_searched(johan):
    mission = MissionPage.objects.get()
    aim = mission.aims.all()[1]
    aim.text_fr = "Demandez à Johan Halsberghe"
    aim.save()
    document = Document.objects.create(title_nl="Cv", file="documents/cv-johan-halsberghe.pdf")
    found = {each.text.path: each for each in mentions_of(johan)}
    assert found["aims", aim.pk, "text_fr"].url == f"/admin/pages/missionpage/{mission.pk}/change/#id_aims-1-text_fr"
    assert found["file",].url == f"/admin/priorities/document/{document.pk}/change/#id_file"


def test_a_version_leads_to_its_comparison_and_a_working_copy_to_its_field(johan, editor, theme):
    theme.title_fr = "Johan Halsberghe"
    theme.save()
    publish(theme, editor)
    version = Revision.objects.of(theme).first()
    address = f"/admin/priorities/theme/{theme.pk}"
    assert {each.text.state: each.url for each in mentions_of(johan)} == {
        TextState.WORKING: f"{address}/change/#id_title_fr",
        TextState.PUBLIC: f"{address}/compare/?old=r{version.pk}&new=working",
    }
    [place] = places(mentions_of(johan))
    assert (place.is_of_today, len(place.mentions)) == (True, 2)
    assert (place.first.text.language, place.first.text.field.startswith("Titel")) == ("fr", True)


def test_what_the_card_said_before_counts_too(johan, editor, theme):
    johan.name, johan.mobile, johan.shows_mobile = "Johan Halsberghe-Peeters", "+32470112233", True
    johan.save()
    publish(johan, editor)
    johan.name, johan.mobile, johan.email = "Johan Peeters", "", "jp@example.org"
    johan.save()
    CardLink.objects.make(johan, CardLink.Purpose.ADDRESS, "nieuw@example.org")
    theme.body_nl = "<p>Johan Halsberghe, Johan Peeters, 0470/11.22.33, johan@example.org, nieuw@example.org</p>"
    theme.save()
    found = {each.hit.marked for each in mentions_of(johan)}
    assert found == {
        "Johan Halsberghe",
        "Johan Peeters",
        "0470/11.22.33",
        "johan@example.org",
        "nieuw@example.org",
    }


def test_a_number_that_a_colleague_has_too_is_only_possible(johan, theme):
    other = StaffMember.objects.exclude(pk=johan.pk).first()
    other.phone = johan.phone
    other.save()
    theme.body_nl = "<p>0495 58 75 71</p>"
    theme.save()
    found = mentions_of(johan)
    assert {each.text.model for each in found} == {"priorities.theme"}
    assert {(each.hit.kind, each.hit.is_certain) for each in found} == {(MatchKind.NUMBER, False)}


def test_the_own_card_is_left_out_and_other_cards_are_not(johan):
    other = StaffMember.objects.exclude(pk=johan.pk).first()
    other.function_nl = "Vervangt Johan Halsberghe"
    other.save()
    assert {(each.text.model, each.text.object_id) for each in mentions_of(johan)} == {("staff.staffmember", other.pk)}


def test_a_name_of_nothing_finds_nothing(johan):
    nobody = StaffMember.objects.create()
    assert mentions_of(nobody) == []
    assert sought(nobody).told == []


def test_what_was_searched_is_counted(johan, editor, theme):
    theme.summary_nl = "x"
    theme.save()
    keep(theme, editor)
    searched = search_for(johan)
    assert searched.number(TextState.WORKING) == sum(
        model.objects.count() for model in _kinds() if model is not StaffMember
    ) + (StaffMember.objects.count() - 1)
    assert searched.number(TextState.SAVED) == Draft.objects.count() == 1
    assert "thema’s" in searched.kinds


def _kinds():
    from publishing.review.naming.mentions import _labels

    return list(_labels().values())


def test_the_number_of_queries_does_not_grow(johan, editor):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            mentions_of(johan)
        return len(queries)

    for number in range(2):
        theme = Theme.objects.create(title_nl=f"J. Halsberghe {number}", slug_nl=f"h-{number}")
        publish(theme, editor)
    few = count()
    for number in range(2, 9):
        theme = Theme.objects.create(title_nl=f"J. Halsberghe {number}", slug_nl=f"h-{number}")
        publish(theme, editor)
    assert count() == few


def test_the_reason_for_which_a_version_was_taken_back_is_searched_too(johan, theme, editor):
    theme.title_nl = "Vergissing"
    theme.save()
    mistake = publish(theme, editor)
    theme.title_nl = "Verbeterd"
    theme.save()
    publish(theme, editor)
    take_back(mistake, editor, "Er stond iets in over Johan Halsberghe")
    (found,) = [each.text for each in mentions_of(johan) if each.hit.is_certain]
    assert (found.column, found.is_about) == ("taken_back_reason", True)
    assert found.field
