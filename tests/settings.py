"""The project's own settings, with data in a scratch folder and cheap passwords."""

import os
import tempfile
from pathlib import Path

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="resoc-tests-")
OURS = ("DEBUG", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "TRUSTED_PROXY_COUNT", "OPERATOR_EMAIL")
for name in (*OURS, "S3_BUCKET", "S3_ENDPOINT_URL"):
    os.environ.pop(name, None)
# Each process of the tests empties its own part of Redis, not that of another.
address, _slash, number = os.environ.get("CACHE_URL", "").rpartition("/")
if address.startswith("redis:") and number.isdecimal():
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["CACHE_URL"] = f"{address}/{int(number) + int(process)}"

from resoc.settings import *  # noqa: E402, F403
from resoc.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

Path(STATIC_ROOT).mkdir(parents=True)
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests travel in time, which would make a connection look too old to use.
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
if DATABASES["default"]["ENGINE"] == "publishing.db.sqlite":
    DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"  # by which pytest knows that each process has its own
    # In a database in memory a reader waits for no writer, and fails at once; in a file each reads what stood before.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA read_uncommitted=1;"
