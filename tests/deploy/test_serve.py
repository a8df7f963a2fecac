"""`make dev`: a copy of the project is served, edited while it runs, and asked for a code by mail."""

import os
import re
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from shutil import copytree, ignore_patterns
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from tests.conftest import free_port, running

ROOT = Path(__file__).resolve().parents[2]
APPS = ("consultation", "pages", "priorities", "publishing", "resoc", "staff")
CODE = (*APPS, "deploy", "locale", "static", "styles", "templates")
# What Python has on Linux and not on macOS, as far as a web site could come across it.
ONLY_ON_LINUX = {
    "os": (
        "pidfd_open",
        "posix_fallocate",
        "posix_fadvise",
        "memfd_create",
        "eventfd",
        "sched_getaffinity",
        "getxattr",
    ),
    "select": ("epoll",),
    "signal": ("pidfd_send_signal", "sigtimedwait", "sigwaitinfo"),
    "socket": ("SO_BINDTODEVICE", "TCP_USER_TIMEOUT", "AF_NETLINK"),
    "mmap": ("MAP_POPULATE",),
}


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of the code that may be edited, with the environment of this one."""
    for name in CODE:
        copytree(ROOT / name, tmp_path / name, ignore=ignore_patterns("__pycache__"))
    (tmp_path / "tools").mkdir()
    for name in ("manage.py", "pyproject.toml", "tools/build_styles.py"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".venv").symlink_to((ROOT / ".venv").resolve())
    return tmp_path


def eventually(holds) -> bool:
    """Whether `holds` comes true; what is served for developers looks for edits once a second."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_developers_see_edits_at_once_and_mails_where_they_started_the_site(project, prepared):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    data = copytree(prepared, project / "data")
    user = "from django.contrib.auth.models import User; User.objects.create_user('dev', 'dev@example.org', 'geheim')"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", user], cwd=project, env=environment, check=True)  # noqa: S603
    browser = build_opener(HTTPCookieProcessor(CookieJar()))

    def read(path: str) -> str:
        return browser.open(address + path, timeout=30).read().decode()

    def edit(name: str, old: str, new: str) -> None:
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new))

    said = project / "said.txt"
    command = [sys.executable, str(project / "deploy" / "serve.py"), "--dev"]
    with said.open("wb") as output, running(command, f"{address}/", output, environment):
        assert "edited-template" not in read("/")
        edit("templates/base.html", "<body", '<body data-tried="edited-template"')
        assert eventually(lambda: "edited-template" in read("/"))

        assert 'href="/static/css/site.css"' in read("/")
        edit("styles/site.css", "/* == Base == */", ".edited-style { color: red; & a { color: blue; } }")
        assert eventually(lambda: ".edited-style a" in read("/static/css/site.css"))

        form = read("/account/login/code/")
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', form)[1]
        answer = urlencode({"csrfmiddlewaretoken": token, "email": "dev@example.org"}).encode()
        browser.open(Request(f"{address}/account/login/code/", answer)).close()  # noqa: S310
        assert eventually(lambda: "To: dev@example.org" in said.read_text())

        edit("resoc/urls.py", "urlpatterns =", "raise RuntimeError('edited-code')\nurlpatterns =")
        assert eventually(lambda: "edited-code" in said.read_text())


def test_what_developers_need_is_not_only_on_linux(prepared):
    code = f"""
import importlib
for module, names in {ONLY_ON_LINUX!r}.items():
    module = importlib.import_module(module)
    for name in names:
        module.__dict__.pop(name, None)
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check", "--fail-level", "WARNING"])
from django.core.servers.basehttp import get_internal_wsgi_application
get_internal_wsgi_application()
from django.test import Client
print(*(Client(HTTP_HOST="localhost").get(path).status_code for path in ("/", "/account/login/")))
"""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(prepared),
        "DEBUG": "yes",
        "DJANGO_SETTINGS_MODULE": "resoc.settings",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-2:] == ["200", "200"]
