"""Measurements inside one process of the site, printed as JSON: `in_process.py pages`, `again` or `edit`.

pages   time and queries of pages that no cache has, of publishing, and of the admin's lists
again   how many pages one publication makes anew
edit    publishes what comes on standard input, "theme WORD" or "staff WORD", and says when
"""

import gc
import io
import json
import re
import statistics
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from priorities.models import Theme  # noqa: E402
from publishing.cache.wsgi import PageCache  # noqa: E402
from publishing.search.text import stems  # noqa: E402
from publishing.workflow import publish  # noqa: E402
from resoc.wsgi import django_application  # noqa: E402
from staff.models import StaffMember  # noqa: E402
from tests.desk import enter, give_second_factor  # noqa: E402

TIMES = 15
PAGES = {
    "home": "/",
    "list of themes": "/themas/",
    "theme": "/themas/demonstratie-2/",
    "priority": "/prioriteiten/tewerkstellingsbeleid/",
    "contact": "/contact/",
    "search, found everywhere": "/zoeken/?q=demonstratie",
    "search, two words": "/zoeken/?q=voorbeeld+gemeente",
    "search, found once": "/zoeken/?q=regiomarketingstrategie",
    "search, found nowhere": "/zoeken/?q=xyzzy",
    "feed": "/feed/",
}
DESK = {
    "admin list": "",
    "admin list, page 2": "?p=2",
    "admin list, changed only": "?todo=changes",
    "admin list, French missing": "?todo=missing_fr",
    "admin list, published only": "?state=published",
    "admin list, found": "?q=demonstratie",
}


def environ(address: str) -> dict[str, object]:
    """A request for `address`, as a server would hand it on."""
    path, _mark, query = address.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }


def ask(application: Callable, address: str) -> bytes:
    """The page at `address`, which must be there."""
    said: list[str] = []
    parts = application(environ(address), lambda status, headers, error=None: said.append(status))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    if said != ["200 OK"]:
        sys.exit(f"{address} answers {said}")
    return body


def timed(what: Callable, times: int = TIMES) -> dict[str, float]:
    """Medians in milliseconds: wall clock time and processor time."""
    clock, cpu = [], []
    for _time in range(times):
        began, used = time.perf_counter(), time.process_time()
        what()
        clock.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return {"ms": statistics.median(clock), "cpu": statistics.median(cpu)}


def queries(address: str) -> int:
    """The number of database queries of the page at `address`."""
    with CaptureQueriesContext(connection) as seen:
        Client().get(address, HTTP_HOST="localhost")
    return len(seen)


def pages() -> dict[str, dict[str, float]]:
    """Public pages, lists of the admin, a publication."""
    found = {}
    ask(django_application, PAGES["home"])
    gc.collect()
    gc.freeze()  # as resoc/serving/hooks.py does
    for name, address in PAGES.items():
        ask(django_application, address)
        stems.cache_clear()
        found[name] = timed(lambda address=address: ask(django_application, address)) | {"queries": queries(address)}
    editor, _made = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    give_second_factor(editor)
    client = Client(HTTP_HOST="localhost")
    enter(client, editor)
    for name, query in DESK.items():

        def look(query: str = query) -> None:
            if client.get(f"/admin/priorities/theme/{query}").status_code != 200:
                sys.exit(f"the admin's list {query} fails")

        look()
        found[name] = timed(look, 5)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    found["publishing a theme"] = timed(lambda: publish(theme, None), 9)
    return found


def again() -> dict[str, int]:
    """All pages of the site, in the cache before one edit and asked for again after it."""
    made: list[str] = []

    def site(environ: dict, start_response: Callable) -> object:
        made.append(environ["PATH_INFO"])
        return django_application(environ, start_response)

    cache = PageCache(site)
    listed = re.findall(r"<loc>http://localhost([^<]*)</loc>", ask(django_application, "/sitemap.xml").decode())
    before = {address: ask(cache, address) for address in listed}
    made.clear()
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.summary_nl = "Een samenvatting"
    theme.save()
    publish(theme, None)
    other = sum(ask(cache, address) != before[address] for address in listed)
    return {"pages": len(listed), "made": len(made), "other": other}


def edit() -> None:
    """Publish each word read from standard input, in the place that is named."""
    print("ready", flush=True)
    for line in sys.stdin:
        what, word = line.split()
        obj: Theme | StaffMember
        if what == "theme":
            obj = Theme.objects.get(slug_nl="regiomarketing")
            obj.summary_nl = word
        else:
            obj = StaffMember.objects.get(slug="johan-halsberghe")
            obj.function_nl = word
        obj.save()
        publish(obj, None)
        print(time.time(), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "edit":
        edit()
    else:
        print(json.dumps({"pages": pages, "again": again}[sys.argv[1]]()))
