"""The cast and the site as it is right after `make serve`: every test starts with it."""

import fcntl
import gc
import http.client
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections
from django.template import Context, Template
from django.test import Client, TransactionTestCase

from resoc.groups import SECRETARIAT, STAFF
from tests.desk import TOTP_SECRET, enter, give_second_factor  # noqa: F401  (the first for others)
from tests.kept import keep

# How many examples a property is tried on, however long that takes; CI takes `--hypothesis-profile=thorough`.
for name, examples in (("everyday", 40), ("thorough", 100)):
    hypothesis.settings.register_profile(
        name, max_examples=examples, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
hypothesis.settings.load_profile("everyday")

# Without bytecode files every process that a test starts would compile all modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).resolve().parents[1]
# The first of these that is there. The headless shell draws pages as the whole browser does, in a third of the time.
BROWSERS = (os.environ.get("CHROMIUM", ""), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-extensions",
    "--font-render-hinting=none",  # else letters in the shell are wider, and break lines elsewhere
]
PATIENCE = 60_000  # milliseconds: a long form on a busy machine is slow, and not broken


# Of `@view-transition`, the fade that the browser makes by itself.
OF_A_FADE = re.compile(r"Transition was (aborted|skipped)")

# What is built once for a whole module, and takes long: these tests stay together in one process.
TOGETHER = {
    "tests/site/test_served.py": "served",
    "tests/site/test_hostile.py": "served",
    "tests/site/test_full_pages.py": "served in full",
    "tests/resoc/web/test_export.py": "export",
    "tests/site/test_leaks.py": "leaks",
    "tests/site/test_permissions.py": "permissions",
    "tests/priorities/test_upgrade_of_updates.py": "upgrade of updates",
    "tests/site/test_nginx.py": "nginx",
    "tests/site/test_two_machines.py": "two machines",
    "tests/site/test_upgrade.py": "upgrade",
    "tests/site/test_upgrade_on_postgresql.py": "upgrade",
}


# Who uses one of these fixtures starts gunicorn, or a bucket.
SERVERS = {"prepared", "s3_server"}
# And who one of these, reads or writes the database of the tests.
DATABASE = {"db", "transactional_db", "live_server"}
# The functions that took long when `tests/slow.py` measured them last.
SLOW = set((ROOT / "tests" / "slow.txt").read_text().split())


@pytest.hookimpl(tryfirst=True)  # before pytest looks at the markers
def pytest_collection_modifyitems(items):
    """Mark what needs a browser, a server or the database, by its fixtures, and what is slow.

    `make quick` leaves out what needs a browser or a server, and what is slow; CI tries again on PostgreSQL what needs
    a database or a server.
    """
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if "browser" in uses:
            item.add_marker("browser")
        if uses & SERVERS or ROOT / "tests" / "chaos" in item.path.parents:
            item.add_marker("server")
        if item.get_closest_marker("django_db") or uses & DATABASE:
            item.add_marker("database")
        if is_slow(item, uses):
            item.add_marker("slow")
        if item.get_closest_marker("browser") or item.get_closest_marker("server"):
            item.add_marker(pytest.mark.flaky(reruns=1))  # docs/decisions/0048


def is_slow(item, uses: set[str]) -> bool:
    """Whether a test most likely takes more than 0.08 seconds of a processor: by what it uses, or as measured."""
    database = item.get_closest_marker("django_db")
    return (
        item.name.partition("[")[0] in SLOW
        or bool(uses & {"editor_client", "transactional_db"})
        or (database is not None and database.kwargs.get("transaction", False))
        or (database is not None and ROOT / "tests" / "site" in item.path.parents)  # a walk over all pages
        or getattr(item.obj, "is_hypothesis_test", False)
    )


def pytest_collection_finish():
    """Look for garbage less often, and not among what was collected: both together took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests are handed out one by one, but those of `TOGETHER`."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return TOGETHER.get(nodeid.partition("::")[0], nodeid)

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def _nothing_erased_before(settings) -> None:
    """A restore erases again what this file remembers: of no other test, in which the same numbers were given out."""
    (Path(settings.STATE_DIR) / "erasures.jsonl").unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _notes_of_whole_pages(django_test_environment) -> Iterator[None]:
    """`response.context` has what a view gave to its page.

    Django also keeps a copy of the context of each part and each widget of a page. A form of the desk has hundreds,
    and they take a seventh of the time of its tests.
    """
    noting = Template._render

    def render(template: Template, context: Context) -> str:
        is_page = context.template is template and not (template.name or "").startswith("django/forms/")
        return noting(template, context) if is_page else template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture
def boss_client(db) -> Client:
    """A browser in which a superuser is in the desk."""
    boss = User.objects.create_superuser("baas", "baas@example.org", "een lang wachtwoord")
    give_second_factor(boss)
    client = Client()
    enter(client, boss)
    return client


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        call_command("seed", verbosity=0)
        put_back = keep()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: put_back())
        yield


@pytest.fixture
def editor(db) -> User:
    """A member of the secretariat: may edit and publish all content, and is no superuser."""
    return _user("dorine", SECRETARIAT, is_staff=True)


@pytest.fixture
def colleague(db) -> User:
    """A staff member with an account, who must not get into the admin."""
    return _user("johan", STAFF)


@pytest.fixture
def editor_client(editor: User) -> Client:
    client = Client()
    enter(client, editor)
    return client


@pytest.fixture
def at_once(transactional_db, tmp_path):
    """Calls functions at the same moment, each in a thread with a connection of its own; returns what they return.

    On SQLite the test moves to a file: in memory, a writer does not wait for another.
    """
    own = connections["default"]
    name = own.settings_dict["NAME"]
    if own.vendor == "sqlite":
        own.ensure_connection()
        with closing(sqlite3.connect(tmp_path / "at-once.sqlite3")) as file:
            own.connection.backup(file)
        own.settings_dict["NAME"] = str(tmp_path / "at-once.sqlite3")
        connections["default"] = own.copy()

    def call(functions):
        ready = threading.Barrier(len(functions))

        def one(function):
            ready.wait()
            try:
                return function()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(one, functions))

    yield call
    if own.vendor == "sqlite":
        connections["default"].close()
        connections["default"] = own
        own.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def browser():
    """Chromium, or a skip that says why; CI turns such a skip into a failure."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    # Playwright's event loop runs in the thread of the tests, where Django then sees "async".
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, live_server) -> Iterator:
    """A fresh browser page on a live copy of the seeded site, in Dutch."""
    context = browser.new_context(base_url=live_server.url, locale="nl-BE")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
    # A request that came late would run its queries on the connection that the next test counts those of.
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(timeout=5)


@pytest.fixture
def signed_in(page):
    """A page on which the secretary Dorine has signed in through the form."""
    _user("dorine", SECRETARIAT, is_staff=True)
    sign_in(page)
    return page


def sign_in(page, name: str = "dorine", address: str = "/admin/") -> None:
    """Go to the admin with a session of Dorine; how one signs in is tested in tests/staff/accounts/test_adapter.py."""
    client = Client()
    enter(client, User.objects.get(username=name))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "localhost", "path": "/"}]
    )
    page.goto(address)


def listen(page) -> list[str]:
    """Collects what the browser complains of: policy violations, script errors, missing files.

    What Chromium 156 says of its own fade from page to page is left out: it gives one up whenever somebody goes on
    before it ends, or is sent to a page that has none, and no script of ours ever asked for it.
    """
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: None if OF_A_FADE.match(str(error)) else complaints.append(str(error)))
    return complaints


def _user(name: str, group: str, **extra: bool) -> User:
    user = User.objects.create_user(name, password="een lang wachtwoord", **extra)
    user.groups.add(Group.objects.get(name=group))
    if user.is_staff:
        give_second_factor(user)
    return user


def staff_user(name: str, **extra: str) -> User:
    """Somebody who gets into the admin, and may nothing there yet."""
    user = User.objects.create_user(name, is_staff=True, **extra)
    give_second_factor(user)
    return user


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server that speaks the S3 protocol."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    address = f"http://127.0.0.1:{port}"
    with running(command, f"{address}/moto-api/"):
        yield address


@pytest.fixture
def bucket_options(s3_server, monkeypatch) -> dict[str, str]:
    """What `publishing.bucket` needs for a new, empty bucket."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return {"bucket_name": new_bucket(s3_server), "endpoint_url": s3_server, "region_name": "us-east-1"}


@pytest.fixture
def bucket(bucket_options, settings):
    """Uploaded files are kept in a bucket."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "publishing.files.s3.S3MediaStorage", "OPTIONS": bucket_options},
        "kept": {
            "BACKEND": "publishing.files.s3.S3MediaStorage",
            "OPTIONS": bucket_options | {"location": "kept-uploads"},
        },
    }
    return default_storage


def new_bucket(s3_server: str) -> str:
    """The name of an empty bucket."""
    name = f"test-{secrets.token_hex(8)}"
    urllib.request.urlopen(urllib.request.Request(f"{s3_server}/{name}", method="PUT")).close()  # noqa: S310
    return name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Served:
    """A site, and the program that serves it."""

    address: str
    environment: dict[str, str]
    program: subprocess.Popen


@contextmanager
def serving(data: Path, output: Any = subprocess.DEVNULL, **variables: str) -> Iterator[Served]:
    """A site that keeps its data in `data`, by the same program as `make serve`, until the block ends."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "PORT": str(port), "WEB_CONCURRENCY": "1"}
    environment |= variables
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(ROOT / "deploy" / "serve.py")]
    with running(command, f"{address}/healthz", output, environment) as program:
        yield Served(address, environment, program)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """The folder of a new site that was served, and stopped: a copy of it is a site that starts at once.

    Made once for all processes of this run.
    """
    return once(tmp_path_factory, "prepared", serve_and_stop)


def serve_and_stop(folder: Path) -> None:
    """Have `deploy/serve.py` make a site in `folder`, which does not exist."""
    with serving(folder):
        pass


def once(tmp_path_factory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills in the process that needs it first; the others wait for it."""
    base: Path = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = base / name, base / f"{name}.made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(folder)
            made.touch()
    return folder


@contextmanager
def running(
    command: list[str], address: str, output: Any = subprocess.DEVNULL, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen]:
    """A server, from when it answers at `address` until the block ends."""
    server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603
    try:
        wait_for(address, server)
        yield server
    finally:
        server.terminate()
        server.wait(10)


def wait_for(address: str | urllib.request.Request, server: subprocess.Popen, said: Iterable[str] = ()) -> None:
    """Until `server` answers at `address`; when it does not, the test fails with what it `said`."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        assert server.poll() is None, "the server stopped " + "".join(said)
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
        else:
            return
    pytest.fail("the server did not start " + "".join(said))


@pytest.fixture
def isolated_models():
    """Models made inside the test stay out of the registry of the site."""
    from django.test.utils import isolate_apps

    with isolate_apps("pages"):
        yield
