import base64
import io
import json
import logging
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from priorities.models import Theme
from publishing.backup.rehearsal import page_digests
from publishing.cache.responses import encoded
from publishing.context import current_request
from publishing.models import Mail, ShareLink
from publishing.operations.logs import LONGEST, OWN, AddRequest, Console, JsonLines, PlainLines, masked, number_requests
from staff.models import CardLink, StaffMember
from tests.desk import enter


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


@pytest.mark.parametrize(("level", "said"), [(logging.WARNING, 0), (logging.ERROR, 1)])
def test_a_page_that_a_command_asked_for_and_is_not_there_is_no_news(lines, level, said):
    request = RequestFactory().get("/adviezen/", **{OWN: "yes"})
    logging.getLogger("django.request").log(level, "said of %s", request.path, extra={"request": request})
    assert len(lines()) == said


@pytest.mark.django_db
def test_a_backup_that_finds_no_page_of_opinions_says_nothing_of_it(lines):
    assert "404" in " ".join(page_digests().values())
    assert lines() == []


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

    monkeypatch.setattr("publishing.web.views.find", fail)
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
    enter(client, editor)
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
    monkeypatch.setattr("publishing.contributions.shared.render_preview", _fail_with(share.token))
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
    monkeypatch.setattr("publishing.web.views.find", _raise(OperationalError(f"connection with {SECRET} failed")))
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


# However a secret is written, and whatever goes wrong

ODD_SECRET = "p@ss wörd/+'\"%\\&<9"  # noqa: S105
SPELT = {
    "as it is": ODD_SECRET,
    "percent-encoded": quote(ODD_SECRET, safe=""),
    "percent-encoded in small letters": re.sub("%..", lambda part: part[0].lower(), quote(ODD_SECRET, safe="")),
    "percent-encoded with slashes": quote(ODD_SECRET),
    "as a form sends it": quote_plus(ODD_SECRET),
    "repr": repr(["x", ODD_SECRET]),
    "repr of bytes": repr(ODD_SECRET.encode()),
    "json": json.dumps([ODD_SECRET]),
    "AUTH LOGIN": base64.b64encode(ODD_SECRET.encode()).decode(),
    "AUTH PLAIN": base64.b64encode(f"\0user@example.org\0{ODD_SECRET}".encode()).decode(),
    "Basic": base64.b64encode(f"us:{ODD_SECRET}".encode()).decode(),
    "Basic, in an address": base64.urlsafe_b64encode(f"a:{ODD_SECRET}?>".encode()).decode(),
}


@pytest.mark.parametrize("spelling", SPELT)
@pytest.mark.parametrize("name", ["EMAIL_HOST_PASSWORD", "SECRET_KEY_FALLBACKS"])
def test_a_secret_is_masked_however_it_is_spelt(settings, spelling, name):
    setattr(settings, name, [ODD_SECRET] if name == "SECRET_KEY_FALLBACKS" else ODD_SECRET)
    said = masked(f"535 5.7.8 refused {SPELT[spelling]} here")
    assert "***" in said
    assert said.startswith("535 5.7.8 refused ")
    assert said.endswith(" here")
    for form in SPELT.values():
        assert form.strip("[]") not in said
    assert "rd/" not in said


@pytest.mark.parametrize("password", [None, 0, 12345678, b"heel-geheim", "", " ", ["a"], object()])
def test_whatever_kind_of_thing_a_password_is_masking_goes_on(settings, monkeypatch, password):
    settings.EMAIL_HOST_PASSWORD = password
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", password)
    assert masked("Mail waits: [Errno 111] Connection refused") == "Mail waits: [Errno 111] Connection refused"
    assert masked("a 12345678 heel-geheim") == {
        12345678: "a *** heel-geheim",
        b"heel-geheim": "a 12345678 ***",
    }.get(password if isinstance(password, int | bytes) else None, "a 12345678 heel-geheim")


def test_a_short_password_is_masked_where_it_stands_alone(settings):
    settings.EMAIL_HOST_PASSWORD = "uit"  # noqa: S105
    assert masked("login uit failed: geluid uitgesloten") == "login *** failed: geluid uitgesloten"


class Unspeakable:
    """What can't be written as text."""

    def __str__(self) -> str:
        raise RuntimeError(SECRET)

    __repr__ = __str__


def test_what_cannot_be_searched_is_left_out(settings):
    assert "left out" in masked(Unspeakable())
    settings.CACHES = {"default": None}  # broken settings break no line
    assert masked(SECRET).startswith("***")
    assert SECRET not in masked(SECRET)


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines("{message}", style="{")])
@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("%d of %s", ("one",)),
        (f"password={SECRET} %s %s", ("too few",)),
        ("no place", (f"password={SECRET}",)),
        ("%s", (Unspeakable(),)),
        (Unspeakable(), ()),
        ("%(name)s", ({"other": f"password={SECRET}"},)),
    ],
)
def test_a_record_whose_arguments_do_not_fit_is_one_masked_line(capsys, formatter, message, arguments):
    stream = io.StringIO()
    handler = Console(stream)
    handler.setFormatter(formatter)
    handler.handle(record(message, *arguments))
    assert len(stream.getvalue().splitlines()) == 1
    assert SECRET not in stream.getvalue() + capsys.readouterr().err


def test_a_record_that_cannot_be_written_is_told_without_what_it_held(capsys):
    class Broken(logging.Formatter):
        def format(self, _record: logging.LogRecord) -> str:
            raise RuntimeError(SECRET)

    stream = io.StringIO()
    handler = Console(stream)
    handler.setFormatter(Broken())
    handler.handle(record("password=%s", SECRET))
    assert stream.getvalue() == "A log record was lost (x, f:1: RuntimeError)\n"
    assert capsys.readouterr().err == ""


def test_a_plain_line_leaves_nothing_unmasked_behind_for_others():
    try:
        raise RuntimeError(f"password={SECRET}")
    except RuntimeError:
        made = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "here", (), sys.exc_info())
    plain = PlainLines("{message}", style="{")
    assert SECRET not in plain.format(made)
    assert "RuntimeError" in plain.format(made)
    assert made.exc_text is None


# Every form of EMAIL_URL, from the settings to the doctor

PASSWORD = "Geheim+w%rd@9/x"  # noqa: S105
QUOTED = quote(PASSWORD, safe="")
SMTP = "django.core.mail.backends.smtp.EmailBackend"
FORMS = {
    "": ("django.core.mail.backends.smtp.EmailBackend", "localhost", 25, False, False, ""),
    "smtp://localhost:25": (SMTP, "localhost", 25, False, False, ""),
    "smtp://mail.example.org": (SMTP, "mail.example.org", 25, False, False, ""),
    "smtp://user@mail.example.org:25": (SMTP, "mail.example.org", 25, False, False, ""),
    "smtp://user:12345678@mail.example.org:25": (SMTP, "mail.example.org", 25, False, False, "12345678"),
    f"smtp://user:{QUOTED}@mail.example.org:25": (SMTP, "mail.example.org", 25, False, False, PASSWORD),
    f"smtp+tls://a%40b.be:{QUOTED}@mail.example.org:587": (SMTP, "mail.example.org", 587, True, False, PASSWORD),
    f"smtp+tls://user:{QUOTED}@mail.example.org": (SMTP, "mail.example.org", 587, True, False, PASSWORD),
    f"smtps://user:{QUOTED}@mail.example.org:465": (SMTP, "mail.example.org", 465, False, True, PASSWORD),
    f"smtps://user:{QUOTED}@mail.example.org": (SMTP, "mail.example.org", 465, False, True, PASSWORD),
    f"smtp+ssl://user:{QUOTED}@mail.example.org:465": (SMTP, "mail.example.org", 465, False, True, PASSWORD),
    "consolemail://": ("django.core.mail.backends.console.EmailBackend", None, None, False, False, None),
    "dummymail://": ("django.core.mail.backends.dummy.EmailBackend", None, None, False, False, None),
}
TRIED = r"""
import base64, json, logging, smtplib
from django.conf import settings as s
from django.core.mail import get_connection
from django.core.management import call_command

server = get_connection(s.MAIL_SERVER_BACKEND)
tls = getattr(server, "use_tls", False), getattr(server, "use_ssl", False)
print(json.dumps([s.MAIL_SERVER_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, *tls, s.EMAIL_HOST_PASSWORD]))
password = s.EMAIL_HOST_PASSWORD or "none at all"
coded = base64.b64encode(f"\0user\0{password}".encode()).decode()
logger = logging.getLogger("tried")
try:
    raise smtplib.SMTPAuthenticationError(535, f"{password} refused, AUTH PLAIN {coded}".encode())
except smtplib.SMTPException:
    logger.exception("No mail with %s", s.MAIL)
logger.warning("%d", password)
try:
    call_command("doctor")
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("url", FORMS)
def test_with_every_form_of_email_url_lines_are_json_and_hold_no_secret(prepared, url):
    root = Path(__file__).resolve().parents[3]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(prepared), "EMAIL_URL": url, "PYTHONPATH": str(root)}
    environment["DJANGO_SETTINGS_MODULE"] = "resoc.settings"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"import django; django.setup()\n{TRIED}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    settings_said, *said = done.stdout.splitlines()
    assert tuple(json.loads(settings_said)) == FORMS[url]
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines[:2]] == ["tried", "tried"]
    assert "SMTPAuthenticationError" in lines[0]["traceback"]
    password = FORMS[url][-1]
    for form in (password, quote(password, safe=""), repr(password)[1:-1]) if password else ():
        assert form not in done.stderr + "".join(said)
    assert base64.b64encode(f"\0user\0{password or 'none at all'}".encode()).decode() not in done.stderr or not password
    assert len(said) > 9
    assert not [line for line in said if line.startswith("wrong") or "Could not be asked" in line]
