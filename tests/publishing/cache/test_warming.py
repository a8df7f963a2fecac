import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.utils import timezone

from priorities.models import Theme
from publishing.cache import freshness, stamp, warming
from publishing.cache.warming import Warmer
from publishing.cache.wsgi import PageCache
from publishing.workflow import publish, withdraw
from resoc.wsgi import application, django_application
from tests.publishing.cache.reader import HEAD, Reader, about, retitle, site_answer

# Real transactions: what was committed is what other workers see.
pytestmark = pytest.mark.django_db(transaction=True)


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
    cache.warmer.refresh_recent()
    assert sorted(site.made) == sorted(paths)
    for path in paths:
        assert reader.get(path).body == away.get(path).body
    assert "Vooraf gemaakt" in reader.get("/themas/").body.decode()
    cache.warmer.refresh_recent()
    assert len(site.made) == len(paths)


def test_a_page_that_still_holds_is_shown_to_nginx_anew(changed, cache):
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.shown = page.validity  # in the folder of before
    changed.get("/privacy/")
    assert page.shown != page.validity
    cache.warmer.show_rendered()
    assert page.shown == page.validity == cache.store.shown()


def test_what_a_page_was_when_it_began_to_be_shown_hides_nothing_that_changed_meanwhile(
    cache, reader, theme, monkeypatch
):
    """The thread that shows pages is slow, and a visitor finds meanwhile that this one holds beyond the change."""
    for path in ("/fr/confidentialite/", "/privacy/"):
        reader.get(path)
    key = "http", "localhost", "/privacy/", ""
    write = cache.store._write

    def write_slowly(*arguments) -> None:
        monkeypatch.setattr(cache.store, "_write", write)
        retitle(theme, "Net nu")
        reader.get("/fr/confidentialite/"), reader.get("/privacy/")
        write(*arguments)

    cache.store.hide()
    monkeypatch.setattr(cache.store, "_write", write_slowly)
    cache.warmer.show(key, cache.pages[key])
    assert cache.store._write == write, "the change came meanwhile"
    assert cache.store.shown() is None
    assert cache.pages[key].shown != cache.pages[key].validity


def test_pages_that_are_made_unasked_give_way_to_a_visitor_but_not_for_ever(cache, reader, site, monkeypatch):
    monkeypatch.setattr(warming, "LOOK_EVERY", 0.05)
    for path in ("/", "/themas/"):
        reader.get(path)
    stamp.bump()
    site.made.clear()
    waited = []
    monkeypatch.setattr(cache.warmer.stopped, "wait", lambda seconds: waited.append(seconds) or time.sleep(seconds))
    cache.locks["http", "localhost", "/contact/", ""] = threading.Lock()  # a visitor waits for this one
    cache.warmer.give_way()
    assert waited
    assert set(waited) == {warming.MOMENT}
    cache.warmer.refresh_recent()
    assert sorted(site.made) == ["/", "/themas/"]


def test_a_page_that_is_planned_to_change_is_made_before_anybody_asks_too(cache, reader, site, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1))
    reader.get("/themas/")
    cache.warmer.refresh_recent()
    assert len(site.made) == 1
    with time_machine.travel(now + timedelta(hours=1, seconds=1), tick=False):
        cache.warmer.refresh_recent()
        assert len(site.made) == 2
        assert "Gepland" in reader.get("/themas/").body.decode()
    assert len(site.made) == 2


def test_what_was_asked_for_last_is_made_first_and_the_rest_is_left(cache, reader, site, monkeypatch):
    monkeypatch.setattr(warming, "MOST_RECENT", 2)
    for path in ("/", "/themas/", "/contact/", "/"):
        reader.get(path)
    stamp.bump()
    site.made.clear()
    cache.warmer.refresh_recent()
    assert site.made == ["/", "/contact/"]
    cache.warmer.refresh_recent()
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
    cache.warmer.refresh_recent()
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
    cache.warmer.refresh_recent(), cache.warmer.refresh_recent()
    assert site.made == ["/themas/"]
    assert reader.get("/themas/").body == good
    site.failing = False
    site.made.clear()
    cache.warmer.refresh_recent()
    assert site.made == ["/themas/"]
    assert "Breekt" in reader.get("/themas/").body.decode()


def test_a_page_that_is_gone_is_forgotten(cache, reader, site, theme):
    reader.get("/themas/regiomarketing/")
    withdraw(theme, None, "Voorbij")
    cache.warmer.refresh_recent()
    assert (len(cache.pages), cache.size) == (0, 0)
    site.made.clear()
    cache.warmer.refresh_recent()
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

    threads = [run(cache.warmer.refresh_recent), *(run(lambda: Reader(cache).get("/")) for _number in range(4))]
    for thread in threads:
        thread.join()
    assert site.made == ["/"]


def test_a_worker_looks_by_itself_from_its_first_page_on(site, monkeypatch):
    looked = threading.Event()
    monkeypatch.setattr(warming, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(Warmer, "refresh_recent", lambda self: looked.set() or 1 / 0)  # what fails is tried again
    cache = PageCache(site, keeps_warm=True)
    assert cache.warmer.thread is None
    Reader(cache).get("/")
    for _look in range(3):
        assert looked.wait(10)
        looked.clear()
    cache.warmer.stopped.set()
    cache.warmer.thread.join(10)
    assert not cache.warmer.thread.is_alive()
    assert application.keeps_warm


def test_each_worker_asks_for_its_visitors_and_they_do_not_wait_for_the_answer(site, monkeypatch):
    cache, asked, answered = PageCache(site), threading.Event(), threading.Event()
    Reader(cache).get("/")
    monkeypatch.setattr(cache.store, "claim", lambda: False)  # another worker makes the pages
    monkeypatch.setattr(stamp, "number", lambda: asked.set() or answered.wait(60) or 0)
    cache.freshness.machine[stamp.ASKED] = 0
    worker = threading.Thread(target=cache.warmer.look)
    worker.start()
    assert asked.wait(60)
    assert Reader(cache).get("/").status == 200
    assert cache.at_hand(about("/"), HEAD), "also when the database keeps every thread"
    assert worker.is_alive()
    assert warming.POLL_AHEAD < freshness.POLL_EVERY
    answered.set()
    worker.join()
    cache.freshness.back_off(DatabaseError())
    cache.freshness.machine[stamp.ASKED] -= int((freshness.POLL_EVERY + 0.1) * 10**9)
    assert cache.at_hand(about("/"), HEAD), "nor while it is known to be away"
    assert site.made == ["/"]
