"""A page as it goes over the line: in every encoding, with the headers and the validator of each."""

import gzip
import json
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property
from hashlib import blake2s
from typing import Any, NamedTuple

import brotli
from django.utils.http import parse_http_date_safe

from publishing.reads import Read

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Key = tuple[str, str, str, str]  # what names a page: scheme, host, path, query

QUALITY = 5  # of brotli: 9 takes ten times as long for one byte in a hundred
LEVEL = 6  # of gzip: 9 takes five times as long for two bytes in a hundred
SMALLEST = 200  # bytes that are worth compressing
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=604800"
REPEATED = {"Cache-Control", "ETag", "Last-Modified", "Vary"}
LEFT_OUT = {"content-length", "etag", "last-modified", "cache-control", "vary", "content-encoding", "connection"}
LEFT_OUT |= {"x-request-id"}  # of one request, not of the page


@dataclass(frozen=True)
class Answer:
    """One encoding of a page, ready to be sent."""

    body: bytes
    etag: str
    headers: Headers
    headers_304: Headers

    @cached_property
    def lines(self) -> bytes:
        """How it begins on the line."""
        return lines_of("200 OK", self.headers)

    @cached_property
    def lines_304(self) -> bytes:
        """How it begins on the line for who has it already."""
        return lines_of("304 Not Modified", self.headers_304)


def lines_of(status: str, headers: Headers) -> bytes:
    """The status and the headers in HTTP/1.1, but for those that the server adds."""
    return "".join([f"HTTP/1.1 {status}\r\n", *(f"{name}: {value}\r\n" for name, value in headers)]).encode("latin-1")


class Condition(NamedTuple):
    """What must be so for a page to be as it would be made now."""

    run: str  # of the program that made it
    changes: int  # on this machine, as many as there were
    number: int  # of the stamp
    until: float  # seconds since the epoch: the next planned change
    changed_at: float  # seconds since the epoch: the last change

    @property
    def name(self) -> str:
        """All of it in one word."""
        return "_".join(map(str, self))

    @classmethod
    def named(cls, name: str) -> "Condition":
        """What that word says; raises ValueError for another word."""
        run, changes, number, until, changed_at = name.split("_")
        return cls(run, int(changes), int(number), float(until), float(changed_at))


@dataclass
class Page:
    """A page in every encoding, with what it was made under and from."""

    answers: dict[str, Answer]  # by encoding: "br", "gzip", "identity"
    condition: Condition
    reads: frozenset[Read]
    since: int  # seconds since the epoch: when this text of it came
    asked: float = 0  # when last, on the monotonic clock; 0 when it is not to be made anew unasked
    shown: Condition | None = None  # under which nginx was given it
    made: float = 0  # seconds since the epoch: when it was; 0 when nobody knows

    @property
    def size(self) -> int:
        return sum(len(answer.body) for answer in self.answers.values())

    @property
    def html(self) -> bytes:
        """The page as browsers show it; empty for what is no such page, as a feed."""
        answer = self.answers["identity"]
        is_html = dict(answer.headers).get("Content-Type", "").startswith("text/html")
        return answer.body if is_html else b""


def encoded(headers: Headers, page: bytes, since: int) -> dict[str, Answer]:
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


def with_validators(common: Headers, bodies: dict[str, bytes]) -> dict[str, Answer]:
    """The answers, each encoding with a validator of its own (RFC 9110 8.8.3.3)."""
    digest = blake2s(bodies["identity"], digest_size=12).hexdigest()
    answers = {}
    for encoding, body in bodies.items():
        etag = f'"{digest}-{encoding}"'
        short = [*common, ("ETag", etag)]
        whole = [*short, ("Content-Length", str(len(body)))]
        if encoding != "identity":
            whole.append(("Content-Encoding", encoding))
        # What a 304 repeats is what caches go by (RFC 9110 15.4.5); the rest they have from the page.
        answers[encoding] = Answer(body, etag, whole, [each for each in short if each[0] in REPEATED])
    return answers


def to_bytes(key: Key, page: Page) -> bytes:
    """`page` as it is kept in a file: a line of JSON, then the bodies one after the other."""
    about = {
        "key": key,
        "condition": page.condition.name,
        "reads": sorted(page.reads),
        "since": page.since,
        "made": page.made,
        # The part that all encodings share; what stands after it is made again.
        "headers": page.answers["identity"].headers[:-2],
        "lengths": {encoding: len(answer.body) for encoding, answer in page.answers.items()},
    }
    return b"".join([json.dumps(about).encode(), b"\n", *(answer.body for answer in page.answers.values())])


def from_bytes(key: Key, data: bytes) -> Page:
    """The page again; raises ValueError, KeyError or TypeError for anything but the whole of it."""
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
        Condition.named(about["condition"]),
        frozenset(Read(*read) for read in about["reads"]),
        about["since"],
        made=about.get("made", 0),
    )


def chosen(accepts: str) -> str:
    """The best encoding that an Accept-Encoding header allows (RFC 9110 12.5.3)."""
    allowed: dict[str, float] = {}
    for part in accepts.lower().split(","):
        name, _separator, weight = part.partition(";")
        try:
            allowed[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            allowed[name.strip()] = 0
    return next((name for name in ("br", "gzip") if allowed.get(name, 0) > 0), "identity")


def is_known(answer: Answer, environ: Environ) -> bool:
    """Whether the reader has this page already."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    return known == answer.etag or is_unchanged(answer.etag, dict(answer.headers)["Last-Modified"], environ)


def is_unchanged(etag: str, modified: str, environ: Environ) -> bool:
    """Whether a reader who asks like this has what has these validators (RFC 9110 13.1); "" stands for none."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return bool(etag) and (known.strip() == "*" or etag.removeprefix("W/") in tags)
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if not since or not modified:
        return False
    asked, changed = parse_http_date_safe(since), parse_http_date_safe(modified)
    return since == modified or (asked is not None and changed is not None and changed <= asked)
