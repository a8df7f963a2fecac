"""System checks for a server, beside Django's: `manage.py check --deploy`, and part of `doctor`."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from resoc.operations.private_files import OPEN_TO_OTHERS, PRIVATE_FILE, PRIVATE_FOLDER, open_to_others

LOCAL_CACHES = ("locmem.LocMemCache", "dummy.DummyCache")  # of one process, or none


def _on_deploy(check: Callable[[], Iterator[checks.CheckMessage]]) -> Callable[[], Iterator[checks.CheckMessage]]:
    def checked(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
        return list(check())

    checks.register(checked, checks.Tags.security, deploy=True)
    return check


@_on_deploy
def data_can_be_written() -> Iterator[checks.CheckMessage]:
    """The folders of this installation: the site writes there."""
    for folder in (settings.DATA_DIR, settings.STATE_DIR):
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            yield checks.Error(
                f"The site can't write in {folder}: {error.strerror}.",
                hint="Give that folder to the user that runs the site, or make room on the disk.",
                id="resoc.E001",
            )


@_on_deploy
def secret_is_kept() -> Iterator[checks.CheckMessage]:
    """A secret key in a file is for its owner only; one in a variable is judged by Django (security.W009)."""
    path = Path(settings.STATE_DIR) / "secret_key"
    if not os.environ.get("SECRET_KEY", "").strip() and path.stat().st_mode & OPEN_TO_OTHERS:
        yield checks.Error(
            f"Others on this machine may read the secret key in {path}.",
            hint=f"Run 'chmod 600 {quote(str(path))}'. If somebody may have read it, take a new key: "
            "see docs/operators.md.",
            id="resoc.E002",
        )


@_on_deploy
def files_are_private() -> Iterator[checks.CheckMessage]:
    """No other account on this machine can read the database, uploaded files or the state of the site."""
    for path in open_to_others():
        if path.name != "secret_key":  # see above
            mode = PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE
            yield checks.Error(
                f"Others on this machine may read {path}.",
                hint=f"Run 'chmod {mode:o} {quote(str(path))}', or start the site, as the owner of it.",
                id="resoc.E012",
            )


@_on_deploy
def address_is_https() -> Iterator[checks.CheckMessage]:
    """Visitors and editors reach the site over TLS."""
    if not settings.SITE_URL:
        yield checks.Warning(
            "The site does not know its own address.",
            hint="Set SITE_URL, such as https://www.example.org: mails and search engines need it.",
            id="resoc.W003",
        )
    elif not settings.HTTPS:
        yield checks.Warning(
            "The address of the site has no HTTPS: what people type when they sign in can be read on the way.",
            hint="Get a certificate for the proxy and begin SITE_URL with https://.",
            id="resoc.W004",
        )
    elif not settings.HSTS:
        yield checks.Warning(
            "Browsers are not told yet to refuse plain http (HSTS=no).",
            hint="Take HSTS from the variables once browsers trust the certificate; deploy/install does it by itself.",
            id="resoc.W014",
        )


@_on_deploy
def proxy_is_counted() -> Iterator[checks.CheckMessage]:
    """The proxy that serves HTTPS must be trusted, or each response redirects to itself."""
    if settings.HTTPS and not settings.TRUSTED_PROXY_COUNT:
        yield checks.Warning(
            "SITE_URL has https, and no proxy is trusted to say so: every page would redirect to itself for ever.",
            hint="Set TRUSTED_PROXY_COUNT to the number of proxies, most often 1, and let them set X-Forwarded-Proto.",
            id="resoc.W005",
        )


@_on_deploy
def hosts_are_named() -> Iterator[checks.CheckMessage]:
    """The site answers under its own names only, and its own address is one of them."""
    if any(host.strip(".") in ("", "*") for host in settings.ALLOWED_HOSTS):
        yield checks.Error(
            "ALLOWED_HOSTS allows every host name: links in mails can be made to lead elsewhere.",
            hint="Name the hosts, separated by commas, or leave ALLOWED_HOSTS away: then it is that of SITE_URL.",
            id="resoc.E006",
        )
    host = urlsplit(settings.SITE_URL).hostname
    if host and not validate_host(host, settings.ALLOWED_HOSTS):
        yield checks.Error(
            f"ALLOWED_HOSTS does not name {host}, which SITE_URL does: every visitor would get an error.",
            hint="Add it, or leave ALLOWED_HOSTS away.",
            id="resoc.E007",
        )


@_on_deploy
def mail_is_set() -> Iterator[checks.CheckMessage]:
    """Invitations, codes to sign in and lost passwords go by mail."""
    if not settings.MAIL:
        yield checks.Warning(
            "No mail server is set: mails go to port 25 of this machine.",
            hint="Set EMAIL_URL, as docs/operators.md says; to smtp://localhost:25 when that is right.",
            id="resoc.W008",
        )
    elif not settings.MAIL_SERVER_BACKEND.endswith("smtp.EmailBackend"):
        yield checks.Warning(
            "EMAIL_URL names no mail server: nobody gets a mail.",
            hint="Set EMAIL_URL, as docs/operators.md says.",
            id="resoc.W009",
        )


@_on_deploy
def operator_is_known() -> Iterator[checks.CheckMessage]:
    """Somebody hears of it when a backup, a certificate or a page fails."""
    if settings.SITE_URL and not settings.OPERATOR_EMAIL:
        yield checks.Warning(
            "Nobody is told when something goes wrong.",
            hint="Set OPERATOR_EMAIL to the address of who runs the site; a timer runs 'manage.py doctor --mail'.",
            id="resoc.W013",
        )


@_on_deploy
def cache_is_shared() -> Iterator[checks.CheckMessage]:
    """All workers count together how often somebody tries to sign in."""
    backend = settings.CACHES["shared"]["BACKEND"]
    if backend.endswith(LOCAL_CACHES):
        yield checks.Warning(
            "Each worker has a cache of its own: guessing passwords is hardly slowed down.",
            hint="Set CACHE_URL, such as redis://host:6379/1, or leave it away.",
            id="resoc.W010",
        )
    elif backend.endswith("FileBasedCache") and settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        yield checks.Warning(
            "The database can serve several machines, and each would have a cache of its own.",
            hint="Set CACHE_URL, such as redis://host:6379/1.",
            id="resoc.W011",
        )
