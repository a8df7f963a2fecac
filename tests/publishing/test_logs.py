import json
import logging
import re
import secrets
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from priorities.models import Theme
from publishing.logs import LONGEST, AddRequest, JsonLines, PlainLines, current_request, masked, number_requests
from publishing.models import Mail, ShareLink
from publishing.page_cache import encoded
from staff.models import CardLink, StaffMember


@pytest.fixture
def lines(settings):
    """What the site logs, as it comes out: a function that gives the lines so far."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.addFilter(AddRequest())
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written]
    logging.getLogger().removeHandler(handler)


# The form


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("x").makeRecord("x", logging.WARNING, "f", 1, message, arguments, None, extra=extra)
    AddRequest().filter(made)
    return made


def test_each_record_is_one_line_of_json_in_ascii():
    text = JsonLines().format(record("Één\nregel\u2028 %s", "\x1b[31m"))
    assert text.isascii()
    assert "\n" not in text
    line = json.loads(text)
    assert line["message"] == "Één\nregel\u2028 \x1b[31m"
    assert (line["level"], line["logger"], line["request"]) == ("WARNING", "x", "-")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", line["time"])


@pytest.mark.parametrize(
    "part", ["token", "cookie ", "a://", "a?", "A-", "token=", "password\t", "a1", "?a=", "a.", "a.a@"]
)
def test_an_address_of_very_many_letters_is_soon_read_and_cut_short(part):
    text = JsonLines().format(record("Not Found: /%s", part * (200_000 // len(part))))
    assert len(text) < 2 * LONGEST


def test_at_a_terminal_a_person_reads_a_plain_line():
    plain = PlainLines("{levelname} [{request_id}]: {message}", style="{")
    assert plain.format(record("password=%s", "geheim1")) == "WARNING [-]: password=***"


# The request


@pytest.mark.django_db
def test_a_line_and_the_answer_have_the_same_id(client, lines):
    first, second = client.get("/nergens/"), client.get("/ook-nergens/")
    assert [line["request"] for line in lines()] == [first["X-Request-ID"], second["X-Request-ID"]]
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert lines()[0]["status"] == 404
    assert current_request.get() is None


@pytest.mark.django_db
def test_what_is_logged_deep_inside_a_request_has_its_id(lines, monkeypatch):
    def fail(*_arguments, **_options):
        logging.getLogger("deep").warning("here")
        raise RuntimeError("broken")

    monkeypatch.setattr("publishing.views.find", fail)
    response = Client(raise_request_exception=False).get("/zoeken/?q=woord")
    assert response.status_code == 500
    assert {line["request"] for line in lines()} == {response["X-Request-ID"]}
    assert {line["logger"] for line in lines()} == {"deep", "django.request"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (1, "abc-DEF_123.4", True),
        (0, "abc-DEF_123.4", False),  # anybody can send it
        (1, "short", False),
        (1, "x" * 65, False),
        (1, 'abcdefgh"} {"level', False),
        (1, "abcdefgh\u00e9", False),
    ],
)
def test_the_id_of_a_proxy_of_ours_is_kept_when_it_is_one(client, settings, proxies, given, kept):
    settings.TRUSTED_PROXY_COUNT = proxies
    answered = client.get("/nergens/", headers={"x-request-id": given})["X-Request-ID"]
    assert (answered == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answered)


@pytest.mark.django_db
def test_a_page_that_is_kept_for_everybody_has_no_id_of_anybody(client):
    headers = list(client.get("/").headers.items())
    assert "X-Request-ID" in dict(headers)
    for answer in encoded(headers, b"x" * 1000, since=0).values():
        for sent in (answer.headers, answer.headers_304):
            assert "x-request-id" not in {name.lower() for name, _value in sent}


@pytest.mark.parametrize(("kept_by", "has_id"), [("public, max-age=60", False), ("private, no-store", True)])
def test_what_others_may_keep_has_no_id_either(rf, kept_by, has_id):
    response = number_requests(lambda request: HttpResponse(headers={"Cache-Control": kept_by}))(rf.get("/"))
    assert ("X-Request-ID" in response.headers) is has_id


# The secrets


SECRET = "zeer-geheim-woord"  # noqa: S105


@pytest.mark.parametrize(
    "text",
    [
        f"could not connect to postgres://resoc:{SECRET}@db.example.org/resoc",
        f"smtp+tls://user@example.org:{SECRET}@mail.example.org:587 refused",
        f"GET /zoeken/?q={SECRET} HTTP/1.1",
        f"https://www.example.org/media/x.png?share={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"'HTTP_COOKIE': 'csrftoken=abc; other={SECRET}'",
        f"Set-Cookie: __Host-sessionid={SECRET}; Path=/",
        f"sessionid={SECRET}",
        f"{{'{SECRET}@example.org': (550, b'no such mailbox')}}",
        f"password={SECRET}&x=1",
        f"{{'username': 'dorine', 'password': '{SECRET}'}}",
        f'{{"client_secret": "{SECRET}"}}',
        f"violates not-null constraint\nDETAIL:  Failing row contains (7, {SECRET}, null).",
    ],
)
def test_what_has_the_place_of_a_secret_is_masked(text):
    assert SECRET not in masked(text)
    assert "***" in masked(text)


def test_our_own_secrets_are_masked_wherever_they_stand(settings, monkeypatch):
    settings.SECRET_KEY, settings.EMAIL_HOST_PASSWORD = "sleutel/van ons", "post&geheim"
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", "basis-geheim")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://:cache-geheim@host:6379/1"}}
    for secret in ("sleutel/van ons", "post&geheim", "basis-geheim", "cache-geheim"):
        assert masked(f"a{secret}b") == "a***b"
        assert masked(f"a{quote(secret, safe='')}b") == "a***b"


def test_every_token_that_lets_somebody_in_is_masked_in_a_path():
    made = [secrets.token_urlsafe(32) for _time in range(300)]
    made += [secrets.token_hex(16) + "0" for _time in range(300)]
    for token in made:
        assert masked(f"Not Found: /voorbeeld/{token}/") == "Not Found: /voorbeeld/***/"


def test_what_is_no_secret_stays_readable():
    for text in (
        "Not Found: /themas/uitwerking-van-een-regiomarketingstrategie-en-campagne-2027/",
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "Mail 12 waits: [Errno 111] Connection refused",
        "Is it there? Yes = no.",
        'File "/srv/resoc/publishing/migrations/0003_words_as_they_are.py", line 12, in make_what_is_there',
        "static/css/site.0123456789ab.css",
        "meervoudigepersoonlijkheidsstoornissen",
    ):
        assert masked(text) == text


@pytest.mark.django_db
def test_links_that_let_in_stay_out_of_the_log_of_a_404_and_a_500(lines, editor, monkeypatch):
    theme = Theme.objects.create(title_nl="Thema", slug_nl="thema")
    share = ShareLink.objects.renew(theme, editor)
    _link, card = CardLink.objects.make(StaffMember.objects.first(), CardLink.Purpose.CHECK)
    reset = "1-cz8abc-" + secrets.token_hex(16)
    client = Client(raise_request_exception=False)
    client.force_login(editor)
    addresses = [
        f"{share.get_absolute_url('nl')}x",  # none of them is there: 404, 410 or a redirect
        f"/nergens/{share.token}/",
        f"/mijn-kaart/klopt/{card}/x/",
        f"/mijn-kaart/uitnodiging/{card}/",
        f"/account/password/reset/key/{reset}/x/",
        f"/media/niets.png?share={share.token}",
    ]
    for address in addresses:
        client.get(address)
    monkeypatch.setattr("publishing.preview.render_preview", _fail_with(share.token))
    page = client.get(share.get_absolute_url("nl")).content.decode()
    assert "Traceback" not in page
    text = json.dumps(lines())
    assert text.count("***") >= 5
    assert lines()[-1]["status"] == 500
    assert "RuntimeError" in lines()[-1]["traceback"]
    for secret in (share.token, card, reset, client.cookies["sessionid"].value):
        assert secret not in text
        assert secret not in page


def _fail_with(word: str):
    def fail(*_arguments, **_options):
        raise RuntimeError(f"something about {word}")

    return fail


@pytest.mark.django_db
def test_a_form_with_a_password_that_fails_tells_neither_log_nor_page(lines, monkeypatch):
    monkeypatch.setattr("allauth.account.adapter.DefaultAccountAdapter.authenticate", _fail_with("signing in"))
    User.objects.create_user("els", password=SECRET)
    response = Client(raise_request_exception=False).post(
        "/account/login/",
        {"login": "els", "password": SECRET},
        headers={"authorization": f"Basic {SECRET}", "cookie": f"other={SECRET}"},
    )
    assert response.status_code == 500
    assert lines()[-1]["message"] == "Internal Server Error: /account/login/"
    assert SECRET not in json.dumps(lines()) + response.content.decode()


@pytest.mark.django_db
def test_a_database_and_a_mail_server_that_fail_do_not_tell_their_passwords(lines, settings, monkeypatch):
    settings.EMAIL_HOST_PASSWORD = SECRET
    logging.getLogger("publishing.mail").warning("Mail %s waits: %s", 1, OSError(f"535 no {SECRET}"))
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", SECRET)
    monkeypatch.setattr("publishing.views.find", _raise(OperationalError(f"connection with {SECRET} failed")))
    response = Client(raise_request_exception=False).get("/zoeken/?q=x")
    assert response.status_code == 503
    assert len(lines()) == 2
    assert SECRET not in json.dumps(lines()) + response.content.decode()
    assert not Mail.objects.exists()


def _raise(error: Exception):
    def fail(*_arguments, **_options):
        raise error

    return fail


def test_a_signed_value_is_masked():
    signature = signing.dumps({"user": 1}, salt="x").rpartition(":")[2]
    assert signature not in masked(f"BadSignature: {signature}")
