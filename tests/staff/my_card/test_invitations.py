import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.test import Client
from django.utils import timezone

from publishing.models import Event
from staff.models import CardLink, StaffMember
from tests.publishing.admin.test_publishable import address, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


def invited(editor_client: Client, member: StaffMember, email: str = "nieuw@example.org", **changes) -> str:
    """Press the button; gives the path of the link in the mail."""
    submit(editor_client, member, "_invite", email=email, **changes)
    return re.search(r"http://testserver(/mijn-kaart/uitnodiging/\S+)", mail.outbox[-1].body)[1]


def test_the_secretariat_invites_and_the_link_leads_to_the_own_card(editor_client, dorine, client):
    path = invited(editor_client, dorine)
    assert mail.outbox[-1].to == ["nieuw@example.org"]
    assert client.get(path).status_code == 200
    assert "_auth_user_id" not in client.session, "a program that follows links signs nobody in"
    response = client.post(path, follow=True)
    assert "Je bent aangemeld" in response.content.decode()
    form = client.get("/mijn-kaart/").context["form"]
    assert form.instance == dorine
    user = StaffMember.objects.get(pk=dorine.pk).user
    assert [group.name for group in user.groups.all()] == ["Medewerkers"]
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)


def test_the_mail_speaks_the_language_of_the_person(editor_client, dorine):
    invited(editor_client, dorine, language="fr")
    assert "Bonjour" in mail.outbox[-1].body
    assert 'lang="fr"' in mail.outbox[-1].alternatives[0].content


def test_a_link_works_once(editor_client, dorine):
    path = invited(editor_client, dorine)
    Client().post(path)
    for method in (Client().get, Client().post):
        response = method(path)
        assert response.status_code == 410
        assert "werkt niet meer" in response.content.decode()


def test_a_link_is_too_old_after_seven_days(editor_client, dorine, time_machine):
    path = invited(editor_client, dorine)
    time_machine.move_to(timezone.now() + timezone.timedelta(days=6, hours=23))
    assert Client().get(path).status_code == 200
    time_machine.move_to(timezone.now() + timezone.timedelta(hours=1, seconds=1))
    assert Client().get(path).status_code == 410
    assert Client().post(path).status_code == 410


def test_a_newer_link_ends_an_older_one(editor_client, dorine, client):
    old, new = invited(editor_client, dorine), invited(editor_client, dorine)
    assert client.post(old).status_code == 410
    assert client.post(new).status_code == 302
    assert User.objects.filter(email="nieuw@example.org").count() == 1


def test_who_was_switched_off_cannot_use_a_link(editor_client, dorine, client):
    path = invited(editor_client, dorine)
    User.objects.filter(email="nieuw@example.org").update(is_active=False)
    assert client.post(path).status_code == 410


def test_a_link_is_kept_nowhere_in_a_form_that_can_be_used(editor_client, dorine):
    token = invited(editor_client, dorine).rstrip("/").rpartition("/")[2]
    link = CardLink.objects.get()
    assert token not in "".join(str(getattr(link, field.attname)) for field in link._meta.concrete_fields)


def test_two_cards_never_share_an_account(editor_client, dorine, johan):
    submit(editor_client, dorine, "_invite", email=johan.email)
    assert mail.outbox == []
    dorine.refresh_from_db()
    assert dorine.user is None


def test_the_page_after_it_says_how_to_come_in_next_time(editor_client, dorine, client):
    html = client.post(invited(editor_client, dorine), follow=True).content.decode()
    assert "nieuw@example.org" in html
    client.logout()
    client.post("/account/login/code/", {"email": "nieuw@example.org"})
    assert mail.outbox[-1].to == ["nieuw@example.org"]


def test_who_chooses_a_password_there_is_not_asked_for_the_current_one(editor_client, dorine, client):
    client.post(invited(editor_client, dorine))
    words = {"password1": "een lang wachtwoord 7", "password2": "een lang wachtwoord 7"}
    assert client.post("/account/password/set/", words).headers["Location"] == "/mijn-kaart/"


def test_a_link_that_is_over_says_what_one_can_do(client):
    html = client.get("/mijn-kaart/uitnodiging/x/").content.decode()
    assert 'href="/account/login/code/"' in html
    assert 'href="/contact/"' in html


# Accounts that exist already


def account(email: str = "nieuw@example.org", **more) -> User:
    return User.objects.create_user(email.partition("@")[0], email, **more)


def accounts_with_rights() -> dict[str, Callable[[User], None]]:
    """Each way in which an account may do more than keep a card."""
    theme = Permission.objects.get(codename="change_theme")
    reviewers, _made = Group.objects.get_or_create(name="Nalezers")
    reviewers.permissions.add(theme)
    return {
        "staff": lambda user: setattr(user, "is_staff", True),
        "superuser": lambda user: setattr(user, "is_superuser", True),
        "permission": lambda user: user.user_permissions.add(theme),
        "group": lambda user: user.groups.add(reviewers),
        "secretariat": lambda user: user.groups.add(Group.objects.get(name="Secretariaat")),
    }


HOW = ("staff", "superuser", "permission", "group", "secretariat")


def given_rights(user: User, how: str) -> User:
    accounts_with_rights()[how](user)
    user.save()
    return user


def test_the_button_never_connects_an_account_that_exists(editor_client, dorine):
    user = account()
    response = submit(editor_client, dorine, "_invite", email="nieuw@example.org")
    assert "bestaat al een account met dit e-mailadres" in response.content.decode()
    assert mail.outbox == []
    dorine.refresh_from_db()
    assert dorine.user is None
    assert not user.groups.exists()


def test_another_button_connects_it_and_says_whose_it_is(editor, editor_client, dorine):
    user = account()
    StaffMember.objects.filter(pk=dorine.pk).update(email="nieuw@example.org")
    html = editor_client.get(address(dorine)).content.decode()
    assert "er is al een account met dit e-mailadres: nieuw" in html.lower()
    assert 'name="_invite"' not in html
    submit(editor_client, dorine, "_link")
    dorine.refresh_from_db()
    assert dorine.user == user
    assert [group.name for group in user.groups.all()] == ["Medewerkers"]
    assert mail.outbox[-1].to == ["nieuw@example.org"]
    kinds = Event.objects.filter(by=editor, about=user).values_list("kind", flat=True)
    assert {"linked", "invited"} <= set(kinds)


def test_of_two_accounts_with_one_address_none_is_connected(editor_client, dorine):
    account()
    User.objects.create_user("tweede", "nieuw@example.org")
    response = submit(editor_client, dorine, "_link", email="nieuw@example.org")
    assert "Meer dan één account heeft dit e-mailadres" in response.content.decode()
    dorine.refresh_from_db()
    assert dorine.user is None


def test_an_account_whose_name_is_the_address_is_not_overwritten(editor_client, dorine):
    User.objects.create_user("Nieuw@example.org", "ander@example.org")
    response = submit(editor_client, dorine, "_invite", email="nieuw@example.org")
    assert "heeft dit e-mailadres als naam" in response.content.decode()
    assert mail.outbox == []


# What a link rests upon


def test_a_link_goes_to_the_account_and_never_to_the_card(editor_client, dorine):
    invited(editor_client, dorine)
    StaffMember.objects.filter(pk=dorine.pk).update(email="elders@example.org")
    mail.outbox.clear()
    submit(editor_client, dorine, "_invite")
    assert [message.to for message in mail.outbox] == [["nieuw@example.org"]]


def test_without_an_address_of_the_account_nothing_is_sent(editor_client, dorine):
    StaffMember.objects.filter(pk=dorine.pk).update(user=User.objects.create_user("zonder"), email="x@example.org")
    response = submit(editor_client, dorine, "_invite")
    assert "heeft geen e-mailadres" in response.content.decode()
    assert mail.outbox == []


def saved(obj, **changes) -> None:
    for name, value in changes.items():
        setattr(obj, name, value)
    obj.save()


CHANGES = {
    "address of the card": lambda card, user: saved(card, email="elders@example.org"),
    "address of the card, unseen": lambda card, user: StaffMember.objects.filter(pk=card.pk).update(email="e@x.org"),
    "no address": lambda card, user: saved(card, email=""),
    "other account": lambda card, user: saved(card, user=account("ander@example.org")),
    "other account, unseen": lambda card, user: StaffMember.objects.filter(pk=card.pk).update(
        user=account("ander@example.org")
    ),
    "no account": lambda card, user: saved(card, user=None),
    "address of the account": lambda card, user: saved(user, email="elders@example.org"),
    "address of the account, unseen": lambda card, user: User.objects.filter(pk=user.pk).update(email="e@x.org"),
    "staff": lambda card, user: saved(user, is_staff=True),
    "staff, unseen": lambda card, user: User.objects.filter(pk=user.pk).update(is_staff=True),
    "superuser": lambda card, user: saved(user, is_superuser=True),
    "switched off": lambda card, user: saved(user, is_active=False),
    "switched off, unseen": lambda card, user: User.objects.filter(pk=user.pk).update(is_active=False),
    "group": lambda card, user: user.groups.add(Group.objects.get(name="Secretariaat")),
    "group, from its side": lambda card, user: Group.objects.get(name="Secretariaat").user_set.add(user),
    "no group": lambda card, user: user.groups.clear(),
    "permission": lambda card, user: user.user_permissions.add(Permission.objects.first()),
    "deleted": lambda card, user: user.delete(),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_link_ends_when_what_it_rests_upon_changes(editor_client, dorine, how):
    path = invited(editor_client, dorine)
    dorine.refresh_from_db()
    CHANGES[how](dorine, dorine.user)
    client = Client()
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert "_auth_user_id" not in client.session


BACK = {
    "card": lambda card, user: [saved(card, email=each) for each in ("elders@example.org", "nieuw@example.org")],
    "account": lambda card, user: [saved(card, user=each) for each in (None, user)],
    "address": lambda card, user: [saved(user, email=each) for each in ("elders@example.org", "nieuw@example.org")],
    "staff": lambda card, user: [saved(user, is_staff=each) for each in (True, False)],
    "switched off": lambda card, user: [saved(user, is_active=each) for each in (False, True)],
    "group": lambda card, user: [
        act(Group.objects.get(name="Secretariaat")) for act in (user.groups.add, user.groups.remove)
    ],
    "permission": lambda card, user: [
        act(Permission.objects.first()) for act in (user.user_permissions.add, user.user_permissions.remove)
    ],
}


@pytest.mark.parametrize("how", BACK)
def test_a_link_that_ended_does_not_come_back(editor_client, dorine, how):
    path = invited(editor_client, dorine)
    dorine.refresh_from_db()
    BACK[how](dorine, dorine.user)
    assert Client().post(path).status_code == 410


def test_a_change_of_anything_else_leaves_a_link_alone(editor_client, dorine, client):
    path = invited(editor_client, dorine)
    submit(editor_client, dorine, "_publish", phone="051 51 93 56")
    assert client.post(path).headers["Location"] == "/mijn-kaart/welkom/"


def test_a_link_from_before_it_rested_upon_anything_lets_nobody_in(editor_client, dorine):
    path = invited(editor_client, dorine)
    CardLink.objects.update(basis="")
    assert Client().post(path).status_code == 410


def test_a_secretary_cannot_become_a_superuser_by_an_invitation(editor_client, dorine):
    """Each step of the way in which it once was possible."""
    boss = User.objects.create_superuser("root2", "root2@example.org")
    submit(editor_client, dorine, "_invite", email="root2@example.org")
    submit(editor_client, dorine, "_link", email="root2@example.org")
    submit(editor_client, dorine, "_invite", email="mijn@elders.example")
    for message in mail.outbox:
        assert message.to == ["mijn@elders.example"]
        for path in re.findall(r"http://testserver(/mijn-kaart/\S+)", message.body):
            client = Client()
            client.post(path)
            assert client.session.get("_auth_user_id") != str(boss.pk)


def test_who_is_signed_in_as_somebody_else_becomes_who_was_invited(editor_client, dorine, colleague):
    path = invited(editor_client, dorine)
    client = Client()
    client.force_login(colleague)
    client.post(path)
    assert client.session["_auth_user_id"] == str(User.objects.get(email="nieuw@example.org").pk)


# The mail


def test_the_page_behind_the_link_speaks_the_language_of_the_person(editor_client, dorine):
    path = invited(editor_client, dorine, language="fr")
    html = Client().get(path, headers={"Accept-Language": "nl"}).content.decode()
    assert "Bienvenue" in html
