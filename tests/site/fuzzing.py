"""Requests such as no browser makes, and the site that has to bear them."""

import io
import re
import sys
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, quote_from_bytes, urlencode

from django.conf import settings
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import NoReverseMatch
from hypothesis import strategies as st

from tests.site import addresses as known_addresses

SECRET = "a" * 32  # of the form: whoever asks has it in the cookie too
LANGUAGES = ("nl", "fr", "en")
NUMBER = 987654  # in an address, where a place is filled in
# What is filled in when the request is made; of an address in the desk also `{app.model}`, the number of an object.
PLACES = (
    "{share}", "{translate}",
    "{invitation}", "{check}", "{consent}", "{address}", "{media}", "{draft}", "{version}", "{planned}",
)  # fmt: skip
ARGUMENTS = {"slug": "regiomarketing", "version": NUMBER, "token": "{share}", "path": "{media}", "uidb36": "1",
             "key": "set-password", "pk": NUMBER, "code": "ABC-DEF", "object_id": NUMBER, "id": NUMBER,
             "number": NUMBER, "language": "fr", "app_label": "priorities", "content_type_id": "1",
             "url": "nergens", "picture": "beheer.png"}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """Everything that comes over the line; as text of which each character is a byte."""

    method: str
    path: str
    query: str = ""
    who: str = ""  # whose session it is
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


# What there is


def addresses(client) -> list[str]:
    """One address or more of every pattern in every language, and all pages that there are."""
    found = set(re.findall(r'"http://testserver(/[^"]*)"', client.get("/sitemap.xml").content.decode()))
    found |= set(re.findall(r"<loc>http://testserver(/[^<]*)<", client.get("/sitemap.xml").content.decode()))
    for address in known_addresses.walk():
        place = f"{{{address.model}}}" if address.model else "{planned}" if "planning" in address.name else "{version}"
        for language in LANGUAGES:
            try:
                path = address.path(language, **{each: ARGUMENTS[each] for each in address.arguments})
            except NoReverseMatch:
                continue
            found.add(path.replace("%7B", "{").replace("%7D", "}").replace(str(NUMBER), place))
    found |= {"/static/css/site.css", "/static/", "/nergens/", "/favicon.ico", "/media/{media}?share={share}"}
    found |= {
        "/mijn-kaart/uitnodiging/{invitation}/",
        "/mijn-kaart/klopt/{check}/",
        "/mijn-kaart/toestemming/{consent}/",
        "/mijn-kaart/adres/{address}/",
        "/media/{draft}",
        "/vertalen/{translate}/",
    }
    return sorted(path.partition("?")[0] for path in found)


# What is asked

JUNK = [
    "\0", "a\0b", "\ud800", "²", "-1", "0", "9" * 5000, "99999999999999999999", "../../etc/passwd", "..\\", "%",
    "%00", "'", '"', "<script>", "{{7*7}}", "{% x %}", "${x}", "\r\nX: y", "\u202e", "\N{SOFT HYPHEN}", "é" * 300,
    "a" * 2000, "//evil.example", "javascript:x", "null", "[]", "{}", "NaN", "1e999", "True", " ", "\u2028", "🦆" * 50,
    "İ", "ß", "2026-02-30", "0000-00-00", "+32 51 51 93 56", "x@y.z", "nl", "FR", "xx-YY", "None",
]  # fmt: skip
TEXT = st.one_of(st.sampled_from(JUNK), st.text(max_size=12))
NAMES = [
    "q", "page", "share", "next", "language", "o", "p", "e", "format", "version", "old", "new", "_popup", "preview",
    "login", "password", "remember", "code", "email", "action", "oldpassword", "password1", "password2", "credential",
    "name", "function_nl", "function_fr", "function_en", "phone", "mobile", "shows_phone", "shows_mobile",
    "shows_email", "shows_photo", "photo", "photo_focus_x", "photo_focus_y", "remove_photo", "previous_photo",
    "absent_until", "stand_in", "base", "csrfmiddlewaretoken", "", "\0", "é", "x" * 300,
    # of the desk
    "_save", "_publish", "_schedule", "_withdraw", "_reason", "_reorder", "_cancel", "_confirm", "_share", "_unshare",
    "_invite", "_link", "_translate", "_end_link", "_answer", "_tick_off", "_forget_remark", "_seal", "_accept",
    "_decline", "chosen", "over", "sent_at", "translation", "remark", "quote", "section", "plain-body_nl",
    "_base", "_not_saved", "_unsaved", "_conflict", "_continue", "_saveasnew", "_to_field",
    "_changelist_filters", "schedule-live_from", "schedule-live_until", "schedule-replace", "live_from", "live_until",
    "title_nl", "slug_nl", "body_nl", "slug", "position", "place-1", "place-x", "post", "href", "term", "model_name",
    "field_name", "app_label", "_selected_action", "select_across", "index", "all", "id__in", "title_nl__regex",
    "message__regex", "user__password", "documents-TOTAL_FORMS", "documents-INITIAL_FORMS", "documents-0-id",
    "documents-0-DELETE", "roles-TOTAL_FORMS", "successor", "reason", "sure", "status", "state", "task",
    "is_superuser", "groups", "user_permissions",
]  # fmt: skip
# What is right in the form of a card, and in one of the desk.
VALUES = {"title_nl": "Titel", "slug_nl": "titel", "position": "1", "schedule-live_from": "2099-01-01T00:00",
          "documents-TOTAL_FORMS": "1", "documents-INITIAL_FORMS": "0", "post": "yes", "action": "delete_selected",
          "name": "Johan", "language": "nl", "photo_focus_x": "50", "photo_focus_y": "33",
          "email": "johan@example.org"}  # fmt: skip
HEADERS = [
    "HOST", "COOKIE", "ACCEPT", "ACCEPT_LANGUAGE", "ACCEPT_ENCODING", "IF_NONE_MATCH", "IF_MODIFIED_SINCE",
    "IF_MATCH", "IF_UNMODIFIED_SINCE", "IF_RANGE", "RANGE", "REFERER", "ORIGIN", "USER_AGENT", "AUTHORIZATION",
    "FORWARDED", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_FORWARDED_FOR", "X_FORWARDED_PORT", "X_ORIGINAL_URL",
    "X_REWRITE_URL", "X_HTTP_METHOD_OVERRIDE", "X_REQUESTED_WITH", "X_CSRFTOKEN", "CONTENT_ENCODING",
    "CONTENT_LANGUAGE", "PRAGMA",
]  # fmt: skip
HEADER_VALUES = [
    "*", '"x"', 'W/"x", "y"', "bytes=0-0", "bytes=-5,9-2", "gzip, br;q=0", "br;q=nan", "fr,en;q=0.5", "de;q=x",
    "Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 99 Foo 0000 25:61:61 GMT", "http://evil.example/", "null", "https",
    "evil.example", "localhost:80", "localhost:x", "[::1]:1", "1.2.3.4, 5.6.7.8", "application/json",
    "language=fr; csrftoken=x", "sessionid=../../x; sessionid=", "a=\"\\\"", "Basic eDp4", "Bearer ",
    "text/html;q=x,*/*;version=9",
]  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=xyz", "multipart/form-data",
    "multipart/form-data; boundary=" + "x" * 300, "multipart/form-data; boundary=\xff", "application/json",
    "text/plain", "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=\xff", "multipart/form-data; boundary=xyz; charset=x", "", "/", ";",
    "a/b; c", "multipart/mixed; boundary=xyz",
]  # fmt: skip
FILES = [
    b"", b"GIF89a<script>", b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff\xe0" + bytes(40), b"%PDF-1.7\n%%EOF",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\3\4" + bytes(30), b"\0\0\0\x18ftypheic" + bytes(60),
    b"II*\0" + b"\xff" * 40, b"RIFF\xff\xff\xff\xffWEBPVP8X" + bytes(30), b"BM" + b"\xff" * 60,
]  # fmt: skip
LINE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=20)


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def paths(draw, known: list[str]) -> str:
    """A known address, or one with something odd in it."""
    path = draw(st.sampled_from(known))
    if draw(st.integers(0, 2)):
        return path
    parts = path.split("/")
    place = draw(st.integers(1, len(parts) - 1))
    odd = as_bytes(draw(TEXT)).decode("latin-1")
    how = draw(st.integers(0, 4))
    if how == 0:
        parts[place] = odd
    elif how == 1:
        parts.insert(place, odd)
    elif how == 2:
        parts[place] = parts[place] + odd
    elif how == 3:
        del parts[place]
    else:
        return path.rstrip("/") + odd
    return "/" + "/".join(parts).removeprefix("/")


@st.composite
def pairs(draw, most: int = 4) -> list[tuple[str, str]]:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=most)):
        good = VALUES.get(name)
        found.append((name, good if good and draw(st.booleans()) else draw(TEXT)))
    return found


@st.composite
def queries(draw) -> str:
    if draw(st.integers(0, 3)) == 0:
        odd = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
        return draw(odd)
    return urlencode([(as_bytes(name), as_bytes(value)) for name, value in draw(pairs(3))])


@st.composite
def bodies(draw) -> tuple[str, bytes]:
    """A content type and a body, which fit or not."""
    fields = draw(pairs(8))
    if draw(st.booleans()):
        fields = [(name, VALUES[name]) for name in VALUES] + fields
    kind = draw(st.sampled_from(TYPES))
    how = draw(st.integers(0, 3))
    if how == 0:
        return kind, draw(st.binary(max_size=60))
    if how == 1:
        plain = urlencode([(as_bytes(name), as_bytes(value)) for name, value in fields]).encode()
        return (TYPES[0] if draw(st.booleans()) else kind), plain
    body = b""
    for name, value in fields:
        body += (
            b'--xyz\r\nContent-Disposition: form-data; name="'
            + as_bytes(name)
            + b'"\r\n\r\n'
            + as_bytes(value)
            + b"\r\n"
        )
    name, content = draw(TEXT), draw(st.sampled_from(FILES))
    body += b'--xyz\r\nContent-Disposition: form-data; name="photo"; filename="' + as_bytes(name)[:200] + b'.png"\r\n'
    body += draw(
        st.sampled_from([b"", b"Content-Type: image/png\r\n", b"Content-Transfer-Encoding: base64\r\n", b"x\r\n"])
    )
    body += b"\r\n" + content + b"\r\n--xyz--\r\n"
    if how == 2:
        body = body[: draw(st.integers(0, len(body)))]
    return (TYPES[1] if draw(st.booleans()) else kind), body


@st.composite
def requests(draw, known: list[str], people: list[str]) -> Request:
    """A request to one of the addresses `known`, by one of `people`."""
    method = draw(st.sampled_from(["GET"] * 6 + ["POST"] * 4 + ["HEAD", "PUT", "OPTIONS", "TRACE", "CONNECT", "X", ""]))
    headers = {}
    for name in draw(st.lists(st.sampled_from(HEADERS), max_size=3)):
        headers[f"HTTP_{name}"] = draw(st.one_of(st.sampled_from(HEADER_VALUES), LINE))
    body = b""
    if method in ("POST", "PUT") or draw(st.integers(0, 9)) == 0:
        headers["CONTENT_TYPE"], body = draw(bodies())
        if draw(st.integers(0, 9)) == 0:
            headers["CONTENT_LENGTH"] = draw(
                st.sampled_from(["0", "1", "99999", "9" * 30, ""])
            )  # others refuses gunicorn
    return Request(method, draw(paths(known)), draw(queries()), draw(st.sampled_from(people)), headers, body)


# The site


class Answer(NamedTuple):
    """What came back over the line."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """The application as gunicorn calls it, with what stands behind the places in addresses."""

    application: object
    places: dict[str, str]
    sessions: dict[str, str]

    def environ(self, request: Request) -> dict:
        path, query = request.path, request.query
        for name, value in self.places.items():
            path, query = path.replace(name, value), query.replace(quote(name), quote(value))
        cookies = f"csrftoken={SECRET}"
        if request.who:
            cookies += f"; {settings.SESSION_COOKIE_NAME}={self.sessions[request.who]}"
        return {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "RAW_URI": quote_from_bytes(path.encode("latin-1", "replace")),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": cookies,
            "HTTP_X_CSRFTOKEN": SECRET,
            "CONTENT_LENGTH": str(len(request.body)) if request.body else "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | request.headers

    def ask(self, request: Request) -> Answer:
        """The answer. Raises what went wrong inside; keeps nothing that changed."""
        found: dict = {}
        errors: list[BaseException] = []

        def start_response(status, headers, exc_info=None):
            found.update(status=int(status[:3]), headers=dict(headers))

        def note(sender, **details):
            errors.append(sys.exc_info()[1])

        got_request_exception.connect(note)
        for signal in (request_started, request_finished):  # as Django's test client does
            signal.disconnect(close_old_connections)
        try:
            with transaction.atomic():
                answer = self.application(self.environ(request), start_response)
                body = b"".join(answer)
                if hasattr(answer, "close"):
                    answer.close()
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(note)
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)
        if errors:
            raise errors[0]
        return Answer(found["status"], found["headers"], body)
