import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from publishing.web.static_files import StaticFiles


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
