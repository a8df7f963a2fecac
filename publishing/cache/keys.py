"""Cache keys: which requests are cacheable, and under which key; and a request for a given key."""

import io
import re
import sys
from collections.abc import Iterator
from html import unescape

from django.conf import settings
from django.http.request import validate_host

from publishing.cache.disk import is_canonical
from publishing.cache.parameters import kept_query
from publishing.cache.responses import Environ, Key, Page

LONGEST_PATH = 500  # characters; no address of ours comes near
MOST_HOSTS = 100  # whose verdict is remembered
DEFAULT_PORTS = {"http": "80", "https": "443"}
# Paths with these prefixes are never cached.
NEVER = ("/static/", "/media/", "/healthz", *(f"/{word}/" for word in settings.PUBLISHING_USER_PATHS))
LINK = re.compile(rb'<(?:a|link)\s[^>]*href="(/[^"#%]*)')


class Keys:
    """Computes cache keys. A page has one key: other spellings of its address are not cached."""

    def __init__(self, site_host: str, urlconf: str | None) -> None:
        self.site_host = site_host  # of SITE_URL; empty when the site has none
        self.urlconf = urlconf
        self.hosts: dict[tuple[str, str], bool] = {}  # by scheme and host, whether its pages are cached
        # Looked up once: these are read at every request.
        self.session_cookie = settings.SESSION_COOKIE_NAME
        self.proxy_header = settings.SECURE_PROXY_SSL_HEADER

    def of(self, environ: Environ) -> Key | None:
        """The key of the page that is requested; None when its response must not come from the cache."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        path = environ.get("PATH_INFO", "")
        if (
            not path.startswith("/")
            or path.startswith(NEVER)
            or self.session_cookie in environ.get("HTTP_COOKIE", "")
            or environ.get("SCRIPT_NAME")
        ):
            return None
        scheme, host = self.origin(environ)
        if len(path) > LONGEST_PATH or not (self.hosts.get((scheme, host)) or self.is_cacheable_host(scheme, host)):
            return None
        query = environ.get("QUERY_STRING", "")
        if query:
            query = kept_query(query, path, self.urlconf)
            if query is None:
                return None
        return scheme, host, path, query

    def origin(self, environ: Environ) -> tuple[str, str]:
        """The scheme and the host of a request, as the client named it."""
        return self._scheme(environ), environ.get("HTTP_HOST", "")

    def _scheme(self, environ: Environ) -> str:
        """The scheme of a request, read exactly as Django's `HttpRequest.scheme` does."""
        said = environ.get(self.proxy_header[0]) if self.proxy_header else None
        if self.proxy_header is None or said is None:
            scheme: str = environ["wsgi.url_scheme"]
            return scheme
        return "https" if said.split(",", 1)[0].strip() == self.proxy_header[1] else "http"

    def is_cacheable_host(self, scheme: str, host: str) -> bool:
        """Whether pages are cached under this spelling of a host; Django renders those of other spellings each time."""
        known = self.hosts.get((scheme, host))
        if known is None:
            name, _colon, port = host.partition(":")
            known = is_canonical(host) and port != DEFAULT_PORTS.get(scheme)
            if known and self.site_host:
                known = host == self.site_host or host in (self.site_host.partition(":")[0], *settings.ALLOWED_HOSTS)
            known = known and validate_host(name, settings.ALLOWED_HOSTS)
            if len(self.hosts) >= MOST_HOSTS:
                self.hosts.clear()
            self.hosts[scheme, host] = known
        return known

    def request_for(self, key: Key) -> Environ:
        """A WSGI environment that requests the page of `key`, as an anonymous visitor would."""
        scheme, host, path, query = key
        name, _colon, port = host.rpartition(":") if host.rpartition(":")[2].isdecimal() else (host, "", "")
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": name,
            "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": host,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.proxy_header:
            environ[self.proxy_header[0]] = self.proxy_header[1] if scheme == "https" else scheme
        return environ

    def linked_from(self, key: Key, page: Page) -> Iterator[Key]:
        """The keys of the pages of this site that `page` links to."""
        for link in set(LINK.findall(page.html)):
            path, _mark, query = unescape(link.decode()).partition("?")
            linked = self.of(self.request_for((key[0], key[1], path, query)))
            if linked is not None:
                yield linked
