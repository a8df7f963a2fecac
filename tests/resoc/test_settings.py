import base64
import hashlib
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from resoc.settings import EDITOR_STYLE_DIGEST

ROOT = Path(__file__).resolve().parents[2]


def test_the_one_inline_style_allowed_is_the_one_of_the_installed_editor():
    package = Path(find_spec("django_prose_editor").origin).parent
    script = (package / "static/django_prose_editor/editor.js").read_text()
    styles = re.findall(r"`(\.ProseMirror \{[^`]*)`", script)
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    assert [f"'sha256-{digest}'" for digest in digests] == [EDITOR_STYLE_DIGEST]


def test_the_defaults_are_the_safe_ones():
    assert settings.DEBUG is False
    assert "*" not in settings.ALLOWED_HOSTS


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def with_https(code: str, tmp_path, **variables: str) -> str:
    """What a process prints that runs `code` as the site at https://example.org."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "SITE_URL": "https://example.org"}
    environment |= {"DJANGO_SETTINGS_MODULE": "resoc.settings"} | variables
    (tmp_path / "public" / "static").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_a_site_that_knows_its_address_answers_to_no_other_name(tmp_path):
    code = "from django.conf import settings; print(*settings.ALLOWED_HOSTS)"
    assert with_https(code, tmp_path).split() == ["example.org"]
    assert with_https(code, tmp_path, SITE_URL="http://localhost:8000").split() == ["localhost"]
    assert with_https(code, tmp_path, SITE_URL="").split() == ["localhost", "127.0.0.1", "[::1]"]
    assert with_https(code, tmp_path, ALLOWED_HOSTS="example.org,www.example.org").split() == [
        "example.org",
        "www.example.org",
    ]


def test_under_https_no_deploy_check_warns(tmp_path):
    code = "from django.core.management import call_command; call_command('check', deploy=True, fail_level='WARNING')"
    variables = {"TRUSTED_PROXY_COUNT": "1", "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587"}
    variables["OPERATOR_EMAIL"] = "els@example.org"
    assert "no issues" in with_https(code, tmp_path, **variables)


@pytest.mark.parametrize(("hsts", "seconds"), [("", "31536000"), ("yes", "31536000"), ("no", "0")])
def test_browsers_are_kept_to_https_unless_there_is_no_certificate_yet(tmp_path, hsts, seconds):
    code = "from django.conf import settings; print(settings.SECURE_HSTS_SECONDS, settings.SESSION_COOKIE_SECURE)"
    assert with_https(code, tmp_path, HSTS=hsts).split() == [seconds, "True"]


def test_under_https_every_cookie_is_of_this_host_alone(tmp_path):
    code = """
from django.conf import settings as s
for kind in ("SESSION", "CSRF", "LANGUAGE"):
    parts = ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")
    print([getattr(s, f"{kind}_COOKIE_{part}") for part in parts])
"""
    assert with_https(code, tmp_path).splitlines() == [
        f"['__Host-{name}', True, True, 'Lax', '/', None]" for name in ("sessionid", "csrftoken", "language")
    ]


def test_no_thread_waits_for_a_postgresql_for_ever_and_the_address_has_the_last_word(tmp_path):
    code = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    options = with_https(code, tmp_path, DATABASE_URL="postgres://resoc@127.0.0.1/resoc?connect_timeout=2")
    assert "'connect_timeout': 2" in options
    assert "lock_timeout=45s" in options
    assert "statement_timeout=90s" in options


@pytest.mark.django_db
def test_programs_that_try_names_of_sites_do_not_fill_the_log(client, settings, caplog):
    settings.ALLOWED_HOSTS = ["www.example.org"]
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert caplog.records == []
