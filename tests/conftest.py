"""The cast and the site as it is right after `make serve`: every test starts with it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from resoc.groups import SECRETARIAT, STAFF

TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105  (of everybody who has an authenticator app)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


SERVED = ("tests/site/test_served.py", "tests/site/test_hostile.py")  # who asks for the fixture `served`


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests are handed out one by one, but those of the served site all to one process, which starts it once."""
    from xdist.scheduler import LoadScopeScheduling

    class OneServer(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "served" if nodeid.startswith(SERVED) else nodeid

    return OneServer(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("seed", verbosity=0)


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
    client.force_login(editor)
    return client


@pytest.fixture(scope="session")
def browser():
    """Chromium, or a skip that says why; CI turns such a skip into a failure."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt install chromium")
    from playwright.sync_api import sync_playwright

    # Playwright's event loop runs in the thread of the tests, where Django then sees "async".
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, live_server) -> Iterator:
    """A fresh browser page on a live copy of the seeded site, in Dutch."""
    call_command("seed", verbosity=0)
    context = browser.new_context(base_url=live_server.url, locale="nl-BE")
    yield context.new_page()
    context.close()


@pytest.fixture
def signed_in(page):
    """A page on which the secretary Dorine has signed in through the form."""
    _user("dorine", SECRETARIAT, is_staff=True)
    sign_in(page)
    return page


def sign_in(page, name: str = "dorine", address: str = "/admin/") -> None:
    """Go to the admin with a session of Dorine; how one signs in is tested in tests/staff/test_accounts.py."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "localhost", "path": "/"}]
    )
    page.goto(address)


def listen(page) -> list[str]:
    """Collects what the browser complains of: policy violations, script errors, missing files."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
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


def give_second_factor(user: User) -> None:
    """An authenticator app; without one nobody gets into the admin."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": TOTP_SECRET})


@pytest.fixture
def isolated_models():
    """Models made inside the test stay out of the registry of the site."""
    from django.test.utils import isolate_apps

    with isolate_apps("pages"):
        yield
