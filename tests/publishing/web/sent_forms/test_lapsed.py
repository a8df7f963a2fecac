import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from priorities.models import Theme
from staff.models import StaffMember
from tests.desk import enter
from tests.staff.conftest import form_data

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}
WORDS = "Dit formulier was verlopen"
TYPED = {"title_nl": 'Lang "getypt" <b>&amp; regel 1\r\nregel 2', "body_nl": "<p>Tekst</p>"}


@pytest.fixture
def strict(editor: User) -> Client:
    """A browser of the secretary, in which a token counts."""
    client = Client(enforce_csrf_checks=True)
    enter(client, editor)
    return client


@pytest.fixture
def address() -> str:
    return f"/admin/priorities/theme/{Theme.objects.first().pk}/change/"


def sent_again(html: str) -> dict[str, str]:
    """What the button of the page sends."""
    form = html[html.index('class="form"') :]
    return {unescape(name): unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form)}


def test_a_form_that_lapsed_says_so_and_can_be_sent_again(strict, address):
    Theme.objects.update(title_nl="Zoals het was")
    page = strict.get(address)
    response = strict.post(address, TYPED | {"_save": "1"}, headers=HERE)
    html = response.content.decode()
    assert response.status_code == 403
    assert WORDS in html
    assert "no-store" in response.headers["Cache-Control"]
    assert "DEBUG" not in html
    again = sent_again(html)
    assert TYPED.items() <= again.items()
    assert f'action="{address}"' in html
    assert strict.post(address, again).status_code != 403
    assert page.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": ""},
        {"origin": ""},
        {"referer": ""},
        {"origin": "", "referer": "http://testserver/"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none", "origin": "http://testserver"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"referer": "http://[testserver/"},
        {"origin": "http://testserver:81"},
        {"origin": "https://testserver"},
        {"referer": "http://evil.example/http://testserver/"},
        {"referer": "http://testserver.evil.example/"},
    ],
)
def test_what_another_site_sent_is_put_in_no_form(strict, address, headers):
    response = strict.post(address, TYPED, headers=headers)
    assert response.status_code == 403
    assert WORDS in response.content.decode()
    assert "getypt" not in response.content.decode()
    assert 'name="title_nl"' not in response.content.decode()


@pytest.mark.parametrize("headers", [{"origin": "http://testserver"}, {"referer": "http://testserver/admin/"}, {}])
def test_who_says_it_otherwise_or_not_at_all_keeps_it_too(strict, address, headers):
    assert TYPED.items() <= sent_again(strict.post(address, TYPED, headers=headers).content.decode()).items()


def test_what_was_typed_is_shown_as_text_and_never_run(strict, address):
    response = strict.post(address, {'"><script>alert(1)</script>': "<script>alert(2)</script>"}, headers=HERE)
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("path", ["/account/login/", "/account/2fa/authenticate/", "/account/password/change/"])
def test_no_password_and_no_code_is_put_in_a_page(strict, path):
    secret = {"password": "geheim1", "oldpassword": "geheim1", "password1": "geheim1", "code": "geheim1"}
    secret |= {"credential": "geheim1", "csrfmiddlewaretoken": "geheim1"}
    response = strict.post(path, secret | {"login": "dorine"}, headers=HERE)
    assert response.status_code == 403
    assert "geheim1" not in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("fr", "Ce formulaire avait expiré"), ("en", "This form had lapsed")])
def test_it_speaks_the_language_of_the_reader(strict, address, language, words):
    response = strict.post(address, TYPED, headers=HERE | {"accept-language": language})
    assert words in response.content.decode()


def test_a_visitor_without_an_account_reads_it_too(db):
    response = Client(enforce_csrf_checks=True).post("/", {"q": "geheim"}, headers=HERE)
    assert response.status_code == 403
    assert "te lang geleden geopend" in response.content.decode()
    assert "geheim" not in response.content.decode()


# My card


def test_my_card_that_comes_after_its_session_says_so_and_keeps_the_text(colleague):
    StaffMember.objects.filter(slug="johan-halsberghe").update(user=colleague)
    client = Client()
    client.force_login(colleague)
    data = form_data(client, function_nl="Lang getypt", phone="051 51 93 56")
    client.logout()
    response = client.post("/mijn-kaart/", data, headers=HERE)
    assert response.status_code == 403
    assert "Lang getypt" in response.content.decode()
    assert "Meld je eerst aan" in response.content.decode()
    client.force_login(colleague)
    assert client.post("/mijn-kaart/", sent_again(response.content.decode())).status_code == 302
    assert StaffMember.objects.get(user=colleague).function_nl == "Lang getypt"


def test_a_form_of_somebody_else_is_not_saved_on_my_card(colleague):
    StaffMember.objects.filter(slug="johan-halsberghe").update(user=colleague)
    other = StaffMember.objects.exclude(user=colleague).first()
    client = Client()
    client.force_login(colleague)
    data = {"base": "", "whose": str(other.pk), "name": "Iemand anders"}
    response = client.post("/mijn-kaart/", data, follow=True)
    assert "van iemand anders" in response.content.decode()
    assert StaffMember.objects.get(user=colleague).name != "Iemand anders"


def test_what_a_browser_kept_of_my_card_is_shown_and_not_saved(colleague):
    StaffMember.objects.filter(slug="johan-halsberghe").update(user=colleague)
    client = Client()
    client.force_login(colleague)
    response = client.post("/mijn-kaart/", {"base": "", "name": "Gisteren getypt", "_unsaved": "1"})
    assert 'value="Gisteren getypt"' in response.content.decode()
    assert "nog niet bewaard" in response.content.decode()
    assert StaffMember.objects.get(user=colleague).name != "Gisteren getypt"


# Who may not


def test_a_colleague_at_the_desk_finds_a_way_out(client, colleague):
    client.force_login(colleague)
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert 'href="/mijn-kaart/"' in response.content.decode()
    assert "johan" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
