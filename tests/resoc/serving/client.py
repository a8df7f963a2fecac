"""Raw requests to a server that a test started."""

import socket
import time

import pytest


def ask(port: int, request: bytes) -> socket.socket:
    """A connection on which `request` was sent, as soon as there is somebody to take it."""
    for _try in range(300):
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            connection.sendall(request)
            return connection
    raise AssertionError("gunicorn did not start")


def read(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head and the body of one answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(1) or pytest.fail("it hung up")
    if found.startswith(b"HTTP/1.1 100 "):
        return read(connection)
    length = int(found.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body)) or pytest.fail("it hung up")
    return found, body
