import pytest

from publishing.cache.responses import (
    LARGEST,
    ApplicationResponse,
    Page,
    Validity,
    encoded,
    from_bytes,
    is_unchanged,
    negotiate,
    to_bytes,
)
from publishing.queries.dependencies import Dependency

KEY = ("http", "localhost", "/themas/", "")
DATE = "Sun, 29 Nov 2026 12:00:00 GMT"


def response(status: str = "200 OK", **headers: str) -> ApplicationResponse:
    given = {"content_length": "2"} | headers
    return ApplicationResponse(status, [(name.replace("_", "-"), value) for name, value in given.items()], [b"ja"])


def test_a_plain_page_is_cacheable():
    assert response().is_cacheable()
    assert response(vary="Accept-Encoding", content_length=str(LARGEST)).is_cacheable()


@pytest.mark.parametrize(
    "other",
    [
        response("404 Not Found"),
        response("302 Found"),
        response(set_cookie="a=b"),
        response(cache_control="private, max-age=3"),
        response(cache_control="no-store"),
        response(vary="Accept-Encoding, Cookie"),
        response(content_security_policy="script-src 'nonce-abc'"),
        response(content_length=str(LARGEST + 1)),
        ApplicationResponse("200 OK", [], [b"of unknown length"]),
    ],
)
def test_what_may_differ_for_another_visitor_is_not_cacheable(other):
    assert not other.is_cacheable()


def test_the_application_sees_no_cookie_and_no_condition_and_always_a_get():
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return [b"ja"]

    asked = {"HTTP_COOKIE": "a=b", "HTTP_IF_NONE_MATCH": "*", "HTTP_IF_MODIFIED_SINCE": DATE}
    asked |= {"HTTP_ACCEPT_ENCODING": "br", "REQUEST_METHOD": "HEAD", "PATH_INFO": "/"}
    assert ApplicationResponse.through(application, asked).read() == b"ja"
    assert seen == {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}


def test_a_response_that_was_read_is_closed():
    class Parts(list):
        is_closed = False

        def close(self):
            self.is_closed = True

    parts = Parts([b"j", b"a"])
    assert ApplicationResponse("200 OK", [], parts).read() == b"ja"
    assert parts.is_closed


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "identity"),
        ("", "identity"),
    ],
)
def test_the_best_encoding_that_is_allowed_is_chosen(accepts, encoding):
    assert negotiate(accepts) == encoding


@pytest.mark.parametrize(
    ("headers", "is_known"),
    [
        ({"HTTP_IF_NONE_MATCH": '"a"'}, True),
        ({"HTTP_IF_NONE_MATCH": 'W/"a", "b"'}, True),
        ({"HTTP_IF_NONE_MATCH": '"b"', "HTTP_IF_MODIFIED_SINCE": DATE}, False),
        ({"HTTP_IF_MODIFIED_SINCE": DATE}, True),
        ({"HTTP_IF_MODIFIED_SINCE": "Sat, 28 Nov 2026 12:00:00 GMT"}, False),
        ({"HTTP_IF_MODIFIED_SINCE": "no date"}, False),
        ({}, False),
    ],
)
def test_a_reader_who_has_the_page_is_known_by_its_validators(headers, is_known):
    assert is_unchanged('"a"', DATE, headers) is is_known


@pytest.fixture
def page() -> Page:
    answers = encoded([("Content-Type", "text/html"), ("X-Request-ID", "once")], b"<p>ja</p>" * 100, 1000)
    reads = frozenset({Dependency("priorities.theme", slug="a")})
    return Page(answers, Validity("run", 1, 2, 3.5, 4.5), reads, 1000, made=999.5)


def test_a_page_comes_back_from_its_file_as_it_was(page):
    assert from_bytes(KEY, to_bytes(KEY, page)) == page
    assert set(page.answers) == {"identity", "br", "gzip"}
    assert "once" not in str(page.answers["identity"].headers)


@pytest.mark.parametrize("other", [("http", "localhost", "/", ""), ("https", *KEY[1:])])
def test_a_file_of_another_page_is_none(page, other):
    with pytest.raises(ValueError, match="localhost"):
        from_bytes(other, to_bytes(KEY, page))
