import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from publishing.backup.archive import tables
from resoc.operations import upkeep
from staff.accounts.sessions import device_name
from staff.models import StaffMember
from tests.desk import enter
from tests.staff.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
DESK, CARD = "/admin/priorities/theme/", "/mijn-kaart/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def his(johan, colleague) -> Client:
    client = Client(headers={"user-agent": IPHONE})
    client.post("/account/login/", {"login": "johan", "password": PASSWORD})
    return client


def is_in(client: Client, address: str) -> bool:
    return client.get(address).status_code == 200


# How long they last


@pytest.mark.parametrize(("later", "expected"), [(11 * HOUR, True), (12 * HOUR + timedelta(minutes=6), False)])
def test_the_desk_is_out_after_half_a_day_without_use(editor_client, time_machine, later, expected):
    time_machine.move_to(timezone.now() + later)
    assert is_in(editor_client, DESK) is expected


def test_use_keeps_the_desk_in_for_a_week_and_no_longer(editor_client, time_machine):
    start = timezone.now()
    for half_days in range(1, 14):
        time_machine.move_to(start + half_days * 11.9 * HOUR)
        assert is_in(editor_client, DESK)
    time_machine.move_to(start + 7 * DAY - 3 * HOUR)
    assert is_in(editor_client, DESK)
    time_machine.move_to(start + 7 * DAY + HOUR)
    assert not is_in(editor_client, DESK)


def test_the_signs_of_life_of_an_open_form_are_no_use(editor_client, time_machine):
    theme = re.search(r"/admin/priorities/theme/(\d+)/change/", editor_client.get(DESK).content.decode())
    start = timezone.now()
    for hour in range(1, 12):
        time_machine.move_to(start + hour * HOUR)
        assert editor_client.post(f"{DESK}{theme[1]}/present/").status_code == 200
    time_machine.move_to(start + 12.2 * HOUR)
    assert editor_client.post(f"{DESK}{theme[1]}/present/").status_code == 302
    assert not is_in(editor_client, DESK)


def test_who_keeps_a_card_is_out_after_a_month(his, time_machine):
    start = timezone.now()
    for days in (1, 10, 29):
        time_machine.move_to(start + days * DAY)
        assert is_in(his, CARD)
    time_machine.move_to(start + 30 * DAY + HOUR)
    response = his.get(CARD, follow=True)
    assert response.redirect_chain[-1][0] == "/account/login/?next=/mijn-kaart/"
    assert "meld je opnieuw aan" in response.content.decode()


@pytest.mark.parametrize("right", ["staff", "superuser", "permission"])
def test_who_gets_rights_is_held_to_the_limits_of_the_desk_at_once(his, colleague, time_machine, right):
    time_machine.move_to(timezone.now() + DAY)
    if right == "permission":
        colleague.user_permissions.add(Permission.objects.first())
    else:
        setattr(colleague, f"is_{right}", True)
        colleague.save()
    assert not is_in(his, CARD)


def test_who_loses_rights_is_held_to_those_of_everybody(editor, editor_client, time_machine):
    StaffMember.objects.filter(slug="johan-halsberghe").update(user=editor)
    time_machine.move_to(timezone.now() + 10 * DAY)
    User.objects.filter(pk=editor.pk).update(is_staff=False)
    editor.groups.clear()
    assert is_in(editor_client, CARD)


def test_a_session_that_does_not_say_when_it_began_is_over(editor_client):
    session = editor_client.session
    del session["signed_in_at"]
    session.save()
    assert not is_in(editor_client, DESK)


def test_not_every_request_writes_the_session(editor_client, time_machine, django_assert_num_queries):
    def written() -> list[str]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert is_in(editor_client, DESK)
        return [each["sql"] for each in queries if "django_session" in each["sql"] and "SELECT" not in each["sql"][:9]]

    written()
    assert written() == []
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    assert written()
    assert written() == []


def test_a_page_for_visitors_ends_a_session_silently(his, time_machine):
    time_machine.move_to(timezone.now() + 31 * DAY)
    response = his.get("/")
    assert response.status_code == 200
    assert his.cookies["sessionid"].value == ""
    assert "sessionid" not in Client().get("/").cookies


# Seeing and ending them


def test_a_person_sees_where_they_are_signed_in_and_ends_one(his, colleague):
    other = Client(headers={"user-agent": FIREFOX})
    other.post("/account/login/", {"login": "johan", "password": PASSWORD})
    assert "Waar ik aangemeld ben" in his.get(CARD).content.decode()
    page = his.get("/account/sessions/")
    assert [each.name for each in page.context["devices"]] == ["Safari, iPhone", "Firefox, Windows"]
    assert [each.is_this for each in page.context["devices"]] == [True, False]
    assert "no-store" in page.headers["Cache-Control"] or "no-cache" in page.headers["Cache-Control"]
    response = his.post("/account/sessions/", {"end": page.context["devices"][1].pk}, follow=True)
    assert "Daar ben je nu afgemeld" in response.content.decode()
    assert is_in(his, CARD)
    assert not is_in(other, CARD)


def test_all_others_end_with_one_button(his, editor_client):
    others = [Client(), Client()]
    for each in others:
        each.post("/account/login/", {"login": "johan", "password": PASSWORD})
        assert is_in(each, CARD)
    his.post("/account/sessions/")
    assert is_in(his, CARD)
    assert not any(is_in(each, CARD) for each in others)
    assert is_in(editor_client, DESK)


@pytest.mark.parametrize("number", ["{other}", "{own}", "0", "x", "", "99999999999999999999"])
def test_nobody_ends_a_session_of_somebody_else_or_this_one(his, editor_client, editor, number):
    other = UserSession.objects.get(user=editor).pk
    own = UserSession.objects.exclude(user=editor).get().pk
    response = his.post("/account/sessions/", {"end": number.format(other=other, own=own)})
    assert response.status_code == 302
    assert is_in(his, CARD)
    assert is_in(editor_client, DESK)


def test_the_list_is_for_who_is_signed_in(client):
    assert client.get("/account/sessions/").headers["Location"].startswith("/account/login/")
    assert client.post("/account/sessions/").headers["Location"].startswith("/account/login/")


def test_a_session_that_lapsed_is_in_no_list(editor, editor_client, time_machine):
    time_machine.move_to(timezone.now() + DAY)
    client = Client()
    enter(client, editor)
    assert len(client.get("/account/sessions/").context["devices"]) == 1


def test_a_session_with_a_new_key_stays_in_the_list(his, colleague):
    """A new password gives the session that chose it another key."""
    new = "een heel ander wachtwoord"
    his.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert UserSession.objects.get(user=colleague).session_key == his.session.session_key
    assert len(his.get("/account/sessions/").context["devices"]) == 1


def test_signing_out_takes_it_from_the_list(his, colleague):
    his.post("/account/logout/")
    assert not UserSession.objects.filter(user=colleague).exists()


def test_no_internet_address_is_kept_and_no_session_in_an_archive(his, editor_client):
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"0.0.0.0"}  # noqa: S104
    assert not {"sessions.session", "usersessions.usersession"} & {model._meta.label_lower for model in tables()}


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("", "Onbekend toestel"),
        ("<script>", "Onbekend toestel"),
    ],
)
def test_a_browser_has_a_name_that_people_know(user_agent, name):
    assert device_name(user_agent) == name


# Clearing


def test_upkeep_deletes_what_expired(his, colleague, editor_client, time_machine):
    Session.objects.filter(session_key=his.session.session_key).update(expire_date=timezone.now() - HOUR)
    upkeep.run()
    assert [each.user_id for each in UserSession.objects.all()] != []
    assert not UserSession.objects.filter(user=colleague).exists()
    assert Session.objects.count() == UserSession.objects.count() == 1
    assert is_in(editor_client, DESK)
