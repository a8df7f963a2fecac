"""Each check of a deployment, on a good site and on one that is wrong in that one way."""

import pytest
from django.core.checks import run_checks

GOOD = {
    "SITE_URL": "https://www.example.org",
    "HTTPS": True,
    "HSTS": True,
    "TRUSTED_PROXY_COUNT": 1,
    "ALLOWED_HOSTS": ["www.example.org"],
    "MAIL": {"EMAIL_HOST": "mail.example.org"},
    "OPERATOR_EMAIL": ["els@example.org"],
}
NO_MAIL = "django.core.mail.backends.console.EmailBackend"
OF_ONE_PROCESS = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


@pytest.fixture
def good(settings, tmp_path, monkeypatch):
    """The settings of a site on which nothing is wrong, in a folder of its own."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    for folder in (tmp_path / "var", tmp_path / "media"):
        folder.mkdir(mode=0o700)
    secret = tmp_path / "var" / "secret_key"
    secret.touch(mode=0o600)
    places = {"DATA_DIR": tmp_path, "STATE_DIR": tmp_path / "var", "MEDIA_ROOT": tmp_path / "media"}
    for name, value in (GOOD | places).items():
        setattr(settings, name, value)
    files = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "x"}
    settings.CACHES = {"default": OF_ONE_PROCESS, "shared": files}
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    return settings


def found() -> list[str]:
    messages = [each for each in run_checks(include_deployment_checks=True) if each.id.startswith("resoc.")]
    assert all(each.hint for each in messages)
    return [each.id for each in messages]


def test_a_good_site_has_nothing_to_mend(good):
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"SITE_URL": "", "HTTPS": False}, "resoc.W003"),
        ({"SITE_URL": "http://www.example.org", "HTTPS": False}, "resoc.W004"),
        ({"HSTS": False}, "resoc.W014"),
        ({"TRUSTED_PROXY_COUNT": 0}, "resoc.W005"),
        ({"ALLOWED_HOSTS": ["*"]}, "resoc.E006"),
        ({"ALLOWED_HOSTS": ["www.example.org", "."]}, "resoc.E006"),
        ({"ALLOWED_HOSTS": ["example.org"]}, "resoc.E007"),
        ({"MAIL": {}}, "resoc.W008"),
        ({"OPERATOR_EMAIL": []}, "resoc.W013"),
        ({"MAIL_SERVER_BACKEND": NO_MAIL}, "resoc.W009"),
        ({"CACHES": {"default": OF_ONE_PROCESS, "shared": OF_ONE_PROCESS}}, "resoc.W010"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else(good, changed, what):
    for name, value in changed.items():
        setattr(good, name, value)
    assert found() == [what]


def test_hosts_below_one_name_are_named(good):
    good.ALLOWED_HOSTS = [".example.org"]
    assert found() == []


def test_a_folder_in_which_nobody_can_write_is_named(good, tmp_path):
    good.DATA_DIR = tmp_path / "file"
    good.DATA_DIR.touch()  # not even root writes in a file as if it were a folder
    assert found() == ["resoc.E001"]


def test_a_secret_that_others_may_read_is_named(good):
    (good.STATE_DIR / "secret_key").chmod(0o640)
    assert found() == ["resoc.E002"]


@pytest.mark.parametrize(
    ("name", "mode", "right"),
    [
        ("db.sqlite3", 0o644, "600"),
        ("db.sqlite3", 0o640, "600"),
        ("db.sqlite3-wal", 0o604, "600"),
        ("db.sqlite3-shm", 0o644, "600"),
        ("db.sqlite3-journal", 0o666, "600"),
        ("media", 0o755, "700"),
        ("media", 0o750, "700"),
        ("var", 0o711, "700"),
    ],
)
def test_what_others_on_this_machine_may_read_is_named_with_the_mend(good, tmp_path, monkeypatch, name, mode, right):
    monkeypatch.setitem(good.DATABASES["default"], "NAME", str(tmp_path / "db.sqlite3"))
    path = tmp_path / name
    path.touch(mode=0o600)
    path.chmod(mode)
    (error,) = [each for each in run_checks(include_deployment_checks=True) if each.id == "resoc.E012"]
    assert error.msg == f"Others on this machine may read {path}."
    assert f"chmod {right} {path}" in error.hint
    path.chmod(int(right, 8))
    assert found() == []


def test_the_mend_for_a_path_with_a_space_can_be_pasted(good, tmp_path):
    good.MEDIA_ROOT = tmp_path / "my media"
    good.MEDIA_ROOT.mkdir(mode=0o755)
    (error,) = [each for each in run_checks(include_deployment_checks=True) if each.id == "resoc.E012"]
    assert f"chmod 700 '{good.MEDIA_ROOT}'" in error.hint


def test_a_bucket_has_no_folder_to_judge(good, tmp_path):
    (tmp_path / "media").chmod(0o755)
    good.S3 = {"bucket_name": "x"}
    assert found() == []


def test_a_secret_in_a_variable_has_no_file_to_judge(good, monkeypatch):
    (good.STATE_DIR / "secret_key").unlink()
    monkeypatch.setenv("SECRET_KEY", "x")
    assert found() == []


def test_a_database_for_several_machines_wants_a_cache_for_them(good, monkeypatch):
    monkeypatch.setitem(good.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert found() == ["resoc.W011"]
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}
    good.CACHES = {"default": OF_ONE_PROCESS, "shared": redis}
    assert found() == []


def test_what_django_checks_itself_is_not_silenced(good):
    good.DEBUG, good.SECRET_KEY = True, "kort"
    assert {"security.W009", "security.W018"} <= {each.id for each in run_checks(include_deployment_checks=True)}


def test_starting_on_a_laptop_says_nothing_of_it(settings):
    settings.MAIL = {}
    assert [each for each in run_checks() if each.id.startswith("resoc.")] == []


def test_nobody_is_advised_to_remove_the_key(good):
    (good.STATE_DIR / "secret_key").chmod(0o640)
    (message,) = [each for each in run_checks(include_deployment_checks=True) if each.id == "resoc.E002"]
    assert "remove" not in message.hint
    assert "chmod 600" in message.hint
