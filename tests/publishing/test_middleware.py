import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from pages.models import TextPage
from publishing.fields import MAX_UPLOAD
from publishing.middleware import MAX_BODY, StaticFiles
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


def test_a_dutch_address_that_begins_like_a_language_is_dutch(client, editor):
    publish(TextPage.objects.create(title_nl="En nu?", slug_nl="en-nu"), editor)
    response = client.get("/en-nu/")
    assert (response.status_code, response.headers["Content-Language"]) == (200, "nl")


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/admin/priorities/document/add/", "nl", "Dit is te groot"),
        ("/admin/priorities/document/add/", "fr", "C’est trop volumineux"),
        ("/admin/priorities/document/add/", "en", "This is too large"),
        ("/", "fr", "Dit is te groot"),
        ("/fr/", "nl", "C’est trop volumineux"),
    ],
)
def test_a_body_that_is_too_large_is_refused_unread_in_the_language_of_the_reader(editor_client, path, language, words):
    class Unread:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    response = editor_client.generic(
        "POST",
        path,
        content_type="multipart/form-data; boundary=x",
        headers={"accept-language": language},
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(MAX_BODY + 1)},
    )
    assert response.status_code == 413
    assert words in response.content.decode()
    assert "25" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_a_length_of_many_digits_is_too_large(client):
    assert client.generic("POST", "/nergens/", b"a=1", CONTENT_LENGTH="9" * 30).status_code == 413


@pytest.mark.parametrize("length", ["", "x", "-1", str(MAX_BODY)])
def test_any_other_body_is_taken_as_it_comes(client, length):
    response = client.generic("POST", "/nergens/", b"a=1", CONTENT_LENGTH=length)
    assert response.status_code == 405  # no page takes it


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "OPTIONS", "CONNECT", "MADEUP", ""])
@pytest.mark.parametrize("path", ["/", "/contact/", "/zoeken/", "/static/x", "/admin/", "/nergens/", "*"])
def test_no_address_can_be_asked_in_another_way_than_a_browser_does(editor_client, path, method):
    response = editor_client.generic(method, path, PATH_INFO=path)
    assert (response.status_code, response.content) == (405, b"")
    assert response.headers["Allow"] == "GET, HEAD, POST"


def test_a_path_without_a_slash_is_no_error(client):
    assert client.get("/", PATH_INFO="*").status_code == 404


def test_there_is_room_for_the_largest_file_with_its_texts():
    assert MAX_BODY >= MAX_UPLOAD + 2_500_000  # what Django takes of texts


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/nergens/", "/admin/", "/account/login/", "/feed/", "/robots.txt", "/healthz"]
)
def test_every_answer_limits_what_a_browser_does_with_it(client, address):
    headers = client.get(address).headers
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy.split("; ")
    assert "unsafe" not in policy


@pytest.fixture
def static_files(settings, tmp_path):
    for name, text in (("a.css", "a"), ("a.css.gz", "not for browsers by this name"), ("b.css", "b")):
        (tmp_path / name).write_text(text)
    settings.STATIC_ROOT = tmp_path
    return StaticFiles(lambda _request: HttpResponse("a page", status=404))


def asked(static_files: StaticFiles, url: str) -> tuple[int, bytes]:
    response = static_files(RequestFactory().get(url))
    body = b"".join(response)
    response.close()
    return response.status_code, body


def test_a_static_file_is_read_about_when_it_is_first_asked_for(static_files):
    assert not static_files.files
    for _time in range(2):
        assert asked(static_files, "/static/a.css") == (200, b"a")
    assert list(static_files.files) == ["/static/a.css"]


@pytest.mark.parametrize("url", ["/static/a.css.gz", "/static/none.css", "/static/", "/static/../a.css"])
def test_what_is_no_static_file_is_left_to_the_site(static_files, url):
    assert asked(static_files, url) == (404, b"a page")


def test_a_static_file_that_is_gone_is_left_to_the_site(static_files, tmp_path):
    (tmp_path / "b.css").unlink()
    assert asked(static_files, "/static/b.css") == (404, b"a page")


SAFE = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
)
EARLY = {
    "another method": ("PUT", "/contact/", {}, 405),
    "another method for the desk": ("DELETE", "/admin/", {}, 405),
    "another method for a file": ("OPTIONS", "/static/none.css", {}, 405),
    "another host": ("GET", "/contact/", {"HTTP_HOST": "evil.example"}, 400),
    "no host": ("GET", "/contact", {"HTTP_HOST": ""}, 400),
    "too large": ("POST", "/contact/", {"CONTENT_LENGTH": str(MAX_BODY + 1)}, 413),
    "without a slash": ("GET", "/contact", {}, 301),
    "nowhere": ("GET", "/nergens/", {}, 404),
    "a form without its token": ("POST", "/admin/language/", {}, 403),
}


@pytest.mark.parametrize(("method", "path", "extra", "status"), EARLY.values(), ids=EARLY)
def test_every_early_answer_is_as_safe_as_a_page(method, path, extra, status):
    response = Client(enforce_csrf_checks=True).generic(method, path, **extra)
    assert response.status_code == status
    page = Client().get("/contact/")
    for name in SAFE:
        assert set(response.headers[name].split("; ")) >= set(page.headers[name].split("; ")), name
    assert response.headers.get("Reporting-Endpoints") == page.headers["Reporting-Endpoints"]


def test_the_way_to_https_and_what_comes_early_over_it_are_safe_too(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    plain = Client().get("/contact/")
    assert plain.status_code == 301
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in plain.headers, "browsers must ignore it there"
    assert Client().put("/contact/", secure=True).headers["Strict-Transport-Security"] == "max-age=60"


def test_an_outage_is_as_safe_as_a_page(monkeypatch):
    monkeypatch.setattr("staff.views.StaffMember.published", lambda: (_ for _ in ()).throw(OperationalError("gone")))
    response = Client(raise_request_exception=False).get("/contact/")
    assert response.status_code == 503
    assert set(SAFE) <= set(response.headers)


@pytest.mark.parametrize(
    "cookies", ["sessionid=x", "a=b,sessionid=x", "a=b;sessionid = x", "sessionid=x,a=b", "a=b, sessionid=x; c=d"]
)
def test_nobody_keeps_what_was_asked_with_a_session_however_it_is_written(cookies):
    response = Client().generic("GET", "/contact/", HTTP_COOKIE=cookies)
    assert "no-store" in response.headers["Cache-Control"]


@pytest.fixture
def letters(settings, tmp_path):
    """A client of a site whose static files are `letters.txt`, of 26 bytes."""
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH, settings.WHITENOISE_USE_FINDERS = tmp_path, False, False
    (tmp_path / "letters.txt").write_bytes(bytes(range(ord("a"), ord("z") + 1)))
    files = StaticFiles(lambda _request: HttpResponse("none", status=404))

    def ask(method="GET", **headers):
        response = files(RequestFactory().generic(method, "/static/letters.txt", **headers))
        sent = b"".join(response) if response.streaming else response.content
        for close in response._resource_closers:
            close()
        return response.status_code, response.headers.get("Content-Range"), sent

    return ask


@pytest.mark.parametrize(
    ("wanted", "place", "sent"),
    [
        ("bytes=0-0", "bytes 0-0/26", b"a"),
        ("bytes=5-5", "bytes 5-5/26", b"f"),
        ("bytes=25-25", "bytes 25-25/26", b"z"),
        ("bytes=-1", "bytes 25-25/26", b"z"),
        ("bytes=24-", "bytes 24-25/26", b"yz"),
        ("bytes=23-99", "bytes 23-25/26", b"xyz"),
        ("bytes=2-4", "bytes 2-4/26", b"cde"),
        ("bytes=-999", "bytes 0-25/26", b"abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_a_part_of_a_static_file_is_what_was_asked_for(letters, wanted, place, sent):
    assert letters(HTTP_RANGE=wanted) == (206, place, sent)
    assert letters("HEAD", HTTP_RANGE=wanted)[:2] == (200, None)
    assert letters(HTTP_RANGE=wanted, HTTP_IF_RANGE='"old"')[0] == 200


@pytest.mark.parametrize("wanted", ["bytes=26-", "bytes=99-100", "bytes=-0"])
def test_a_part_that_a_static_file_does_not_have_is_refused(letters, wanted):
    assert letters(HTTP_RANGE=wanted)[:2] == (416, "bytes */26")


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "bytes=x", "letters=0-1", "bytes=", "0-1"])
def test_several_parts_and_what_makes_no_sense_get_the_whole_file(letters, wanted):
    assert letters(HTTP_RANGE=wanted) == (200, None, b"abcdefghijklmnopqrstuvwxyz")
