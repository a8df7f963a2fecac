"""The site asked over the network, by servers that answer as they are told to."""

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from publishing.models import Revision
from publishing.models.immutability import permit
from resoc.doctor import reachability
from resoc.doctor.reachability import certificate_is_good, clock_is_right, pages_answer
from resoc.operations.findings import ODD, OK, WRONG
from tests.certificate import certificate
from tests.conftest import free_port


@contextmanager
def site(statuses=None, drift=timedelta(0), certificate_file=None):
    """A server that answers 200, or what `statuses` says of a path; gives its port and what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response_only((statuses or {}).get(self.path, 200))
            self.send_header("Date", format_datetime(datetime.now(UTC) + drift, usegmt=True))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_arguments: None  # who does not trust the certificate hangs up
    if certificate_file:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


def only(question):
    (found,) = question()
    return found.level, found.said


def test_pages_and_the_site_behind_them_are_asked_for(settings):
    with site() as (port, asked):
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        assert only(pages_answer) == (OK, f"The pages answer at {settings.SITE_URL}.")
    assert asked == ["/", "/fr/", "/en/", "/healthz"]


def test_a_site_that_is_down_behind_its_proxy(settings):
    with site({"/healthz": 502}) as (port, _asked):
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        assert only(pages_answer) == (WRONG, f"{settings.SITE_URL}/healthz answers 502 instead of 200.")


def test_a_site_that_redirects_to_itself(settings):
    with site({"/": 301}) as (port, _asked):
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        assert "answers 301 instead of 200" in only(pages_answer)[1]


def test_a_site_that_does_not_answer(settings):
    settings.SITE_URL = f"http://127.0.0.1:{free_port()}"
    level, said = only(pages_answer)
    assert (level, said.startswith(f"{settings.SITE_URL}/ does not answer: ")) == (WRONG, True)


def test_a_site_that_says_nothing(settings, monkeypatch):
    monkeypatch.setattr(reachability, "WITHIN", 0.2)
    with site() as (port, _asked):
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        monkeypatch.setattr("http.client.HTTPConnection.getresponse", lambda _self: (_ for _ in ()).throw(TimeoutError))
        assert "nothing came within" in only(pages_answer)[1]


def test_a_machine_that_does_not_reach_its_public_name_asks_itself(settings):
    with site() as (port, _asked):
        settings.SITE_URL = f"http://www.example.invalid:{port}"
        level, said = only(pages_answer)
    assert (level, "asked itself: the pages answer" in said) == (ODD, True)


def test_a_site_without_an_address_is_not_asked(settings):
    settings.SITE_URL, settings.HTTPS = "", False
    assert only(pages_answer)[0] == OK
    assert only(certificate_is_good)[0] == OK


@pytest.fixture
def trusted(settings, tmp_path, monkeypatch):
    """Serves the site with a certificate of so many days, for which a browser here vouches."""

    @contextmanager
    def serve(days):
        file = certificate("www.example.invalid", tmp_path / "site.pem", days)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with site(certificate_file=file) as (port, _asked):
            settings.SITE_URL, settings.HTTPS = f"https://www.example.invalid:{port}", True
            yield

    return serve


def test_a_certificate_that_lasts(trusted):
    with trusted(15) as _site:
        level, said = only(certificate_is_good)
    assert (level, "lasts until" in said) == (OK, True)


def test_a_certificate_that_ends_within_two_weeks(trusted):
    with trusted(13):
        level, said = only(certificate_is_good)
    assert (level, "in 12 days" in said) == (WRONG, True)


def test_a_certificate_that_has_ended_or_for_which_nobody_vouches(trusted, monkeypatch, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    with trusted(-1):
        level, said = only(certificate_is_good)
        assert (level, "expired" in said) == (WRONG, True)
        assert [each.level for each in pages_answer()] == [ODD], "the pages do answer"
    with trusted(60):
        monkeypatch.delenv("SSL_CERT_FILE")
        assert "do not trust" in only(certificate_is_good)[1]
        assert "renew it" in only(certificate_is_good)[1]
        settings.SECURE_HSTS_SECONDS = 0  # as deploy/install leaves it until there was a real one
        assert "run sudo deploy/install again" in only(certificate_is_good)[1]


def test_what_is_no_tls_and_who_is_not_there(settings):
    settings.HTTPS = True
    with site() as (port, _asked):
        settings.SITE_URL = f"https://127.0.0.1:{port}"
        assert only(certificate_is_good)[0] == WRONG
        assert only(pages_answer)[0] == WRONG
    settings.SITE_URL = f"https://127.0.0.1:{free_port()}"
    assert "could not be looked at" in only(certificate_is_good)[1]


@pytest.mark.django_db
def test_the_clock_agrees_with_all(settings):
    with site() as (port, _asked):
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        assert only(clock_is_right)[0] == OK


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_differs_from_that_of_who_answers_for_the_site(settings, minutes):
    with site(drift=timedelta(minutes=minutes)) as (port, _asked):
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        level, said = only(clock_is_right)
    assert (level, "whoever answers for the site differ by" in said) == (WRONG, True)


@pytest.mark.django_db
def test_a_clock_that_is_behind_what_was_written_down(settings, time_machine):
    settings.SITE_URL = ""
    newest = Revision.objects.order_by("-pk").first()
    with permit():
        Revision.objects.filter(pk=newest.pk).update(created_at=timezone.now() + timedelta(hours=1))
    assert "the newest version is of" in only(clock_is_right)[1]
    with permit():
        Revision.objects.filter(pk=newest.pk).update(created_at=datetime(1990, 1, 1, tzinfo=UTC))
    time_machine.move_to("1990-01-02 00:00Z")
    assert only(clock_is_right)[0] == WRONG
