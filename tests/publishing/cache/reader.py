"""Requests to the page cache, as a server passes them on, and a site that counts how often it renders."""

import io

from priorities.models import Theme
from publishing.cache.wsgi import PageCache
from publishing.queries.dependencies import EVERYTHING, depends_on
from publishing.workflow import publish
from resoc.wsgi import django_application


class Reader:
    """Asks a WSGI application for pages and keeps what it answered."""

    def __init__(self, application) -> None:
        self.application = application

    def get(self, path: str = "/", query: str = "", method: str = "GET", **headers: str) -> "Reader":
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **headers,
        }

        def start_response(status, found, exc_info=None):
            self.status, self.headers = int(status[:3]), {name.lower(): value for name, value in found}

        self.body = b"".join(self.application(environ, start_response))
        return self


class Counting:
    """The site, counting how often it made a page."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.failing = False
        self.before = lambda: None

    def __call__(self, environ, start_response):
        self.made.append(environ["PATH_INFO"])
        if self.failing:
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return [b""]
        answer = django_application(environ, start_response)
        self.before()
        return answer


def retitle(theme: Theme, title: str) -> None:
    theme.title_nl = title
    theme.save()
    publish(theme, None)


def kept(cache: PageCache) -> set[str]:
    """The addresses of which a page is kept, in memory or on disk."""
    stored = [key for origin in cache.store.origins() for key in cache.store.keys(origin)]
    return {f"{path}?{query}".removesuffix("?") for _scheme, _host, path, query in (*cache.pages, *stored)}


HEAD = b"GET /themas/ HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"


def about(path: str = "/themas/", query: str = "", **headers: str) -> dict[str, str]:
    """What a server knows of a request when it has read its head."""
    known = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "wsgi.url_scheme": "http"}
    return known | {"HTTP_HOST": "localhost"} | headers


def site_answer(site, environ, start_response):
    """A slow page that needs no database, because each thread would have a connection of its own."""
    site.made.append(environ["PATH_INFO"])
    site.before()
    with depends_on(EVERYTHING):  # as if it had asked
        pass
    start_response("200 OK", [("Content-Length", "2"), ("Content-Type", "text/html")])
    return [b"ja"]
