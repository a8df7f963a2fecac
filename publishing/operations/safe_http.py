"""Asks other sites whether there is something at an address, without harm to them or to us.

An editor can type any address, and any site can redirect to any other. So no request goes to an address that
is not on the public internet, and the connection goes to the address that was looked up and checked: a name
that resolves otherwise the second time is not looked up twice. Only the head of a response is read.
"""

import io
import socket
import ssl
import time
from enum import Enum
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

LONGEST = 20  # seconds for one address, all its redirects included
LONGEST_CONNECT = 8  # seconds until a machine lets us in
LARGEST_HEAD = 100_000  # bytes
REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
ASKED_PORTS = {
    80,
    443,
    8080,
    8443,
}  # where sites are; any other may be a service that takes a request for something else
# Some servers respond so to HEAD for a page that a browser gets; some just hang up.
HEAD_REFUSED = (0, 400, 404, 405, 410, 501)
NO_SUCH_HOST = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
# The one part of IPv6 that is given out; within it, what only wraps an address of IPv4 is refused too.
GIVEN_OUT = IPv6Network("2000::/3")


class Outcome(Enum):
    """The outcome of a request for one address."""

    THERE = "there"
    GONE = "gone"  # its site says so
    NO_HOST = "no host"  # no site has that name
    UNCLEAR = "unclear"  # a server responded, but not whether the page is there
    SILENT = "silent"  # no response, or no request was allowed

    @property
    def is_dead(self) -> bool:
        """Whether the address leads nowhere."""
        return self in (Outcome.GONE, Outcome.NO_HOST)

    @property
    def was_reached(self) -> bool:
        """Whether another site responded at all, so that there is a network."""
        return self in (Outcome.THERE, Outcome.GONE, Outcome.UNCLEAR)


class NotPublicError(OSError):
    """The address leads to a machine that is not on the public internet."""


def ask(address: str) -> Outcome:
    """Whether there is something at an http or https `address`; takes at most about `LONGEST` seconds."""
    end, reached = time.monotonic() + LONGEST, False
    try:
        for _hop in range(REDIRECTS + 1):
            status, location = _knock(address, end)
            reached = True
            if not (location and HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST):
                return _meaning(status)
            address = urljoin(address, location)
    except socket.gaierror as error:
        if error.errno in NO_SUCH_HOST:
            return Outcome.GONE if reached else Outcome.NO_HOST
    except (OSError, HTTPException, ValueError):  # ValueError: no address that anybody could ask for
        pass
    return Outcome.UNCLEAR if reached else Outcome.SILENT


def _meaning(status: int) -> Outcome:
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return Outcome.GONE
    return Outcome.THERE if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else Outcome.UNCLEAR


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and (ip not in GIVEN_OUT or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast


def _knock(address: str, end: float) -> tuple[int, str]:
    """The status and the `Location` of the response, without its body: GET only where HEAD is refused."""
    try:
        status, location = _request("HEAD", address, end)
    except HTTPException:
        status, location = 0, ""
    return _request("GET", address, end) if status in HEAD_REFUSED else (status, location)


def _request(method: str, address: str, end: float) -> tuple[int, str]:
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("no address of the web")
    is_secret = parts.scheme == "https"
    host, port = parts.hostname.encode("idna").decode(), parts.port or PORTS[parts.scheme]
    if port not in ASKED_PORTS:
        raise NotPublicError(f"port {port} of {host} is none of a site")
    target = iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    sock = _connect(host, port, end)
    try:
        if is_secret:
            sock = _context().wrap_socket(sock, server_hostname=host)
        connection = (HTTPSConnection if is_secret else HTTPConnection)(host, port)
        own = Head(sock, end)
        connection.sock = own  # with one, it makes none of its own
        connection.request(method, target, headers={"User-Agent": user_agent(), "Accept": "*/*", "Connection": "close"})
        response = connection.getresponse()
        return response.status, _location(response.headers.get("Location", ""))
    finally:
        sock.close()


def _location(header: str) -> str:
    """The address in a `Location`, also when it has bare bytes, as browsers take it: those of UTF-8 as letters, any
    others as they are. `header` has every byte as a letter of its own.
    """
    sent = header.strip().encode("latin-1")
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in sent)


def _connect(host: str, port: int, end: float) -> socket.socket:
    """A connection to `host`, at the very address that was found to be public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(is_public(str(place[0])) for *_kind, place in found):
        raise NotPublicError(f"{host} is not on the public internet")
    error: OSError = NotPublicError(f"{host} has no address")
    for family, kind, protocol, _name, place in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(LONGEST_CONNECT, _left(end)))
            sock.connect(place)
        except OSError as failed:
            sock.close()
            error = failed
        else:
            return sock
    raise error


class Head(io.RawIOBase):
    """The side of a connection that `http.client` sees: until a moment, and a bounded number of bytes."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self.sock, self.end, self.room = sock, end, LARGEST_HEAD

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(_left(self.end))
        number = self.sock.recv_into(buffer)
        self.room -= number
        if self.room < 0:
            raise HTTPException("the head of the answer has no end")
        return number

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(_left(self.end))
        self.sock.sendall(data)

    def close(self) -> None:
        """Nothing: `http.client` closes this more than once, and the code that made the socket closes that."""


def _left(end: float) -> float:
    """The seconds until `end`. Raises TimeoutError when there are none."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def user_agent() -> str:
    """The `User-Agent` header: the site and its address."""
    return settings.PUBLISHING_USER_AGENT + (f" (+{settings.SITE_URL}/)" if settings.SITE_URL else "")
