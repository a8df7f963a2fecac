import gzip
import io
import os
import re
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from random import Random

import brotli
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from pages.models import TextPage
from priorities.models import Priority, Theme, Update
from publishing import failures, page_cache, stamp
from publishing.erasure import erase
from publishing.models import ShareLink, Stamp
from publishing.page_cache import PageCache
from publishing.reads import EVERYTHING, reading
from publishing.workflow import cancel, publish, withdraw
from resoc.wsgi import application, django_application
from staff.models import StaffMember

# Real transactions: what was committed is what other workers see.
pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Asks a WSGI application for pages and keeps what it answered."""

    def __init__(self, application) -> None:
        self.application = application

    def get(self, path: str = "/", query: str = "", method: str = "GET", **headers: str) -> "Reader":
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **headers,
        }

        def start_response(status, found, exc_info=None):
            self.status, self.headers = int(status[:3]), {name.lower(): value for name, value in found}

        self.body = b"".join(self.application(environ, start_response))
        return self


class Counting:
    """The site, counting how often it made a page."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.failing = False
        self.before = lambda: None

    def __call__(self, environ, start_response):
        self.made.append(environ["PATH_INFO"])
        if self.failing:
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return [b""]
        answer = django_application(environ, start_response)
        self.before()
        return answer


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"


@pytest.fixture
def site() -> Counting:
    return Counting()


@pytest.fixture
def cache(site) -> PageCache:
    return PageCache(site)


@pytest.fixture
def reader(cache) -> Reader:
    return Reader(cache)


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def retitle(theme: Theme, title: str) -> None:
    theme.title_nl = title
    theme.save()
    publish(theme, None)


def test_a_page_is_made_once_and_then_served_from_memory_without_a_question(reader, site, django_assert_num_queries):
    first = reader.get().body
    with django_assert_num_queries(1):  # what other machines did, asked now and then
        assert reader.get().body == first
    with django_assert_num_queries(0):
        assert reader.get().body == first
    assert site.made == ["/"]


def test_what_is_served_is_what_django_makes(reader, client):
    for path in ("/", "/fr/", "/contact/", "/feed/", "/sitemap.xml", "/themas/regiomarketing/"):
        assert reader.get(path).body == client.get(path, headers={"host": "localhost"}).content, path


@pytest.mark.parametrize(("accepts", "decode"), [("gzip, deflate, br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_are_kept_compressed(reader, accepts, decode):
    plain = reader.get().body
    packed = reader.get(HTTP_ACCEPT_ENCODING=accepts)
    assert decode(packed.body) == plain
    assert int(packed.headers["content-length"]) == len(packed.body)
    assert packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepts", ["", "identity", "br;q=0, gzip;q=0", "zstd", "gzip;q=x"])
def test_who_does_not_want_it_compressed_gets_it_plain(reader, accepts):
    assert "content-encoding" not in reader.get(HTTP_ACCEPT_ENCODING=accepts).headers


def test_who_has_the_page_already_gets_304(reader):
    first = reader.get(HTTP_ACCEPT_ENCODING="br")
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = reader.get(HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert reader.get(HTTP_IF_MODIFIED_SINCE=modified).status == 304
    assert reader.get(HTTP_IF_NONE_MATCH='"other"', HTTP_IF_MODIFIED_SINCE=modified).status == 200
    assert reader.get(HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=etag).status == 200


def test_a_head_has_the_headers_and_no_body(reader):
    got = reader.get()
    headers, length = got.headers, len(got.body)
    head = reader.get(method="HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", headers)
    assert int(headers["content-length"]) == length


def test_caches_on_the_way_may_keep_it_for_a_second_and_when_we_are_down(reader):
    control = reader.get().headers["cache-control"]
    assert "max-age=0" in control
    assert "s-maxage=1" in control
    assert "stale-if-error" in control


# Exact


def test_a_publication_is_visible_at_the_next_request(reader, theme):
    reader.get("/themas/")
    retitle(theme, "Nieuwe titel")
    assert "Nieuwe titel" in reader.get("/themas/").body.decode()


def test_a_withdrawal_is_visible_at_the_next_request(reader, theme):
    assert reader.get("/themas/regiomarketing/").status == 200
    withdraw(theme, None, "Voorbij")
    assert reader.get("/themas/regiomarketing/").status == 410


def test_a_card_that_changes_is_visible_at_the_next_request(reader):
    johan = StaffMember.objects.get(name__startswith="Johan")
    reader.get("/contact/")
    johan.phone = "+3251123456"
    johan.save()
    publish(johan, None)
    assert "051 12 34 56" in reader.get("/contact/").body.decode()


def test_another_worker_on_this_machine_sees_it_at_its_next_request(reader, theme):
    other = Reader(PageCache(django_application))
    other.get("/themas/"), reader.get("/themas/")
    retitle(theme, "Voor allemaal")
    assert "Voor allemaal" in other.get("/themas/").body.decode()


def test_what_is_planned_is_visible_on_its_second_and_its_end_too(reader, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1), live_until=now + timedelta(hours=2))
    for minutes, expected in ((30, False), (60.1, True), (119, True), (120.1, False)):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            reader.get("/themas/")
            assert ("Gepland" in reader.get("/themas/").body.decode()) == expected, minutes


def test_a_date_that_lies_ahead_in_a_page_never_passes(reader):
    for months in range(14):
        at = timezone.now() + timedelta(days=30 * months)
        with time_machine.travel(at, tick=False):
            said = reader.get("/.well-known/security.txt").body.decode()
            assert datetime.fromisoformat(re.search("Expires: (.*)Z", said)[1] + "+00:00") > at, months


def test_a_plan_that_is_cancelled_never_comes(reader, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    revision = publish(theme, None, live_from=now + timedelta(hours=1))
    reader.get("/themas/")
    cancel(revision, None)
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        assert "Gepland" not in reader.get("/themas/").body.decode()


def test_what_another_machine_published_is_visible_within_a_second(reader, theme, monkeypatch):
    monkeypatch.setattr(stamp, "touch", lambda: None)  # its file is on its own disk
    reader.get("/themas/"), reader.get("/themas/")
    retitle(theme, "Van elders")
    assert page_cache.ASK_EVERY < 1
    monkeypatch.setattr(page_cache, "ASK_EVERY", 0)
    assert "Van elders" in reader.get("/themas/").body.decode()


def test_a_worker_that_finds_a_page_on_disk_asks_too_what_another_machine_did(cache, reader, theme, monkeypatch):
    monkeypatch.setattr(stamp, "touch", lambda: None)
    reader.get("/themas/"), reader.get("/themas/")
    retitle(theme, "Van elders")
    other = PageCache(django_application)
    other.run = cache.run
    assert "Van elders" in Reader(other).get("/themas/").body.decode()


def test_what_a_killed_worker_published_is_visible_too(reader, theme, monkeypatch):
    """It was committed, and nobody told the file."""
    reader.get("/themas/")
    with monkeypatch.context() as patch:
        patch.setattr(stamp, "touch", lambda: None)
        retitle(theme, "Net voor de stroom uitviel")
    assert "Net voor de stroom uitviel" in Reader(PageCache(django_application)).get("/themas/").body.decode()


def test_publishing_while_a_page_is_being_made_does_not_keep_the_old_one(reader, site, theme):
    def publish_once() -> None:
        site.before = lambda: None
        retitle(theme, "Net op tijd")

    site.before = publish_once
    assert "Net op tijd" not in reader.get("/themas/").body.decode()
    assert "Net op tijd" in reader.get("/themas/").body.decode()


def test_what_is_rolled_back_raises_no_stamp(theme):
    before, changes = Stamp.objects.first().number, stamp.watched()[0]
    with transaction.atomic():
        publish(theme, None)
        transaction.set_rollback(True)
    assert (Stamp.objects.first().number, stamp.watched()[0]) == (before, changes)


def test_whoever_watches_sees_each_change_on_this_machine_also_of_another_program():
    watched = stamp.watched()
    before = watched[0]
    stamp.touch()
    assert watched[0] == before + 1
    program = "import django; django.setup(); from pathlib import Path; from publishing import stamp; "
    program += f"stamp.path = lambda: Path({str(stamp.path())!r}); stamp.touch()"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)  # noqa: S603
    assert watched[0] == before + 2


def test_where_no_count_can_be_kept_the_database_tells(settings, tmp_path, theme):
    settings.STATE_DIR = tmp_path / "away"
    assert stamp.watched()[0] == 0
    reader = Reader(PageCache(django_application))
    reader.get("/themas/")
    retitle(theme, "Toch gezien")
    reader.application.machine[stamp.ASKED] = 0
    assert "Toch gezien" in reader.get("/themas/").body.decode()


# Before anybody asks


@pytest.mark.parametrize(
    ("site_url", "hosts", "asked"),
    [
        ("https://www.example.org", ["www.example.org"], ("https", "www.example.org")),
        ("", ["localhost", "127.0.0.1"], ("http", "localhost")),
        ("", [".example.org"], ("http", "example.org")),
        ("", ["*"], ("http", "localhost")),
    ],
)
def test_a_rehearsal_makes_a_page_and_keeps_nothing(settings, site_url, hosts, asked):
    settings.SITE_URL, settings.ALLOWED_HOSTS = site_url, hosts
    made = []

    def application(environ, start_response):
        def start(status, headers, exc_info=None):
            made.append((environ["wsgi.url_scheme"], environ["HTTP_HOST"], status))
            return start_response(status, headers)

        return django_application(environ, start)

    cache = PageCache(application, keeps_warm=True)
    cache.rehearse()
    assert made == [(*asked, "200 OK")]
    assert not cache.pages
    assert cache.warmer is None


def test_when_the_rehearsal_fails_the_site_starts(caplog):
    def application(environ, start_response):
        raise RuntimeError("broken")

    PageCache(application).rehearse()
    assert "broken" in caplog.text


@pytest.fixture
def away(site):
    """Another page cache, asked as a visitor would, to compare with."""
    return Reader(PageCache(django_application))


def test_after_a_publication_pages_are_made_before_anybody_asks(cache, reader, site, theme, away):
    paths = ("/", "/themas/", "/fr/")
    for path in paths:
        reader.get(path)
    retitle(theme, "Vooraf gemaakt")
    site.made.clear()
    cache.warm()
    assert sorted(site.made) == sorted(paths)
    for path in paths:
        assert reader.get(path).body == away.get(path).body
    assert "Vooraf gemaakt" in reader.get("/themas/").body.decode()
    cache.warm()
    assert len(site.made) == len(paths)


@pytest.fixture
def changed(cache, reader, site, theme):
    """Two pages that read nothing of what then changed, and one that did; the first was asked for since."""
    for path in ("/toegankelijkheid/", "/privacy/", "/themas/"):
        reader.get(path)
    retitle(theme, "Elders")
    site.made.clear()
    reader.get("/toegankelijkheid/")
    return reader


def test_after_a_change_the_second_page_that_still_holds_costs_no_question(changed, site, django_assert_num_queries):
    with django_assert_num_queries(0):
        changed.get("/privacy/")
    assert site.made == []
    assert "Elders" in changed.get("/themas/").body.decode()
    assert site.made == ["/themas/"]


def test_a_page_that_still_holds_is_shown_to_nginx_anew(changed, cache):
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.shown = page.condition  # in the folder of before
    changed.get("/privacy/")
    assert page.shown != page.condition
    cache.show_asked()
    assert page.shown == page.condition == cache.store.shown()


def test_what_a_page_was_when_it_began_to_be_shown_hides_nothing_that_changed_meanwhile(
    cache, reader, theme, monkeypatch
):
    """The thread that shows pages is slow, and a visitor finds meanwhile that this one holds beyond the change."""
    for path in ("/toegankelijkheid/", "/privacy/"):
        reader.get(path)
    key = "http", "localhost", "/privacy/", ""
    write = cache.store._write

    def write_slowly(*arguments) -> None:
        monkeypatch.setattr(cache.store, "_write", write)
        retitle(theme, "Net nu")
        reader.get("/toegankelijkheid/"), reader.get("/privacy/")
        write(*arguments)

    cache.store.hide()
    monkeypatch.setattr(cache.store, "_write", write_slowly)
    cache.show(key, cache.pages[key])
    assert cache.store._write == write, "the change came meanwhile"
    assert cache.store.shown() is None
    assert cache.pages[key].shown != cache.pages[key].condition


def test_what_is_known_of_a_change_says_nothing_of_the_next(changed, site, theme):
    page = TextPage.objects.get(slug_nl="privacy")
    page.title_nl = "Veranderd"
    page.save()
    publish(page, None)
    assert "Veranderd" in changed.get("/privacy/").body.decode()
    assert site.made == ["/privacy/"]


def test_a_page_that_another_program_made_does_not_hold_because_nothing_it_read_changed(changed, cache, site):
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.condition = page.condition._replace(run="another")
    changed.get("/privacy/")
    assert site.made == ["/privacy/"]


def test_a_page_for_which_a_change_was_planned_does_not_hold_beyond_it(changed, cache, site):
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.condition = page.condition._replace(until=time.time() - 1)
    changed.get("/privacy/")
    assert site.made == ["/privacy/"]


def test_nobody_is_asked_in_the_thread_that_answers_for_all(cache, changed, django_assert_num_queries):
    """A page of an older number than the others, of which this worker does not know what changed since."""
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.condition = page.condition._replace(number=page.condition.number - 1)
    with django_assert_num_queries(0):
        assert not cache.is_fresh_unasked(page)


def test_pages_that_are_made_unasked_give_way_to_a_visitor_but_not_for_ever(cache, reader, site, monkeypatch):
    monkeypatch.setattr(page_cache, "LOOK_EVERY", 0.05)
    for path in ("/", "/themas/"):
        reader.get(path)
    stamp.bump()
    site.made.clear()
    waited = []
    monkeypatch.setattr(cache.stopped, "wait", lambda seconds: waited.append(seconds) or time.sleep(seconds))
    cache.locks["http", "localhost", "/contact/", ""] = threading.Lock()  # a visitor waits for this one
    cache.give_way()
    assert waited
    assert set(waited) == {page_cache.MOMENT}
    cache.warm()
    assert sorted(site.made) == ["/", "/themas/"]


def test_a_page_that_is_planned_to_change_is_made_before_anybody_asks_too(cache, reader, site, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1))
    reader.get("/themas/")
    cache.warm()
    assert len(site.made) == 1
    with time_machine.travel(now + timedelta(hours=1, seconds=1), tick=False):
        cache.warm()
        assert len(site.made) == 2
        assert "Gepland" in reader.get("/themas/").body.decode()
    assert len(site.made) == 2


def test_what_was_asked_for_last_is_made_first_and_the_rest_is_left(cache, reader, site, monkeypatch):
    monkeypatch.setattr(page_cache, "MOST_WARM", 2)
    for path in ("/", "/themas/", "/contact/", "/"):
        reader.get(path)
    stamp.bump()
    site.made.clear()
    cache.warm()
    assert site.made == ["/", "/contact/"]
    cache.warm()
    assert site.made == ["/", "/contact/"]


def test_a_page_made_unasked_is_that_of_its_host_scheme_and_place_in_a_list(site, theme, settings, away):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    cache = PageCache(site)
    for number in range(25):
        publish(Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}"), None)
    asked = [
        ("/", "", {"HTTP_HOST": "127.0.0.1:8000"}),
        ("/", "", {"HTTP_X_FORWARDED_PROTO": "https"}),
        ("/themas/", "page=2", {}),
    ]
    for path, query, headers in asked:
        Reader(cache).get(path, query, **headers)
    retitle(theme, "Voor ieder de zijne")
    cache.warm()
    site.made.clear()
    other = Reader(PageCache(django_application))
    for path, query, headers in asked:
        assert Reader(cache).get(path, query, **headers).body == other.get(path, query, **headers).body
    assert not site.made


def test_a_page_that_fails_unasked_is_not_tried_again_until_somebody_asks(cache, reader, site, theme):
    good = reader.get("/themas/").body
    retitle(theme, "Breekt")
    site.failing = True
    site.made.clear()
    cache.warm(), cache.warm()
    assert site.made == ["/themas/"]
    assert reader.get("/themas/").body == good
    site.failing = False
    site.made.clear()
    cache.warm()
    assert site.made == ["/themas/"]
    assert "Breekt" in reader.get("/themas/").body.decode()


def test_a_page_that_is_gone_is_forgotten(cache, reader, site, theme):
    reader.get("/themas/regiomarketing/")
    withdraw(theme, None, "Voorbij")
    cache.warm()
    assert (len(cache.pages), cache.size) == (0, 0)
    site.made.clear()
    cache.warm()
    assert not site.made


def test_who_asks_for_a_page_that_is_being_made_unasked_waits_for_that_one(site, theme):
    cache = PageCache(lambda environ, start_response: site_answer(site, environ, start_response))
    Reader(cache).get("/")
    stamp.touch()
    site.made.clear()
    site.before = lambda: threading.Event().wait(0.05)

    def run(what) -> threading.Thread:
        def done() -> None:
            what()
            connection.close()  # each thread has its own

        thread = threading.Thread(target=done)
        thread.start()
        return thread

    threads = [run(cache.warm), *(run(lambda: Reader(cache).get("/")) for _number in range(4))]
    for thread in threads:
        thread.join()
    assert site.made == ["/"]


def test_a_worker_looks_by_itself_from_its_first_page_on(site, monkeypatch):
    looked = threading.Event()
    monkeypatch.setattr(page_cache, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(PageCache, "warm", lambda self: looked.set() or 1 / 0)  # what fails is tried again
    cache = PageCache(site, keeps_warm=True)
    assert cache.warmer is None
    Reader(cache).get("/")
    for _look in range(3):
        assert looked.wait(10)
        looked.clear()
    cache.stopped.set()
    cache.warmer.join(10)
    assert not cache.warmer.is_alive()
    assert application.keeps_warm


def test_each_worker_asks_for_its_visitors_and_they_do_not_wait_for_the_answer(site, monkeypatch):
    cache, asked, answered = PageCache(site), threading.Event(), threading.Event()
    Reader(cache).get("/")
    monkeypatch.setattr(cache.store, "claim", lambda: False)  # another worker makes the pages
    monkeypatch.setattr(stamp, "number", lambda: asked.set() or answered.wait(60) or 0)
    cache.machine[stamp.ASKED] = 0
    worker = threading.Thread(target=cache.look)
    worker.start()
    assert asked.wait(60)
    assert Reader(cache).get("/").status == 200
    assert cache.at_hand(about("/"), HEAD), "also when the database keeps every thread"
    assert worker.is_alive()
    assert page_cache.ASK_AHEAD < page_cache.ASK_EVERY
    answered.set()
    worker.join()
    cache.miss(DatabaseError())
    cache.machine[stamp.ASKED] -= int((page_cache.ASK_EVERY + 0.1) * 10**9)
    assert cache.at_hand(about("/"), HEAD), "nor while it is known to be away"
    assert site.made == ["/"]


# What is never kept


def test_what_one_process_asks_the_database_it_asks_for_the_whole_machine(cache, reader, site, theme, monkeypatch):
    other = Reader(PageCache(site))
    reader.get("/themas/")
    other.get("/themas/")
    monkeypatch.setattr(stamp, "touch", lambda: None)  # as on another machine
    retitle(theme, "Elders veranderd")
    cache.machine[stamp.ASKED] = 0
    cache.ask()
    asked = []
    number = stamp.number
    monkeypatch.setattr(stamp, "number", lambda: asked.append(1) or number())
    assert "Elders veranderd" in other.get("/themas/").body.decode()
    assert not asked


def test_a_process_that_the_database_does_not_answer_says_nothing_for_the_others(cache, site, monkeypatch):
    reader = Reader(PageCache(site))
    reader.get()
    cache.machine[stamp.ASKED] = 0
    with monkeypatch.context() as patch:
        patch.setattr(stamp, "number", lambda: (_ for _ in ()).throw(DatabaseError("away")))
        cache.ask()
    assert cache.must_wait()
    assert reader.application.must_ask()


def test_a_time_from_before_the_machine_was_started_is_not_believed(cache, site):
    cache.machine[stamp.ASKED] = time.monotonic_ns() + 10**15
    assert PageCache(site).must_ask()


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
    for number in range(25):
        publish(Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}"), None)


def kept(cache: PageCache) -> set[str]:
    """The addresses of which a page is kept, in memory or on disk."""
    stored = [key for origin in cache.store.origins() for key in cache.store.keys(origin)]
    return {f"{path}?{query}".removesuffix("?") for _scheme, _host, path, query in (*cache.pages, *stored)}


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


@pytest.mark.parametrize(
    "query", [*(f"page={odd}" for odd in ODD_PAGES), "page=2&page=2", "page", "p%61ge=2", "page=2#"]
)
def test_a_page_of_a_list_is_kept_under_one_spelling_of_its_number(cache, reader, long_list, query):
    assert reader.get("/themas/", query).status in (200, 302)
    assert not kept(cache)


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
    for _page in cache.all_pages():
        pass
    written = kept(cache) | {"/sitemap.xml", "/robots.txt", "/.well-known/security.txt"}
    random = Random(17)  # noqa: S311
    paths = sorted(path for path in written if "?" not in path)
    for _request in range(200):
        path = random.choice(MUTATIONS)(random, random.choice(paths))
        headers = {"HTTP_HOST": random.choice(HOSTS)}
        status = reader.get(path, random.choice(QUERIES), **headers).status
        assert status < 500, (path, headers)
    assert len(written) > 100
    assert kept(cache) <= written
    assert {key[1] for key in cache.pages} <= {"localhost", "127.0.0.1"}


def test_no_number_of_hosts_fills_the_memory(cache, reader, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for number in range(2 * page_cache.MOST_HOSTS):
        cache.key(about("/", HTTP_HOST=f"h{number}.example"))
    assert len(cache.hosts) <= page_cache.MOST_HOSTS


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


def test_pages_in_memory_are_counted_and_what_was_asked_for_longest_ago_goes_first(cache, reader, monkeypatch):
    monkeypatch.setattr(page_cache, "MAX_PAGES", 3)
    for path in ("/", "/fr/", "/themas/", "/", "/contact/"):
        reader.get(path)
    assert {key[2] for key in cache.pages} == {"/", "/contact/"}
    assert cache.size == sum(page.size for page in cache.pages.values())


def test_memory_is_bounded_and_the_oldest_page_goes_first(cache, reader, monkeypatch):
    reader.get("/")
    monkeypatch.setattr(page_cache, "MAX_BYTES", cache.size * 3 // 2)
    reader.get("/fr/")
    assert [key[2] for key in cache.pages] == ["/fr/"]
    assert cache.size <= page_cache.MAX_BYTES


# Short ways

HEAD = b"GET /themas/ HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"


def about(path: str = "/themas/", query: str = "", **headers: str) -> dict[str, str]:
    """What a server knows of a request when it has read its head."""
    known = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "wsgi.url_scheme": "http"}
    return known | {"HTTP_HOST": "localhost"} | headers


@pytest.fixture
def asked(cache, reader) -> Reader:
    """Somebody who asked for the page twice: it is there, and the database was asked a moment ago."""
    return reader.get("/themas/", HTTP_ACCEPT_ENCODING="br").get("/themas/", HTTP_ACCEPT_ENCODING="br")


def test_the_short_way_gives_the_same_answer(cache, asked):
    for lines, body in (cache.at_hand(about(HTTP_ACCEPT_ENCODING="br"), HEAD), cache.recall(HEAD)):
        status, *headers = lines.decode("latin-1").splitlines()
        assert status == "HTTP/1.1 200 OK"
        assert {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in headers} == asked.headers
        assert body == asked.body


def test_the_short_way_knows_who_has_the_page_already(cache, asked):
    etag = asked.headers["etag"]
    known = about(HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=etag)
    for lines, body in (cache.at_hand(known, HEAD), cache.recall(HEAD)):
        assert lines.startswith(b"HTTP/1.1 304 Not Modified\r\n")
        assert etag.encode() in lines
        assert body == b""


def test_what_changed_is_never_sent_the_short_way(cache, asked, reader, theme):
    cache.at_hand(about(), HEAD)
    retitle(theme, "Nieuwe titel")
    assert cache.recall(HEAD) is cache.at_hand(about(), HEAD) is None
    reader.get("/themas/")
    assert b"Nieuwe titel" in cache.recall(HEAD)[1]


def test_what_was_planned_is_never_late_the_short_way(cache, reader, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1))
    reader.get("/themas/").get("/themas/")
    assert cache.at_hand(about(), HEAD)
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        cache.machine[stamp.ASKED] = time.monotonic_ns()  # so that it is only for the plan
        assert cache.recall(HEAD) is None


def test_the_short_way_asks_nobody_and_leaves_it_when_somebody_has_to_be_asked(
    cache, asked, monkeypatch, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert cache.at_hand(about(), HEAD)
        monkeypatch.setattr(page_cache, "ASK_EVERY", -1)
        assert cache.recall(HEAD) is cache.at_hand(about(), HEAD) is None


@pytest.mark.parametrize(
    "request_",
    [
        about(HTTP_COOKIE="__Host-sessionid=abc; sessionid=abc"),
        about(query="q=themas"),
        about("/admin/"),
        about("/niets/"),
        about(HTTP_HOST="evil.example"),
        about() | {"wsgi.url_scheme": "https"},
    ],
)
def test_what_the_cache_does_not_keep_has_no_short_way(cache, asked, request_):
    assert cache.at_hand(request_, HEAD) is cache.recall(HEAD) is None


def test_few_heads_are_remembered_and_no_long_ones(cache, asked, monkeypatch):
    monkeypatch.setattr(page_cache, "MOST_HEADS", 3)
    for number in range(10):
        cache.at_hand(about(), HEAD + bytes([number]))
    assert len(cache.heads) <= 3
    assert cache.at_hand(about(), b"x" * 5000)
    assert cache.recall(b"x" * 5000) is None


# When things break


def test_a_page_that_fails_is_served_as_it_last_was(reader, site, theme):
    good = reader.get("/themas/").body
    retitle(theme, "Breekt")
    site.failing = True
    assert (reader.get("/themas/").status, reader.body) == (200, good)
    site.failing = False
    assert "Breekt" in reader.get("/themas/").body.decode()


def hide_phone(johan: StaffMember) -> None:
    johan.shows_phone = False
    johan.save()
    publish(johan, None)


def leave_out_the_contact(johan: StaffMember) -> None:
    for theme in Theme.objects.filter(contact=johan):
        theme.contact = None
        theme.save()
        publish(theme, None)


def forget(johan: StaffMember) -> None:
    leave_out_the_contact(johan)
    withdraw(johan, None, "Vertrokken")
    erase(johan)


TAKEN = {
    "withdrawn": ("/contact/", lambda johan: withdraw(johan, None, "Vertrokken")),
    "a detail that is withheld": ("/contact/", hide_phone),
    "erased": ("/contact/", forget),
    "nobody knows what": ("/contact/", lambda johan: stamp.bump()),
    "a relation": ("/themas/regiomarketing/", leave_out_the_contact),
}


@pytest.fixture
def johan(theme) -> StaffMember:
    """Somebody whose number is public, and who is named by one theme."""
    johan = StaffMember.objects.get(name__startswith="Johan")
    for other in (*Theme.objects.all(), *Priority.objects.all()):
        other.contact = None
        other.save()
        publish(other, None)
    Update.objects.all().delete()
    johan.phone, johan.shows_phone = "+3251519356", True
    johan.save()
    publish(johan, None)
    theme.contact = johan
    theme.save()
    publish(theme, None)
    return johan


@pytest.mark.parametrize("is_new_program", [False, True])
@pytest.mark.parametrize(("path", "take"), TAKEN.values(), ids=TAKEN)
def test_a_page_that_fails_never_shows_what_was_taken_away(cache, reader, site, johan, path, take, is_new_program):
    assert johan.name.encode() in reader.get(path).body
    take(johan)
    site.failing = True
    if is_new_program:  # an upgrade brought the mistake
        reader = Reader(PageCache(site))
    for _time in range(3):
        assert reader.get(path).status == 503
        assert johan.name.encode() not in reader.body
        assert b"Dit werkt even niet" in reader.body
        assert reader.headers["cache-control"] == "no-store"
        assert "retry-after" in reader.headers
    assert path not in kept(reader.application)
    site.failing = False
    assert reader.get(path).status == 200
    assert failures.failing() == []


def test_the_apology_speaks_the_language_of_its_address_and_is_as_safe_as_a_page(cache, theme):
    class Broken:
        """The site, of which one view fails."""

        is_broken = False

        def __call__(self, environ, start_response):
            if self.is_broken:
                environ = environ | {"PATH_INFO": "/fr/kapot/"}
            return django_application(environ, start_response)

    cache = PageCache(site := Broken())
    headers = Reader(cache).get("/fr/contact/").headers
    withdraw(StaffMember.objects.get(name__startswith="Johan"), None, "Vertrokken")
    site.is_broken = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("publishing.views.best_at", lambda *_args: 1 / 0)
        reader = Reader(cache).get("/fr/contact/")
    assert reader.status == 503
    assert 'lang="fr"' in reader.body.decode()
    for name in ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"):
        assert reader.headers[name] == headers[name], name
    assert int(reader.headers["content-length"]) == len(reader.body)


def test_what_changed_without_taking_anything_away_leaves_the_last_good_page(reader, site, theme, johan):
    good = reader.get("/contact/").body
    retitle(theme, "Nieuwe titel")
    johan.function_nl = "Iets anders"
    johan.save()
    publish(johan, None)
    publish(StaffMember.objects.create(name="Iemand Nieuw", slug="iemand-nieuw"), None)
    site.failing = True
    assert (reader.get("/contact/").status, reader.body) == (200, good)


def test_what_was_taken_away_elsewhere_leaves_the_last_good_page(reader, site, theme):
    good = reader.get("/toegankelijkheid/").body
    withdraw(theme, None, "Voorbij")
    site.failing = True
    reader = Reader(PageCache(site))  # to which nothing holds by itself
    assert (reader.get("/toegankelijkheid/").status, reader.body) == (200, good)


def test_when_it_is_not_known_any_more_what_changed_the_page_is_not_shown(reader, site, monkeypatch, theme):
    reader.get("/themas/")
    monkeypatch.setattr("publishing.stamp.CHANGES_KEPT", 2)
    for number in range(4):
        retitle(theme, f"Titel {number}")
    site.failing = True
    assert reader.get("/themas/").status == 503


@pytest.mark.parametrize("is_ending", [True, False])
def test_what_ends_by_plan_counts_as_taken_away_at_its_moment(reader, site, theme, is_ending):
    now = timezone.now()
    if is_ending:
        publish(theme, None, live_until=now + timedelta(hours=1))
    else:
        theme.body_nl = "<p>Dit valt weg.</p>"
        theme.save()
        publish(theme, None)
        theme.body_nl = ""
        theme.save()
        publish(theme, None, live_from=now + timedelta(hours=1))
    good = reader.get("/themas/regiomarketing/").body
    stamp.touch()
    site.failing = True
    for minutes, status in ((59, 200), (61, 503), (62, 503)):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert reader.get("/themas/regiomarketing/").status == status
            assert (reader.body == good) is (status == 200)


def test_what_begins_by_plan_takes_nothing_away(reader, site, theme):
    now = timezone.now()
    publish(theme, None)
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1))
    good = reader.get("/themas/regiomarketing/").body
    site.failing = True
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        assert (reader.get("/themas/regiomarketing/").status, reader.body) == (200, good)


def test_a_page_made_after_an_end_is_shown_when_it_fails(reader, site, theme):
    now = timezone.now()
    publish(theme, None, live_until=now + timedelta(hours=1))
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        good = reader.get("/themas/").body
        site.failing = True
        reader = Reader(PageCache(site))
        assert (reader.get("/themas/").status, reader.body) == (200, good)


def test_an_address_that_fails_is_remembered_until_it_works_again(reader, site, theme):
    reader.get("/themas/")
    retitle(theme, "Breekt")
    site.failing = True
    reader.get("/themas/"), reader.get("/contact/")
    assert [(each.address, each.is_withheld) for each in failures.failing()] == [
        ("/themas/", False),
        ("/contact/", False),
    ]
    site.failing = False
    Reader(PageCache(site)).get("/themas/")  # another worker
    assert [each.address for each in failures.failing()] == ["/contact/"]


def test_a_page_that_failed_is_tried_again_though_nobody_asks(cache, reader, site):
    site.failing = True
    reader.get("/contact/"), reader.get("/themas/bestaat-niet/")
    assert len(failures.failing()) == 2
    site.failing = False
    for _page in cache.all_pages():
        pass
    assert failures.failing() == []


def test_the_address_of_a_share_link_is_written_down_nowhere(reader, site, settings, theme):
    link = ShareLink.objects.renew(theme, None)
    site.failing = True
    for address in (link.get_absolute_url(code) for code in ("nl", "fr", "en")):
        assert reader.get(address).status == 500
    assert failures.failing() == []
    assert not any(link.token in file.read_text() for file in settings.STATE_DIR.rglob("*.json"))


def test_nginx_is_shown_no_page_of_another_program_though_ours_fails(cache, reader, site, tmp_path):
    reader.get("/themas/")
    cache.show_asked()
    site.failing = True
    other = PageCache(site)
    for _page in other.all_pages():
        pass
    assert not (tmp_path / "public" / "pages" / "live").exists()
    assert Reader(other).get("/themas/").status == 200


def test_a_page_kept_by_a_version_that_did_not_note_when_it_was_made_is_still_good(cache, reader, site, theme):
    publish(theme, None)
    good = reader.get("/themas/").body
    file = cache.store._file(("http", "localhost", "/themas/", ""))
    about, _newline, rest = file.read_bytes().partition(b"\n")
    file.write_bytes(re.sub(rb'"made": [0-9.]+, ', b"", about) + b"\n" + rest)
    site.failing = True
    reader = Reader(PageCache(site))
    assert (reader.get("/themas/").status, reader.body) == (200, good)
    withdraw(theme, None, "Voorbij")
    assert reader.get("/themas/").status == 503


def test_when_what_was_taken_away_can_not_be_found_out_the_page_is_not_shown(reader, site, theme, monkeypatch):
    reader.get("/themas/")
    retitle(theme, "Nieuw")
    site.failing = True
    monkeypatch.setattr(stamp, "taken_by_plan", lambda *_moments: 1 / 0)
    assert reader.get("/themas/").status == 503


def test_a_search_that_fails_is_remembered_without_its_words_until_one_works(cache, reader, site, settings):
    site.failing = True
    assert reader.get("/zoeken/", "q=geheim").status == 500
    assert [each.address for each in failures.failing()] == ["/zoeken/?…"]
    assert not any("geheim" in file.read_text() for file in settings.STATE_DIR.rglob("*.json"))
    site.failing = False
    reader.get("/zoeken/")
    for _page in cache.all_pages():
        pass
    assert len(failures.failing()) == 1, "nobody searched"
    reader.get("/zoeken/", "q=anders")
    assert failures.failing() == []
    site.failing = True
    reader.get("/zoeken/", "q=x")
    reader.get("/contact/niemand/")
    PageCache(site)  # the site is started again
    assert [each.address for each in failures.failing()] == ["/contact/niemand/"]


@pytest.mark.parametrize(
    "headers", [{"HTTP_COOKIE": "sessionid=abc"}, {"method": "POST"}, {"HTTP_HOST": "evil.example"}]
)
def test_what_no_visitor_asks_for_is_no_failure_of_a_page(reader, site, headers):
    site.failing = True
    assert reader.get("/zoeken/", "q=x", **headers).status == 500
    assert failures.failing() == []


def test_an_outage_is_no_failure_of_a_page(cache, reader, theme):
    def away(environ, start_response):
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return [b""]

    good = reader.get("/themas/").body
    retitle(theme, "Nieuw")
    cache.application = away
    assert (reader.get("/themas/").status, reader.body) == (200, good)
    assert reader.get("/contact/").status == 503
    assert failures.failing() == []


@pytest.fixture
def goes_away(monkeypatch):
    """Let the database be away from now on."""

    def away(*_known):
        raise DatabaseError("gone")

    def go() -> None:
        for name in ("state", "number", "changes", "taken_by_plan"):
            monkeypatch.setattr(stamp, name, away)

    return go


def test_while_the_database_is_away_nothing_is_shown_that_this_machine_saw_being_taken_away(
    reader, site, theme, goes_away
):
    pages = {path: reader.get(path).body for path in ("/themas/", "/toegankelijkheid/")}
    withdraw(theme, None, "Voorbij")
    goes_away()
    site.failing = True
    other = Reader(PageCache(site))  # also after a restart
    for each in (reader, other):
        assert each.get("/themas/").status >= 500
        assert b"regiomarketing" not in each.body
        assert (each.get("/toegankelijkheid/").status, each.body) == (200, pages["/toegankelijkheid/"])


def test_when_the_database_goes_away_in_the_middle_the_last_good_page_is_shown(reader, site, theme, monkeypatch):
    good = reader.get("/themas/").body
    retitle(theme, "Nieuw")
    site.failing = True

    def away(*_known):
        raise DatabaseError("gone")

    monkeypatch.setattr(stamp, "changes", away)
    assert (reader.get("/themas/").status, reader.body) == (200, good)


def test_nginx_shows_no_page_that_fails(cache, reader, site, tmp_path):
    reader.get("/themas/"), reader.get("/contact/")
    cache.show_asked()
    shown = tmp_path / "public" / "pages" / "live" / "http" / "localhost"
    assert (shown / "themas" / "index.html").exists()
    site.failing = True
    cache.pages.clear()
    cache.run = "another"
    reader.get("/themas/")
    assert not list((shown / "themas").iterdir())
    assert (shown / "contact" / "index.html").exists()


def test_while_the_database_is_away_pages_stay_as_they_were(reader, site, monkeypatch):
    good = reader.get().body

    def away(*_known):
        raise DatabaseError("gone")

    monkeypatch.setattr(stamp, "state", away)
    monkeypatch.setattr(stamp, "number", away)
    assert reader.get().body == good
    stamp.touch()
    site.failing = True
    assert (reader.get().status, reader.body) == (200, good)


def test_many_who_ask_at_once_have_a_page_made_once(site, theme):
    if connection.vendor == "sqlite":
        site.before = lambda: threading.Event().wait(0.05)
    cache = PageCache(lambda environ, start_response: site_answer(site, environ, start_response))

    def ask() -> None:
        Reader(cache).get("/")
        connection.close()  # each thread has its own

    threads = [threading.Thread(target=ask) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert site.made == ["/"]


def site_answer(site, environ, start_response):
    """A slow page that needs no database, because each thread would have a connection of its own."""
    site.made.append(environ["PATH_INFO"])
    site.before()
    with reading(EVERYTHING):  # as if it had asked
        pass
    start_response("200 OK", [("Content-Length", "2"), ("Content-Type", "text/html")])
    return [b"ja"]


def test_the_client_of_the_tests_is_not_cached(client: Client):
    assert "etag" not in client.get("/").headers
