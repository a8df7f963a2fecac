"""What is asked of other sites, what their answers mean, and whom we never ask."""

import socket
import ssl

import pytest

from publishing.operations import safe_http
from publishing.operations.safe_http import Outcome, ask, is_public
from tests.certificate import certificate
from tests.publishing.conftest import served


@pytest.fixture
def looked_up(monkeypatch):
    """A function that makes up what each look-up of a name gives, in turn, and gives the list of the look-ups."""

    def make(*answers):
        names: list[str] = []
        waiting = list(answers)

        def look_up(host, port, **kwargs):
            names.append(host)
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

        monkeypatch.setattr(safe_http.socket, "getaddrinfo", look_up)
        return names

    return make


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Outcome.THERE),
        (204, Outcome.THERE),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        *[(status, Outcome.UNCLEAR) for status in (304, 400, 401, 403, 418, 429, 451, 500, 502, 503)],
    ],
)
def test_only_what_its_site_calls_gone_is_gone(neighbour, status, answer):
    assert ask(neighbour(f"/{status}")) is answer


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_get_comes_only_after_a_head_that_was_refused(neighbour, status):
    assert ask(neighbour("/page")) is Outcome.THERE
    assert neighbour.asked == [("HEAD", "/page")]
    assert ask(neighbour(f"/for-browsers/{status}")) is Outcome.THERE
    assert [method for method, _path in neighbour.asked[1:]] == ["HEAD", "GET"]


def test_who_hangs_up_on_head_is_asked_as_a_browser_asks(neighbour):
    assert ask(neighbour("/hangs-up-on-head")) is Outcome.THERE


def test_it_says_who_asks_and_nothing_else(neighbour, settings):
    settings.SITE_URL = "https://www.example.org"
    ask(neighbour("/page?q=é#part"))
    assert neighbour.asked == [("HEAD", "/page?q=%C3%A9")]
    (headers,) = neighbour.headers
    assert headers["User-Agent"] == "RESOC-Westhoek-link-check (+https://www.example.org/)"
    assert headers["Host"] == f"127.0.0.1:{neighbour.port}"
    assert headers.keys() <= {"User-Agent", "Host", "Accept", "Accept-Encoding", "Connection"}


def test_a_password_in_an_address_is_sent_to_nobody(neighbour):
    ask(f"http://user:secret@127.0.0.1:{neighbour.port}/page")
    assert "Authorization" not in neighbour.headers[0]
    assert "secret" not in str(neighbour.headers)


def test_redirects_are_followed_but_not_for_ever(neighbour):
    assert ask(neighbour("/to//to//page")) is Outcome.THERE
    assert ask(neighbour(f"/to/{neighbour('/404')}")) is Outcome.GONE
    before = len(neighbour.asked)
    long = "/to/" * (safe_http.REDIRECTS + 2) + "/page"
    assert ask(neighbour(long)) is Outcome.UNCLEAR
    assert len(neighbour.asked) - before == safe_http.REDIRECTS + 1


PRIVATE = [
    *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),  # noqa: S104
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1"),
    # those that only wrap an address of IPv4
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1"),
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.190.130.15", "2606:4700:4700::1111", "2a02:a000::1"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_never_asked_whatever_it_is_called(neighbour_on_this_machine, host):
    assert ask(f"http://{host}:{neighbour_on_this_machine.port}/page") is Outcome.SILENT
    assert neighbour_on_this_machine.asked == []


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost6", "[::1]", "10.0.0.1", "169.254.169.254"])
def test_a_redirect_leads_to_no_private_address(neighbour, host, monkeypatch):
    connected = []
    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda sock, place: (connected.append(place), connect(sock, place)))
    ask(neighbour(f"/to/http://{host}:{neighbour.port}/secret"))
    assert len(neighbour.asked) == 1
    assert {place[0] for place in connected if place[1] == neighbour.port} == {"127.0.0.1"}


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "mailto:a@b.be"])
def test_a_redirect_leads_to_nothing_but_the_web(neighbour, address):
    assert ask(neighbour(f"/to/{address}")) is Outcome.UNCLEAR


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 9200])
def test_what_is_no_site_is_not_asked_nor_by_a_redirect(neighbour, monkeypatch, port):
    monkeypatch.setattr(safe_http, "ASKED_PORTS", {80, 443, neighbour.port})
    asked = []
    monkeypatch.setattr(safe_http, "_connect", lambda host, port, end: asked.append(port) or _no_connection())
    assert ask(f"http://127.0.0.1:{port}/") == Outcome.SILENT
    assert asked == []
    monkeypatch.undo()
    monkeypatch.setattr(safe_http, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(safe_http, "ASKED_PORTS", {80, 443, neighbour.port})
    assert ask(neighbour(f"/to/http:%2F%2F127.0.0.1:{port}%2F")) == Outcome.UNCLEAR
    assert ask(neighbour("/")) == Outcome.THERE


def _no_connection():
    raise OSError("none")


def test_what_was_looked_up_is_what_is_connected_to(neighbour, looked_up):
    names = looked_up(["127.0.0.1"], ["127.0.0.2"])  # a name that changes its mind
    assert ask(f"http://changes.example:{neighbour.port}/page") is Outcome.THERE
    assert names == ["changes.example"]
    assert neighbour.headers[0]["Host"] == f"changes.example:{neighbour.port}"


def test_a_name_with_any_private_address_is_not_asked(neighbour, looked_up):
    looked_up(["127.0.0.1", "10.0.0.1"])
    assert ask(f"http://both.example:{neighbour.port}/page") is Outcome.SILENT
    assert neighbour.asked == []


def test_a_name_that_nobody_has_is_no_host_and_one_that_cannot_be_looked_up_is_silence(looked_up):
    looked_up(socket.gaierror(socket.EAI_NONAME, "unknown"), socket.gaierror(socket.EAI_AGAIN, "no network"))
    assert ask("http://nergens.example/") is Outcome.NO_HOST
    assert ask("http://nergens.example/") is Outcome.SILENT


def test_a_page_that_moved_to_a_name_that_nobody_has_is_gone(neighbour, looked_up):
    looked_up(["127.0.0.1"], socket.gaierror(socket.EAI_NONAME, "unknown"))
    assert ask(neighbour("/to/http://nergens.example/")) is Outcome.GONE


@pytest.mark.parametrize("address", ["http://", "http://[", "http://x:99999/", "http://a b/", "//x", "tel:+32", ""])
def test_what_is_no_address_of_the_web_is_not_asked_for(address, looked_up):
    names = looked_up(socket.gaierror(socket.EAI_AGAIN, "no network"))
    assert ask(address) is Outcome.SILENT
    assert names in ([], ["a b"])


def test_nobody_keeps_us_waiting_drop_by_drop(neighbour, monkeypatch):
    monkeypatch.setattr(safe_http, "LONGEST", 0.3)
    assert ask(neighbour("/drips")) is Outcome.SILENT


def test_a_head_without_end_is_not_read(neighbour):
    assert ask(neighbour("/endless")) is Outcome.SILENT


def test_a_site_with_a_certificate_is_asked_by_its_name(neighbour, looked_up, monkeypatch, tmp_path):
    pem = certificate("secret.example", tmp_path / "both.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    looked_up(["127.0.0.1"], ["127.0.0.1"])
    with served(context) as secret:
        address = f"https://secret.example:{secret.port}/page"
        assert ask(address) is Outcome.SILENT, "nobody vouches for it"
        monkeypatch.setattr(safe_http, "_context", lambda: ssl.create_default_context(cafile=str(pem)))
        assert ask(address) is Outcome.THERE
        assert secret.asked == [("HEAD", "/page")]


@pytest.mark.parametrize(
    ("bare", "path"),
    [
        ("/accent%C3%A9", "/accent%C3%A9"),
        ("/accent%E9", "/accent%E9"),  # latin-1: the byte is sent back as it came
        ("/%E2%82%AC%20?q=%C3%A9", "/%E2%82%AC%20?q=%C3%A9"),
        ("/a%2520b", "/a%20b"),
        ("/caf%E9%C3%A9", "/caf%E9%C3%A9"),
    ],
)
def test_a_redirect_with_bare_letters_is_followed_as_browsers_follow_it(neighbour, bare, path):
    assert ask(neighbour(f"/to/{bare}")) is Outcome.THERE
    assert neighbour.asked[-1] == ("HEAD", path)
