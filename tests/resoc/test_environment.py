import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from resoc.environment import backup_copy, mail_addresses

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("DEBUG", "maybe", "yes or no"),
        ("SITE_URL", "resoc.example", "https://"),
        ("DATABASE_URL", "nonsense", "postgres://"),
        ("DATABASE_URL", "oracle://x", "postgres://"),
        ("SITE_URL", "https://a:zz", "https://"),
        ("CACHE_URL", "nonsense", "redis://"),
        ("EMAIL_URL", "nonsense", "smtp://"),
        ("TRUSTED_PROXY_COUNT", "-1", "number of proxies"),
        ("DATA_DIR", "/proc/nowhere", "cannot make the folder"),
        ("DATA_DIR", "data", "full path"),
        ("BACKUPS", "soms", "yes or no"),
        ("BACKUP_COPY", "https://example.org/x", "s3://bucket/folder"),
        ("BACKUP_COPY", "s3://bucket/folder", "BACKUP_RECIPIENT is not set"),
        ("OPERATOR_EMAIL", "els", "addresses of who runs the site"),
        ("OPERATOR_EMAIL", "Els <els@example.org>", "addresses of who runs the site"),
        ("BACKUP_RECIPIENT", "AGE-SECRET-KEY-1", "age1"),
        ("ALLOWED_HOSTS", "https://a.example", "host names"),
        ("CACHE_URL", "memcache://127.0.0.1:11211", "redis://"),
        ("WEB_CONCURRENCY", "veel", "a whole number"),
        ("WEB_CONCURRENCY", "0", "a whole number"),
        ("S3_BUCKET", "No_Bucket", "the name of a bucket"),
        ("S3_ENDPOINT_URL", "s3.example.org", "https://s3.example.org"),
    ],
)
def test_a_malformed_variable_stops_the_start_with_one_line_that_names_it(tmp_path, name, value, hint):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), name: value}
    result = subprocess.run(  # noqa: S603
        [sys.executable, ROOT / "manage.py", "check"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1
    assert name in result.stderr
    assert hint in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "oracle://resoc:heel/geheim@host/x"),
        ("DATABASE_URL", "postgres://resoc:heel/geheim@host:port/x"),
        ("EMAIL_URL", "smtp+nothing://a@example.org:geheim@host:25"),
        ("CACHE_URL", ":geheim@host"),
        ("EMAIL_URL", "smtp://user:123#heel/geheim@host"),  # which would be read as port 123 of "user"
        ("EMAIL_URL", "smtp://user:123?heel-geheim@host"),
        ("EMAIL_URL", "smtp://user:123/heel-geheim@host"),
    ],
)
def test_a_malformed_address_is_told_without_its_password(tmp_path, name, value):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), name: value}
    command = [sys.executable, "-c", "import resoc.settings"]  # as gunicorn does, which shows the whole traceback
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert result.returncode != 0
    assert f"{name} is '" in result.stderr
    assert "***@host" in result.stderr
    assert "geheim" not in result.stderr
    assert "heel" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://resoc:geheim/x"),
        ("EMAIL_URL", "smtps://user:geheim"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "user:geheim"),
        ("CACHE_URL", "redis//:geheim"),
    ],
)
def test_an_address_that_breaks_off_is_told_without_its_password(tmp_path, name, value):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), name: value}
    command = [sys.executable, ROOT / "manage.py", "check"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1
    assert f"{name} is '" in result.stderr
    assert "geheim" not in result.stderr


WHOLE = {
    "S3_BUCKET": "resoc-media",
    "S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


@pytest.mark.parametrize("lacking", WHOLE)
def test_a_bucket_without_all_that_it_needs_stops_the_start_with_one_line(tmp_path, lacking):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **WHOLE}
    del environment[lacking]
    result = subprocess.run(  # noqa: S603
        [sys.executable, ROOT / "manage.py", "check"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.stderr.strip().splitlines() == [f"Configuration: {lacking} is not set: files in a bucket need it."]


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    from resoc.environment import kept_secret

    path = tmp_path / "secret_key"
    first = kept_secret(path)
    assert len(first) == 64
    assert kept_secret(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("port", "hint"), [("taken", "choose another"), ("x", "whole number"), ("70000", "whole number")]
)
def test_serving_on_an_impossible_port_stops_with_one_line(tmp_path, port, hint):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1]) if port == "taken" else port
        result = subprocess.run(  # noqa: S603
            [sys.executable, ROOT / "deploy" / "serve.py"],
            env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PORT": number},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1
    assert hint in result.stderr


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://127.0.0.1:1/x"}
    result = subprocess.run(  # noqa: S603
        [sys.executable, ROOT / "manage.py", "migrate"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert result.stderr.startswith("The database does not answer")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("package", "variables"),
    [
        ("psycopg", {"DATABASE_URL": "postgres://resoc@127.0.0.1/resoc"}),
        ("redis", {"CACHE_URL": "redis://127.0.0.1:6379/1"}),
        (
            "storages",
            {
                "S3_BUCKET": "resoc",
                "S3_ENDPOINT_URL": "https://s3.example.org",
                "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "b",
            },
        ),
    ],
)
def test_what_needs_more_packages_says_so_in_one_line(tmp_path, package, variables):
    without = f"""
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == {package!r} else find(name, *rest)
sys.argv = ["manage.py", "check"]
import manage
manage.main()
"""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)} | variables
    command = [sys.executable, "-c", without]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    name = next(iter(variables))
    assert result.stderr.strip() == (
        f"Configuration: {name} needs more packages: run 'python3 deploy/venv.py' with {name} set."
    )


def test_the_bucket_for_copies_has_keys_of_its_own_or_those_of_the_other(monkeypatch):
    recipient = "age1" + "q" * 58
    for name, value in (
        ("COPY", "s3://elsewhere/site"),
        ("RECIPIENT", recipient),
        ("ENDPOINT_URL", "https://s3.example"),
    ):
        monkeypatch.setenv(f"BACKUP_{name}", value)
    monkeypatch.setattr("resoc.environment.require_package", lambda *_names: None)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert "access_key_id" not in backup_copy()
    monkeypatch.setenv("BACKUP_ACCESS_KEY_ID", "own")
    with pytest.raises(ImproperlyConfigured, match=r"^BACKUP_SECRET_ACCESS_KEY is not set"):
        backup_copy()
    monkeypatch.setenv("BACKUP_SECRET_ACCESS_KEY", "own secret")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    found = backup_copy()
    assert (found["access_key_id"], found["secret_access_key"], found["region"]) == ("own", "own secret", "eu-west-3")
    monkeypatch.setenv("BACKUP_REGION", "eu-central-1")
    assert backup_copy()["region"] == "eu-central-1"


def test_who_runs_the_site_may_be_several():
    assert mail_addresses("els@example.org, jan@example.org") == ["els@example.org", "jan@example.org"]
