"""Reading the variables of the environment: a malformed one stops the start in one line.

Nothing here knows Django's settings; `settings.py` says which variables exist.
"""

import os
import re
import secrets
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

SECRET_KEY_LENGTH = 64  # characters
# What may be a password in an address: all before the host, and without a host all after a colon.
PASSWORD = re.compile(r"(\w://)?.*@|:(?!//).*", re.DOTALL)
REDIS = "django.core.cache.backends.redis.RedisCache"
CACHES = ("RedisCache", "FileBasedCache", "LocMemCache", "DummyCache")  # that need no package, but for the first
SMTP = "django.core.mail.backends.smtp.EmailBackend"
BUCKET_KEYS = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}  # RFC 5321 4.5.4.2; RFC 8314 3.3


def variable(name: str, parse: Callable[[str], T], default: T, expected: str) -> T:
    """The parsed value of variable `name`, or `default` when it is unset or blank.

    Raises ImproperlyConfigured naming the variable and what was `expected` of it.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        with warnings.catch_warnings(action="error"):  # django-environ warns and goes on
            return parse(raw)
    except (ValueError, KeyError, TypeError, UserWarning, ImproperlyConfigured):
        # Not `from` that error, which may hold part of a password that breaks the address.
        shown = PASSWORD.sub(lambda found: f"{found[1] or ''}***@" if found[0].endswith("@") else ":***", raw)
        raise ImproperlyConfigured(f"{name} is {shown!r}: expected {expected}.") from None


def flag(raw: str) -> bool:
    """Parse a yes or no; anything else raises KeyError (never a silent no)."""
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    return words[raw.lower()]


def count(raw: str) -> int:
    """Parse a whole number of at least zero; anything else raises ValueError."""
    number = int(raw)
    if number < 0:
        raise ValueError(raw)
    return number


def workers(raw: str) -> int:
    """Parse the number of workers; anything but a whole number from 1 to 64 raises ValueError."""
    number = count(raw)
    if not 1 <= number <= 64:
        raise ValueError(raw)
    return number


def full_path(raw: str) -> Path:
    """Parse a full path; one that depends on the current folder raises ValueError."""
    path = Path(raw)
    if not path.is_absolute():
        raise ValueError(raw)
    return path


def host_names(raw: str) -> list[str]:
    """Parse the names of hosts, separated by commas; an address with a scheme, a path or a space raises ValueError."""
    found = names(raw)
    if any(re.search(r"[/\s@]", each) for each in found):
        raise ValueError(raw)
    return found


def mail_addresses(raw: str) -> list[str]:
    """Parse e-mail addresses, separated by commas; what is none raises ValueError."""
    found = names(raw)
    if not all(re.fullmatch(r"[^@\s,<>\"]+@[^@\s,<>\"]+", each) for each in found):
        raise ValueError(raw)
    return found


def require_package(package: str, name: str) -> None:
    """Raise ImproperlyConfigured when what variable `name` asks for needs a package that is not installed."""
    if find_spec(package) is None:
        raise ImproperlyConfigured(f"{name} needs more packages: run 'python3 deploy/venv.py' with {name} set.")


def names(raw: str) -> list[str]:
    """Parse a list separated by commas."""
    return [name.strip() for name in raw.split(",") if name.strip()]


def site_url(raw: str) -> str:
    """Parse the public address of the site: scheme and host, without a path."""
    parts = urlsplit(raw)
    _port = parts.port  # raises ValueError when it is no number
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError(raw)
    return f"{parts.scheme}://{parts.netloc}"


def bucket_name(raw: str) -> str:
    """Parse the name of a bucket, as every server of the S3 protocol allows it."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", raw):
        raise ValueError(raw)
    return raw


def s3_options() -> dict[str, Any]:
    """Where `publishing.bucket` keeps uploaded files; empty when they are kept in a folder.

    Raises ImproperlyConfigured that names what is malformed or lacking.
    """
    bucket = variable("S3_BUCKET", bucket_name, "", "the name of a bucket, such as resoc-media")
    endpoint = variable("S3_ENDPOINT_URL", site_url, "", "an address such as https://s3.example.org, without a path")
    if not (bucket or endpoint):
        return {}
    for name in ("S3_BUCKET", "S3_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if not os.environ.get(name, "").strip():
            raise ImproperlyConfigured(f"{name} is not set: files in a bucket need it.")
    require_package("storages", "S3_BUCKET")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    return {"bucket_name": bucket, "endpoint_url": endpoint, "region_name": region}


def bucket_address(raw: str) -> tuple[str, str]:
    """Parse the address of a folder in a bucket, such as s3://bucket/folder: the name of the bucket, and the folder."""
    parts = urlsplit(raw)
    if parts.scheme != "s3" or parts.query or parts.fragment:
        raise ValueError(raw)
    return bucket_name(parts.netloc), parts.path.strip("/")


def age_recipient(raw: str) -> str:
    """Parse the public key of somebody who may read the copies; age's own check comes with its package."""
    if not re.fullmatch(r"age1[02-9ac-hj-np-z]{58}", raw):
        raise ValueError(raw)
    return raw


def backup_copy() -> dict[str, str]:
    """Where encrypted copies of backups go; empty when they go nowhere.

    Raises ImproperlyConfigured that names what is malformed or lacking.
    """
    bucket, folder = variable("BACKUP_COPY", bucket_address, ("", ""), "an address such as s3://bucket/folder")
    recipient = variable("BACKUP_RECIPIENT", age_recipient, "", "a public key of age, such as age1…")
    own = "an address such as https://s3.example.org, without a path"
    endpoint = variable("BACKUP_ENDPOINT_URL", site_url, "", own) or variable("S3_ENDPOINT_URL", site_url, "", own)
    if not bucket:
        return {}
    # A bucket elsewhere should have keys of its own; with one of the two set, both are meant.
    has_own = any(os.environ.get(f"BACKUP_{name}", "").strip() for name in BUCKET_KEYS)
    prefix = "BACKUP_" if has_own else "AWS_"
    for name in ("BACKUP_RECIPIENT", *(f"{prefix}{name}" for name in BUCKET_KEYS)):
        if not os.environ.get(name, "").strip():
            raise ImproperlyConfigured(f"{name} is not set: BACKUP_COPY needs it.")
    if not endpoint:
        raise ImproperlyConfigured("BACKUP_ENDPOINT_URL is not set: BACKUP_COPY needs it.")
    require_package("pyrage", "BACKUP_COPY")
    regions = (os.environ.get(name, "").strip() for name in ("BACKUP_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"))
    found = {"bucket": bucket, "folder": folder, "recipient": recipient, "endpoint": endpoint}
    found |= {"region": next(filter(None, regions), "us-east-1")}
    return found | ({name.lower(): os.environ[f"BACKUP_{name}"].strip() for name in BUCKET_KEYS} if has_own else {})


def writable_folder(path: Path, name: str, mode: int) -> Path:
    """Make folder `path` with `mode` if needed; raise ImproperlyConfigured when we cannot write in it."""
    try:
        if not path.exists():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)  # whatever the umask is
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: cannot make the folder {path}: {error.strerror}.") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name}: the folder {path} is not writable for this user.")
    return path


def kept_secret(path: Path) -> str:
    """The secret kept in file `path`, made on first use and readable by its owner only."""
    try:
        # O_EXCL: of two processes that start at once, one makes the key and both read it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(SECRET_KEY_LENGTH)[:SECRET_KEY_LENGTH])
    try:
        secret = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"SECRET_KEY: cannot read the file {path}: {error.strerror}.") from error
    if not secret:
        raise ImproperlyConfigured(f"SECRET_KEY: the file {path} is empty: put back the key that you keep apart.")
    return secret


def database(raw: str) -> dict[str, Any]:
    """Parse the address of a database of a kind that this site is tested on."""
    config = environ.Env.db_url_config(raw)
    if config["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError(raw)
    return config


def mail_server(raw: str) -> dict[str, Any]:
    """Parse the address of a mail server into Django's settings; each password becomes a string.

    `smtp+tls` asks for STARTTLS; `smtps` and `smtp+ssl` mean TLS from the first byte (RFC 8314 3.3).
    Raises ValueError for what would be read as another server, such as a password with a bare `#`.
    """
    parts, config = urlsplit(raw), environ.Env.email_url_config(raw)
    if config["EMAIL_BACKEND"] != SMTP:
        return config
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(raw)
    return config | {
        "EMAIL_HOST_USER": config["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": config["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_PORT": config["EMAIL_PORT"] or MAIL_PORTS[parts.scheme],
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme in {"smtps", "smtp+ssl"},
    }


def cache(raw: str) -> dict[str, Any]:
    """Parse the address of a cache; a Redis that does not answer keeps nobody waiting."""
    config = environ.Env.cache_url_config(raw)
    if config["BACKEND"].rpartition(".")[2] not in CACHES:
        raise ValueError(raw)
    if config["BACKEND"] == REDIS:
        if find_spec("redis") is None:  # told by `require_package`
            return config
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        quick = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)}  # seconds
        config["OPTIONS"] = quick | config.get("OPTIONS", {})
    return config
