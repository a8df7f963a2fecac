"""Undo: one click puts back what was, as long as nobody changed it since."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from priorities.models import Priority, Theme
from publishing.models import Act, Discarded, Draft, Revision
from publishing.workflow import (
    State,
    amend,
    cancel,
    look,
    look_at,
    publish,
    record,
    reorder,
    restore,
    set_end,
    state,
    undo,
    withdraw,
)
from publishing.workflow.undo import forget_old, last_act, set_reason
from resoc.groups import SECRETARIAT
from staff.models import StaffMember
from tests.conftest import _user
from tests.desk import enter
from tests.publishing.admin.history.test_history_views import of, words
from tests.publishing.admin.history.test_undoing import BUTTON, click, offered
from tests.publishing.admin.test_publishable import address, form_data, submit
from tests.updates import update_on

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sigrid(db) -> User:
    """Another member of the secretariat."""
    return _user("sigrid", SECRETARIAT, is_staff=True, first_name="Sigrid")


def row(obj):
    return type(obj)._base_manager.get(pk=obj.pk)


def act_of(kind, author, obj, does) -> Act:
    before = look(type(obj), obj.pk)
    does()
    return record(kind, author, [before])


def test_undoing_a_publication_puts_back_what_was_public_and_the_working_copy(editor_client, client, theme):
    title = theme.title_nl
    submit(editor_client, theme, "_save", summary_nl="Al bewaard")
    published = submit(editor_client, theme, "_publish", title_nl="Bij vergissing")
    assert "Bij vergissing" in client.get("/themas/").content.decode()
    response = click(editor_client, published)
    assert "Ongedaan gemaakt: het is zoals het was." in words(response)
    assert "Bij vergissing" not in client.get("/themas/").content.decode()
    assert (row(theme).title_nl, row(theme).summary_nl) == (title, "Al bewaard")
    assert "Ongedaan gemaakt: publiceerde" in words(editor_client.get(of(theme, "history")))


def test_it_stands_in_the_history_for_thirty_days(editor_client, theme):
    submit(editor_client, theme, "_publish", title_nl="Nieuw")
    assert offered(editor_client.get(of(theme, "history")))
    act = last_act(theme)
    with time_machine.travel(timezone.now() + 31 * DAY):
        assert last_act(theme) is None
        with pytest.raises(ValidationError, match="te lang geleden"):
            undo(act, None)
        forget_old()
        assert not Act.objects.exists()


def test_what_somebody_changed_since_is_not_undone_and_it_says_who(editor_client, editor, sigrid, theme):
    published = submit(editor_client, theme, "_publish", title_nl="Nieuw")
    hers = Client()
    enter(hers, sigrid)
    submit(hers, theme, "_save", summary_nl="Van Sigrid")
    response = click(editor_client, published)
    assert "Niet ongedaan gemaakt: Sigrid wijzigde" in words(response)
    assert (row(theme).title_nl, row(theme).summary_nl) == ("Nieuw", "Van Sigrid")
    assert not BUTTON.search(editor_client.get(of(theme, "history")).content.decode())


def test_after_the_later_act_is_undone_the_earlier_one_can_be(editor_client, theme):
    title = theme.title_nl
    first = submit(editor_client, theme, "_publish", title_nl="Een")
    second = submit(editor_client, theme, "_publish", title_nl="Twee")
    click(editor_client, second)
    assert row(theme).title_nl == "Een"
    click(editor_client, first)
    assert row(theme).title_nl == title
    assert theme.revisions.public().get().data["title_nl"] == title
    assert not BUTTON.search(editor_client.get(of(theme, "history")).content.decode())


# Taking back


def test_undoing_a_first_publication_withdraws_it_with_a_set_reason(editor_client, client, editor):
    theme = Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    published = submit(editor_client, theme, "_publish")
    number = theme.revisions.get().pk
    click(editor_client, published)
    assert state(theme) == State.WITHDRAWN
    assert row(theme).title_nl == "Geheim"
    assert theme.revisions.first().reason == "bij vergissing gepubliceerd"
    for address_, said in (
        ("/themas/geheim/", "bij vergissing gepubliceerd"),
        ("/fr/themes/geheim/", "publiée par erreur"),
        ("/en/themes/geheim/", "published by mistake"),
    ):
        answer = client.get(address_)
        assert answer.status_code == 410
        assert said in answer.content.decode()
    publish(row(theme), editor)
    assert client.get(f"/themas/geheim/versies/{number}/").status_code == 410
    assert f"/versies/{number}/" not in client.get("/themas/geheim/versies/").content.decode()


def test_what_was_published_by_mistake_is_no_version_that_visitors_find(editor_client, client, theme):
    public = theme.revisions.first().pk
    published = submit(editor_client, theme, "_publish", title_nl="INTERN: bel de burgemeester")
    number = theme.revisions.first().pk
    assert client.get(f"/themas/regiomarketing/versies/{number}/").status_code == 200
    click(editor_client, published)
    answer = client.get(f"/themas/regiomarketing/versies/{number}/")
    assert answer.status_code == 410
    assert "burgemeester" not in answer.content.decode()
    listed = client.get("/themas/regiomarketing/versies/").content.decode()
    assert f"/versies/{number}/" not in listed
    assert f"/versies/{public}/" in listed
    assert "burgemeester" in str(theme.revisions.get(pk=number).data), "history keeps it"


def test_copies_of_what_was_taken_back_are_no_versions_either(editor, client):
    theme = Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    first = act_of(Act.Kind.PUBLISHED, editor, theme, lambda: publish(theme, editor))
    end = timezone.now() + DAY
    second = act_of(Act.Kind.PLANNED, editor, theme, lambda: set_end(theme, editor, end))
    undo(second, editor)
    assert theme.revisions.public().get().live_until is None
    undo(first, editor)
    theme.title_nl = "Openbaar"
    theme.save()
    publish(theme, editor)
    for revision in theme.revisions.filter(data__title_nl="Geheim"):
        assert client.get(f"/themas/geheim/versies/{revision.pk}/").status_code != 200


def test_undoing_the_publication_of_what_was_withdrawn_gives_its_own_reason_again(editor_client, theme, editor):
    withdraw(theme, editor, "Afgerond")
    click(editor_client, submit(editor_client, theme, "_publish"))
    assert theme.revisions.first().reason == "Afgerond"


def test_the_reason_is_in_the_language_of_reasons():
    for language in ("nl", "fr", "en"):
        with translation.override(language):
            assert set_reason() == "bij vergissing gepubliceerd"


# Plans


def test_undoing_a_withdrawal_brings_back_the_page_its_end_and_its_plan(editor_client, client, theme, editor):
    end = timezone.now() + 30 * DAY
    set_end(theme, editor, end)
    theme.title_nl = "Maandag"
    theme.save()
    planned = publish(theme, editor, "Voor maandag", live_from=timezone.now() + 2 * DAY)
    withdrawn = submit(editor_client, theme, "_withdraw", _reason="Even weg")
    assert not theme.revisions.pending().exists()
    click(editor_client, withdrawn)
    assert theme.revisions.public().get().live_until == end
    waiting = theme.revisions.pending().get()
    assert (waiting.live_from, waiting.note, waiting.author) == (planned.live_from, "Voor maandag", editor)
    assert waiting.data["title_nl"] == "Maandag"
    with time_machine.travel(timezone.now() + 3 * DAY):
        assert theme.revisions.public().get().data["title_nl"] == "Maandag"


def test_a_plan_whose_moment_is_past_is_not_put_back_and_this_is_said(editor_client, theme, editor):
    theme.title_nl = "Maandag"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + timedelta(minutes=10))
    withdrawn = submit(editor_client, theme, "_withdraw", _reason="Even weg")
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        response = click(editor_client, withdrawn)
        assert "Niet opnieuw gepland: het moment van de versie van" in words(response)
        assert theme.revisions.public().get().data["title_nl"] != "Maandag"
        assert not theme.revisions.pending().exists()


def test_a_plan_that_began_meanwhile_as_it_would_have_stays_what_visitors_see(theme, editor):
    theme.title_nl = "Maandag"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + DAY)
    act = act_of(Act.Kind.PUBLISHED, editor, theme, lambda: amend(theme, {"summary_nl": "Verbeterd"}, editor))
    with time_machine.travel(timezone.now() + 2 * DAY):
        assert theme.revisions.public().get().data["title_nl"] == "Maandag"
        assert undo(act, editor) == []
        public = theme.revisions.public().get()
        assert (public.data["title_nl"], public.data["summary_nl"] == "Verbeterd") == ("Maandag", False)


def test_undoing_a_plan_leaves_what_is_public_and_brings_back_the_plan_before(editor_client, theme, editor):
    theme.title_nl = "Eerste plan"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + 2 * DAY)
    public, when = theme.revisions.public().get(), (timezone.localtime() + 3 * DAY).strftime("%Y-%m-%dT%H:%M:%S")
    begin = {"schedule-live_from": when, "schedule-replace": "on", "title_nl": "Tweede plan"}
    planned = submit(editor_client, theme, "_schedule", **begin)
    assert theme.revisions.pending().get().data["title_nl"] == "Tweede plan"
    click(editor_client, planned)
    assert theme.revisions.public().get() == public
    assert theme.revisions.pending().get().data["title_nl"] == "Eerste plan"
    assert row(theme).title_nl == "Eerste plan"


def test_undoing_the_cancelling_of_one_of_two_plans_keeps_their_order(theme, editor):
    theme.title_nl = "Maandag"
    theme.save()
    monday = publish(theme, editor, live_from=timezone.now() + DAY)
    theme.title_nl = "Dinsdag"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + 2 * DAY)
    act = act_of(Act.Kind.PLANNED, editor, theme, lambda: cancel(monday, editor))
    undo(act, editor)
    for days, title in ((1.5, "Maandag"), (2.5, "Dinsdag")):
        with time_machine.travel(timezone.now() + days * DAY):
            assert theme.revisions.public().get().data["title_nl"] == title


def test_undoing_what_was_brought_forward_lets_it_wait_again(editor_client, theme, editor):
    title = theme.title_nl
    theme.title_nl = "Maandag"
    theme.save()
    waiting = publish(theme, editor, live_from=timezone.now() + DAY)
    response = editor_client.post(reverse("planning_advance", args=[waiting.pk]), follow=True)
    assert theme.revisions.public().get().data["title_nl"] == "Maandag"
    click(editor_client, response)
    assert theme.revisions.public().get().data["title_nl"] == title
    assert theme.revisions.pending().get().live_from == waiting.live_from


def test_undoing_a_correction_touches_no_draft_and_no_plan(editor_client, theme, editor):
    title = theme.title_nl
    theme.title_nl = "Maandag"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + DAY)
    theme.summary_nl = "Kladje"
    theme.save()
    url = f"{address(theme)}?op=site"
    data = form_data(editor_client, url) | {"body_nl": "<p>Verbeterd</p>", "_publish": "1"}
    response = editor_client.post(url, data, follow=True)
    assert theme.revisions.public().get().data["body_nl"] == "<p>Verbeterd</p>"
    assert row(theme).body_nl == "<p>Verbeterd</p>"
    click(editor_client, response)
    public, waiting = theme.revisions.public().get().data, theme.revisions.pending().get().data
    assert (public["title_nl"], public["body_nl"]) == (title, theme.body_nl)
    assert (waiting["title_nl"], waiting["body_nl"]) == ("Maandag", theme.body_nl)
    assert (row(theme).summary_nl, row(theme).body_nl) == ("Kladje", theme.body_nl)


def test_an_address_that_another_page_took_meanwhile_is_not_taken_back(editor_client, theme, editor):
    withdrawn = submit(editor_client, theme, "_withdraw", _reason="Weg")
    publish(Theme.objects.create(title_nl="Ander", slug_nl="regiomarketing"), editor)
    assert "heeft dit adres al" in words(click(editor_client, withdrawn))
    assert state(theme) == State.WITHDRAWN


# Deleting, order, putting back


def test_undoing_a_deletion(editor_client, editor):
    theme = Theme.objects.create(title_nl="Weg ermee", slug_nl="weg")
    deleted = editor_client.post(of(theme, "delete"), {"post": "yes"}, follow=True)
    assert not Theme.objects.filter(pk=theme.pk).exists()
    click(editor_client, deleted)
    assert row(theme).title_nl == "Weg ermee"
    assert not Discarded.objects.in_bin().exists()


def test_undoing_what_came_out_of_the_bin(editor_client, editor):
    theme = Theme.objects.create(title_nl="Weg ermee", slug_nl="weg")
    editor_client.post(of(theme, "delete"), {"post": "yes"}, follow=True)
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get().pk])
    click(editor_client, editor_client.post(one, follow=True))
    assert not Theme.objects.filter(pk=theme.pk).exists()
    assert Discarded.objects.in_bin().get().author == editor


def test_what_came_out_of_the_bin_stays_when_something_points_at_it(editor):
    Theme.objects.create(title_nl="Weg ermee", slug_nl="weg").delete()
    before = look(Theme, Discarded.objects.get().object_id)
    back = restore(Discarded.objects.get(), editor)
    act = record(Act.Kind.RESTORED, editor, [before])
    update_on(back, title_nl="Bericht")
    with pytest.raises(ValidationError, match="verwijst nu iets anders"):
        undo(act, editor)
    assert row(back)
    assert last_act(back) == act


def test_undoing_an_order(editor_client, client, editor):
    before = list(Theme.objects.order_by("position", "pk").values_list("pk", flat=True))
    shown = [each.pk for each in Theme.published()]
    data = {f"place-{pk}": number for number, pk in enumerate(reversed(before), 1)}
    changed = editor_client.post(reverse("admin:priorities_theme_changelist"), data | {"_reorder": "1"}, follow=True)
    assert [each.pk for each in Theme.published()] != shown
    response = click(editor_client, changed)
    assert response.request["PATH_INFO"] == reverse("admin:priorities_theme_changelist")
    assert [each.pk for each in Theme.published()] == shown
    assert list(Theme.objects.order_by("position", "pk").values_list("pk", flat=True)) == before


def test_an_order_is_not_undone_when_one_of_them_was_published_since(editor, theme):
    ids = list(Theme.objects.order_by("position", "pk").values_list("pk", flat=True))
    before = look_at(Theme, ids)
    reorder(Theme, ids[::-1], editor)
    act = record(Act.Kind.ORDERED, editor, before)
    amend(row(theme), {"title_nl": "Verbeterd"}, editor)
    with pytest.raises(ValidationError, match="dorine wijzigde"):
        undo(act, editor)
    assert row(theme).title_nl == "Verbeterd"


def test_undoing_a_version_that_was_put_back(editor_client, theme, editor):
    submit(editor_client, theme, "_save", title_nl="Mijn werk")
    key = f"r{theme.revisions.last().pk}"
    response = editor_client.post(of(theme, "restore"), {"version": key}, follow=True)
    assert row(theme).title_nl != "Mijn werk"
    click(editor_client, response)
    assert row(theme).title_nl == "Mijn werk"


def test_numbers_of_priorities_come_back(editor, client):
    ids = list(Priority.objects.order_by("number").values_list("pk", flat=True))
    numbers = dict(Priority.objects.values_list("pk", "number"))
    before = look_at(Priority, ids)
    reorder(Priority, ids[::-1], editor)
    undo(record(Act.Kind.ORDERED, editor, before), editor)
    assert dict(Priority.objects.values_list("pk", "number")) == numbers


# Hiding wins


def test_undoing_never_shows_what_was_hidden(editor_client, client, editor):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    assert member.revisions.public().get().data["phone"]
    data = form_data(editor_client, address(member))
    data.pop("shows_phone")
    published = editor_client.post(address(member), data | {"name": "Johan H.", "_publish": "1"}, follow=True)
    click(editor_client, published)
    public = member.revisions.public().get().data
    assert (public["name"], public["phone"]) == ("Johan Halsberghe", "")
    assert not row(member).shows_phone


def test_the_person_whose_card_it_was_is_told_in_their_language(editor_client, editor):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    StaffMember.objects.filter(pk=member.pk).update(language="fr", email="johan@example.org")
    published = submit(editor_client, member, "_publish", name="Johan H.")
    mail.outbox.clear()
    click(editor_client, published)
    (message,) = [each for each in mail.outbox if each.to == [row(member).mail_address]]
    assert message.subject == "Un changement de votre fiche a été annulé"
    assert "Johan Halsberghe" in message.body


def test_an_undo_touches_one_object_only(editor_client, editor, theme):
    published = submit(editor_client, theme, "_publish", title_nl="Nieuw")
    others = Revision.objects.exclude(model="priorities.theme", object_id=theme.pk).count()
    click(editor_client, published)
    assert Revision.objects.exclude(model="priorities.theme", object_id=theme.pk).count() == others
    assert not Draft.objects.exclude(object_id=theme.pk).exists()
