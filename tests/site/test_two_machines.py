"""Two machines on one PostgreSQL, one Redis and one bucket: what happens on one is seen on the other.

Collected only in the run on PostgreSQL and Redis: see `conftest.py`.
"""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from tests.conftest import ROOT, new_bucket, serving
from tests.staff.conftest import photo_file

SECONDS = 30  # for what takes one, on a machine that is busy with other tests
PASSWORD = "een lang wachtwoord"  # noqa: S105

PEOPLE = f"""
from django.contrib.auth.models import Group, User
from staff.models import StaffMember
from tests.desk import give_second_factor

editor = User.objects.create_user("dorine", is_staff=True)
editor.groups.add(Group.objects.get(name="Secretariaat"))
give_second_factor(editor)
for name, slug in (("johan", "johan-halsberghe"), ("stephanie", "stephanie-thybaert")):
    user = User.objects.create_user(name, password={PASSWORD!r})
    StaffMember.objects.filter(slug=slug).update(user=user)
"""
SIGNED_IN = """
from django.contrib.auth.models import User
from django.test import Client
from tests.desk import enter
client = Client()
enter(client, User.objects.get(username="dorine"))
print(client.cookies["sessionid"].value)
"""
PLANNED = """
from datetime import timedelta
from django.utils import timezone
from priorities.models import Theme
from publishing.workflow import publish
theme = Theme.objects.get(slug_nl="regiomarketing")
theme.title_nl = "Wat gepland was"
theme.save()
print(publish(theme, None, live_from=timezone.now() + timedelta(seconds=5)).live_from.timestamp())
"""


@dataclass
class Machine:
    address: str
    environment: dict[str, str]

    def shell(self, code: str) -> str:
        """What `code` prints, run with Django's settings of this machine."""
        command = [sys.executable, ROOT / "manage.py", "shell", "-v0", "-c", code]
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True)  # noqa: S603
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def get(self, path: str, session: Any = requests) -> Any:
        return session.get(self.address + path, timeout=SECONDS)


@pytest.fixture(scope="module")
def machines(prepared, tmp_path_factory, s3_server) -> Iterator[tuple[Machine, Machine]]:
    url, name = urlsplit(os.environ["DATABASE_URL"]), f"machines_{secrets.token_hex(4)}"
    shared = {
        "DATABASE_URL": url._replace(path=f"/{name}").geturl(),
        "CACHE_URL": f"{os.environ['CACHE_URL']}?key_prefix={name}",
        "S3_BUCKET": new_bucket(s3_server),
        "S3_ENDPOINT_URL": s3_server,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SECRET_KEY": secrets.token_hex(32),
    }
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    for data in (here, there):  # to collect static files again would take seconds
        copytree(prepared / "public" / "static", data / "public" / "static")
    with psycopg.connect(url.geturl(), autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
        try:
            with serving(here, **shared) as first, serving(there, **shared) as second:
                machines = [Machine(each.address, each.environment) for each in (first, second)]
                machines[0].shell(PEOPLE)
                yield machines[0], machines[1]
        finally:
            administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def here(machines) -> Machine:
    return machines[0]


@pytest.fixture
def there(machines) -> Machine:
    return machines[1]


@pytest.fixture(scope="module")
def editor(machines) -> requests.Session:
    """The browser of the secretary, who signed in on one of the machines."""
    session = requests.Session()
    session.cookies.set("sessionid", machines[0].shell(SIGNED_IN))
    return session


class Fields(HTMLParser):
    """What a browser would send of the forms of a page, but buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        said = dict(attrs)
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "input" and said.get("type") not in ("submit", "file", "button", "checkbox", "radio"):
            self.found.setdefault(name, value)
        elif tag == "input" and "checked" in said:
            self.found[name] = value or "on"
        elif tag in ("textarea", "select"):
            self.inside = name
            self.found[name] = ""
        elif tag == "option" and "selected" in said:
            self.found[self.inside] = value

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea" and self.inside:
            self.found[self.inside] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.inside = ""


def send(machine: Machine, session: requests.Session, path: str, files: Any = None, **changes: str) -> Any:
    """Fill in the form at `path` and send it to where it came from."""
    fields = Fields(machine.get(path, session).text).found
    data = {name: value for name, value in fields.items() if name} | changes
    return session.post(machine.address + path, data=data, files=files, timeout=SECONDS)


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold."""
    end = time.monotonic() + SECONDS
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def number_of(machine: Machine, editor: requests.Session, kind: str, words: str) -> str:
    """The number of what is called `words` in a list of the desk."""
    html = machine.get(f"/admin/{kind}/", editor).text
    return re.search(rf'/admin/{kind}/(\d+)/change/[^"]*">{words}', html)[1]


def test_what_is_published_on_one_is_read_on_the_other_that_had_kept_the_page(here, there, editor):
    for _time in range(2):
        assert "Van twee machines" not in there.get("/contact/").text
    card = number_of(here, editor, "staff/staffmember", "Stéphanie")
    path = f"/admin/staff/staffmember/{card}/change/"
    assert send(here, editor, path, function_nl="Van twee machines", _publish="1").status_code == 200
    assert "Van twee machines" in here.get("/contact/").text
    assert soon(lambda: "Van twee machines" in there.get("/contact/").text)


def shown_to_nginx(machine: Machine, page: str, picture: str) -> tuple[float, int]:
    """The time and the size of the file of a picture, of which nginx makes its validator."""
    host = urlsplit(machine.address).netloc
    file = Path(machine.environment["DATA_DIR"]) / "public/pages/live/http" / host / picture.lstrip("/")

    def is_there() -> bool:
        machine.get(page)
        machine.get(picture)
        return file.exists()

    assert soon(is_there)
    about = file.stat()
    return about.st_mtime, about.st_size


def test_a_portrait_that_was_uploaded_to_one_is_shown_by_the_other(here, there):
    johan = requests.Session()
    send(here, johan, "/account/login/", login="johan", password=PASSWORD)
    photo = {"photo": ("ik.jpg", photo_file(size=(80, 120)), "image/jpeg")}
    assert "ik" in send(here, johan, "/mijn-kaart/", photo, shows_photo="on").text
    page = "/contact/johan-halsberghe/"
    assert soon(lambda: "/media/" in there.get(page).text)
    pictures = re.findall(r'(/media/[^" ]+)', unescape(there.get(page).text))
    for machine in (here, there):
        for picture in pictures:
            response = machine.get(picture)
            assert response.status_code == 200
            assert response.headers["Content-Type"].startswith("image/")
    for picture in pictures:  # whichever machine answers, and whether nginx does: who has the picture has it
        assert len({machine.get(picture).headers["ETag"] for machine in (here, there)}) == 1
        shown = [shown_to_nginx(machine, page, picture) for machine in (here, there)]
        assert shown[0] == shown[1]


def test_what_was_planned_on_one_is_public_on_both_at_that_moment(here, there):
    planned = "Wat gepland was"
    moment = float(here.shell(PLANNED))
    machines = (here, there)
    pages = {machine.address: machine.get("/themas/").text for machine in machines}
    assert time.time() > moment or not any(planned in page for page in pages.values())
    # Each has kept the page from before; neither hears of the moment from the other.
    time.sleep(max(0, moment - time.time()))
    assert all(planned in machine.get("/themas/").text for machine in machines)


def test_who_signed_in_on_one_is_known_on_the_other_until_signing_out(here, there):
    johan = requests.Session()
    send(here, johan, "/account/login/", login="johan", password=PASSWORD)
    assert there.get("/mijn-kaart/", johan).url.endswith("/mijn-kaart/")
    send(there, johan, "/account/logout/")
    assert "/account/login/" in here.get("/mijn-kaart/", johan).url


def test_attempts_to_sign_in_are_counted_on_both_together(here, there):
    def browser() -> requests.Session:
        session = requests.Session()
        session.headers["Host"] = "localhost"  # a proxy asks both by one name, by which attempts are counted
        return session

    for machine in (here, there) * 3:
        send(machine, browser(), "/account/login/", login="stephanie", password="fout")
    for machine in (here, there):
        session = browser()
        answer = send(machine, session, "/account/login/", login="stephanie", password=PASSWORD)
        assert "Te veel" in answer.text
        assert "sessionid" not in session.cookies
