"""gunicorn's threaded worker, for visitors who may be slow or hostile, and for pages that are cached.

gunicorn's own assigns a thread to each connection, and reads the request head in it: a handful of
clients that send a byte now and then would keep everybody else waiting. See decisions 17 and 23.

It overrides methods of `ThreadWorker` that are no public interface of gunicorn: with each new version,
`tests/resoc/serving` and `tests/site/test_hostile.py` tell whether that still works.
"""

import selectors
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, ClassVar, Protocol

from gunicorn import SERVER, util
from gunicorn.http import message
from gunicorn.http.errors import InvalidHeader, LimitRequestHeaders, UnsupportedTransferCoding
from gunicorn.workers.gthread import ThreadWorker

from resoc.serving.application import CachingApplication

# Headers that announce more than the head, or another protocol.
MORE_THAN_HEAD = {"HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE"}
SENT: Future[bool] = Future()  # the result of a response that needed no thread
SENT.set_result(True)
# What a browser may do with an error page of gunicorn itself: nothing. Pages say more, see `web.security_headers`.
SAFE = """\
Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r
Cross-Origin-Opener-Policy: same-origin\r
Cross-Origin-Resource-Policy: same-origin\r
Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()\r
Referrer-Policy: same-origin\r
X-Content-Type-Options: nosniff\r
X-Frame-Options: DENY\r
Cache-Control: no-store\r
"""


class Connection(Protocol):
    """gunicorn's connection (`gthread.TConn`), with what this worker notes about it."""

    sock: socket.socket
    client: Any  # its address
    parser: Any  # None before the first request
    timeout: float  # on the monotonic clock
    data_ready: bool

    head_until: float | None  # when the head that is being received must be complete, on the monotonic clock
    head: bytes  # of a GET request that has arrived in full, when nothing else has; else empty
    seen: int  # bytes of an incomplete head
    is_too_long: bool  # whether that head exceeds `head_bytes`

    def init(self) -> None:
        """Make the parser, unless there is one."""

    def close(self, graceful: bool = False) -> None:
        """Close the socket."""


class Worker(ThreadWorker):
    """Assigns a thread only once the full request head has arrived; a cached page needs none."""

    head_seconds: ClassVar[float] = 10  # within which the full head must arrive
    head_bytes: ClassVar[int] = 32_768  # of a head, at most
    request_seconds: ClassVar[float] = 120  # after which no more of a request is read, such as a large upload
    stop_seconds: ClassVar[float] = 1  # for the rest of a head while the worker stops
    linger_seconds: ClassVar[float] = 0.5  # within which a client that is refused may still read the reason

    wsgi: CachingApplication

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.served: dict[Connection, float] = {}  # that have a thread, and until when they may be read from

    def init_process(self) -> None:
        message.MAX_REQUEST_LINE = self.cfg.limit_request_line + 1  # gunicorn would lower the limit to 8190
        util.write_error = write_error
        super().init_process()

    # In the main thread

    def enqueue_req(self, conn: Connection) -> None:
        now = time.monotonic()
        conn.head_until = getattr(conn, "head_until", None) or now + self.head_seconds
        conn.head = b""
        if self.cfg.is_ssl or self.has_head(conn):
            conn.head_until, conn.data_ready = None, True
            if not self.send_recalled(conn):
                self.served[conn] = now + self.request_seconds
                super().enqueue_req(conn)
        else:
            conn.timeout = conn.head_until
            self.pending_conns.append(conn)
            wake = self.on_pending_socket_readable
            self.poller.register(conn.sock, selectors.EVENT_READ, lambda client: wake(conn, client))

    def has_head(self, conn: Connection) -> bool:
        """Whether a thread can go on with `conn`: its head is complete, too long, or will never be complete."""
        before = conn.parser.unreader.buf.getvalue() if conn.parser else b""  # received with the previous request
        seen, conn.seen = getattr(conn, "seen", 0), 0
        try:
            waiting = conn.sock.recv(self.head_bytes, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return is_complete(before)
        except OSError:
            return True
        head = before + waiting
        if waiting.startswith(b"GET ") and waiting.find(b"\r\n\r\n") == len(waiting) - 4 and not before:
            conn.head = waiting
        conn.is_too_long = len(head) >= self.head_bytes and not is_complete(head)
        # A socket that is readable without more bytes was closed by the client.
        is_ready = is_complete(head) or conn.is_too_long or len(waiting) <= seen
        if not is_ready:
            conn.seen = len(waiting)
        if conn.seen != seen:  # bytes that were seen do not make the socket readable again
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + 1)
        return is_ready

    def send_recalled(self, conn: Connection) -> bool:
        """Send the cached response to a head that was received before; returns whether there is one."""
        found = self.wsgi.recall(conn.head) if conn.head and self.alive else None
        if found is None:
            return False
        response = complete(*found)
        conn.init()
        try:
            conn.sock.recv(len(conn.head))
            sent = conn.sock.send(response, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:  # the client closed it: a thread finds that out
            return False
        if sent == len(response):
            self.finish_request(conn, SENT)
        else:  # a slow client
            rest = self.tpool.submit(self.send, conn, response[sent:])
            rest.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))
        return True

    def murder_pending(self) -> None:
        now = time.monotonic()
        if not self.alive:  # a connection without a request, as browsers open ahead, does not delay the stop
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, now + self.stop_seconds)
        super().murder_pending()
        for conn in [conn for conn, until in self.served.items() if until < now]:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)  # wakes a thread that waits for more

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        self.served.pop(conn, None)
        if fs.cancelled() or fs.exception() or not fs.result():
            self.nr_conns -= 1
            conn.close()
        else:
            super().finish_request(conn, fs)

    # In a thread

    def send(self, conn: Connection, response: bytes) -> bool:
        """Send all of `response`; returns True: the connection stays open."""
        conn.sock.setblocking(True)  # in the selector it was not
        conn.sock.sendall(response)
        return True

    def handle_request(self, req: Any, conn: Connection) -> bool:
        found = self.at_hand(req, conn) if conn.head and self.alive else None
        if found is not None:
            return self.send(conn, complete(*found))
        is_kept: bool = super().handle_request(req, conn)
        return is_kept

    def at_hand(self, req: Any, conn: Connection) -> tuple[bytes, bytes] | None:
        """The cached response; None unless it is fresh, the request is a plain one, and `conn` stays open."""
        headers = {f"HTTP_{name.replace('-', '_')}": value for name, value in req.headers}
        is_simple = len(headers) == len(req.headers) and not MORE_THAN_HEAD & headers.keys() and req.version == (1, 1)
        if not is_simple or req.should_close() or len(self.keepalived_conns) >= self.max_keepalived:
            return None
        about = {"REQUEST_METHOD": req.method, "QUERY_STRING": req.query, "wsgi.url_scheme": req.scheme}
        return self.wsgi.at_hand(headers | about | {"PATH_INFO": util.unquote_to_wsgi_str(req.path)}, conn.head)

    def handle(self, conn: Connection) -> Any:
        if getattr(conn, "is_too_long", False):
            self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("the head is too long"))
            is_kept = False
        else:
            is_kept = super().handle(conn)
        if not is_kept:  # here, because gunicorn would wait in the main thread for a client that does not hang up
            with suppress(OSError):
                if conn.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):  # else nothing of the response gets lost
                    util.close_graceful(conn.sock, self.linger_seconds)
        return is_kept

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        if isinstance(exc, UnsupportedTransferCoding):
            exc = InvalidHeader("TRANSFER-ENCODING")  # the client's fault: a 400, not a 501
        super().handle_error(req, client, addr, exc)


def write_error(sock: socket.socket, status: int, reason: str, _message: str) -> None:
    """Send an error of gunicorn itself, as plain text with the security headers of a page."""
    body = f"{reason} ({status})\n"
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    util.write_nonblock(sock, f"{head}Content-Length: {len(body)}\r\n{SAFE}\r\n{body}".encode("latin-1"))


def complete(lines: bytes, body: bytes) -> bytes:
    """A cached response as bytes to send, with gunicorn's own headers; the connection stays open after it."""
    own = f"Server: {SERVER}\r\nDate: {util.http_date()}\r\nConnection: keep-alive\r\n\r\n"
    return b"".join((lines, own.encode(), body))


def is_complete(head: bytes) -> bool:
    """Whether `head` ends, also in a way that the parser refuses."""
    return b"\n\r\n" in head or b"\n\n" in head
