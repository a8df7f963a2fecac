"""`deploy/install` on a folder that stands for a bare machine; see `installing` for what is real there."""

import json
import subprocess
import sys

import pytest

from tests.deploy.installing import DEFAULT_SITE, NAME, ROOT, Scratch


@pytest.fixture
def scratch(tmp_path) -> Scratch:
    return Scratch(tmp_path)


pytestmark = pytest.mark.slow  # each run starts some thirty small programs


def one_line(done, *words: str) -> None:
    """It stopped, and its last word is one line that says what to do."""
    assert done.returncode == 1, done.stdout + done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("deploy/install: "), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in line


def state(scratch: Scratch) -> dict:
    return json.loads(scratch.read("srv/resoc/state.json"))


def test_a_bare_machine_serves_the_site_after_one_command(scratch):
    done = scratch.installed("--mail", "smtp+tls://user:p%40ss@mail.example.org:587", BARE="yes")
    root = scratch.root
    assert (root / "srv/resoc/current").readlink().as_posix() == "releases/1.0.0"
    release = root / "srv/resoc/releases/1.0.0"
    assert (release / ".venv/bin/python").exists()
    assert not (release / "media").exists()
    assert not (release / ".git").exists()
    environment = root / "etc/resoc.env"
    assert environment.stat().st_mode & 0o777 == 0o600
    assert environment.read_text().splitlines() == [
        f"DATA_DIR={root}/var/lib/resoc",
        f"SITE_URL=https://{NAME}",
        "TRUSTED_PROXY_COUNT=1",
        "HSTS=no",
        "EMAIL_URL=smtp+tls://user:p%40ss@mail.example.org:587",
    ]
    assert scratch.called("apt-get install.* python3-venv nginx certbot openssl$")
    assert scratch.called("useradd --system .* resoc$")
    assert scratch.called("systemctl enable --quiet resoc.service resoc-doctor.timer resoc-rehearse.timer")
    assert scratch.called("systemctl start resoc-doctor.timer resoc-rehearse.timer")
    assert scratch.called("systemctl reload-or-restart nginx")
    assert f"{root}/srv/resoc/current/.venv/bin/gunicorn" in scratch.read("etc/systemd/system/resoc.service")
    assert not (root / "etc/nginx/sites-enabled/default").exists()
    assert scratch.read("etc/nginx/sites-available/default") == DEFAULT_SITE
    assert "manage.py doctor" in scratch.called("runuser")[-1]
    assert "DNS does not know www.example.org" in done.stdout
    assert "sudo resoc createsuperuser" in done.stdout


def test_a_second_run_changes_nothing_and_restarts_nothing(scratch):
    scratch.installed()
    before = scratch.snapshot()
    scratch.calls.unlink()
    scratch.installed(name=None)
    assert scratch.snapshot() == before
    assert scratch.called("apt-get|useradd|systemctl restart|manage.py backup") == []


def test_other_variables_of_the_operator_stay_and_a_changed_one_restarts_the_site(scratch):
    scratch.installed()
    file = scratch.root / "etc/resoc.env"
    file.write_text(file.read_text() + "# mine\nWEB_CONCURRENCY=4\n")
    scratch.calls.unlink()
    scratch.installed("--set", "BACKUPS=no", "--mail", "smtp://localhost:25")
    assert file.read_text().endswith("# mine\nWEB_CONCURRENCY=4\nEMAIL_URL=smtp://localhost:25\nBACKUPS=no\n")
    assert len(scratch.called("systemctl restart resoc.service")) == 1


def test_a_variable_that_needs_more_packages_brings_them_into_the_release_that_is_there(scratch):
    scratch.installed()
    maker = scratch.root / "srv/resoc/releases/1.0.0/deploy/venv.py"
    maker.write_text(
        "import os, pathlib\npathlib.Path(__file__).with_name('for').write_text(os.environ['CACHE_URL'])\n"
    )
    scratch.installed("--set", "CACHE_URL=redis://127.0.0.1:6379/1")
    assert maker.with_name("for").read_text() == "redis://127.0.0.1:6379/1"


def test_the_password_of_the_mail_server_may_come_from_the_input(scratch):
    scratch.installed("--mail", "-", said="smtps://a:b@mail.example.org\n")
    assert "EMAIL_URL=smtps://a:b@mail.example.org\n" in scratch.read("etc/resoc.env")


def test_browsers_are_promised_https_once_there_is_a_certificate(scratch):
    scratch.installed()
    conf = scratch.read("etc/nginx/conf.d/resoc.conf")
    assert "Strict-Transport-Security" not in conf
    assert (scratch.root / "etc/resoc/tls").readlink().as_posix() == "self-signed"
    done = scratch.installed("--contact", "web@example.org", DNS="yes")
    assert "No certificate" not in done.stdout
    asked = scratch.called("^certbot")[0]
    assert asked.endswith("-d www.example.org -d example.org")
    assert "--email web@example.org" in asked
    assert "--webroot" in asked
    assert "OPERATOR_EMAIL=web@example.org" in scratch.read("etc/resoc.env")
    assert "Strict-Transport-Security" in scratch.read("etc/nginx/conf.d/resoc.conf")
    assert "HSTS" not in scratch.read("etc/resoc.env")
    assert (scratch.root / "etc/resoc/tls/fullchain.pem").read_text() == "real\n"
    scratch.installed(DNS="yes")
    assert len(scratch.called("^certbot")) == 1


def test_a_refused_certificate_is_said_and_the_site_runs_without(scratch):
    done = scratch.installed(DNS="yes", REFUSED="yes")
    assert "certbot said: Detail: no valid A records" in done.stdout
    assert "HSTS=no" in scratch.read("etc/resoc.env")


def test_a_name_without_www_has_no_bare_one(scratch):
    scratch.installed(name="resoc.example.be", DNS="yes")
    conf = scratch.read("etc/nginx/conf.d/resoc.conf")
    assert "server_name resoc.example.be;" in conf
    assert "example.org" not in conf
    assert "begin:" not in conf
    assert scratch.called("^certbot")[0].endswith("-d resoc.example.be")


@pytest.mark.parametrize(("version", "old"), [("1.22.1", True), ("1.24.0", True), ("1.26.3", False)])
def test_nginx_is_told_of_http2_in_the_words_of_its_version(scratch, version, old):
    scratch.installed(NGINX=version)
    conf = scratch.read("etc/nginx/conf.d/resoc.conf")
    assert ("listen 443 ssl http2" in conf) is old
    assert ("http2 on;" in conf) is not old


def test_a_machine_without_ipv6_listens_on_no_such_address(scratch):
    scratch.put("proc/net/if_inet6", "")
    scratch.installed()
    assert "[::]" not in scratch.read("etc/nginx/conf.d/resoc.conf")


# Bad surroundings: one line, and nothing is changed


def another_program(scratch: Scratch, port: int, name: str) -> None:
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    scratch.put("proc/net/tcp", f"{head}   0: 00000000:{port:04X} 00000000:0000 0A 0:0 0:0 0 0 0 4711 1\n")
    scratch.put("proc/99/comm", f"{name}\n")
    (scratch.root / "proc/99/fd").mkdir()
    (scratch.root / "proc/99/fd/3").symlink_to("socket:[4711]")


@pytest.mark.parametrize("port", [80, 443, 8000])
def test_a_port_of_something_else_stops_it(scratch, port):
    another_program(scratch, port, "apache2")
    before = scratch.snapshot()
    one_line(scratch.install(), f"Port {port} belongs to apache2")
    assert scratch.snapshot() == before
    assert scratch.called("^(apt-get|useradd|systemctl (?!is-active))") == []


def test_nginx_may_have_the_ports_already(scratch):
    another_program(scratch, 80, "nginx")
    scratch.installed()


def test_the_listeners_of_this_very_machine_are_found(tmp_path):
    code = (
        "import socket, sys; sys.path.append(sys.argv[1]); from installer.checks import listeners; "
        "from pathlib import Path; s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]; "
        "print(len(listeners(Path('/proc'), port))); s.close(); print(len(listeners(Path('/proc'), port)))"
    )
    command = ["python3", "-I", "-B", "-c", code, str(ROOT / "deploy")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["1", "0"]  # noqa: S603


@pytest.mark.parametrize(
    "path", ["etc/nginx/conf.d/resoc.conf", "etc/systemd/system/resoc.service", "usr/local/sbin/resoc"]
)
def test_a_file_that_somebody_else_made_is_not_touched(scratch, path):
    scratch.put(path, "mine")
    before = scratch.snapshot()
    one_line(scratch.install(), path, "was not made by deploy/install")
    assert scratch.snapshot() == before


def test_another_site_of_nginx_stays_as_it_is(scratch):
    other = "server { listen 80 default_server; server_name other.example; }\n"
    scratch.put("etc/nginx/sites-enabled/other", other)
    scratch.put("etc/nginx/sites-available/default", "changed by somebody\n")
    scratch.installed()
    assert scratch.read("etc/nginx/sites-enabled/other") == other
    assert (scratch.root / "etc/nginx/sites-enabled/default").is_symlink()
    assert "default_server" not in scratch.read("etc/nginx/conf.d/resoc.conf")


def test_another_site_with_our_name_stops_it(scratch):
    scratch.put("etc/nginx/sites-enabled/old", "server { server_name  a.be example.org ; }\n")
    one_line(scratch.install(), "already has a site example.org")


def test_a_configuration_that_nginx_refuses_is_taken_back(scratch):
    scratch.installed()
    before = scratch.read("etc/nginx/conf.d/resoc.conf")
    conf = scratch.source / "deploy/nginx.conf"
    conf.write_text(conf.read_text() + "broken\n")
    (scratch.source / "pyproject.toml").write_text('[project]\nversion = "1.0.1"\n')
    one_line(scratch.install(), "nginx does not take the configuration", "[emerg] broken")
    assert scratch.read("etc/nginx/conf.d/resoc.conf") == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian 11"\n', "here is Debian 11"),
        ("ID=fedora\nVERSION_ID=43\n", "here is something else"),
        ("", "here is something else"),
    ],
)
def test_another_system_is_refused(scratch, text, words):
    scratch.put("etc/os-release", text)
    one_line(scratch.install(), words)


def test_a_python_that_is_too_old_is_named_in_one_line(scratch):
    scratch.stub("python3", '#!/bin/sh\n[ "$1" != --version ] || { echo "Python 3.9.2"; exit 0; }\nexit 1\n')
    done = scratch.install()
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "this is Python 3.9.2" in done.stderr


def test_a_certificate_that_is_there_already_is_used_and_promised(scratch):
    own = scratch.root / "etc/letsencrypt/live/www.example.org"
    own.mkdir(parents=True)
    (scratch.root / "etc/resoc").mkdir()
    (scratch.root / "etc/resoc/tls").symlink_to(own)
    scratch.installed(DNS="yes")
    assert (scratch.root / "etc/resoc/tls").readlink() == own
    assert "HSTS" not in scratch.read("etc/resoc.env")
    assert "Strict-Transport-Security" in scratch.read("etc/nginx/conf.d/resoc.conf")
    assert scratch.called("^(openssl|certbot)") == []


def test_a_machine_without_systemd_is_refused(scratch):
    (scratch.root / "run/systemd/system").rmdir()
    one_line(scratch.install(), "Containerfile")


def test_without_a_network_nothing_is_half_done_and_the_next_run_goes_on(scratch):
    one_line(scratch.install(BARE="yes", FAILS="apt-get"), "is the network there?")
    assert not (scratch.root / "srv/resoc").exists()
    (scratch.source / "deploy/venv.py").write_text("import sys; sys.exit('no route to host')")
    one_line(scratch.install(), "is the network there?", "What runs is as it was")
    assert not (scratch.root / "srv/resoc/current").exists()
    scratch.make_source("1.0.0")
    scratch.installed()


def test_who_is_not_root_is_told_so():
    code = "import os, sys; os.geteuid = lambda: 1000; sys.path.append(sys.argv.pop(1))\n"
    code += "from installer.main import main; main()"
    command = [sys.executable, "-I", "-B", "-c", code, str(ROOT / "deploy"), NAME, "--dry-run"]
    one_line(subprocess.run(command, capture_output=True, text=True, check=False), "Run this as root")  # noqa: S603


def test_too_little_room_is_said_before_anything_is_done(scratch):
    checks = scratch.source / "deploy/installer/checks.py"
    checks.write_text(checks.read_text().replace("LEAST = 1_000_000_000", "LEAST = 10**18"))
    before = scratch.snapshot()
    one_line(scratch.install(), "has room for", "make room first")
    assert scratch.snapshot() == before


def test_a_disk_that_fills_up_meanwhile_leaves_the_old_release_in_place(scratch):
    scratch.installed()
    scratch.make_source("1.1.0")
    (scratch.source / "large.txt").write_text("x" * 3_000_000)
    command = f'ulimit -f 2000; exec "{scratch.source}/deploy/install" --root "{scratch.root}"'
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command], env=scratch.environment(), capture_output=True, text=True, check=False
    )
    one_line(done, "File too large", "what runs is as it was")
    assert (scratch.root / "srv/resoc/current").readlink().as_posix() == "releases/1.0.0"
    scratch.installed()
    assert (scratch.root / "srv/resoc/current").readlink().as_posix() == "releases/1.1.0"


def test_a_strict_umask_and_a_read_only_checkout_are_no_matter(scratch):
    for path in [*scratch.source.rglob("*"), scratch.source]:
        path.chmod(0o555 if path.is_dir() or path.name == "install" else 0o444)
    command = f'umask 077; exec "{scratch.source}/deploy/install" {NAME} --root "{scratch.root}"'
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command], env=scratch.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    release = scratch.root / "srv/resoc/releases/1.0.0"
    assert {path.stat().st_mode & 0o777 for path in release.rglob("*") if path.is_dir()} == {0o755}
    assert (release / "manage.py").stat().st_mode & 0o777 == 0o644
    for path in [scratch.source, *scratch.source.rglob("*")]:
        path.chmod(0o755)


@pytest.mark.parametrize(
    "name",
    [
        "https://www.example.org/",
        "www.example.org:8080",
        "localhost",
        "192.0.2.1",
        "a b.be",
        "x.be;",
        "a_b.be",
    ],
)
def test_what_is_no_name_of_a_site_is_refused(scratch, name):
    before = scratch.snapshot()
    one_line(scratch.install(name=name), "give the name alone")
    assert scratch.snapshot() == before


def test_the_first_time_it_asks_for_a_name(scratch):
    one_line(scratch.install(name=None), "Say the name of the site")


@pytest.mark.parametrize("setting", ["port=1", "NO_VALUE", "A=it's", "A=two\nlines"])
def test_a_variable_that_cannot_be_written_is_refused(scratch, setting):
    one_line(scratch.install("--set", setting))
    assert not (scratch.root / "etc/resoc.env").exists()


def test_a_malformed_variable_stops_it_before_it_is_written(scratch):
    scratch.installed()
    before = scratch.read("etc/resoc.env")
    one_line(scratch.install("--mail", "malformed"), "EMAIL_URL is malformed")
    assert scratch.read("etc/resoc.env") == before


def test_a_value_with_a_space_is_read_by_a_shell_as_it_was_said(scratch):
    scratch.installed("--set", "SECRET_KEY_FALLBACKS=a b$c#d")
    command = f'. "{scratch.root}/etc/resoc.env"; printf %s "$SECRET_KEY_FALLBACKS"'
    assert subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True).stdout == "a b$c#d"  # noqa: S603


def test_a_folder_with_a_space_is_no_root(scratch):
    one_line(scratch.install("--root", f"{scratch.root} x"), "without spaces")


def test_two_at_once_do_not_both_go_on(scratch):
    scratch.put("run/resoc-install.lock", "")
    command = ["flock", str(scratch.root / "run/resoc-install.lock"), str(scratch.source / "deploy/install"), NAME]
    done = subprocess.run(  # noqa: S603
        [*command, "--root", str(scratch.root)],
        env=scratch.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    one_line(done, "at work already")


def test_an_ill_site_is_told_by_the_exit_code(scratch):
    scratch.install()
    assert scratch.install("--set", "ILL=yes").returncode == 2


@pytest.mark.parametrize("options", [(), ("--mail", "smtp://localhost", "--set", "BACKUP_COPY=s3://b/f")])
def test_a_dry_run_says_what_it_would_do_and_changes_nothing(scratch, options):
    before = scratch.snapshot()
    done = scratch.install("--dry-run", *options, BARE="yes", DNS="yes")
    assert done.returncode == 0, done.stderr
    for words in ("would run env DEBIAN_FRONTEND", "would run useradd", "would make the release", "would write"):
        assert words in done.stdout
    assert scratch.snapshot() == before
    assert scratch.called("^(apt-get|useradd|chown|openssl|certbot|nginx -t|runuser|systemctl (?!is-active))") == []
    scratch.installed()
    before = scratch.snapshot()
    scratch.make_source("1.1.0")
    assert "would turn" in scratch.install("--dry-run").stdout
    assert scratch.snapshot() == before
