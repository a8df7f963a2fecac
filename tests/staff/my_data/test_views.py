"""The page My data: who gets the files, how, and how often."""

import json
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from publishing.models import Event
from publishing.models.records.events import record
from publishing.workflow import withdraw
from staff.models import StaffMember
from staff.my_data.views import COPIES_AN_HOUR
from tests.site.cast import session_of
from tests.staff.conftest import PASSWORD, photo_file, save

pytestmark = pytest.mark.django_db
PAGE, COPY, CARD = "/mijn-kaart/gegevens/", "/mijn-kaart/gegevens/kopie/", "/mijn-kaart/gegevens/kaart/"


@pytest.fixture
def proven(johan, colleague) -> Client:
    """A browser in which Johan just gave his password."""
    client = Client()
    client.post("/account/login/", {"login": "johan", "password": PASSWORD})
    return client


def test_my_card_leads_to_the_page(his, johan):
    assert f'href="{PAGE}"' in his.get("/mijn-kaart/").content.decode()
    html = his.get(PAGE).content.decode()
    assert f'action="{COPY}"' in html
    assert f'action="{CARD}"' in html


def test_the_copy_is_a_file_that_nobody_keeps(proven, johan):
    response = proven.post(COPY)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    today = timezone.localdate().isoformat()
    assert response.headers["Content-Disposition"] == f'attachment; filename="resoc-mijn-gegevens-{today}.json"'
    assert "no-store" in response.headers["Cache-Control"]
    found = json.loads(response.content)
    assert found["account"]["user_name"] == "johan"
    assert [each["is_this_one"] for each in found["sessions"]] == [True]
    assert found["card"]["number"] == johan.pk
    assert Event.objects.get(kind=Event.Kind.COPIED).by == johan.user


def test_the_names_of_the_parts_are_the_same_in_each_language(proven):
    dutch = json.loads(proven.post(COPY).content)
    french = json.loads(proven.post(COPY, headers={"accept-language": "fr"}).content)
    assert list(french) == list(dutch)
    assert french["about"]["read_me"] != dutch["about"]["read_me"]


@pytest.mark.parametrize("address", [COPY, CARD])
def test_following_a_link_gets_nothing(proven, address):
    assert proven.get(address).status_code == 405


@pytest.mark.parametrize("address", [COPY, CARD])
def test_another_site_gets_nothing(johan, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(johan.user)
    assert client.post(address).status_code == 403
    assert not Event.objects.filter(kind=Event.Kind.COPIED).exists()


@pytest.mark.parametrize("address", [COPY, CARD])
def test_a_visitor_signs_in_first(client, address):
    assert client.post(address).headers["Location"] == f"/account/login/?next={PAGE}"
    assert client.get(PAGE).headers["Location"] == f"/account/login/?next={PAGE}"


@pytest.mark.parametrize("address", [COPY, CARD])
def test_a_session_of_a_while_ago_proves_anew_who_it_is_and_comes_back(proven, time_machine, address):
    time_machine.move_to(timezone.now() + timedelta(minutes=10))
    response = proven.post(address)
    assert response.headers["Location"] == f"/account/reauthenticate/?next={PAGE}"
    assert not Event.objects.filter(kind=Event.Kind.COPIED).exists()
    response = proven.post(response.headers["Location"], {"password": PASSWORD})
    assert response.headers["Location"] == PAGE
    assert proven.post(address).status_code == 200


def with_a_password_alone(user: User) -> Client:
    """A browser in which `user` just gave the password, and nothing more."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.user, request.session = user, client.session
    record_authentication(request, user, "password", username=user.username, reauthenticated=True)
    request.session.save()
    return client


@pytest.mark.parametrize("address", [COPY, CARD])
def test_whoever_edits_the_site_gives_a_second_factor_first(editor, johan, address):
    client = with_a_password_alone(editor)
    assert client.post(address).headers["Location"].startswith("/account/2fa/reauthenticate/")
    johan.user.groups.add(Group.objects.get(name="Secretariaat"))
    assert with_a_password_alone(johan.user).post(address).headers["Location"] == "/account/2fa/", "sets one up"
    assert not Event.objects.filter(kind=Event.Kind.COPIED).exists()


def test_many_copies_in_an_hour_are_too_many(proven, johan, time_machine):
    for _number in range(COPIES_AN_HOUR):
        record(Event.Kind.COPIED, by=johan.user, about=johan.user)
    response = proven.post(COPY, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Je nam dit uur al veel kopieën" in response.content.decode()
    Event.objects.filter(kind=Event.Kind.COPIED).update(at=timezone.now() - timedelta(hours=2))
    assert proven.post(COPY).status_code == 200


def test_the_own_card_has_what_visitors_do_not_see(proven, johan, client):
    save(proven, mobile="0470 11 22 33", shows_mobile=None, photo=photo_file(), shows_photo=None, shows_phone=None)
    response = proven.post(CARD)
    assert response.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="johan-halsberghe.vcf"'
    assert "no-store" in response.headers["Cache-Control"]
    text = response.content.decode().replace("\r\n ", "")
    assert "TEL;TYPE=CELL,VOICE:+32470112233" in text
    assert "TEL;TYPE=WORK,VOICE:+3251519356" in text
    assert "PHOTO;" in text
    assert "URL:http://testserver/contact/johan-halsberghe/" in text
    assert "+32470112233" not in client.get("/contact/johan-halsberghe.vcf").content.decode()


def test_a_card_that_is_not_public_has_no_address_in_it(proven, johan):
    withdraw(johan, None, "Even weg.")
    text = proven.post(CARD).content.decode()
    assert "FN:Johan Halsberghe" in text
    assert "URL:" not in text


def test_an_account_without_a_card_has_a_copy_and_no_card(editor):
    client = Client()
    client.cookies["sessionid"] = session_of(editor, has_factor=True)
    assert "Download mijn kaart" not in client.get(PAGE).content.decode()
    assert json.loads(client.post(COPY).content)["card"] is None
    assert client.post(CARD).status_code == 404
    assert PAGE in client.get("/mijn-kaart/").content.decode()


def test_each_gets_their_own(proven, johan, editor):
    StaffMember.objects.filter(slug="dorine-sioen").update(user=editor)
    found = json.loads(proven.post(f"{COPY}?user={editor.pk}", {"user": editor.pk, "whose": editor.pk}).content)
    assert found["card"]["number"] == johan.pk
    assert "Dorine" not in json.dumps(found["account"])
