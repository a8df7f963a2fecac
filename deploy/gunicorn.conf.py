"""How gunicorn serves the site, also under systemd: `gunicorn -c deploy/gunicorn.conf.py resoc.wsgi`.

Everything but the address stands here, so that nobody serves the site without it.
"""

import gc
import os
import selectors
import signal
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from gunicorn import SERVER, util
from gunicorn.http import message
from gunicorn.http.errors import InvalidHeader, LimitRequestHeaders, UnsupportedTransferCoding
from gunicorn.workers.gthread import ThreadWorker

HEAD_SECONDS = 10  # in which a visitor has to send the whole head of a request
HEAD_BYTES = 32_768  # of that head
REQUEST_SECONDS = 120  # after which nothing more is read of a request, such as a large file over a thin line
STOP_SECONDS = 1  # for the rest of a head when the site is being stopped
LINGER_SECONDS = 0.5  # in which who is refused may still read why
# Headers after which more may come than the head.
SAYS_MORE = {"HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE"}
SENT: Future[bool] = Future()  # what stands for the thread where none was needed
SENT.set_result(True)


class Worker(ThreadWorker):
    """Gives a thread to a request only when its whole head has come, and none when a page is at hand for it.

    gunicorn's own worker gives one to each connection, and reads the head in it: a handful of
    visitors who send a letter now and then, or nothing, would keep everybody else waiting.
    """

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.served = {}  # connections that have a thread, and until when they may read

    # These run in the main thread.

    def enqueue_req(self, conn):
        now = time.monotonic()
        conn.head_until = getattr(conn, "head_until", None) or now + HEAD_SECONDS
        conn.head = b""  # of a request that is here as a whole, and nothing else
        if self.cfg.is_ssl or self.has_head(conn):
            conn.head_until, conn.data_ready = None, True
            if not self.answer_at_once(conn):
                self.served[conn] = now + REQUEST_SECONDS
                super().enqueue_req(conn)
        else:
            conn.timeout = conn.head_until
            self.pending_conns.append(conn)
            wake = self.on_pending_socket_readable
            self.poller.register(conn.sock, selectors.EVENT_READ, lambda client: wake(conn, client))

    def has_head(self, conn):
        """Whether a thread can go on with `conn`: its head is there, too long, or will never be whole."""
        before = conn.parser.unreader.buf.getvalue() if conn.parser else b""  # came along with the last request
        seen, conn.seen = getattr(conn, "seen", 0), 0
        try:
            waiting = conn.sock.recv(HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return is_whole(before)
        except OSError:
            return True
        head = before + waiting
        if waiting.startswith(b"GET ") and waiting.find(b"\r\n\r\n") == len(waiting) - 4 and not before:
            conn.head = waiting
        conn.is_too_long = len(head) >= HEAD_BYTES and not is_whole(head)
        # What woke us and brought nothing is the end.
        is_ready = is_whole(head) or conn.is_too_long or len(waiting) <= seen
        if not is_ready:
            conn.seen = len(waiting)
        if conn.seen != seen:  # what we have seen already does not wake us again
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + 1)
        return is_ready

    def answer_at_once(self, conn):
        """Send what is at hand for a head that was read before; False when there is nothing, or no such head."""
        found = self.wsgi.recall(conn.head) if conn.head and self.alive else None
        if found is None:
            return False
        answer = whole(*found)
        conn.init()
        try:
            conn.sock.recv(len(conn.head))
            sent = conn.sock.send(answer, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:  # hung up: a thread finds out
            return False
        if sent == len(answer):
            self.finish_request(conn, SENT)
        else:  # over a thin line
            rest = self.tpool.submit(self.send, conn, answer[sent:])
            rest.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))
        return True

    def murder_pending(self):
        now = time.monotonic()
        if not self.alive:  # who has not asked yet, as browsers that only opened a line, keeps nobody from stopping
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, now + STOP_SECONDS)
        super().murder_pending()
        for conn in [conn for conn, until in self.served.items() if until < now]:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)  # a thread that waits for more wakes up

    def finish_request(self, conn, fs):
        self.served.pop(conn, None)
        if fs.cancelled() or fs.exception() or not fs.result():
            self.nr_conns -= 1
            conn.close()
        else:
            super().finish_request(conn, fs)

    # These run in a thread.

    def send(self, conn, answer):
        conn.sock.setblocking(True)  # while it waited for this request it was not
        conn.sock.sendall(answer)
        return True

    def handle_request(self, req, conn):
        found = self.at_hand(req, conn) if conn.head and self.alive else None
        return super().handle_request(req, conn) if found is None else self.send(conn, whole(*found))

    def at_hand(self, req, conn):
        """The page that is asked for, unless it has to be made or this is the last request on `conn`."""
        headers = {f"HTTP_{name.replace('-', '_')}": value for name, value in req.headers}
        is_simple = len(headers) == len(req.headers) and not SAYS_MORE & headers.keys() and req.version == (1, 1)
        if not is_simple or req.should_close() or len(self.keepalived_conns) >= self.max_keepalived:
            return None
        about = {"REQUEST_METHOD": req.method, "QUERY_STRING": req.query, "wsgi.url_scheme": req.scheme}
        return self.wsgi.at_hand(headers | about | {"PATH_INFO": util.unquote_to_wsgi_str(req.path)}, conn.head)

    def handle(self, conn):
        if getattr(conn, "is_too_long", False):
            self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("the head is too long"))
            is_kept = False
        else:
            is_kept = super().handle(conn)
        if not is_kept:  # here, because gunicorn would wait in the main thread for who does not hang up
            with suppress(OSError):
                if conn.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):  # else nothing of the answer gets lost
                    util.close_graceful(conn.sock, LINGER_SECONDS)
        return is_kept

    def handle_error(self, req, client, addr, exc):
        if isinstance(exc, UnsupportedTransferCoding):
            exc = InvalidHeader("TRANSFER-ENCODING")  # not our failure: a 400, and no 501
        super().handle_error(req, client, addr, exc)


# What a browser may do with an answer of gunicorn itself: nothing. Pages say more, see `publishing.middleware`.
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


def write_error(sock, status, reason, message):
    """Send what gunicorn says of a request that never reaches the site: as text, and as safe as a page."""
    body = f"{reason} ({status})\n"
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    util.write_nonblock(sock, f"{head}Content-Length: {len(body)}\r\n{SAFE}\r\n{body}".encode("latin-1"))


util.write_error = write_error


def whole(lines, body):
    """An answer as it goes over the line, after which the connection stays open."""
    own = f"Server: {SERVER}\r\nDate: {util.http_date()}\r\nConnection: keep-alive\r\n\r\n"
    return b"".join((lines, own.encode(), body))


def is_whole(head):
    """Whether `head` has come to its end, also to one that the parser refuses."""
    return b"\n\r\n" in head or b"\n\n" in head


def pre_request(worker, req):
    """Refuse a request without a host, as HTTP wants it (RFC 9112 3.2)."""
    if req.version >= (1, 1) and not any(name == "HOST" for name, _value in req.headers):
        raise InvalidHeader("HOST")


def when_ready(server):
    """What is loaded now stays: no worker loads it, looks through it for garbage, or copies it for having looked."""
    server.app.wsgi().rehearse()
    gc.collect()
    gc.freeze()
    server.keeper = start_keeper(server)


def start_keeper(server):
    """A process that has pages ready before they are asked for: a thread would hold up the visitors of its worker.

    It ends with gunicorn. Should it be killed, a worker does its work: see `PageCache.look`.
    """
    gunicorn = os.getpid()
    keeper = os.fork()
    if keeper:
        return os.pidfd_open(keeper)
    try:
        for number in (*server.SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for gunicorn, which ends this in its turn
        for listener in server.LISTENERS:
            listener.sock.close()
        Path("/proc/self/comm").write_text("pages")  # its name in `ps` and `top`
        server.app.wsgi().keep_warm(lambda: os.getppid() == gunicorn)
    except Exception:
        server.log.exception("Nobody but a worker has pages ready before they are asked for")
    finally:
        os._exit(0)  # whatever happens: nothing of what gunicorn does next is for this process


def on_exit(server):
    """End that process too, and wait until it has."""
    keeper = getattr(server, "keeper", None)
    if keeper is not None:  # nothing stopped the start
        with suppress(ProcessLookupError, ChildProcessError):
            signal.pidfd_send_signal(keeper, signal.SIGTERM)
            os.waitid(os.P_PIDFD, keeper, os.WEXITED)


def post_worker_init(worker):
    """Each worker also looks after mails, and after pages where nobody else does; see `resoc.upkeep`, `page_cache`."""
    from resoc.upkeep import start
    from resoc.wsgi import application

    start()
    application.start()


worker_class = Worker
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
worker_connections = 400  # of each worker: together with its files fewer than the 1024 that it may have open
preload_app = True  # loaded once, before the workers are forked: they start sooner and share its memory
control_socket_disable = True
timeout = graceful_timeout = 30  # seconds
keepalive = 5  # seconds; who waits for the next request has no thread

# A search may be long, also one of 10,000 characters that take three bytes each; a cookie is not.
# What is longer gets a 414 or a 431.
limit_request_line = 31_000  # bytes
message.MAX_REQUEST_LINE = limit_request_line + 1  # gunicorn's own ceiling would lower it to 8190
limit_request_fields = 64
limit_request_field_size = 8190  # bytes

# What a proxy says is believed by the settings of the site alone, and only with TRUSTED_PROXY_COUNT.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
