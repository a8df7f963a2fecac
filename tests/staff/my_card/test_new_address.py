"""The address of somebody with an account changes once that person proved to have the new one, and then everywhere."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from publishing.models import Discarded, Event
from publishing.review.checklist import Severity, checklist
from publishing.workflow import amend, publish, reschedule, restore, state, unpublished_changes, withdraw
from resoc.doctor.questions import accounts_have_one_address
from staff.forgetting.views import tasks_of
from staff.models import CardLink, StaffMember
from tests.publishing.admin.test_publishable import address, submit
from tests.staff.conftest import save
from tests.staff.my_card.test_invitations import HOW, given_rights

pytestmark = pytest.mark.django_db
OLD, NEW = "johan@example.org", "nieuw@example.org"


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


def mails_to(email: str) -> list:
    return [message for message in mail.outbox if message.to == [email]]


def path_in(message) -> str:
    return re.search(r"http://testserver(/mijn-kaart/adres/\S+)", message.body)[1]


@pytest.fixture
def path(his, johan) -> str:
    """The path of the link that came to a new address, which Johan typed on My card."""
    save(his, email=NEW)
    return path_in(mails_to(NEW)[0])


def public(member: StaffMember) -> str:
    return StaffMember.published().get(object_id=member.pk).email


def everywhere(member: StaffMember) -> tuple[str, str, str]:
    """The address of the account, of the working copy, and what visitors read."""
    row = StaffMember.objects.get(pk=member.pk)
    return row.user.email, row.email, public(member)


# Asking


def test_on_my_card_nothing_changes_before_the_new_address_is_proven(his, johan):
    save(his, email=NEW, phone="051 77 66 55")
    assert everywhere(johan) == (OLD, OLD, OLD)
    assert StaffMember.published().get(object_id=johan.pk).phone_display == "051 77 66 55", "the rest is published"
    html = his.get("/mijn-kaart/").content.decode()
    assert f"Wacht op bevestiging: {NEW}" in html
    assert "telt pas als het bevestigd is" in html


@pytest.mark.parametrize("button", ["_save", "_publish", "_schedule"])
def test_nor_when_the_secretariat_types_it(editor_client, johan, button):
    soon = timezone.localtime(timezone.now() + timedelta(days=2))
    times = {"schedule-live_from": soon.strftime("%Y-%m-%dT08:00")} if button == "_schedule" else {}
    response = submit(editor_client, johan, button, email=NEW, function_nl="Directeur", **times)
    assert "onderweg naar nieuw@example.org" in response.content.decode()
    assert f"Wacht op bevestiging: {NEW}" in response.content.decode()
    assert everywhere(johan) == (OLD, OLD, OLD)
    johan.refresh_from_db()
    assert johan.function_nl == "Directeur", "the rest is saved"
    assert NEW not in str(list(johan.revisions.values_list("data", flat=True)))
    assert len(mails_to(NEW)) == len(mails_to(OLD)) == 1


def test_both_addresses_are_told_by_whom_and_whom_to_ask(editor, editor_client, johan):
    editor.first_name, editor.last_name, editor.email = "Dorine", "Sioen", "dorine@resoc.example"
    editor.save()
    submit(editor_client, johan, "_save", email=NEW)
    for message in (*mails_to(OLD), *mails_to(NEW)):
        assert "Dorine Sioen" in message.body
        assert NEW in message.body
        assert message.reply_to == ["dorine@resoc.example"]
        assert message.message()["Auto-Submitted"] == "auto-generated"
    (told,) = mails_to(OLD)
    assert "/mijn-kaart/adres/" not in told.body, "the old mailbox can't confirm"
    assert Event.objects.filter(kind=Event.Kind.ASKED, by=editor, about=johan.user).exists()


def test_a_card_without_an_account_just_changes(editor_client, dorine):
    submit(editor_client, dorine, "_publish", email=NEW)
    assert public(dorine) == NEW
    assert mail.outbox == []


def test_the_address_of_the_account_needs_no_proof(editor_client, johan):
    StaffMember.objects.filter(pk=johan.pk).update(email="vroeger@example.org")
    submit(editor_client, johan, "_publish", email=OLD.upper())
    assert everywhere(johan) == (OLD, OLD, OLD)
    assert mail.outbox == []


def test_an_address_may_go_without_proof(his, johan):
    save(his, email="")
    assert everywhere(johan) == (OLD, "", "")


def test_an_address_that_somebody_else_has_is_refused_beside_the_field(his, editor_client, johan):
    User.objects.create_user("ander", NEW)
    response = save(his, email="Nieuw@example.org", phone="051 77 66 55")
    form = response.context["form"]
    assert "Een andere account heeft dit e-mailadres." in form.errors["email"]
    assert form["email"].value() == "Nieuw@example.org"
    assert form["phone"].value() == "051 77 66 55"
    response = submit(editor_client, johan, "_save", email=NEW)
    assert "email" in response.context["adminform"].form.errors
    assert mail.outbox == []


@pytest.mark.parametrize("how", HOW)
def test_the_secretariat_changes_no_account_with_rights(editor_client, johan, how, boss_client):
    given_rights(johan.user, how)
    response = submit(editor_client, johan, "_publish", email=NEW)
    assert "Alleen een superuser" in str(response.context["adminform"].form.errors["email"])
    assert mails_to(NEW) == []
    submit(boss_client, johan, "_save", email=NEW)
    assert len(mails_to(NEW)) == 1


def test_nobody_gets_such_a_mail_twice_a_day(his, johan, time_machine):
    for _again in range(3):
        save(his, email=NEW)
    assert len(mails_to(NEW)) == 1
    his.post("/mijn-kaart/", {"drop_address": "1"})
    assert Client().post(path_in(mails_to(NEW)[0])).status_code == 410
    save(his, email=NEW)
    assert len(mails_to(NEW)) == 1
    assert Client().get(path_in(mails_to(NEW)[0])).status_code == 200, "the link that came earlier works again"
    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))
    save(his, email=NEW)
    assert len(mails_to(NEW)) == 2


@pytest.mark.parametrize("spelling", ["nieuw+1@example.org", "n.ieuw@example.org", '"nieuw"@example.org'])
def test_nor_under_another_spelling_or_by_another_card(his, johan, editor_client, dorine, spelling):
    save(his, email=NEW)
    response = save(his, email=spelling)
    assert "vandaag al genoeg mails" in str(response.context["form"].errors["email"])
    dorine.user = User.objects.create_user("dorine2", "dorine2@example.org")
    dorine.email = dorine.user.email
    dorine.save()
    submit(editor_client, dorine, "_save", email=spelling)
    assert [message.to for message in mail.outbox if message.to[0] not in (OLD, NEW)] == []


def test_no_secretary_can_hold_back_that_the_old_address_is_told(his, johan, path):
    Client().post(path)
    told = {message.subject: message.handling.is_security for message in mails_to(OLD)}
    assert told == {"Iemand vraagt een ander e-mailadres aan": True, "Je e-mailadres is gewijzigd": True}


def test_one_card_does_not_write_to_everybody(his, johan):
    for number in range(5):
        save(his, email=f"iemand{number}@example.org")
    response = save(his, email="nog-iemand@example.org")
    assert "vandaag al genoeg mails" in str(response.context["form"].errors["email"])
    assert mails_to("nog-iemand@example.org") == []


def test_a_newer_address_ends_the_link_to_an_older_one(his, path):
    save(his, email="derde@example.org")
    assert Client().post(path).status_code == 410


@pytest.mark.parametrize("button", ["_invite", "_link"])
def test_who_changes_and_invites_at_once_sends_no_way_in_anywhere(editor_client, johan, button):
    response = submit(editor_client, johan, button, email=NEW)
    assert "nog niemand uitgenodigd" in response.content.decode()
    assert not [message for message in mail.outbox if "/uitnodiging/" in message.body]


def test_the_secretariat_can_let_the_old_one_stay(editor_client, johan, path):
    submit(editor_client, johan, "_drop_address")
    assert Client().post(path).status_code == 410
    assert "Wacht op bevestiging" not in editor_client.get(address(johan)).content.decode()


# Proving


def test_the_button_changes_account_working_copy_and_what_is_public(path, johan, client):
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert everywhere(johan) == (OLD, OLD, OLD), "following the link alone changes nothing"
    mail.outbox.clear()
    html = client.post(path).content.decode()
    assert f"Vanaf nu meld je je aan met {NEW}" in html
    assert "_auth_user_id" not in client.session
    assert everywhere(johan) == (NEW, NEW, NEW)
    row = EmailAddress.objects.get(user=johan.user)
    assert (row.email, row.verified, row.primary) == (NEW, True, True)
    assert len(mails_to(OLD)) == 1
    assert state(johan) == "published"
    assert Event.objects.filter(kind=Event.Kind.PROVED, by=johan.user, about=johan.user).exists()
    assert client.post(path).status_code == 410


def test_from_then_on_only_the_new_address_lets_in(path, johan):
    Client().post(path)
    mail.outbox.clear()
    for email, expected in ((OLD, False), (NEW, True)):
        client = Client()
        client.post("/account/login/code/", {"email": email})
        code = re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", mails_to(email)[-1].body if mails_to(email) else "", re.M)
        assert bool(code) is expected


def test_a_name_that_was_the_address_follows(his, johan):
    User.objects.filter(pk=johan.user_id).update(username=OLD)
    save(his, email=NEW)
    Client().post(path_in(mails_to(NEW)[0]))
    johan.user.refresh_from_db()
    assert johan.user.username == NEW


def test_another_name_stays(path, johan):
    Client().post(path)
    johan.user.refresh_from_db()
    assert johan.user.username == "johan"


def test_drafts_stay_drafts(path, johan):
    StaffMember.objects.filter(pk=johan.pk).update(name="Concept")
    Client().post(path)
    assert StaffMember.published().get(object_id=johan.pk).name == "Johan Halsberghe"
    assert [change.path for change in unpublished_changes(johan)] == [("name",)]
    assert everywhere(johan) == (NEW, NEW, NEW)


def test_what_is_planned_changes_only_where_it_has_the_old_address(his, johan, time_machine):
    soon = timezone.now() + timedelta(days=2)
    johan.refresh_from_db()
    johan.name = "Johan in de toekomst"
    johan.save()
    publish(johan, None, live_from=soon)
    johan.name, johan.email = "Johan zonder adres", ""
    johan.save()
    publish(johan, None, live_from=soon + timedelta(days=2))
    StaffMember.objects.filter(pk=johan.pk).update(email=OLD)
    johan.refresh_from_db()
    _link, token = CardLink.objects.make(johan, CardLink.Purpose.ADDRESS, NEW)
    Client().post(f"/mijn-kaart/adres/{token}/")
    assert everywhere(johan) == (NEW, NEW, NEW)
    time_machine.move_to(soon + timedelta(hours=1))
    card = StaffMember.published().get(object_id=johan.pk)
    assert (card.name, card.email) == ("Johan in de toekomst", NEW)
    time_machine.move_to(soon + timedelta(days=3))
    card = StaffMember.published().get(object_id=johan.pk)
    assert (card.name, card.email) == ("Johan zonder adres", "")


def test_an_address_that_visitors_do_not_see_stays_hidden(his, johan):
    save(his, shows_email=None)
    save(his, shows_email=None, email=NEW)
    Client().post(path_in(mails_to(NEW)[0]))
    assert everywhere(johan) == (NEW, NEW, "")
    assert NEW not in str(list(johan.revisions.values_list("data", flat=True)))


def test_a_tick_that_is_still_a_draft_shows_nothing(his, johan):
    save(his, shows_email=None)
    StaffMember.objects.filter(pk=johan.pk).update(shows_email=True)
    johan.refresh_from_db()
    _link, token = CardLink.objects.make(johan, CardLink.Purpose.ADDRESS, NEW)
    Client().post(f"/mijn-kaart/adres/{token}/")
    assert everywhere(johan) == (NEW, NEW, "")


def test_a_card_that_was_taken_off_the_site_stays_off(his, johan, path, editor):
    withdraw(johan, editor, "Weg")
    Client().post(path)
    row = StaffMember.objects.get(pk=johan.pk)
    assert (row.user.email, row.email) == (NEW, NEW)
    assert not StaffMember.published().filter(object_id=johan.pk).exists()


def test_who_got_the_address_meanwhile_keeps_it(path, johan):
    User.objects.create_user("ander", NEW)
    response = Client().post(path)
    assert "Een andere account heeft dit e-mailadres" in response.content.decode()
    assert everywhere(johan) == (OLD, OLD, OLD)


def test_the_link_works_for_seven_days(path, johan, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=7, seconds=1))
    assert Client().post(path).status_code == 410
    assert everywhere(johan) == (OLD, OLD, OLD)


@pytest.mark.parametrize(
    "change",
    [
        lambda card, user: StaffMember.objects.filter(pk=card.pk).update(email="x@example.org"),
        lambda card, user: StaffMember.objects.filter(pk=card.pk).update(user=User.objects.create_user("x")),
        lambda card, user: User.objects.filter(pk=user.pk).update(email="x@example.org"),
        lambda card, user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda card, user: given_rights(user, "staff"),
        lambda card, user: given_rights(user, "group"),
    ],
)
def test_the_link_ends_when_what_it_rests_upon_changes(path, johan, change):
    change(johan, johan.user)
    assert Client().get(path).status_code == 410
    assert Client().post(path).status_code == 410
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_for_one_purpose_serves_no_other(path, johan):
    token = path.rstrip("/").rpartition("/")[2]
    for other in ("uitnodiging", "klopt"):
        assert Client().post(f"/mijn-kaart/{other}/{token}/").status_code == 410
    _link, token = CardLink.objects.make(johan, CardLink.Purpose.INVITATION)
    assert Client().post(f"/mijn-kaart/adres/{token}/").status_code == 410


def test_the_secretariat_hears_of_it(path, johan, editor):
    editor.email = "dorine@resoc.example"
    editor.save()
    Client().post(path)
    (message,) = mails_to("dorine@resoc.example")
    assert OLD in message.body
    assert NEW in message.body


def test_mail_and_page_speak_the_language_of_the_person(his, johan):
    StaffMember.objects.filter(pk=johan.pk).update(language="fr")
    save(his, email=NEW)
    assert "Bonjour" in mails_to(NEW)[0].body
    assert "Bonjour" in mails_to(OLD)[0].body
    assert "Est-ce votre adresse" in Client().get(path_in(mails_to(NEW)[0])).content.decode()


# No way around it


def test_no_code_publishes_an_address_that_was_not_proven(johan):
    johan.email = NEW
    johan.save()
    for times in ({}, {"live_from": timezone.now() + timedelta(days=1)}):
        with pytest.raises(ValidationError) as error:
            publish(johan, None, **times)
        assert "nog niet bevestigd" in str(error.value.message_dict["email"])
    assert public(johan) == OLD
    blocks = [
        item.field for item in checklist(StaffMember.objects.get(pk=johan.pk)) if item.severity == Severity.BLOCKS
    ]
    assert blocks == ["email"]


def test_nor_does_amending(johan):
    with pytest.raises(ValidationError):
        amend(johan, {"email": NEW}, None)
    assert public(johan) == OLD
    amend(johan, {"phone": "+3251776655"}, None)
    assert public(johan) == OLD


def test_a_hidden_one_may_wait_in_the_working_copy(johan):
    johan.email, johan.shows_email = NEW, False
    johan.save()
    publish(johan, None)
    assert public(johan) == ""
    johan.shows_email = True
    johan.save()
    with pytest.raises(ValidationError):
        publish(johan, None)


def test_putting_an_old_version_back_keeps_the_address_of_the_account(path, johan, editor):
    before = johan.revisions.first()
    Client().post(path)
    row = restore(before, editor)
    assert row.email == NEW
    publish(row, editor)
    assert everywhere(johan) == (NEW, NEW, NEW)


def test_a_card_out_of_the_bin_is_not_published_with_an_address_of_before(johan, editor):
    withdraw(johan, editor, "Weg")
    for row, field in [(each.row, each.field) for each in tasks_of(johan)]:
        type(row)._base_manager.filter(pk=row.pk).update(**{field: None})
        publish(type(row)._base_manager.get(pk=row.pk), editor)
    StaffMember.objects.get(pk=johan.pk).delete()
    User.objects.filter(pk=johan.user_id).update(email=NEW)

    row = restore(Discarded.objects.filter(object_id=johan.pk, deleted=True).first(), editor)
    assert row.user == johan.user
    with pytest.raises(ValidationError):
        publish(row, editor)


def test_moving_what_is_planned_moves_no_address_past_the_proof(johan, path):
    johan.refresh_from_db()
    planned = publish(johan, None, live_from=timezone.now() + timedelta(days=1))
    Client().post(path)
    waiting = johan.revisions.pending().get()
    assert waiting.pk != planned.pk
    assert reschedule(waiting, None, timezone.now() + timedelta(days=3)).data["email"] == NEW


def test_what_was_public_before_there_was_an_account_may_stay(editor_client, dorine):
    """As on a site on which the two went apart before addresses were proven."""
    submit(editor_client, dorine, "_publish", email="oud@example.org")
    user = User.objects.create_user("stephanie", "ander@example.org")
    StaffMember.objects.filter(pk=dorine.pk).update(user=user)
    response = submit(editor_client, dorine, "_publish", phone="051 77 66 55")
    assert "Gepubliceerd" in response.content.decode()
    assert public(dorine) == "oud@example.org"
    said = " ".join(str(each) for each in accounts_have_one_address())
    assert "another e-mail address than the account of that person: 1" in said


def test_no_account_comes_to_a_card_that_will_publish_another_address(editor_client, dorine, editor):
    dorine.email = "later@example.org"
    dorine.save()
    publish(dorine, editor, live_from=timezone.now() + timedelta(days=9))
    response = submit(editor_client, dorine, "_invite", email=NEW)
    assert "geplande versie van deze kaart" in response.content.decode()
    dorine.refresh_from_db()
    assert dorine.user is None
