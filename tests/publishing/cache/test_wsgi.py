import gzip
import re
import threading
import time
from datetime import timedelta

import brotli
import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from priorities.models import Priority, Theme, Update
from publishing.cache import failures, freshness, stamp, wsgi
from publishing.cache.wsgi import PageCache
from publishing.models import ShareLink
from publishing.workflow import publish, take_back, withdraw
from publishing.workflow.erasure.objects import erase
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.publishing.cache.reader import HEAD, Reader, about, kept, retitle, site_answer

# Real transactions: what was committed is what other workers see.
pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_version_that_was_taken_back_is_served_no_more_from_memory_or_disk(site, theme, reader):
    retitle(theme, "Geheim")
    mistake = theme.revisions.first()
    retitle(theme, "Verbeterd")
    address = f"/themas/regiomarketing/versies/{mistake.pk}/"
    assert b"Geheim" in reader.get(address).body
    assert address.encode() in reader.get("/themas/regiomarketing/versies/").body
    take_back(mistake, None, "Bij vergissing")
    for each in (reader, Reader(PageCache(site))):
        assert b"Geheim" not in each.get(address).body
        assert each.status == 410
        assert address.encode() not in each.get("/themas/regiomarketing/versies/").body
    site.failing = True
    assert Reader(PageCache(site)).get(address).status != 200


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
    cache.warm_up()
    assert made == [(*asked, "200 OK")]
    assert not cache.pages
    assert cache.warmer.thread is None


def test_when_the_rehearsal_fails_the_site_starts(caplog):
    def application(environ, start_response):
        raise RuntimeError("broken")

    PageCache(application).warm_up()
    assert "broken" in caplog.text


def test_pages_in_memory_are_counted_and_what_was_asked_for_longest_ago_goes_first(cache, reader, monkeypatch):
    monkeypatch.setattr(wsgi, "MAX_PAGES", 3)
    for path in ("/", "/fr/", "/themas/", "/", "/contact/"):
        reader.get(path)
    assert {key[2] for key in cache.pages} == {"/", "/contact/"}
    assert cache.size == sum(page.size for page in cache.pages.values())


def test_memory_is_bounded_and_the_oldest_page_goes_first(cache, reader, monkeypatch):
    reader.get("/")
    monkeypatch.setattr(wsgi, "MAX_BYTES", cache.size * 3 // 2)
    reader.get("/fr/")
    assert [key[2] for key in cache.pages] == ["/fr/"]
    assert cache.size <= wsgi.MAX_BYTES


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
        cache.freshness.machine[stamp.ASKED] = time.monotonic_ns()  # so that it is only for the plan
        assert cache.recall(HEAD) is None


def test_the_short_way_asks_nobody_and_leaves_it_when_somebody_has_to_be_asked(
    cache, asked, monkeypatch, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert cache.at_hand(about(), HEAD)
        monkeypatch.setattr(freshness, "POLL_EVERY", -1)
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
    monkeypatch.setattr(wsgi, "MOST_HEADS", 3)
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
    if is_new_program and take is forget:  # what was erased is gone from the disk too: nothing is left to hold back
        assert reader.get(path).status == 500
        assert johan.name.encode() not in reader.body
        return
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
        patch.setattr("publishing.web.views.best_at", lambda *_args: 1 / 0)
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
    good = reader.get("/fr/confidentialite/").body
    withdraw(theme, None, "Voorbij")
    site.failing = True
    reader = Reader(PageCache(site))  # to which nothing holds by itself
    assert (reader.get("/fr/confidentialite/").status, reader.body) == (200, good)


def test_when_it_is_not_known_any_more_what_changed_the_page_is_not_shown(reader, site, monkeypatch, theme):
    reader.get("/themas/")
    monkeypatch.setattr("publishing.cache.stamp.CHANGES_KEPT", 2)
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
    for _page in cache.warmer.all_pages():
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
    cache.warmer.show_rendered()
    site.failing = True
    other = PageCache(site)
    for _page in other.warmer.all_pages():
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
    assert [each.address for each in failures.failing()] == ["/zoeken/"]
    assert not any("geheim" in file.read_text() for file in settings.STATE_DIR.rglob("*.json"))
    site.failing = False
    reader.get("/zoeken/")
    for _page in cache.warmer.all_pages():
        pass
    assert len(failures.failing()) == 1, "nobody searched"
    reader.get("/zoeken/", "q=anders")
    assert failures.failing() == []
    site.failing = True
    reader.get("/zoeken/", "q=x")
    reader.get("/contact/niemand/")
    PageCache(site)  # the site is started again
    assert [each.address for each in failures.failing()] == ["/contact/niemand/"]


def test_what_is_asked_of_another_host_is_no_failure_of_ours(reader, site):
    site.failing = True
    assert reader.get("/zoeken/", "q=x", HTTP_HOST="evil.example").status == 500
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
    pages = {path: reader.get(path).body for path in ("/themas/", "/fr/confidentialite/")}
    withdraw(theme, None, "Voorbij")
    goes_away()
    site.failing = True
    other = Reader(PageCache(site))  # also after a restart
    for each in (reader, other):
        assert each.get("/themas/").status >= 500
        assert b"regiomarketing" not in each.body
        assert (each.get("/fr/confidentialite/").status, each.body) == (200, pages["/fr/confidentialite/"])


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
    cache.warmer.show_rendered()
    shown = tmp_path / "public" / "pages" / "live" / "http" / "localhost"
    assert (shown / "themas" / "index.html").exists()
    site.failing = True
    cache.pages.clear()
    cache.freshness.run = "another"
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


def test_the_client_of_the_tests_is_not_cached(client: Client):
    assert "etag" not in client.get("/").headers


class Failing:
    """A site that answers 500, or what it is told, with the id of the request."""

    status = "500 Internal Server Error"

    def __call__(self, environ, start_response):
        start_response(self.status, [("Content-Length", "0"), ("X-Request-ID", "a017614d777fd10b")])
        return [b""]


def test_what_fails_in_the_desk_or_by_a_form_is_noted_with_its_path_and_the_id_of_the_request():
    site = Failing()
    reader = Reader(PageCache(site))
    reader.get("/admin/priorities/theme/1/change/", "q=geheim", HTTP_COOKIE="sessionid=geheim")
    reader.get("/contact/schrijf/", method="POST")
    reader.get("/contact/")
    assert [(each.address, each.request, each.can_be_tried) for each in failures.failing()] == [
        ("/admin/priorities/theme/1/change/", "a017614d777fd10b", False),
        ("/contact/schrijf/", "a017614d777fd10b", False),
        ("/contact/", "a017614d777fd10b", True),
    ]
    site.status = "200 OK"
    reader.get("/contact/schrijf/")
    assert len(failures.failing()) == 3, "nobody sent the form"
    reader.get("/contact/schrijf/", method="POST")
    site.status = "302 Found"
    reader.get("/admin/priorities/theme/1/change/")
    assert "/admin/priorities/theme/1/change/" in {each.address for each in failures.failing()}, "only asked to sign in"
    reader.get("/admin/priorities/theme/1/change/", method="POST")
    site.status = "200 OK"
    reader.get("/admin/priorities/theme/1/change/")
    reader.get("/contact/")
    assert failures.failing() == []


def test_an_address_that_lets_somebody_in_is_written_down_nowhere(settings):
    reader = Reader(PageCache(Failing()))
    for path in ("/account/password/reset/key/1-geheim/", "/mijn-kaart/uitnodiging/geheim/", "/vertalen/geheim/"):
        for method in ("GET", "POST"):
            assert reader.get(path, method=method).status == 500
    assert failures.failing() == []
