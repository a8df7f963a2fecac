"""What no browser sends, over the line, to gunicorn with our own settings: a 4xx or a harmless page, never a 5xx."""

import contextlib
import re
import socket
import urllib.error
import urllib.request

import pytest

HOST = b"Host: localhost\r\n"
SLOW = 60  # visitors who never come to an end


def line(served: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(served.rpartition(":")[2])), timeout=30)


def answer(served: str, request: bytes) -> bytes:
    """Everything that comes back until the server hangs up; what it does not read any more is left."""
    found = b""
    with line(served) as connection, contextlib.suppress(ConnectionError):
        with contextlib.suppress(ConnectionError):  # refused before all was sent: the answer may be here already
            connection.sendall(request)
        while part := connection.recv(65536):
            found += part
    return found


def get(target: bytes = b"/", headers: bytes = b"", method: bytes = b"GET", host: bytes = HOST) -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n" + headers + b"\r\n"


def post(headers: bytes, body: bytes = b"0\r\n\r\n", target: bytes = b"/") -> bytes:
    return get(target, headers, b"POST") + body


CHUNKED = b"Transfer-Encoding: chunked\r\n"
REFUSED = {
    # Whom is it for?
    "no host": (get(host=b""), 400),
    "an empty host": (get(host=b"Host:\r\n"), 400),
    "another host": (get(host=b"Host: evil.example\r\n"), 400),
    "two hosts": (get(host=HOST + b"Host: evil.example\r\n"), 400),
    "the same host twice": (get(host=HOST * 2), 400),
    "a host with a user": (get(host=b"Host: x@localhost\r\n"), 400),
    "a host with a path": (get(host=b"Host: localhost/x\r\n"), 400),
    "a host with a zero byte": (get(host=b"Host: local\0host\r\n"), 400),
    "a host in no encoding": (get(host=b"Host: \xff\xfe\r\n"), 400),
    # What is asked?
    "no method": (b" / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a method in small letters": (get(method=b"get"), 400),
    "a long method": (get(method=b"A" * 300), 400),
    **{f"{name} {target}": (get(target.encode(), method=name.encode()), 405)
       for name in ("TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "MADEUP")
       for target in ("/", "/contact/", "/static/x", "/media/x", "/zoeken/", "/admin/")},
    "CONNECT": (get(b"evil.example:80", method=b"CONNECT"), 405),
    "OPTIONS *": (get(b"*", method=b"OPTIONS"), 405),
    "GET *": (get(b"*"), 400),
    "a host as address": (get(b"evil.example:80"), 400),
    "a broken absolute address": (get(b"http://[/"), 400),
    "bytes that are no ASCII": (get(b"/\xff\xfe/"), 400),
    "no encoding": (get(b"/%ff%fe/"), 404),
    "a surrogate": (get(b"/media/%ed%a0%80.png"), 404),
    "a bare per cent": (get(b"/%zz%/"), 404),
    "a line end": (get(b"/%0d%0aX-Injected:%20y/"), 404),
    "a zero byte": (get(b"/static/a%00b"), 404),
    "a long path": (get(b"/" + b"a" * 30_000 + b"/"), 404),
    "a long file name": (get(b"/static/" + b"a" * 30_000), 404),
    "a long upload": (get(b"/media/" + b"a" * 30_000), 404),
    "a very long address": (get(b"/?" + b"a" * 32_000), 414),
    "an endless address": (get(b"/?" + b"a" * 200_000), 431),
    # Files that are none of theirs
    **{path: (get(path.encode()), 404)
       for path in ("/static/../manage.py", "/static/%2e%2e/%2e%2e/manage.py", "/static//etc/passwd",
                    "/static/..%5c..%5cmanage.py", "/media/../var/secret_key", "/media/..%2fvar%2fsecret_key",
                    "/media/%2e%2e/db.sqlite3", "/media//etc/passwd", "/media/....//db.sqlite3")},
    # To somewhere else
    **{path: (get(path.encode()), 404)
       for path in ("//evil.example", "//evil.example/%2e%2e", "/%5Cevil.example", "/%2f%2fevil.example",
                    "/\\evil.example", "/.evil.example", "///evil.example")},
    # In which version?
    "HTTP 0.9": (b"GET /\r\n\r\n", 400),
    "HTTP 9.9": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400),
    "HTTP 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n", 400),
    "a proxy's own line": (b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(), 400),
    # With which headers?
    "bare line feeds": (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
    "a bare carriage return": (get(headers=b"X: a\rHost: evil.example\r\n"), 400),
    "a zero byte in a header": (get(headers=b"X: a\0b\r\n"), 400),
    "a folded header": (get(headers=b"X: a\r\n b\r\n"), 400),
    "a header that is folded first": (b"GET / HTTP/1.1\r\n " + HOST + b"\r\n", 400),
    "a space before the colon": (get(headers=b"X : a\r\n"), 400),
    "a space in a name": (get(headers=b"X Y: a\r\n"), 400),
    "no colon": (get(headers=b"X\r\n"), 400),
    "no name": (get(headers=b": a\r\n"), 400),
    "a long header": (get(headers=b"X: " + b"a" * 9000 + b"\r\n"), 431),
    "many headers": (get(headers=b"X: a\r\n" * 100), 431),
    "an endless header": (get(headers=b"X: " + b"a" * 2_000_000), 431),
    "an expectation": (get(headers=b"Expect: the unexpected\r\n"), 417),
    # Where does it end?
    "a length and chunks": (post(b"Content-Length: 5\r\n" + CHUNKED), 400),
    "chunks and a length": (post(CHUNKED + b"Content-Length: 5\r\n"), 400),
    "two lengths": (post(b"Content-Length: 5\r\nContent-Length: 6\r\n"), 400),
    "one length twice": (post(b"Content-Length: 5\r\nContent-Length: 5\r\n"), 400),
    **{f"length {value}": (post(b"Content-Length: " + value + b"\r\n"), 400)
       for value in (b"5, 5", b"+5", b"-5", b"0x5", b"5 5", b"", b"x", b"\xb2", b"9" * 6000)},
    "a length of many digits": (post(b"Content-Length: " + b"9" * 30 + b"\r\n"), 413),
    "a length with a space": (post(b"Content-Length : 5\r\n"), 400),
    **{f"coding {value}": (post(b"Transfer-Encoding: " + value + b"\r\n"), 400)
       for value in (b"xchunked", b"", b"identity", b"chunked, identity", b"chunked, chunked", b'"chunked"',
                     b"\x0bchunked", b"chunked\xa0")},
    "chunks twice": (post(CHUNKED * 2), 400),
    "chunks in HTTP 1.0": (b"POST / HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n", 400),
    "chunks behind a space": (post(b"Content-Length: 5\r\nTransfer-Encoding : chunked\r\n"), 400),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_malformed_or_not_ours_is_refused_and_nothing_after_it_is_answered(served, request_, status):
    found = answer(served, request_ + get(b"/healthz"))
    assert found.split(b" ", 2)[:2] == [b"HTTP/1.1", str(status).encode()]
    assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", found)) == 1
    head = found.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nx-injected" not in head
    for name in (b"content-security-policy", b"x-content-type-options", b"x-frame-options", b"referrer-policy"):
        assert b"\r\n" + name + b": " in head
    assert b"\r\nlocation" not in head


HARMLESS = {
    "an absolute address": get(b"http://evil.example/"),
    "a header with an underscore": get(headers=b"Content_Length: 5\r\nX_Forwarded_Host: evil.example\r\n"),
    "another protocol": get(headers=b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
    "schemes that disagree": get(headers=b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\n"),
    "where else the site could be": get(headers=b"SCRIPT_NAME: /x\r\nPATH_INFO: /admin/\r\n"),
    "a range": get(headers=b"Range: bytes=0-5,9-2,-1\r\n"),
    "conditions": get(headers=b'If-None-Match: \xff,,"\r\nIf-Modified-Since: gisteren\r\nIf-Match: *\r\n'),
    "encodings": get(headers=b"Accept-Encoding: br;q=nan, gzip;q=\xff;;,*;q=-1\r\n"),
    "languages": get(headers=b"Accept-Language: \xff,*;q=9,fr;q=x,-,a-a-a-a-a-a-a\r\n"),
    "cookies": get(headers=b'Cookie: ;=;a;\xff=\xff; csrftoken="; language=../../x\r\n'),
    "a search of 8000 letters": get(b"/zoeken/?q=" + b"a" * 8000),
    "a search in no encoding": get(b"/zoeken/?q=%ff%00%ed%a0%80"),
    "a query without end": get(b"/?" + b"&" * 5000 + b"page=%00"),
    "another method in a header": get(headers=b"X-HTTP-Method-Override: DELETE\r\n"),
    "an old browser": b"GET / HTTP/1.0\r\n\r\n",
    "an empty line first": b"\r\n" + get(),
}


@pytest.mark.parametrize("request_", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_merely_odd_gets_the_page(served, request_):
    found = answer(served, request_)
    assert found.split(b" ", 2)[1] == b"200"
    assert b"evil.example" not in found
    assert b'"/x/' not in found


BODIES = {
    "a body that ends too soon": post(b"Content-Length: 500\r\n", b"a=1", b"/account/login/"),
    "chunks": post(CHUNKED, b"3\r\na=b\r\n0\r\n\r\n", b"/account/login/"),
    "no number of bytes": post(CHUNKED, b"zz\r\nabc\r\n0\r\n\r\n", b"/account/login/"),
    "fewer bytes than there are": post(CHUNKED, b"2\r\nabcdef\r\n0\r\n\r\n"),
    "a negative number": post(CHUNKED, b"-5\r\nabcde\r\n0\r\n\r\n"),
    "a huge number": post(CHUNKED, b"f" * 40 + b"\r\nabcde\r\n0\r\n\r\n"),
    "a host in the trailer": post(CHUNKED, b"0\r\nHost: evil.example\r\n\r\n"),
    "packed chunks": post(b"Transfer-Encoding: gzip, chunked\r\n"),
}


@pytest.mark.parametrize("request_", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_not_what_it_says_is_refused(served, request_):
    csrf = b"Cookie: csrftoken=" + b"a" * 32 + b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with line(served) as connection:
        connection.sendall(request_.replace(HOST, HOST + csrf))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(15).startswith(b"HTTP/1.1 4")


def test_whom_a_proxy_would_name_is_believed_of_no_visitor(served):
    headers = b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nX-Original-URL: /admin/\r\n"
    headers += b"Forwarded: host=evil.example;proto=https\r\nX-Forwarded-Prefix: /x\r\nSCRIPT_NAME: /fr\r\n"
    for target in (b"/fr/contact/", b"/robots.txt", b"/sitemap.xml", b"/feed/"):
        forged, plain = answer(served, get(target, headers)), answer(served, get(target))
        assert forged.partition(b"\r\n\r\n")[2] == plain.partition(b"\r\n\r\n")[2]
        assert b"https://localhost" not in forged
        assert b"/fr/fr/" not in forged


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("bytes=0-9", 206),
        ("bytes=-9", 206),
        ("bytes=0-0", 206),
        ("bytes=5-5", 206),
        ("bytes=-1", 206),
        ("bytes=0-", 206),
        ("bytes=-99999999", 206),
        ("bytes=-0", 416),
        ("bytes=9-0", 416),
        ("bytes=99999999999-", 416),
        ("bytes=0-1,5-6", 200),
        ("bytes=x-y", 200),
        ("bytes=" + "9" * 5000 + "-", 200),
        ("pages=1-2", 200),
    ],
)
def test_a_part_of_a_file_is_given_or_refused(served, wanted, status):
    css = re.search(rb'href="(/static/css/site[^"]*)"', answer(served, get()))[1]
    found = answer(served, get(css, f"Range: {wanted}\r\n".encode()))
    assert found.split(b" ", 2)[1] == str(status).encode()


BEGINNINGS = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
    "a second request that does not end": b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nX: ",
}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS.keys())
def test_who_sends_slowly_keeps_nobody_else_waiting(served, beginning):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(line(served)) for _number in range(SLOW)]
        for connection in slow:
            connection.sendall(beginning)
        for _letter in range(3):
            for connection in slow if beginning else []:
                connection.sendall(b"a")
            # With four threads, and gunicorn's own worker, this would take minutes.
            with urllib.request.urlopen(f"{served}/healthz", timeout=10) as response:  # noqa: S310
                assert response.status == 200
        if beginning.startswith(b"GET / "):  # and whoever comes to an end after all is answered
            slow[0].sendall(b"\r\n\r\n")
            assert slow[0].recv(15) == b"HTTP/1.1 200 OK"


def test_who_does_not_hang_up_keeps_nobody_else_waiting(served):
    with contextlib.ExitStack() as stack:
        for _number in range(SLOW):
            stack.enter_context(line(served)).sendall(b"nonsense\r\n\r\n")
        with urllib.request.urlopen(f"{served}/healthz", timeout=20) as response:  # noqa: S310
            assert response.status == 200


def test_who_hangs_up_half_way_is_let_go(served):
    with line(served) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(15) == b""


def test_none_of_this_was_an_error_of_ours(served, served_folder):
    for request, _status in REFUSED.values():
        answer(served, request)
    said = (served_folder / "log").read_text(errors="replace")
    assert "Invalid request" in said
    assert "Internal Server Error" not in said
    assert "Error handling request" not in said
