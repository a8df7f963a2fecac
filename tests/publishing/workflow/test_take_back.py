"""Taking one published version out of the public list: visitors no longer read it, and history says who and why."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from consultation.models import Meeting, Opinion
from pages.models import MissionPage, TextPage
from priorities.models import Priority, Theme, Update
from publishing.cache import stamp
from publishing.models import Act, Event, Publishable, Revision, RevisionText
from publishing.operations import audit_log
from publishing.review import history
from publishing.workflow import (
    confirm,
    last_act,
    list_again,
    listings,
    look,
    publish,
    record,
    reorder,
    restore,
    set_end,
    take_back,
    undo,
    withdraw,
)
from publishing.workflow.erasure.versions import erase_version
from tests.consultation import making
from tests.publishing.admin.history.test_history_views import of, words
from tests.publishing.admin.test_publishable import submit

pytestmark = pytest.mark.django_db


DAY = timedelta(days=1)
SECRET = "INTERN: bel de burgemeester"  # noqa: S105  (a remark)
REASON = "Er stond een opmerking in die niet publiek is"
LIST, PAGE = "/themas/regiomarketing/versies/", "/themas/regiomarketing/"


@pytest.fixture
def mistake(theme, editor) -> Revision:
    """A version with an internal remark, that stood on the site for some minutes and is replaced."""
    return retitled(theme, editor, SECRET, then="Verbeterd")


def retitled(theme, editor, title: str, then: str = "") -> Revision:
    theme.title_nl = title
    theme.save()
    made = publish(theme, editor)
    if then:
        retitled(theme, editor, then)
    return made


def again(revision: Revision) -> Revision:
    return Revision.objects.get(pk=revision.pk)


def html(client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_a_version_that_was_taken_back_leaves_the_list_and_its_address_says_why(client, editor, mistake):
    address = f"{LIST}{mistake.pk}/"
    assert SECRET in html(client, address)
    assert address in html(client, LIST)
    take_back(mistake, editor, REASON)
    gone = html(client, address, 410)
    assert REASON in gone
    assert SECRET not in gone
    assert "Deze versie staat niet meer online" in gone
    assert f'href="{PAGE}"' in gone
    assert address not in html(client, LIST)
    assert SECRET not in html(client, PAGE)


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Cette version n’est plus en ligne"), ("en", "This version is no longer online")]
)
def test_the_reason_is_marked_as_dutch_for_other_readers(client, editor, mistake, language, said):
    take_back(mistake, editor, REASON)
    theme = Theme.published().get(pk=mistake.object_id)
    gone = html(client, theme.get_versions_url(mistake.pk, language), 410)
    assert f'<p class="lead" lang="nl">{REASON}</p>' in gone
    assert said in gone
    for other in ("nl", "fr", "en"):
        assert f'href="{theme.get_versions_url(mistake.pk, other)}"' in gone, "the switcher stays at this version"


@pytest.mark.parametrize("reason", ["bij vergissing gepubliceerd", "Bij vergissing gepubliceerd"])
def test_published_by_mistake_is_said_in_the_language_of_the_reader(client, editor, mistake, reason):
    take_back(mistake, editor, reason)
    theme = Theme.published().get(pk=mistake.object_id)
    assert "publiée par erreur" in html(client, theme.get_versions_url(mistake.pk, "fr"), 410)


def test_no_browser_or_cache_keeps_the_answer(client, editor, mistake):
    take_back(mistake, editor, REASON)
    answer = client.get(f"{LIST}{mistake.pk}/")
    assert "no-cache" in answer.headers["Cache-Control"]
    list_again(mistake, editor)
    assert SECRET in html(client, f"{LIST}{mistake.pk}/")


def test_a_version_that_says_it_again_goes_with_it(client, editor, theme):
    """A check and a new place in the list make a version of their own, with an address of its own."""
    mistake = retitled(theme, editor, SECRET)
    confirm(theme, editor)
    reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
    copies = [each.pk for each in theme.revisions.filter(pk__gt=mistake.pk)]
    assert len(copies) == 2
    retitled(theme, editor, "Verbeterd")
    take_back(mistake, editor, REASON)
    for number in (mistake.pk, *copies):
        assert SECRET not in html(client, f"{LIST}{number}/", 410)


def test_the_same_words_published_twice_are_taken_back_together(client, editor, theme):
    first = retitled(theme, editor, SECRET, then="Verbeterd")
    second = retitled(theme, editor, SECRET, then="Weer verbeterd")
    take_back(second, editor, REASON)
    for each in (first, second):
        assert REASON in html(client, f"{LIST}{each.pk}/", 410)
    list_again(first, editor)
    for each in (first, second):
        assert SECRET in html(client, f"{LIST}{each.pk}/")


def test_other_versions_stay_readable(client, editor, theme, mistake):
    before = theme.revisions.last()
    take_back(mistake, editor, REASON)
    assert html(client, f"{LIST}{before.pk}/")
    assert f"{LIST}{before.pk}/" in html(client, LIST)


def test_a_page_as_it_was_on_a_date_leaves_it_out(client, editor):
    """An old version of another page shows its relations and lists of that moment."""
    priority = Priority.objects.get(number=2)
    priority.title_nl = SECRET
    priority.save()
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.priority, theme.title_nl = priority, "Hoort bij iets"
    theme.save()
    with time_machine.travel(timezone.now() - 3 * DAY, tick=False):
        mistake = publish(priority, editor)
    with time_machine.travel(timezone.now() - 2 * DAY, tick=False):
        old = publish(theme, editor)
        old_home = publish(MissionPage.objects.get(), editor)
    with time_machine.travel(timezone.now() - timedelta(hours=36), tick=False):
        confirm(MissionPage.objects.get(), editor)
    with time_machine.travel(timezone.now() - DAY, tick=False):
        priority.title_nl = "Verbeterd"
        priority.save()
        publish(priority, editor)
    addresses = (f"{LIST}{old.pk}/", f"/versies/{old_home.pk}/")
    for address in addresses:
        assert SECRET in html(client, address)
    take_back(mistake, editor, REASON)
    for address in addresses:
        assert SECRET not in html(client, address)


def test_what_was_undone_is_left_out_of_a_page_as_it_was_too(client, editor):
    priority, then = Priority.objects.get(number=2), timezone.now() - 2 * DAY
    with time_machine.travel(then, tick=False):
        before = look(Priority, priority.pk)
        priority.title_nl = SECRET
        priority.save()
        publish(priority, editor)
        act = record(Act.Kind.PUBLISHED, editor, [before])
    undo(act, editor)
    assert SECRET not in [each.title_nl for each in Priority.published(then + timedelta(hours=1))]
    assert SECRET not in [each.title_nl for each in Priority.published()]


def test_its_words_leave_search_and_the_pages_made_from_it_are_made_anew(client, editor, theme):
    mistake = retitled(theme, editor, SECRET)
    set_end(theme, editor, timezone.now() + timedelta(minutes=1))
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        number = stamp.number()
        take_back(mistake, editor, REASON)
        assert stamp.number() > number
        change = stamp.changes(number, stamp.number())[-1]
        assert (change.model, change.object_id, change.takes_away) == ("priorities.theme", theme.pk, True)
        assert not RevisionText.objects.filter(revision__in=theme.revisions.filter(data__title_nl=SECRET)).exists()
        assert html(client, PAGE, 410)


def test_no_feed_sitemap_search_or_page_names_it(client, editor, mistake):
    take_back(mistake, editor, REASON)
    for address in ("/", "/themas/", PAGE, "/feed/", "/sitemap.xml", "/zoeken/?q=burgemeester", LIST):
        shown = html(client, address)
        assert f"/versies/{mistake.pk}/" not in shown, address
        assert SECRET not in shown, address


def test_what_visitors_read_now_cant_be_taken_back(client, editor, theme):
    shown = theme.revisions.public().get()
    with pytest.raises(ValidationError, match="Bezoekers lezen dit nu"), translation.override("nl"):
        take_back(shown, editor, REASON)
    confirm(theme, editor)  # which says it again in another version
    with pytest.raises(ValidationError, match="Bezoekers lezen dit nu"), translation.override("nl"):
        take_back(shown, editor, REASON)
    assert html(client, PAGE)


def test_what_says_the_same_as_what_is_public_cant_be_taken_back(editor, theme):
    first = retitled(theme, editor, "Eerst", then="Dan")
    retitled(theme, editor, "Eerst")
    with pytest.raises(ValidationError, match="Visitors read this now"), translation.override("en"):
        take_back(first, editor, REASON)


def test_what_is_planned_must_be_cancelled(editor, theme, mistake):
    theme.title_nl = "Maandag"
    theme.save()
    planned = publish(theme, editor, live_from=timezone.now() + DAY)
    with pytest.raises(ValidationError, match="Cancel its plan"), translation.override("en"):
        take_back(planned, editor, REASON)
    theme.title_nl = SECRET
    theme.save()
    publish(theme, editor, live_from=timezone.now() + 2 * DAY)
    with pytest.raises(ValidationError, match="is planned for"), translation.override("en"):
        take_back(mistake, editor, REASON)
    assert again(mistake).taken_back_at is None


def test_what_nobody_ever_read_cant_be_taken_back(editor, theme):
    theme.title_nl = "Maandag"
    theme.save()
    never = publish(theme, editor, live_from=timezone.now() + DAY)
    publish(theme, editor)
    withdrawn = withdraw(theme, editor, "Weg")
    for revision in (again(never), withdrawn):
        with pytest.raises(ValidationError, match="never read"), translation.override("en"):
            take_back(revision, editor, REASON)


@pytest.mark.parametrize("reason", ["", "   ", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}", "x" * 501, "a\0b"])
def test_a_reason_is_needed(editor, mistake, reason):
    with pytest.raises(ValidationError) as error:
        take_back(mistake, editor, reason)
    assert "reason" in error.value.message_dict
    assert again(mistake).taken_back_at is None


def test_a_withdrawn_page_shows_it_no_more_when_it_is_published_again(client, editor, theme):
    mistake = retitled(theme, editor, SECRET)
    withdraw(theme, editor, "Even weg")
    take_back(mistake, editor, REASON)
    assert "Even weg" in html(client, f"{LIST}{mistake.pk}/", 410)
    retitled(theme, editor, "Verbeterd")
    assert REASON in html(client, f"{LIST}{mistake.pk}/", 410)
    assert f"{LIST}{mistake.pk}/" not in html(client, LIST)


def test_the_second_of_two_editors_reads_who_was_first(editor, colleague, mistake):
    take_back(mistake, editor, REASON)
    with pytest.raises(ValidationError, match="dorine haalde deze versie al"), translation.override("nl"):
        take_back(mistake, colleague, "Een andere reden")
    assert again(mistake).taken_back_reason == REASON


def test_what_became_public_again_meanwhile_is_not_taken_back(editor, colleague, theme, mistake):
    restore(mistake, colleague)
    publish(theme, colleague)
    with pytest.raises(ValidationError, match="Visitors read this now"), translation.override("en"):
        take_back(mistake, editor, REASON)


def test_what_was_taken_back_can_be_restored_and_published_by_somebody_who_means_it(client, editor, theme, mistake):
    take_back(mistake, editor, REASON)
    restore(mistake, editor)
    theme.refresh_from_db()
    assert theme.title_nl == SECRET
    assert SECRET not in html(client, PAGE), "only the working copy says it"
    anew = publish(theme, editor)
    assert SECRET in html(client, PAGE)
    assert f"{LIST}{anew.pk}/" in html(client, LIST)
    assert html(client, f"{LIST}{mistake.pk}/", 410)


def test_undo_does_not_bring_back_what_was_taken_back(editor_client, client, theme):
    submit(editor_client, theme, "_publish", title_nl=SECRET)
    mistake = theme.revisions.first()
    submit(editor_client, theme, "_withdraw", _reason="Even weg")
    act = last_act(theme)
    take_back(mistake, None, REASON)
    assert last_act(theme) is None
    with pytest.raises(ValidationError, match="was taken out of the public list"), translation.override("en"):
        undo(act, None)
    assert html(client, PAGE, 410)
    list_again(mistake, None)
    undo(act, None)
    assert SECRET in html(client, PAGE)


def test_undoing_a_plan_does_not_need_what_was_public_before(editor, theme):
    retitled(theme, editor, SECRET)
    mistake = theme.revisions.public().get()
    set_end(theme, editor, timezone.now() + timedelta(minutes=1))
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        before = look(Theme, theme.pk)
        theme.title_nl = "Maandag"
        theme.save()
        publish(theme, editor, live_from=timezone.now() + DAY)
        act = record(Act.Kind.PLANNED, editor, [before])
        take_back(mistake, editor, REASON)
        assert last_act(theme) == act
        undo(act, editor)
        assert not theme.revisions.pending().exists()


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_the_same_moment_take_it_back_once(at_once, editor, colleague, mistake):
    def attempt(author: User) -> str:
        try:
            take_back(again(mistake), author, f"Van {author.username}")
        except ValidationError:
            return "refused"
        return author.username

    done = at_once([lambda: attempt(editor), lambda: attempt(colleague)])
    assert sorted(done)[-1] == "refused"
    assert again(mistake).taken_back_reason == f"Van {min(done)}"
    assert Event.objects.filter(kind=Event.Kind.TAKEN_BACK).count() == 1


def test_the_log_holds_when_a_version_is_gone_for_good(editor, mistake):
    take_back(mistake, editor, REASON)
    Event.objects.filter(kind=Event.Kind.TAKEN_BACK).update(detail="999999")
    with translation.override("nl"):
        assert next(audit_log.lines(audit_log.everything()[:1])).details == []


def test_who_took_it_back_can_be_forgotten(mistake):
    author = User.objects.create(username="weg")
    take_back(mistake, author, REASON)
    author.delete()
    assert again(mistake).taken_back_by is None
    with translation.override("nl"):
        assert "door De site" in history.entries(mistake.thaw())[1].taken


def test_each_kind_with_versions_has_their_addresses():
    from publishing.content.link_resolution import page_models

    kinds = {model for model in page_models() if model.has_versions}
    assert kinds == {Meeting, MissionPage, Opinion, Priority, TextPage, Theme, Update}
    publish(Update.objects.create(title_nl="Bericht"), None)
    publish(making.requested(), None)
    publish(making.meeting(making.at(2026, 12, 3, 14)), None)
    for model in kinds:
        shown: Publishable = model.published().first()
        assert shown.get_versions_url()
        assert shown.get_versions_url(shown.revision.pk)


def test_what_is_erased_stays_out_of_the_list(editor_client, client, editor, theme, mistake):
    take_back(mistake, editor, REASON)
    erase_version(again(mistake))
    with pytest.raises(ValidationError, match="erased for good"), translation.override("en"):
        list_again(mistake, editor)
    with pytest.raises(ValidationError, match="erased for good"), translation.override("en"):
        take_back(mistake, editor, "Nog eens")
    assert f"r{mistake.pk}" not in listings(theme)
    page = words(editor_client.get(of(theme, "public-list"), {"version": f"r{mistake.pk}"}))
    assert "is voorgoed gewist" in page
    assert 'name="_again"' not in page
    assert html(client, f"{LIST}{mistake.pk}/", 410)
