import io
import re
from random import Random

import pytest

from priorities.models import Theme
from publishing.cache import keys
from publishing.cache.wsgi import PageCache
from publishing.workflow import publish_new
from resoc.wsgi import django_application
from tests.publishing.cache.reader import Reader, about, kept

# Real transactions: what was committed is what other workers see.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "headers", [{"HTTP_COOKIE": "sessionid=abc"}, {"HTTP_COOKIE": "a=b; sessionid=abc"}, {"method": "POST"}]
)
def test_who_is_signed_in_or_sends_a_form_never_meets_the_cache(cache, reader, headers):
    reader.get("/zoeken/", **headers)
    reader.get("/", **headers)
    assert not cache.pages


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/healthz", "/nergens/", "/media/x.jpg", "/voorbeeld/x/"])
def test_other_answers_than_public_pages_are_never_kept(cache, reader, path):
    reader.get(path)
    assert not cache.pages


def test_a_search_is_never_kept(cache, reader):
    assert reader.get("/zoeken/", "q=westhoek").status == 200
    assert not cache.pages


COUNTERS = [
    "utm_source=x",
    "fbclid=1&utm_medium=y",
    "gclid=%00",
    "mc_cid=1&mc_eid=2",
    "UTM_Campaign=x",
    "&&",
    "msclkid",
]


@pytest.mark.parametrize("query", COUNTERS)
def test_parameters_that_only_count_visitors_are_ignored(cache, reader, site, query):
    page = reader.get("/themas/").body
    assert reader.get("/themas/", query).body == page
    assert site.made == ["/themas/"]
    assert len(cache.pages) == 1


@pytest.mark.parametrize(
    "query", ["x=1", "<script>", "%00", "x=" + "y" * 900, "utm_source=x&Page=2", "utm=1", "y" * 5000]
)
def test_a_parameter_that_nobody_declared_reaches_the_view_and_fills_nothing(settings, query):
    seen = []

    def application(environ, start_response):
        seen.append(environ["QUERY_STRING"])
        return django_application(environ, start_response)

    cache = PageCache(application)
    for _time in range(2):
        assert Reader(cache).get("/themas/", query).status == 200
    assert seen == [query, query]
    assert not cache.pages
    assert not cache.store.origins()


@pytest.fixture
def long_list(db) -> None:
    """A list of themes that has three pages."""
    publish_new([Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}") for number in range(25)], None)


def test_pages_of_a_list_are_kept_apart(cache, reader, long_list):
    bodies = {reader.get("/themas/", query).body for query in ("", "page=2", "page=3", "page=2&utm_source=x")}
    assert len(bodies) == 3
    assert kept(cache) == {"/themas/", "/themas/?page=2", "/themas/?page=3"}


ODD_PAGES = [
    "1",
    "01",
    "02",
    "\xd9\xa3",
    "%D9%A3",
    "",
    "0",
    "-1",
    "x",
    "4",
    "9999",
    "99999",
    "2.0",
    "+2",
    "%32",
    "1" + "0" * 2000,
]


def test_a_page_of_a_list_is_kept_under_one_spelling_of_its_number(cache, reader, long_list):
    for query in (*(f"page={odd}" for odd in ODD_PAGES), "page=2&page=2", "page", "p%61ge=2", "page=2#"):
        assert reader.get("/themas/", query).status in (200, 302), query
        assert not kept(cache), query


@pytest.mark.parametrize(
    "path", ["/", "/contact/", "/robots.txt", "/feed/", "/themas/regiomarketing/", "/fr/", "/zoeken/"]
)
def test_what_is_no_list_has_no_pages(cache, reader, path):
    for number in range(1, 5):
        assert reader.get(path, f"page={number}").status == 200
    assert not kept(cache)


@pytest.mark.parametrize(
    "path",
    [
        "//contact/", "/contact//", "/contact", "/Contact/", "/CONTACT/", "/contact/%2e/", "/./contact/", "/contact/\n",
        "/contact/ ", "/contact/;x", "/fr//contact/", "/nl/contact/", "/FR/contact/", "contact/", "/contact/\0", "",
        "/versies/0/", "/versies/00/", "/" + "a" * 300 + "/", "/" * 400, "/themas/" + "a/" * 300, "/\xe9/",
    ],
)  # fmt: skip
def test_another_spelling_of_a_path_is_kept_nowhere(cache, reader, path):
    assert reader.get(path).status == 200 if path == "" else reader.get(path).status in (301, 302, 404)
    assert not kept(cache)


def test_a_version_has_one_address(cache, reader, theme):
    number = theme.revisions.get().pk
    for zeros in ("0", "00", "0" * 200, "0" * 4200):
        for path in (f"/themas/regiomarketing/versies/{zeros}{number}/", f"/themas/regiomarketing/versies/{zeros}/"):
            assert reader.get(path).status == 404, path
    for odd in ("٣", "²", "+1", "-1", "1e3", "9" * 18, "9" * 19, "9" * 5000):
        assert reader.get(f"/themas/regiomarketing/versies/{odd.encode().decode('latin-1')}/").status == 404, odd
    assert not kept(cache)
    assert reader.get(f"/themas/regiomarketing/versies/{number}/").status == 200
    assert kept(cache) == {f"/themas/regiomarketing/versies/{number}/"}


@pytest.mark.parametrize(
    "host",
    ["localhost.", "LOCALHOST", "localhost:80", "localhost:080", "localhost:99999", "localhost:", "Localhost:81"],
)
def test_another_spelling_of_a_host_is_kept_nowhere(cache, reader, host):
    assert reader.get("/", HTTP_HOST=host).status in (200, 400)
    assert not kept(cache)
    assert reader.get("/", HTTP_HOST="localhost:8000").status == 200
    assert kept(cache) == {"/"}


MUTATIONS = [
    lambda random, path: re.sub(r"(?=\d)", "0" * random.choice([1, 3, 300]), path, count=1),
    lambda random, path: path.replace("/", "//", random.choice([1, 2])),
    lambda random, path: path.swapcase(),
    lambda random, path: path + random.choice(["/", ".", "%", ";x", " ", "\0", "\n", "index.html", "\xe9", "?"]),
    lambda random, path: "/" + random.choice(["nl", "fr", "en", "EN", ".", ".."]) + path,
    lambda random, path: path.rstrip("/"),
    lambda random, path: path.replace("-", random.choice(["_", "--", "\u2010".encode().decode("latin-1")])),
    lambda random, path: re.sub(r"\d+", lambda found: str(int(found[0]) + random.choice([-1, 1, 10**17])), path),
    lambda random, path: path,
]


QUERIES = ["", "", "page=1", "page=2", "page=02", "page=9999", "x=1", "utm_source=x", "&", "utm_source=x&page=2", "q="]


HOSTS = ["localhost", "localhost", "LOCALHOST", "localhost.", "localhost:80", "127.0.0.1", "[::1]", "evil.example", ""]


def test_whatever_is_asked_only_addresses_that_the_site_writes_are_kept(cache, reader):
    reader.get("/")
    for _page in cache.warmer.all_pages():
        pass
    written = kept(cache) | {"/sitemap.xml", "/robots.txt", "/.well-known/security.txt"}
    random = Random(17)  # noqa: S311
    paths = sorted(path for path in written if "?" not in path)
    for _request in range(200):
        path = random.choice(MUTATIONS)(random, random.choice(paths))
        headers = {"HTTP_HOST": random.choice(HOSTS)}
        status = reader.get(path, random.choice(QUERIES), **headers).status
        assert status < 500, (path, headers)
    assert len(written) > 80
    assert kept(cache) <= written
    assert {key[1] for key in cache.pages} <= {"localhost", "127.0.0.1"}


def test_no_number_of_hosts_fills_the_memory(cache, reader, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for number in range(2 * keys.MOST_HOSTS):
        cache.keys.of(about("/", HTTP_HOST=f"h{number}.example"))
    assert len(cache.keys.hosts) <= keys.MOST_HOSTS


def test_a_site_that_knows_its_address_keeps_pages_for_its_own_names_only(settings, site):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "http://localhost:8000", [".localhost", "127.0.0.1"]
    cache = PageCache(site)
    for host in ("localhost:1", "localhost:65535", "a.localhost", "127.0.0.1:8000"):
        assert Reader(cache).get("/", HTTP_HOST=host).status == 200
    assert not kept(cache)
    for host in ("localhost:8000", "localhost", "127.0.0.1"):
        assert Reader(cache).get("/", HTTP_HOST=host).status == 200
    assert [key[1] for key in cache.pages] == ["localhost:8000", "localhost", "127.0.0.1"]


def test_each_host_has_its_own_page_and_a_forged_one_has_none(cache, reader):
    reader.get(), reader.get(HTTP_HOST="127.0.0.1")
    assert len(cache.pages) == 2
    assert reader.get(HTTP_HOST="evil.example").status == 400
    assert len(cache.pages) == 2


HOSTILE = [
    {"HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_FORWARDED_PORT": "1", "HTTP_X_FORWARDED_PREFIX": "/evil", "HTTP_X_FORWARDED_FOR": "1.2.3.4"},
    {"HTTP_FORWARDED": "host=evil.example;proto=https"},
    {"HTTP_X_ORIGINAL_URL": "/admin/", "HTTP_X_REWRITE_URL": "/admin/"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE", "HTTP_X_HTTP_METHOD": "PUT"},
    {"HTTP_X_SCRIPT_NAME": "/evil"},
    {"SCRIPT_NAME": "/evil"},
    {"SCRIPT_NAME": "/fr"},
    {"SERVER_NAME": "evil.example", "SERVER_PORT": "1"},
    {"HTTP_ACCEPT_LANGUAGE": "fr", "HTTP_ACCEPT": "application/json"},
    {"HTTP_COOKIE": "language=fr; csrftoken=x; theme=<script>"},
    {"HTTP_USER_AGENT": "<script>", "HTTP_REFERER": "http://evil.example/"},
    {"HTTP_ORIGIN": "http://evil.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"},
    {"HTTP_RANGE": "bytes=0-0", "HTTP_IF_RANGE": '"x"'},
    {"HTTP_IF_NONE_MATCH": "*", "HTTP_IF_MODIFIED_SINCE": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"HTTP_IF_MATCH": '"x"', "HTTP_IF_UNMODIFIED_SINCE": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"HTTP_ACCEPT_ENCODING": "br;q=\xff, evil"},
    {"HTTP_AUTHORIZATION": "Basic eDp4", "HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
    {"REMOTE_USER": "dorine", "HTTP_REMOTE_USER": "dorine"},
    {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": io.BytesIO(b"a=b&c")},
    {"QUERY_STRING": "page=1&utm_source=<script>&next=//evil.example&share=x"},
    {"REQUEST_METHOD": "HEAD"},
    {"REQUEST_METHOD": "POST"},
    {"REQUEST_METHOD": "MADEUP"},
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "LOCALHOST:81"},
    {"HTTP_HOST": ""},
    {"CONTENT_LENGTH": "9" * 30},
]


def test_nobody_changes_what_the_next_visitor_gets():
    plain = Reader(PageCache(django_application))
    for path in ("/", "/contact/", "/themas/regiomarketing/", "/fr/feed/", "/sitemap.xml", "/robots.txt"):
        expected = plain.get(path)
        for headers in HOSTILE:
            reader = Reader(PageCache(django_application))
            assert reader.get(path, **headers).status < 500
            reader.get(path)
            found = (reader.status, reader.headers, reader.body)
            assert found == (expected.status, expected.headers, expected.body), (path, headers)


def test_a_site_behind_a_proxy_keeps_both_schemes_apart(site, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    reader, plain = Reader(PageCache(site)), Reader(PageCache(django_application))
    for scheme in ("https", "http", "https,http", "https, http", " https", "http, https", "HTTPS", "javascript", ""):
        reader.get("/robots.txt", HTTP_X_FORWARDED_PROTO=scheme)
    reader.get("/robots.txt", **{"wsgi.url_scheme": "https"})
    for scheme in ("http", "https"):
        headers = {"HTTP_X_FORWARDED_PROTO": scheme}
        assert reader.get("/robots.txt", **headers).body == plain.get("/robots.txt", **headers).body
        assert f"{scheme}://localhost/".encode() in plain.body
