"""A tiny application with a page cache of its own, served with the settings of the site: see `tiny_conf`."""

import os
import time
from pathlib import Path

BODY = 8_000_000  # bytes of a cached page: more than a socket takes at once


class Tiny:
    """Answers "ja"; a request that it has seen before gets a large page from its cache."""

    def __init__(self):
        self.heads = {}
        self.recall = self.heads.get

    def __call__(self, environ, start_response):
        environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ja"]

    def at_hand(self, environ, head):
        self.heads[head] = f"HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n".encode(), bytes(BODY)

    def warm_up(self):
        Path("warmed_up").write_text(str(os.getpid()))

    def start_warmer(self):
        Path("started").write_text(str(os.getpid()))

    def run_warmer(self, is_wanted):
        Path("warmer").write_text(str(os.getpid()))
        if "WARMER_FAILS" in os.environ:
            raise RuntimeError
        while is_wanted():
            time.sleep(0.02)


application = Tiny()
