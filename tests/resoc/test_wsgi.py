import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What only users, searchers and readers of a few pages need, or files in a bucket: a third of a worker's memory.
HEAVY = {"PIL", "pypdf", "segno", "snowballstemmer", "storages", "boto3", "botocore"}
HEAVY |= {"cryptography", "fido2", "nh3", "unittest"}
HEAVY |= {"icalendar", "mammoth", "markdown_it", "pillow_heif", "psycopg", "pyphen", "qrcode", "rapidfuzz", "redis"}
HEAVY |= {"publishing.backup.archive", "publishing.backup.restore"}
HEAVY |= {"publishing.review.checklist", "publishing.operations.link_check"}
HEAVY |= {f"{app}.admin" for app in ("publishing", "pages", "priorities", "consultation", "staff", "resoc")}


def imported(code, tmp_path):
    """What `code` prints in a process of its own, which has no more than a folder."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    (tmp_path / "public" / "static").mkdir(parents=True)
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_a_worker_that_only_serves_pages_never_loads_what_is_heavy(tmp_path):
    code = f"""
import sys, resoc.wsgi, resoc.visitor_urls
from django.template import engines
engines["django"].from_string("{{% load languages %}}")  # loads the libraries of tags of all apps
print(*({HEAVY!r} & sys.modules.keys()))
"""
    assert imported(code, tmp_path) == ""


def test_garbage_is_collected_again_once_the_site_is_loaded(tmp_path):
    assert imported("import gc, resoc.wsgi; print(gc.isenabled())", tmp_path) == "True"
