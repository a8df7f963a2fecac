"""All settings, from the environment; the default of every variable is the safe one.

The variables are documented in `docs/operators.md`.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from js_asset import static_lazy

from resoc.environment import (
    REDIS,
    backup_copy,
    cache,
    count,
    database,
    flag,
    full_path,
    host_names,
    kept_secret,
    mail_addresses,
    mail_server,
    names,
    require_package,
    s3_options,
    site_url,
    variable,
    workers,
    writable_folder,
)

BASE_DIR = Path(__file__).resolve().parent.parent
# nginx goes through this folder to the public one; what is private in here has modes of its own, see `private_files`.
DATA_DIR = writable_folder(
    variable("DATA_DIR", full_path, BASE_DIR, "the full path of a folder, such as /var/lib/resoc"), "DATA_DIR", 0o755
)
STATE_DIR = writable_folder(DATA_DIR / "var", "DATA_DIR", 0o700)
variable("WEB_CONCURRENCY", workers, 2, "a whole number from 1 to 64")  # read by gunicorn, in whose words it would fail
PUBLIC_DIR = DATA_DIR / "public"  # what nginx reads

# Safety

DEBUG = variable("DEBUG", flag, False, "yes or no")
SECRET_KEY = variable("SECRET_KEY", str, "", "a secret") or kept_secret(STATE_DIR / "secret_key")
SECRET_KEY_FALLBACKS = variable("SECRET_KEY_FALLBACKS", names, list[str](), "older secrets, separated by commas")
SITE_URL = variable("SITE_URL", site_url, "", "an address such as https://www.example.org, without a path")
# The names of this machine only where the site has no name of its own: whoever may choose the name of
# the host, chooses where links lead that are made from it.
ALLOWED_HOSTS = variable("ALLOWED_HOSTS", host_names, list[str](), "host names separated by commas") or (
    [str(urlsplit(SITE_URL).hostname)] if SITE_URL else ["localhost", "127.0.0.1", "[::1]"]
)
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
HSTS = variable("HSTS", flag, True, "yes or no")  # no: until there is a certificate that browsers trust
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS and HSTS else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by this machine itself, without TLS
SECURE_REFERRER_POLICY = "same-origin"
# A browser takes a cookie with this prefix only from this very host, and over HTTPS (RFC 6265bis 4.1.3.2).
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "publishing.web.sent_forms.lapsed.lapsed"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"  # of the admin and of My card; visitors get none
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = HTTPS, True, "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Whether every host beside this one has HTTPS too is not ours to say; of W004 `resoc.doctor.checks` speaks.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
TRUSTED_PROXY_COUNT = variable("TRUSTED_PROXY_COUNT", count, 0, "the number of proxies before us")
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# TipTap, the rich text editor of the admin, injects this one style element. The test
# `tests/resoc/test_settings.py` computes its digest again from the installed package.
EDITOR_STYLE_DIGEST = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, EDITOR_STYLE_DIGEST],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        # Where browsers tell what they held back. Those that know `report-to` want it, and only over HTTPS.
        "report-uri": "/csp-report/",
        "report-to": "csp" if HTTPS else None,
    }
}

# Applications

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, which it adapts
    "resoc.apps.ResocAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "phonenumber_field",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "resoc.apps.SessionsConfig",  # allauth.usersessions
    "js_asset",
    "django_prose_editor",
    "publishing",
    "pages",
    "staff",
    "priorities",
    "consultation",
    "resoc.apps.ResocConfig",
]
MIDDLEWARE = [
    "publishing.operations.logs.number_requests",
    "publishing.web.security_headers.limit_browser",
    "publishing.web.security_headers.never_kept",
    "publishing.web.middleware.refuse_odd_methods",
    "django.middleware.security.SecurityMiddleware",
    "publishing.web.static_files.StaticFiles",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "publishing.web.middleware.Sessions",
    "publishing.web.middleware.private_for_users",
    "resoc.web.urlconfs.pages_for_visitors",
    "publishing.web.middleware.language_from_address",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.accounts.sessions.users",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "publishing.web.middleware.refuse_large_bodies",  # the first that could read a body is the view
]
ROOT_URLCONF = "resoc.urls"
# `make dev` makes each page anew: with the page cache of `resoc.wsgi`, an edited template would change nothing.
WSGI_APPLICATION = None if DEBUG else "resoc.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": not DEBUG,
        "OPTIONS": {
            # Not kept for developers: the reloader misses what is edited before it first looked.
            **(
                {"loaders": [f"django.template.loaders.{where}.Loader" for where in ("filesystem", "app_directories")]}
                if DEBUG
                else {}
            ),
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "resoc.web.context_processors.site",
            ],
        },
    },
]

# Data

DATABASES: dict[str, dict[str, Any]] = {
    "default": variable(
        "DATABASE_URL",
        database,
        {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")},
        "an address such as postgres://user:password@host/name",
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "publishing.db.sqlite"
    # Readers never wait for a writer (WAL), and two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
    }
else:
    require_package("psycopg", "DATABASE_URL")
    DATABASES["default"]["ENGINE"] = "publishing.db.postgresql"
    # A machine that vanished may not keep every thread waiting for ever.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,  # seconds
        "tcp_user_timeout": 10_000,  # milliseconds
        "options": "-c lock_timeout=45s -c statement_timeout=90s -c idle_in_transaction_session_timeout=300s",
    } | DATABASES["default"].get("OPTIONS", {})
# A connection for each page costs more than its questions; the last one to close also tidies SQLite's log.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Attempts to sign in are counted by all workers together, while their cache answers.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "publishing.operations.failover_cache.FailoverCache",
        "LOCATION": ["shared", "machine", "process"],
    },
    "machine": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(STATE_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
CACHES["shared"] = variable("CACHE_URL", cache, CACHES["machine"], "an address such as redis://host:6379/1")
if CACHES["shared"]["BACKEND"] == REDIS:
    require_package("redis", "CACHE_URL")
MAIL: dict[str, Any] = variable(
    "EMAIL_URL", mail_server, {}, "an address such as smtp://host:25, or smtp+tls:// or smtps://user:password@host"
)
vars().update(MAIL)
MAIL_SERVER_BACKEND = MAIL.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_BACKEND = "publishing.operations.mail.Queue"  # which has `MAIL_SERVER_BACKEND` send what it keeps
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = f"RESOC Westhoek <noreply@{urlsplit(SITE_URL).hostname or 'localhost'}>"
OPERATOR_EMAIL = variable(
    "OPERATOR_EMAIL", mail_addresses, list[str](), "the addresses of who runs the site, separated by commas"
)

# Backups, which the site makes by itself each night: see `publishing.backup.nightly`

BACKUPS = variable("BACKUPS", flag, True, "yes or no")
BACKUP_COPY = backup_copy()

# What the publishing app knows of this site

PUBLISHING_USER_PATHS = ["admin", "account", "mijn-kaart"]  # how the addresses that only users visit begin
PUBLISHING_OVERVIEWS = [
    "priority_list",
    "theme_list",
    "opinion_list",
    "meeting_list",
    "member_list",
    "update_list",
    "contact",
]  # names of pages that are no object's
# What stays on one line, as an expression whose first group a space follows; the hard space is not stored.
PUBLISHING_KEPT_TOGETHER = r"\b(18(?= (?:Westhoek)?gemeenten| communes| (?:Westhoek )?municipalities)|WCAG\)?(?= \d)) "
PUBLISHING_USER_AGENT = "RESOC-Westhoek-link-check"  # what other sites read when their pages are asked for

# Languages: Dutch is the source and has no prefix in addresses

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("fr", "Français"), ("en", "English")]
MODELTRANSLATION_DEFAULT_LANGUAGE = "nl"
MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = "{} ({})".format  # "titel (fr)"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "resoc.formats"
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "BE"

# A form with as many rows as it may have is taken: three kinds of 200 rows with a dozen fields (`ChildInline.max_num`).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Files

STATIC_URL = "/static/"
STATIC_ROOT = PUBLIC_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
S3 = s3_options()
STORAGES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "publishing.files.s3.S3MediaStorage", "OPTIONS": S3}
        if S3
        else {
            "BACKEND": "publishing.files.storage.AtomicFileSystemStorage",  # a view decides who gets a file
            "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
        }
    ),
    # Files of forms that are not saved yet: see `publishing.web.sent_forms.kept_uploads`.
    "kept": (
        {"BACKEND": "publishing.files.s3.S3MediaStorage", "OPTIONS": S3 | {"location": "kept-uploads"}}
        if S3
        else {
            "BACKEND": "publishing.files.storage.AtomicFileSystemStorage",
            "OPTIONS": {
                "location": STATE_DIR / "kept-uploads",
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    ),
    "staticfiles": {"BACKEND": "resoc.web.static_files.StaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600  # seconds, for the few files whose name has no digest

# Rich text: our own parts of the editor, whose options stand in `publishing.rich_text`. What HTML
# is allowed is said there too, so the library need not work it out.

DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [
            static_lazy(f"publishing/js/editor/{name}.js")
            for name in ("footnote", "leave", "link", "menu", "paste", "table", "word")
        ],
        "extensions": {
            name: lambda options, allowed: None for name in ("CleanPaste", "Footnote", "LeaveByTab", "WordFile")
        },
    }
]

# People

LOGIN_URL = "account_login"
AUTHENTICATION_BACKENDS = ["staff.accounts.AuthenticationBackend"]
SESSION_COOKIE_AGE = 30 * 24 * 3600  # seconds; `staff.accounts.sessions` ends most sooner
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Signing in: by passkey, by a code in a mail, or by password. Nobody signs up: see `staff.accounts`.

ACCOUNT_ADAPTER = "staff.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "staff.accounts.forms.LoginForm",
    "request_login_code": "staff.accounts.forms.LoginCodeForm",
    "reset_password": "staff.accounts.forms.ResetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]  # the form to sign in has a password because of this
ACCOUNT_EMAIL_VERIFICATION = "none"  # the secretariat knows the address of everybody that it invites
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds (ASVS 5.0, 6.5.5)
# Per address that is typed, known or not; what a stranger gets at all is less: see `publishing.strangers`.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,3/m/key,10/h/key",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail when a password or a passkey changes
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "staff.accounts.reset_tokens.ResetTokenGenerator"  # noqa: S105
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "staff.accounts.second_factor.FactorAdapter"
MFA_FORMS = {
    "authenticate": "staff.accounts.factor_steps.CodeForm",
    "reauthenticate": "staff.accounts.factor_steps.CodeAgainForm",
}
# Otherwise whoever holds a key of somebody else, but not its PIN or finger, could use it (FIDO: user verification).
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # as above
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow passkeys without HTTPS on `localhost` only
MFA_TOTP_ISSUER = "RESOC Westhoek"
MFA_TOTP_TOLERANCE = 1  # periods of 30 seconds that a telephone's clock may differ

# Logs go to standard error, where systemd keeps them: lines of JSON, plain ones for a person at a terminal

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "publishing.operations.logs.AddRequest"}},
    "formatters": {
        "json": {"()": "publishing.operations.logs.JsonLines"},
        "plain": {
            "()": "publishing.operations.logs.PlainLines",
            "format": "{asctime} {levelname} {name} [{request_id}]: {message}",
            "style": "{",
        },
    },
    "handlers": {
        "console": {
            "class": "publishing.operations.logs.Console",
            "filters": ["request"],
            "formatter": "plain" if sys.stderr.isatty() else "json",
        }
    },
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # programs that try names would fill the log
        "django": {"level": "INFO"},  # without the handler by which Django says everything again when DEBUG is on
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}
