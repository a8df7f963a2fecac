"""`deploy/install` with our own site, the real nginx and the real openssl; systemd, apt and certbot are played."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.deploy.installing import ROOT, Scratch
from tests.site import nginx

APPS = ("consultation", "pages", "priorities", "publishing", "resoc", "staff")
CODE = (*APPS, "deploy", "docs", "locale", "static", "templates")
# The packages that these tests run with, where the installer would fetch them.
VENV = """
from pathlib import Path
link = Path(__file__).resolve().parents[1] / ".venv"
link.unlink(missing_ok=True)
link.symlink_to({venv!r})
"""
# As systemd: the variables, then what comes before the start; that it goes on to serve is in test_systemd.
START = """
case "$1" in
  is-active) [ -e "{root}/running" ];;
  restart) case "$2" in resoc*)
    set -a; . "{root}/etc/resoc.env"; set +a
    cd "{root}/srv/resoc/current"
    .venv/bin/python manage.py prepare >&2 || exit 1
    touch "{root}/running";; esac;;
esac
"""
# nginx binds to its ports also when it only reads: to others here.
NGINX = """#!/bin/sh
case "$1" in -v) exec {nginx} -v;; esac
rm -rf {copy}; cp -r {root}/etc/nginx {copy}
sed -i 's/listen 80/listen {plain}/; s/listen 443/listen {secure}/; s/\\[::\\]:/[::1]:1/' {copy}/conf.d/resoc.conf
exec {nginx} -t -p {copy} -c {copy}/nginx.conf
"""

NAME = "www.resoc.invalid"  # which no DNS knows (RFC 6761)

pytestmark = [pytest.mark.skipif(not Path(nginx.NGINX).exists(), reason="needs nginx"), pytest.mark.server]


def test_our_own_site_is_installed_and_the_doctor_finds_nothing_wrong(tmp_path):
    scratch = Scratch(tmp_path)
    for name in CODE:
        shutil.copytree(
            ROOT / name,
            scratch.source / name,
            ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )
    for name in ("manage.py", "pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, scratch.source / name)
    (scratch.source / "deploy" / "venv.py").write_text(VENV.format(venv=str((ROOT / ".venv").resolve())))
    scratch.stub("systemctl", "#!/bin/sh\n" + START.format(root=scratch.root))
    (scratch.stubs / "openssl").unlink()
    main = nginx.MAIN.format(folder=scratch.root).replace(f"{scratch.root}/site.conf", "conf.d/*.conf")
    (scratch.root / "etc/nginx/nginx.conf").write_text(main.replace("user root;", ""))
    ports = {"plain": free_port(), "secure": free_port()}
    words = NGINX.format(nginx=nginx.NGINX, root=scratch.root, copy=tmp_path / "conf", **ports)
    scratch.stub("nginx", words)
    done = scratch.install("--mail", "smtp://localhost:25", name=NAME)
    assert "This is version" in done.stdout, done.stdout + done.stderr
    # Nobody serves it here, and its certificate is its own: the doctor says so, and nothing else is wrong.
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong ")]
    assert [line for line in wrong if NAME not in line and "certificate" not in line] == []
    assert f" serves https://{NAME}/" in done.stdout
    assert (scratch.root / "var/lib/resoc/db.sqlite3").stat().st_mode & 0o777 == 0o600
    assert (scratch.root / "var/lib/resoc/var/secret_key").stat().st_mode & 0o777 == 0o600
    asked = ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", "etc/resoc/tls/fullchain.pem"]
    names = subprocess.run(asked, cwd=scratch.root, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert "DNS:www.resoc.invalid, DNS:resoc.invalid" in names
    scratch.stub("id", "#!/bin/sh\necho 0\n")
    command = [str(scratch.root / "usr/local/sbin/resoc"), "backup", f"{tmp_path}/one.zip"]
    said = subprocess.run(command, env=scratch.environment(), capture_output=True, text=True, check=False)  # noqa: S603
    assert said.returncode == 0, said.stderr
    move(tmp_path, scratch, tmp_path / "one.zip", scratch.read("var/lib/resoc/var/secret_key"))


def move(tmp_path: Path, old: Scratch, archive: Path, key: str) -> None:
    """The backup of one machine is the beginning of another."""
    (tmp_path / "other").mkdir()
    new = Scratch(tmp_path / "other")
    shutil.rmtree(new.source)
    old.source.rename(new.source)
    new.stub("systemctl", "#!/bin/sh\n" + START.format(root=new.root))
    done = new.install("--from", str(archive), said=f"{key}\n", name=NAME)
    assert "Restore: done." in done.stdout, done.stdout + done.stderr
    assert "serves https" in done.stdout
    assert not os.path.lexists(new.root / "var/lib/resoc/var/restoring.zip")
