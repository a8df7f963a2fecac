"""Who on the machine may read what, whatever the umask is, and on an installation of an older version."""

import os
import stat
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from shutil import copytree

import pytest

from resoc.operations.private_files import secure
from tests.conftest import ROOT, serving

UPLOAD = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
default_storage.save("staff/deep/foto.jpg", ContentFile(b"x"))
from django.core.cache import cache
cache.set("a", 1)
"""


def modes(data: Path) -> dict[str, str]:
    """The mode of each file and folder, by its place."""
    found = {}
    for path in sorted(data.rglob("*")):
        with suppress(FileNotFoundError):  # a draft of a page, which meanwhile got its name
            if not path.is_symlink():
                found[str(path.relative_to(data))] = f"{stat.S_IMODE(path.lstat().st_mode):o}"
    return found


def reachable(data: Path) -> set[str]:
    """What another account than the owner can read, who comes from above: it needs `x` on each folder on the way."""
    found, folders = set(), [data]
    while folders:
        for path in folders.pop().iterdir():
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(mode) and mode & stat.S_IXOTH:
                folders.append(path)
            if not stat.S_ISLNK(mode) and mode & stat.S_IROTH:
                found.add(str(path.relative_to(data)))
    return found


def manage(data: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data)}
    command = [sys.executable, ROOT / "manage.py", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("umask", [0o000, 0o077], indirect=True)  # one breaks what is private, the other what is public
def test_whatever_the_umask_is_others_can_read_the_public_folder_and_nothing_else(umask, tmp_path):
    data = tmp_path / "new" / "data"
    with serving(data) as served:
        assert manage(data, "shell", "-v0", "-c", UPLOAD).returncode == 0
        urllib.request.urlopen(f"{served.address}/themas/").close()  # noqa: S310
        end = time.monotonic() + 180
        while not (data / "public/pages/live/http").exists():
            assert time.monotonic() < end, "no page was shown to nginx"
            time.sleep(0.01)
        at_work = modes(data)
        can_be_read = reachable(data)
    assert data.stat().st_mode & 0o777 == 0o755
    assert all(name.split("/")[0] == "public" for name in can_be_read)
    assert {at_work[f"db.sqlite3{ending}"] for ending in ("", "-wal", "-shm")} == {"600"}
    assert {at_work[name] for name in ("media", "media/staff", "media/staff/deep", "var", "var/cache")} == {"700"}
    assert {at_work[name] for name in ("media/staff/deep/foto.jpg", "var/secret_key", "var/changes")} == {"600"}
    public = {name: mode for name, mode in at_work.items() if name.split("/")[0] == "public"}
    files = {mode for name, mode in public.items() if (data / name).is_file()}
    folders = {mode for name, mode in public.items() if (data / name).is_dir()}
    assert (files, folders) == ({"644"}, {"755"})
    assert "public/static/staticfiles.json" in public
    assert any(name.startswith("public/pages/folders/") and name.endswith("index.html.br") for name in public)


@pytest.fixture
def old(prepared, tmp_path) -> Path:
    """An installation as an older version left it: open, and with what nginx read in `var`."""
    data = copytree(prepared, tmp_path / "data", symlinks=True)
    (data / "public" / "static").rename(data / "var" / "static")
    page = data / "var/pages/folders/1/http/www.example.org/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("frozen")
    (data / "var/pages/live").symlink_to("folders/1")
    for path in (data, *data.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    (data / "var" / "secret_key").chmod(0o600)
    return data


def test_doctor_names_what_is_open_and_prepare_mends_it_and_says_so(old):
    said = manage(old, "doctor")
    assert said.returncode == 1
    for name in ("db.sqlite3", "media", "var"):
        if (old / name).exists():
            assert f"wrong    Others on this machine may read {old / name}." in said.stdout
    assert "(resoc.E012)" in said.stdout
    checked = manage(old, "check", "--deploy")
    assert f"(resoc.E012) Others on this machine may read {old / 'db.sqlite3'}." in checked.stderr
    prepared = manage(old, "prepare")
    assert prepared.returncode == 0, prepared.stderr
    assert f"Others on this machine could read {old / 'db.sqlite3'} (mode 644); now they can't." in prepared.stdout
    assert "resoc.E012" not in manage(old, "doctor").stdout
    assert all(name.split("/")[0] == "public" for name in reachable(old))
    assert {mode for name, mode in modes(old).items() if name.startswith("var/")} <= {"600", "700"}


def test_the_folders_that_nginx_read_before_are_gone_even_when_preparing_fails(old):
    (old / "db.sqlite3").unlink()  # which ends it at once
    assert (old / "var/pages/live/http/www.example.org/index.html").exists()
    assert manage(old, "prepare").returncode == 75
    assert not (old / "var/pages/live").exists()
    assert not (old / "var/pages/folders").exists()
    assert not (old / "var/static").exists()
    assert (old / "var/pages/kept").exists()  # the pages as they last were, while the database is away


def test_gunicorn_alone_mends_as_well_before_it_connects(old):
    code = "import resoc.wsgi; from django.db import connection; print(connection.connection)"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(old)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"
    assert f"Others on this machine could read {old / 'var'}" in done.stderr
    assert not (old / "var/pages/live").exists()
    assert all(name.split("/")[0] == "public" for name in reachable(old))


def test_a_symbolic_link_is_followed_by_nobody(settings, tmp_path):
    settings.STATE_DIR, settings.MEDIA_ROOT, settings.PUBLIC_DIR = (tmp_path / each for each in ("v", "m", "p"))
    settings.STATIC_ROOT = tmp_path / "p" / "static"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    elsewhere.chmod(0o640)
    for name in ("v", "m", "p"):
        (tmp_path / name).mkdir(mode=0o755)
        (tmp_path / name / "link").symlink_to(elsewhere)
    (tmp_path / "v" / "static").symlink_to(tmp_path / "p")
    assert len(secure()) == 2
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "p").exists()
    assert secure() == []
