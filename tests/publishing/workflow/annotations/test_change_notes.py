"""What visitors read of a change: beside which version it stands, which date it gives, and correcting it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Priority, Theme
from publishing.models import LONGEST_NOTE, Act, ChangeNote, Erasure, Revision, StampChange
from publishing.review.naming.mentions import search
from publishing.review.naming.redaction import redact_mentions
from publishing.search.names.person_matching import Sought
from publishing.workflow import (
    advance,
    amend,
    can_be_minor,
    cancel,
    confirm,
    correct,
    look,
    publish,
    record,
    reorder,
    reschedule,
    take_back,
    undo,
    withdraw,
)
from publishing.workflow.erasure.again import erase_again
from publishing.workflow.erasure.redaction import redact_remark
from publishing.workflow.erasure.versions import erase_version
from tests.publishing.saved import DAY, plan, public_theme, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    """A theme that became public ten days ago."""
    with time_machine.travel(timezone.now() - 10 * DAY):
        return public_theme(editor)


def told(text: str = "", *, is_minor: bool = False, **languages: str) -> ChangeNote:
    return ChangeNote(text_nl=text, is_minor=is_minor, **languages)


def change(theme: Theme, editor, text: str, *, is_minor: bool = False, **options) -> Revision:
    """Publish another text, with that as its change note too."""
    row = save(theme, body_nl=f"<p>{text}</p>")
    return publish(row, editor, change_note=told(text, is_minor=is_minor), **options)


def said(revision: Revision) -> str | None:
    found = ChangeNote.objects.filter(revision=revision).first()
    return found and found.text_nl


def shown(theme: Theme) -> Revision:
    found = theme.revisions.public().first()
    assert found
    return found


def test_a_change_note_stands_beside_its_version_and_not_in_it(theme, editor):
    revision = change(theme, editor, "Nieuwe data.")
    assert said(revision) == "Nieuwe data."
    assert revision.note == ""
    assert "Nieuwe data." not in str({name: revision.data[name] for name in revision.data if name != "body_nl"})


@pytest.mark.parametrize("text", ["", "   ", "\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}", "\u2060"])
def test_a_note_that_nobody_would_read_is_none(theme, editor, text):
    revision = publish(save(theme, title_nl="Anders"), editor, change_note=told(text))
    assert said(revision) is None


def test_a_note_is_one_clean_line(theme, editor):
    revision = publish(save(theme, title_nl="Anders"), editor, change_note=told(" Eén\nregel\N{ZERO WIDTH SPACE} "))
    assert said(revision) == "Eén regel"


def test_a_note_that_is_too_long_is_refused(theme, editor):
    with pytest.raises(ValidationError) as error:
        publish(save(theme, title_nl="Anders"), editor, change_note=told("x" * (LONGEST_NOTE + 1)))
    assert list(error.value.message_dict) == ["text_nl"]
    assert shown(theme).data["title_nl"] == "Eerste"


def test_what_was_published_without_a_note_has_the_date_of_its_publication(theme, editor):
    revision = publish(save(theme, title_nl="Anders"), editor)
    assert (said(revision), revision.changed_at) == (None, revision.live_from)


def test_a_small_improvement_keeps_the_date_of_the_change_before_it(theme, editor):
    first = shown(theme)
    small = change(theme, editor, "Tikfout.", is_minor=True)
    assert small.changed_at == first.live_from < small.live_from
    assert small.said_since == small.live_from
    again = change(theme, editor, "Nog een.", is_minor=True)
    assert again.changed_at == first.live_from
    real = change(theme, editor, "Echt nieuws.")
    assert real.changed_at == real.live_from


def test_what_says_a_small_improvement_again_keeps_its_date_too(theme, editor):
    first = shown(theme)
    small = change(theme, editor, "Tikfout.", is_minor=True)
    confirmed = confirm(theme, editor)
    assert (confirmed.changed_at, confirmed.said_since) == (first.live_from, small.live_from)
    assert publish(theme, editor).changed_at == first.live_from
    assert said(confirmed) is None


def test_a_first_publication_is_never_small(editor):
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    revision = publish(theme, editor, change_note=told("Begin", is_minor=True))
    assert revision.changed_at == revision.live_from
    assert not ChangeNote.objects.get(revision=revision).is_minor
    withdraw(theme, editor, "Voorbij.")
    again = publish(theme, editor, change_note=told(is_minor=True))
    assert (said(again), again.changed_at) == (None, again.live_from)


def test_what_is_published_unchanged_has_no_note(theme, editor):
    revision = publish(theme, editor, change_note=told("Niets"))
    assert said(revision) is None


def test_another_order_renews_no_date(editor):
    before = {each.object_id: each.changed_at for each in Revision.objects.of(Priority).public()}
    reorder(Priority, list(Priority.objects.order_by("-number").values_list("pk", flat=True)), editor)
    assert {each.object_id: each.changed_at for each in Revision.objects.of(Priority).public()} == before


def test_an_amendment_has_the_note_that_it_is_given_and_not_that_of_before(theme, editor):
    change(theme, editor, "Eerst.")
    amendment = amend(theme, {"title_nl": "Zonder nota"}, editor)
    assert amendment.revision
    assert said(amendment.revision) is None
    noted = amend(theme, {"title_nl": "Met nota"}, editor, change_note=told("Titel.")).revision
    assert noted
    assert said(noted) == "Titel."
    date = noted.changed_at
    small = amend(theme, {"title_nl": "Klein"}, editor, change_note=told(is_minor=True)).revision
    assert small
    assert small.changed_at == date


# Planned


def test_a_note_goes_with_its_plan_whatever_happens_to_that(theme, editor):
    waiting = plan(theme, 3, editor, title_nl="Gepland")
    ChangeNote.objects.create(revision=waiting, text_nl="Straks.")
    amend(theme, {"summary_nl": "Nu"}, editor, change_note=told("Nu."))
    carried = theme.revisions.pending().get()
    assert carried.pk != waiting.pk
    assert said(carried) == "Straks."
    moved = reschedule(carried, editor, timezone.now() + 5 * DAY)
    assert said(moved) == "Straks."
    now = advance(moved, editor)
    assert (said(now), now.changed_at) == ("Straks.", now.live_from)


def test_a_planned_small_improvement_gets_the_date_of_what_it_will_replace(theme, editor):
    first = shown(theme)
    small = change(theme, editor, "Straks.", is_minor=True, live_from=timezone.now() + 3 * DAY)
    assert small.changed_at == first.live_from
    news = publish(save(theme, title_nl="Intussen"), editor, change_note=told("Nieuws."), keep_waiting=True)
    carried = theme.revisions.pending().get()
    assert (said(carried), carried.changed_at) == ("Straks.", news.live_from)


def test_a_small_improvement_forgets_the_date_of_a_plan_that_was_cancelled(theme, editor):
    first = shown(theme)
    earlier = change(theme, editor, "Morgen.", live_from=timezone.now() + DAY)
    change(theme, editor, "Overmorgen.", is_minor=True, live_from=timezone.now() + 2 * DAY)
    small = theme.revisions.pending().order_by("-live_from")[0]
    assert small.changed_at == earlier.live_from
    cancel(earlier, editor)
    small.refresh_from_db()
    assert small.changed_at == first.live_from


# Undone, taken back, erased


def test_what_is_undone_takes_its_note_and_its_date_along(theme, editor):
    first = shown(theme)
    before = look(Theme, theme.pk)
    change(theme, editor, "Per vergissing.")
    act = record(Act.Kind.PUBLISHED, editor, [before])
    assert act
    undo(act, editor)
    now = shown(theme)
    assert (now.changed_at, said(now)) == (first.live_from, None)
    assert not theme.revisions.citable().exclude(change_note=None).exists()


def test_a_small_improvement_that_comes_back_by_undo_keeps_its_date(theme, editor):
    first = shown(theme)
    change(theme, editor, "Tikfout.", is_minor=True)
    before = look(Theme, theme.pk)
    change(theme, editor, "Per vergissing.")
    act = record(Act.Kind.PUBLISHED, editor, [before])
    assert act
    undo(act, editor)
    assert shown(theme).changed_at == first.live_from


def test_a_small_improvement_says_something_else_than_the_version_before_it(theme, editor):
    change(theme, editor, "Oud.")
    old = shown(theme)
    change(theme, editor, "Tikfout.", is_minor=True)
    take_back(old, editor, "Verkeerd.")  # which is refused for what visitors read now
    old.refresh_from_db()
    assert old.taken_back_at
    assert not shown(theme).taken_back_at


def test_an_erased_version_leaves_no_note(theme, editor):
    old = change(theme, editor, "Iets over Jan.")
    change(theme, editor, "Verder.")
    erase_version(old)
    assert not ChangeNote.objects.filter(revision=old).exists()


def test_a_small_improvement_keeps_its_date_when_the_version_of_that_date_is_erased(theme, editor):
    old = change(theme, editor, "Oud.")
    small = change(theme, editor, "Klein.", is_minor=True)
    change(theme, editor, "Gepland", is_minor=True, live_from=timezone.now() + DAY)
    erase_version(old)
    cancel(theme.revisions.pending().get(), editor)  # which works out the dates anew
    small.refresh_from_db()
    assert small.changed_at == old.live_from


def test_a_name_in_a_note_is_found_and_made_illegible_for_good(theme, editor):
    revision = change(theme, editor, "Met dank aan Jan Peeters.")
    sought = Sought.of(names=["Jan Peeters"])
    mentions = [each for each in search(sought).mentions if each.text.column == "text_nl"]
    assert [each.text.key for each in mentions] == [f"r{revision.pk}"]
    redact_mentions(mentions, sought)
    assert said(revision) == "Met dank aan […]."
    assert "Jan Peeters" not in str(list(Erasure.objects.values()))


def test_a_note_that_was_redacted_is_redacted_again_after_a_restore(theme, editor):
    revision = change(theme, editor, "Met dank aan Jan Peeters.")
    redact_remark(revision, "text_nl", "Met dank aan […].")
    ChangeNote.objects.update(text_nl="Met dank aan Jan Peeters.")  # as the archive has it
    erase_again(list(Erasure.objects.all()), set(), lambda line: None)
    assert said(revision) == "Met dank aan […]."


# Corrected


def test_correcting_a_note_leaves_the_version_as_it_was(theme, editor):
    revision = change(theme, editor, "Foutje.")
    before = Revision.objects.filter(pk=revision.pk).values().get()
    assert correct(revision, told("Verbeterd.", text_fr="Corrigé."), editor)
    assert Revision.objects.filter(pk=revision.pk).values().get() == before
    assert ChangeNote.objects.get(revision=revision).text_fr == "Corrigé."
    assert not correct(revision, told("Verbeterd.", text_fr="Corrigé."), editor)
    assert correct(revision, told("  "), editor)
    assert said(revision) is None


def test_pages_that_show_a_corrected_note_are_made_anew(theme, editor):
    revision = change(theme, editor, "Foutje.")
    correct(revision, told("Verbeterd."), editor)
    newest = StampChange.objects.order_by("-number").first()
    assert newest
    assert (newest.model, newest.object_id, newest.takes_away) == ("priorities.theme", theme.pk, True)


def test_what_turns_out_small_or_not_gives_all_that_follows_another_date(theme, editor):
    first = shown(theme)
    revision = change(theme, editor, "Iets.")
    small = change(theme, editor, "Tikfout.", is_minor=True)
    confirmed = confirm(theme, editor)
    correct(revision, told("Iets.", is_minor=True), editor)
    for each in (revision, small, confirmed):
        each.refresh_from_db()
        assert each.changed_at == first.live_from
    correct(small, told("Toch nieuws."), editor)
    small.refresh_from_db()
    confirmed.refresh_from_db()
    assert (small.changed_at, confirmed.changed_at) == (small.live_from, small.live_from)


def test_the_first_version_can_not_become_small(theme, editor):
    first = shown(theme)
    assert not can_be_minor(first)
    correct(first, told("Begin.", is_minor=True), editor)
    assert not ChangeNote.objects.get(revision=first).is_minor


def test_there_is_nothing_to_correct_where_visitors_read_nothing(theme, editor):
    confirmed = confirm(theme, editor)
    cancelled = plan(theme, 3, editor, title_nl="Gepland")
    cancel(cancelled, editor)
    withdrawn = withdraw(theme, editor, "Voorbij.")
    for revision in (confirmed, cancelled, withdrawn):
        with pytest.raises(ValidationError):
            correct(revision, told("Iets."), editor)
    assert not ChangeNote.objects.exists()


def test_the_longest_run_of_versions_is_dated_in_their_order(theme, editor):
    first = shown(theme)
    with time_machine.travel(timezone.now() - timedelta(hours=5), tick=False):
        news = change(theme, editor, "Nieuws.")
    for hours in (4, 3, 2):
        with time_machine.travel(timezone.now() - timedelta(hours=hours), tick=False):
            last = change(theme, editor, f"Klein {hours}.", is_minor=True)
    assert last.changed_at == news.live_from
    correct(news, told("Nieuws.", is_minor=True), editor)
    last.refresh_from_db()
    assert last.changed_at == first.live_from
