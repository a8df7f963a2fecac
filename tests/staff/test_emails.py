"""One form of an address: however it is typed, it is the same one, and never somebody else's."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from publishing.models import Event
from publishing.workflow import publish, state
from publishing.workflow.commit import commit_copy
from resoc.doctor.questions import accounts_have_one_address
from staff.emails import account_of, normal
from staff.models import CardLink, StaffMember
from tests.publishing.admin.test_publishable import submit
from tests.staff.accounts.test_adapter import sign_in
from tests.staff.conftest import ADDRESS, PASSWORD, save

pytestmark = pytest.mark.django_db
TYPED = (
    "Voornaam.Naam@resoc.example",
    "VOORNAAM.NAAM@RESOC.EXAMPLE",
    "  voornaam.naam@resoc.example\t",
    "\u00a0voornaam.naam@resoc.example\u3000",
    "voornaam.\u200bnaam@resoc.example",
    "\ufeffvoornaam.naam@resoc.example\u200e",
    "voor\u00adnaam.naam@re\u2060soc.example",
    "\u202avoornaam.naam@resoc.example\u202c",
    "voornaam.naam\ufe0f@resoc.example",
    "voornaam\uff0enaam\uff20resoc.example",
    "\u3164voornaam.naam@resoc.example",
    "voornaam.naam@resoc.example\u0007",
)
OTHERS = (
    "voornaam.naam@resoc.exampl\u0435",  # a Cyrillic e
    "vo\u00f6rnaam.naam@resoc.example",
    "voornaam naam@resoc.example",
    "voornaamnaam@resoc.example",
    "voornaam.naam+a@resoc.example",
)


@pytest.mark.parametrize("typed", TYPED)
def test_it_is_the_same_however_it_is_typed(typed):
    assert normal(typed) == ADDRESS


@pytest.mark.parametrize("other", OTHERS)
def test_another_one_stays_another_one(other):
    assert normal(other) != ADDRESS


def test_letters_that_look_alike_or_fold_into_one_another_are_no_way_in():
    User.objects.create_user("mike", "mike@example.org")
    for typed in ("m\u0131ke@example.org", "m\u0130ke@example.org", "mi\u0138e@example.org"):
        assert account_of(typed) is None, typed


@given(st.text())
def test_the_one_form_is_its_own(typed):
    assert normal(normal(typed)) == normal(typed)


def test_nothing_is_nothing():
    assert (normal(None), normal(""), normal(" \u200b ")) == ("", "", "")
    User.objects.create_user("zonder")
    assert account_of("") is None
    assert account_of("\0") is None


# Doors


@pytest.mark.parametrize("typed", TYPED)
def test_a_card_keeps_it_in_its_one_form(editor_client, typed):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    submit(editor_client, member, "_invite", email=typed)
    member.refresh_from_db()
    assert member.email == ADDRESS
    assert member.user.email == ADDRESS
    assert mail.outbox[-1].to == [ADDRESS]


def test_my_card_does_too(his, johan):
    response = save(his, email="\u200bJohan@Example.ORG ")
    assert response.status_code == 302
    johan.refresh_from_db()
    assert johan.email == "johan@example.org"


@pytest.mark.parametrize("typed", ["voornaam naam@resoc.example", "voor\nnaam@resoc.example", "nog geen adres"])
def test_what_is_no_address_is_said_beside_the_field_and_stays(editor_client, typed):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    response = submit(editor_client, member, "_save", email=typed)
    assert "email" in response.context["adminform"].form.errors
    assert response.context["adminform"].form["email"].value() == typed


def test_rows_that_code_makes_have_it_too():
    member = StaffMember.objects.create(name="A", slug="a", email=TYPED[0])
    assert member.email == ADDRESS
    StaffMember.objects.filter(pk=member.pk).update(email=TYPED[1])
    assert StaffMember.objects.get(pk=member.pk).email == ADDRESS
    assert StaffMember.objects.filter(email=TYPED[2]).exists()


@pytest.mark.parametrize("typed", TYPED[:2])
def test_a_superuser_made_at_the_server_has_it_too(typed):
    call_command("createsuperuser", username="baas", email=typed, interactive=False, verbosity=0)
    assert User.objects.get(username="baas").email == ADDRESS


def account_data(client: Client, user: User, **changes) -> dict:
    form = client.get(f"/admin/auth/user/{user.pk}/change/").context["adminform"].form
    data = {field.html_name: field.value() for field in form if field.name not in ("password", "last_login")}
    joined = timezone.localtime(user.date_joined)
    data |= {"date_joined_0": joined.strftime("%d-%m-%Y"), "date_joined_1": joined.strftime("%H:%M:%S")} | changes
    return {name: value for name, value in data.items() if value not in (None, False)}


def test_a_name_that_is_the_address_follows_it():
    user = User.objects.create_user(TYPED[0], TYPED[0])
    assert (user.username, user.email) == (ADDRESS, ADDRESS)


def test_an_address_of_before_lets_nobody_in_any_more(person):
    EmailAddress.objects.create(user=person, email=ADDRESS, verified=True, primary=True)
    person.email = "nieuw@resoc.example"
    person.save()
    Client().post("/account/login/code/", {"email": ADDRESS})
    assert not [message for message in mail.outbox if re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", message.body, re.M)]
    old, new = Client(), Client()
    sign_in(old, ADDRESS)
    assert "_auth_user_id" not in old.session
    sign_in(new, "nieuw@resoc.example")
    assert new.session["_auth_user_id"] == str(person.pk)


def test_an_attempt_in_vain_is_written_down_with_whom_it_was_about(client, person):
    sign_in(client, TYPED[4], "fout")
    assert Event.objects.get(kind=Event.Kind.REFUSED).about == person


# What was there before

migration = import_module("staff.migrations.0005_one_form_of_an_address")


def as_before(name: str, email: str, days: int = 0, username: str = "") -> User:
    """An account as the site stored it once."""
    user = User.objects.create_user(name, password=PASSWORD)
    joined = timezone.now() - timedelta(days=days)
    User.objects.filter(pk=user.pk).update(email=email, username=username or name, date_joined=joined)
    return user


def migrate() -> None:
    migration.forwards(apps, None)


def test_the_upgrade_gives_every_address_its_one_form(client):
    user = as_before("a", "Voornaam.Naam@resoc.example", username="Voornaam.Naam@resoc.example")
    EmailAddress.objects.create(user=user, email="Voornaam.Naam@resoc.example", verified=True, primary=True)
    migrate()
    user.refresh_from_db()
    assert (user.email, user.username) == (ADDRESS, ADDRESS)
    row = EmailAddress.objects.get(user=user)
    assert (row.email, row.verified, row.primary) == (ADDRESS, True, True)
    client.post("/account/login/code/", {"email": ADDRESS})
    assert [message.to for message in mail.outbox] == [[ADDRESS]]


def test_of_two_accounts_the_older_keeps_it_and_the_other_stays_as_it_was(client):
    young = as_before("jong", ADDRESS, days=1)
    old = as_before("oud", "Voornaam.Naam@resoc.example", days=9)
    third = as_before("derde", "VOORNAAM.NAAM@resoc.example", days=2)
    for user, email in ((young, ADDRESS), (third, "voornaam.naam@resoc.exampl")):
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    migrate()
    emails = dict(User.objects.filter(pk__in=[young.pk, old.pk, third.pk]).values_list("username", "email"))
    assert emails == {"oud": ADDRESS, "jong": ADDRESS, "derde": "VOORNAAM.NAAM@resoc.example"}
    said = " ".join(str(each) for each in accounts_have_one_address())
    assert "'oud', 'derde', 'jong'" in said
    client.post("/account/login/code/", {"email": ADDRESS})
    code = re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", mail.outbox[-1].body, re.MULTILINE)[0]
    client.post("/account/login/code/confirm/", {"code": code})
    assert client.session["_auth_user_id"] == str(old.pk)
    for name in ("jong", "derde"):  # by name, as before
        other = Client()
        sign_in(other, name)
        assert "_auth_user_id" in other.session


def test_it_stays_so_when_the_younger_is_saved_again():
    as_before("oud", ADDRESS, days=9)
    young = as_before("jong", "Voornaam.Naam@resoc.example")
    young.refresh_from_db()
    young.first_name = "Jan"
    young.save()
    young.refresh_from_db()
    assert young.email == "Voornaam.Naam@resoc.example"


def test_the_upgrade_never_fails():
    as_before("leeg", "")
    as_before("blank", " \u200b ")
    as_before("raar", "geen adres")
    as_before("lang", "\ufb03" * 240 + "@a.be")  # each of which would become three letters
    as_before("a", "Naam@resoc.example", username="Naam@resoc.example")
    as_before("b", "b@resoc.example", username="naam@resoc.example")  # whose name is taken by now
    user = as_before("c", "C@resoc.example")
    for email in ("C@resoc.example", "c@resoc.example", "d@resoc.example"):
        EmailAddress.objects.create(user=user, email=email)
    migrate()
    migrate()
    assert User.objects.get(email="naam@resoc.example").username == "Naam@resoc.example"
    assert [row.email for row in EmailAddress.objects.filter(user=user)] == ["c@resoc.example"]


def test_a_card_is_not_changed_by_it_in_the_eyes_of_editors_and_its_link_neither(editor):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    revision = publish(member, editor)
    commit_copy(revision, data=revision.data | {"email": "Voornaam.Naam@resoc.example"})
    link, _token = CardLink.objects.make(member, CardLink.Purpose.CHECK, "x@resoc.example")
    with connection.cursor() as cursor:  # past the field, which puts it right
        for table in ("staff_staffmember", "staff_cardlink"):
            cursor.execute(f"UPDATE {table} SET email = 'Voornaam.Naam@resoc.example'")  # noqa: S608
    migrate()
    assert StaffMember.objects.get(pk=member.pk).email == ADDRESS
    assert CardLink.objects.get(pk=link.pk).email == ADDRESS
    assert state(StaffMember.objects.get(pk=member.pk)) == "published"


def test_doctor_says_nothing_more_when_all_is_well(person):
    (finding,) = accounts_have_one_address()
    assert finding.level == "ok"
