"""What happens to accounts is written down, without a password and without a name that must go."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from publishing.models import Event
from staff.forgetting.departures import forget_account
from tests.conftest import give_second_factor
from tests.desk import enter
from tests.staff.accounts.test_adapter import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
Kind = Event.Kind


@pytest.fixture
def start(editor, colleague):
    """The cast is there, and nothing happened yet."""
    Event.objects.all().delete()


def told() -> list[tuple]:
    """What was written down, the oldest first: kind, by whom, about whom, what."""
    return [
        (each.kind, str(each.by or "-"), str(each.about or "-"), each.detail)
        for each in Event.objects.select_related("by", "about").order_by("pk")
    ]


@pytest.fixture
def boss_client() -> Client:
    boss = User.objects.create_superuser("baas", password=PASSWORD)
    give_second_factor(boss)
    client = Client()
    enter(client, boss)
    Event.objects.all().delete()
    return client


# Signing in


def test_who_signs_in_is_written_down_once_all_that_was_asked_is_given(start, client):
    sign_in(client, "dorine")
    assert told() == []  # the second factor is still to come
    sign_in(Client(), "johan")
    assert told() == [(Kind.SIGNED_IN, "johan", "johan", "")]


def test_attempts_in_vain_are_written_down_without_what_was_typed(start, client):
    sign_in(client, "johan", "mis-geheim")
    sign_in(client, "johan", "mis-geheim")
    sign_in(client, "een wachtwoord in het verkeerde vak", "x")
    assert told() == [(Kind.REFUSED, "-", "johan", ""), (Kind.REFUSED, "-", "-", "")]
    stored = json.dumps(list(Event.objects.values()), default=str)
    assert "geheim" not in stored
    assert "wachtwoord" not in stored


def test_a_wrong_code_is_an_attempt_in_vain(start, client, colleague):
    sign_in(client, "dorine")
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    colleague.email = "johan@example.org"
    colleague.save()
    other = Client()
    other.post("/account/login/code/", {"email": "johan@example.org"})
    assert len(mail.outbox) == 1
    other.post("/account/login/code/confirm/", {"code": "WRONGX"})
    assert told() == [(Kind.REFUSED, "-", "dorine", ""), (Kind.REFUSED, "-", "johan", "")]


# Rights


def test_rights_that_a_superuser_gives_and_takes_are_written_down(start, colleague, boss_client):
    secretariat, medewerkers = Group.objects.get(name="Secretariaat"), Group.objects.get(name="Medewerkers")
    form = {"username": "johan", "is_active": "on", "is_staff": "on", "groups": [secretariat.pk, medewerkers.pk]}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "12:00"}
    assert boss_client.post(f"/admin/auth/user/{colleague.pk}/change/", form).status_code == 302
    assert told() == [
        (Kind.RIGHTS, "baas", "johan", "+is_staff"),
        (Kind.RIGHTS, "baas", "johan", "+Secretariaat"),
    ]
    form.pop("is_active")
    form["groups"] = [medewerkers.pk]
    boss_client.post(f"/admin/auth/user/{colleague.pk}/change/", form)
    assert told()[2:] == [
        (Kind.RIGHTS, "baas", "johan", "-is_active"),
        (Kind.RIGHTS, "baas", "johan", "-Secretariaat"),
    ]


def test_an_address_that_somebody_else_changes_is_written_down(start, colleague, boss_client):
    form = {"username": "johan", "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "12:00"}
    for email in ("een.ander@example.org", "Een.Ander@example.org"):
        boss_client.post(f"/admin/auth/user/{colleague.pk}/change/", {**form, "email": email})
    assert [each for each in told() if each[0] == Kind.ADDRESS] == [(Kind.ADDRESS, "baas", "johan", "")]


def test_rights_from_elsewhere_are_written_down_too(start, colleague, editor):
    secretariat = Group.objects.get(name="Secretariaat")
    secretariat.user_set.add(colleague)
    secretariat.user_set.clear()
    colleague.groups.clear()
    colleague.user_permissions.add(*secretariat.permissions.all()[:1])
    colleague.is_superuser = True
    colleague.save(update_fields=["is_superuser"])
    details = [(about, detail) for _kind, _by, about, detail in told()]
    assert details[0] == ("johan", "+Secretariaat")
    assert set(details[1:3]) == {("johan", "-Secretariaat"), ("dorine", "-Secretariaat")}
    assert details[3] == ("johan", "-Medewerkers")
    assert details[4][1].startswith("+")
    assert details[5] == ("johan", "+is_superuser")


def test_what_a_group_may_is_written_down_when_somebody_changes_it(start, boss_client):
    group = Group.objects.get(name="Medewerkers")
    right = Permission.objects.first()
    group.permissions.add(right)
    assert told() == []  # as migrating does
    boss_client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Medewerkers"})
    assert not group.permissions.exists()
    assert told() == [(Kind.RIGHTS, "baas", "-", "Medewerkers")]


def test_what_changes_no_right_is_not_written_down(start, colleague):
    colleague.first_name = "Johan"
    colleague.save()
    colleague.groups.add(Group.objects.get(name="Medewerkers"))
    colleague.groups.remove(Group.objects.get(name="Secretariaat"))
    assert told() == []


def test_accounts_that_are_made_and_deleted(start, colleague):
    User.objects.create_superuser("baas")
    give_second_factor(colleague)
    Event.objects.filter(kind=Kind.FACTOR).delete()
    colleague.delete()
    assert told() == [(Kind.MADE, "-", "baas", "+is_staff, +is_superuser"), (Kind.DELETED, "-", "-", "")]


def test_a_superuser_deletes_an_account_and_then_their_own(start, colleague, boss_client):
    for user in (colleague, User.objects.get(username="baas")):
        boss_client.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"})
        assert not User.objects.filter(pk=user.pk).exists()
    connection.check_constraints()
    assert told() == [(Kind.DELETED, "-", "-", "")] * 2  # of whom the first did it, nobody knows any more


# Passwords and second factors


def test_a_password_that_changes_is_written_down_and_a_newer_hash_is_not(start, client, colleague):
    sign_in(client, "johan")
    new = {"oldpassword": PASSWORD, "password1": "iets heel anders", "password2": "iets heel anders"}
    client.post("/account/password/change/", new)
    assert told()[1:] == [(Kind.PASSWORD, "johan", "johan", "")]
    colleague.refresh_from_db()
    colleague.set_password("iets heel anders")
    colleague.save(update_fields=["password"])  # as Django does when its hasher changes
    assert len(told()) == 2


def test_second_factors_that_come_and_go_are_written_down(start, editor):
    Authenticator.objects.create(user=editor, type=Authenticator.Type.WEBAUTHN, data={"name": "Sleutel"})
    Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).delete()
    call_command("forget_second_factor", "dorine")
    factor = (Kind.FACTOR, "-", "dorine")
    assert told() == [(*factor, "+webauthn"), (*factor, "-webauthn"), (*factor, "-totp")]


# Forgetting


def test_who_is_forgotten_is_forgotten_here_too(start, client, colleague, boss_client):
    sign_in(client, "johan")
    sign_in(client, "johan", "mis")
    form = {"username": "johan", "is_active": "on", "is_staff": "on", "email": "johan@example.org"}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "12:00"}
    boss_client.post(f"/admin/auth/user/{colleague.pk}/change/", form)
    assert LogEntry.objects.filter(object_repr="johan").exists()
    colleague.refresh_from_db()
    forget_account(colleague)
    boss_client.get("/admin/")  # which says once more that he was saved
    page = boss_client.get("/admin/publishing/event/").content.decode()
    assert f"forgotten-{colleague.pk}" in page
    stored = page + json.dumps([*Event.objects.values(), *LogEntry.objects.values()], default=str)
    assert "johan" not in stored.replace("johan-halsberghe", "").lower().replace("johan halsberghe", "")
