"""Responses: a cached page in every encoding, with headers and validators; and the response of the application."""

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property
from hashlib import blake2s
from http import HTTPStatus
from typing import Any, NamedTuple

import brotli
from django.utils.http import parse_http_date_safe

from publishing.queries.dependencies import Dependency

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, str, str, str]  # scheme, host, path, query

QUALITY = 5  # of brotli: 9 takes ten times as long and saves one byte in a hundred
LEVEL = 6  # of gzip: 9 takes five times as long and saves two bytes in a hundred
SMALLEST = 200  # bytes that are worth compressing
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=604800"
REPEATED = {"Cache-Control", "ETag", "Last-Modified", "Vary"}
LEFT_OUT = {"content-length", "etag", "last-modified", "cache-control", "vary", "content-encoding", "connection"}
LEFT_OUT |= {"x-request-id"}  # of one request, not of the page
LARGEST = 1_000_000  # bytes of a page that is cached
# Request headers that choose between the representations of a page; and all that the application is not shown.
NEGOTIATING = {"HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
NOT_PASSED_ON = NEGOTIATING | {"HTTP_COOKIE"}


@dataclass(frozen=True)
class EncodedResponse:
    """One encoding of a page, ready to be sent."""

    body: bytes
    etag: str
    headers: Headers
    headers_304: Headers

    @cached_property
    def lines(self) -> bytes:
        """The status line and headers, without those of the server."""
        return lines_of("200 OK", self.headers)

    @cached_property
    def lines_304(self) -> bytes:
        """The same of a 304."""
        return lines_of("304 Not Modified", self.headers_304)


def lines_of(status: str, headers: Headers) -> bytes:
    """The status line and headers of an HTTP/1.1 response, without the empty line that ends them."""
    return "".join([f"HTTP/1.1 {status}\r\n", *(f"{name}: {value}\r\n" for name, value in headers)]).encode("latin-1")


class Validity(NamedTuple):
    """The state under which a page was rendered; it is fresh while that is the current one."""

    run: str  # of the program that made it
    changes: int  # on this machine, as many as there were
    number: int  # of the stamp
    until: float  # seconds since the epoch: the next planned change
    changed_at: float  # seconds since the epoch: the last change

    @property
    def name(self) -> str:
        """All fields in one word, which can be the name of a folder."""
        return "_".join(map(str, self))

    @classmethod
    def named(cls, name: str) -> "Validity":
        """The validity with that name; raises ValueError for another word."""
        run, changes, number, until, changed_at = name.split("_")
        return cls(run, int(changes), int(number), float(until), float(changed_at))


@dataclass
class Page:
    """A page in every encoding, with its validity and what it was rendered from."""

    answers: dict[str, EncodedResponse]  # by encoding: "br", "gzip", "identity"
    validity: Validity
    reads: frozenset[Dependency]
    since: int  # seconds since the epoch: when it got this text
    asked: float = 0  # when a visitor last requested it, on the monotonic clock; 0 when the warmer may leave it
    shown: Validity | None = None  # with which it was last written for nginx
    made: float = 0  # seconds since the epoch: when it was rendered; 0 when that is not known

    @property
    def size(self) -> int:
        return sum(len(answer.body) for answer in self.answers.values())

    @property
    def html(self) -> bytes:
        """The page uncompressed; empty when it is not HTML, as a feed."""
        answer = self.answers["identity"]
        is_html = dict(answer.headers).get("Content-Type", "").startswith("text/html")
        return answer.body if is_html else b""


def encoded(headers: Headers, page: bytes, since: int) -> dict[str, EncodedResponse]:
    """The page in every encoding."""
    common = [(name, value) for name, value in headers if name.lower() not in LEFT_OUT]
    common += [
        ("Last-Modified", formatdate(since, usegmt=True)),
        ("Cache-Control", CACHE_CONTROL),
        ("Vary", "Accept-Encoding"),
    ]
    bodies = {"identity": page}
    if len(page) >= SMALLEST:
        bodies |= {"br": brotli.compress(page, quality=QUALITY), "gzip": gzip.compress(page, LEVEL, mtime=0)}
    return with_validators(common, bodies)


def with_validators(common: Headers, bodies: dict[str, bytes]) -> dict[str, EncodedResponse]:
    """The responses, each encoding with an ETag of its own (RFC 9110 8.8.3.3)."""
    digest = blake2s(bodies["identity"], digest_size=12).hexdigest()
    answers = {}
    for encoding, body in bodies.items():
        etag = f'"{digest}-{encoding}"'
        short = [*common, ("ETag", etag)]
        whole = [*short, ("Content-Length", str(len(body)))]
        if encoding != "identity":
            whole.append(("Content-Encoding", encoding))
        # A 304 repeats only the headers that caches update (RFC 9110 15.4.5).
        answers[encoding] = EncodedResponse(body, etag, whole, [each for each in short if each[0] in REPEATED])
    return answers


def to_bytes(key: Key, page: Page) -> bytes:
    """`page` as a file: a line of JSON, then the bodies one after the other."""
    about = {
        "key": key,
        "condition": page.validity.name,
        "reads": sorted(page.reads),
        "since": page.since,
        "made": page.made,
        # The part that all encodings share; what stands after it is made again.
        "headers": page.answers["identity"].headers[:-2],
        "lengths": {encoding: len(answer.body) for encoding, answer in page.answers.items()},
    }
    return b"".join([json.dumps(about).encode(), b"\n", *(answer.body for answer in page.answers.values())])


def from_bytes(key: Key, data: bytes) -> Page:
    """The page in such a file; raises ValueError, KeyError or TypeError for a damaged one or that of another key."""
    line, _newline, rest = data.partition(b"\n")
    about = json.loads(line)
    bodies, start = {}, 0
    for encoding, length in about["lengths"].items():
        bodies[encoding] = rest[start : start + length]
        start += length
    if start != len(rest) or tuple(about["key"]) != key:
        raise ValueError(key)
    return Page(
        with_validators([(name, value) for name, value in about["headers"]], bodies),
        Validity.named(about["condition"]),
        frozenset(Dependency(*read) for read in about["reads"]),
        about["since"],
        made=about.get("made", 0),
    )


def negotiate(accepts: str) -> str:
    """The best encoding that an Accept-Encoding header allows (RFC 9110 12.5.3)."""
    allowed: dict[str, float] = {}
    for part in accepts.lower().split(","):
        name, _separator, weight = part.partition(";")
        try:
            allowed[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            allowed[name.strip()] = 0
    return next((name for name in ("br", "gzip") if allowed.get(name, 0) > 0), "identity")


def is_not_modified(answer: EncodedResponse, environ: Environ) -> bool:
    """Whether the client has this response already."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    return known == answer.etag or is_unchanged(answer.etag, dict(answer.headers)["Last-Modified"], environ)


def is_unchanged(etag: str, modified: str, environ: Environ) -> bool:
    """Whether the conditional headers of a request match these validators (RFC 9110 13.1); "" stands for none."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return bool(etag) and (known.strip() == "*" or etag.removeprefix("W/") in tags)
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if not since or not modified:
        return False
    asked, changed = parse_http_date_safe(since), parse_http_date_safe(modified)
    return since == modified or (asked is not None and changed is not None and changed <= asked)


@dataclass
class ApplicationResponse:
    """The response of the wrapped application, not sent yet."""

    status: str
    headers: Headers
    parts: Iterable[bytes]

    @classmethod
    def through(cls, application: Application, environ: Environ) -> "ApplicationResponse":
        """The response of `application` to an unconditional GET for the whole page, without a cookie."""
        asked = {name: value for name, value in environ.items() if name not in NOT_PASSED_ON}
        found: dict[str, Any] = {}

        def start_response(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], None]:
            found.update(status=status, headers=headers)
            return lambda _data: None

        parts = application(asked | {"REQUEST_METHOD": "GET"}, start_response)
        return cls(found["status"], found["headers"], parts)

    def read(self) -> bytes:
        """The whole body; closes the response."""
        try:
            return b"".join(self.parts)
        finally:
            self.close()

    def close(self) -> None:
        """Release what the application holds for this response (PEP 3333)."""
        if hasattr(self.parts, "close"):
            self.parts.close()

    def replaced(self, status: HTTPStatus, page: bytes, headers: dict[str, str]) -> "ApplicationResponse":
        """The response with another page and status in its place, not cacheable; the security headers stay."""
        self.close()
        own = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(page)),
            "Cache-Control": "no-store",
        }
        own |= headers
        same = [(name, value) for name, value in self.headers if name.title() not in own]
        return ApplicationResponse(f"{status.value} {status.phrase}", [*same, *own.items()], [page])

    def is_cacheable(self) -> bool:
        """Whether this page is the same for everybody and small enough to cache."""
        values = {name.lower(): value for name, value in self.headers}
        return (
            self.status.startswith(str(HTTPStatus.OK.value))
            and "set-cookie" not in values
            and not any(word in values.get("cache-control", "") for word in ("no-store", "private", "no-cache"))
            and "cookie" not in values.get("vary", "").lower()
            and "nonce-" not in values.get("content-security-policy", "")
            and int(values.get("content-length", LARGEST + 1)) <= LARGEST
        )

    def send(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Send it as it is, or a 304: the application was not shown the conditional headers of the request."""
        values = {name.lower(): value for name, value in self.headers}
        is_ok = self.status.startswith(str(HTTPStatus.OK.value))
        if is_ok and is_unchanged(values.get("etag", ""), values.get("last-modified", ""), environ):
            self.close()
            about_body = ("content-length", "content-type", "content-disposition", "content-encoding")
            start_response("304 Not Modified", [each for each in self.headers if each[0].lower() not in about_body])
            return []
        start_response(self.status, self.headers)
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.parts
        self.close()
        return []


def page_from(
    response: ApplicationResponse,
    validity: Validity,
    reads: frozenset[Dependency],
    old: Page | None,
    asked: float,
    made: float,
) -> Page:
    """The page in `response`, to be cached in the place of `old`; reads the whole body."""
    body = response.read()
    since = int(validity.changed_at)
    if old is not None:  # each text that a page ever had has a time of its own
        since = old.since if old.answers["identity"].body == body else max(since, old.since + 1)
    return Page(encoded(response.headers, body, since), validity, reads, since, asked, made=made)
