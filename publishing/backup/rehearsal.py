"""Rehearsing: whether a restored archive is what it was made from, and when that was last tried."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from publishing.backup.archive import LEFT_OUT, lines_of, tables
from publishing.backup.reading import files_in, opened
from publishing.backup.restore import CHANGED_BY_RESTORING, is_behind
from publishing.i18n.languages import CODES
from publishing.i18n.urls import address
from publishing.models import Revision, content_models
from publishing.operations.logs import OWN
from publishing.types import BinaryFile

PAGES = 20  # how many are compared in a rehearsal
NEW_SITE = timedelta(days=7)
REHEARSED_WITHIN = timedelta(days=35)


def page_digests() -> dict[str, str]:
    """The SHA-256 of some pages as visitors see them now, by address: the same pages for the same content."""
    first = [address(code, "home") for code in CODES]
    first += [address(settings.LANGUAGE_CODE, name) for name in settings.PUBLISHING_OVERVIEWS]
    others: set[str] = set()
    for model in content_models():
        if model.view_name:
            for obj in model.published()[:PAGES]:
                others |= {obj.get_absolute_url(code) for code in obj.languages}
    chosen = first + sorted(others - set(first), key=lambda each: hashlib.sha256(each.encode()).digest())
    from django.test import Client  # only now: it brings unittest, which a web server does not need

    own: Any = {OWN: "yes"}
    client = Client(raise_request_exception=False, **own)
    digests = {}
    for path in chosen[:PAGES]:
        response = client.get(path, secure=settings.HTTPS, headers={"host": _host()})
        digests[path] = f"{response.status_code} {hashlib.sha256(response.content).hexdigest()}"
    return digests


def _host() -> str:
    return next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*", "["))), "localhost")


def compare(source: Path) -> list[str]:
    """What of this installation is not as the archive says; empty when a restore brought everything back."""
    found = []
    with opened(source) as (_archive, manifest):
        same_version = not is_behind(manifest)
        for model in tables():
            label, digest, rows = model._meta.label_lower, hashlib.sha256(), 0
            for line in lines_of(model):
                digest.update(line)
                rows += 1
            if label in CHANGED_BY_RESTORING or label in LEFT_OUT:
                continue
            if label in manifest.rows and rows != manifest.rows[label]:
                found.append(f"{label}: {rows} rows instead of {manifest.rows[label]}")
            elif same_version and digest.hexdigest() != manifest.members[f"rows/{label}.jsonl"]["sha256"]:
                found.append(f"{label}: other content")
        for name in files_in(manifest):
            said = manifest.members[f"media/{name}"]["sha256"]
            if not default_storage.exists(name) or _digest_of(default_storage.open(name)) != said:
                found.append(f"file {name}: missing or other content")
        if same_version:
            shown = page_digests()
            found += [
                f"page {each}: looks different" for each, said in manifest.pages.items() if shown.get(each) != said
            ]
    return found


def _digest_of(file: BinaryFile) -> str:
    with file:
        return hashlib.sha256(file.read()).hexdigest()


def is_unrehearsed() -> bool:
    """Whether it is too long ago that a backup was seen to bring everything back; a new site has a week."""
    first = Revision.objects.order_by("pk").values_list("created_at", flat=True).first()
    if first is None or first > timezone.now() - NEW_SITE:
        return False
    last = recall("rehearsal")
    return not last.get("good") or last["at"] < timezone.now() - REHEARSED_WITHIN


def remember(what: str, **said: object) -> None:
    """Write down when `what` (`backup`, `rehearsal`) last happened, for `recall`."""
    path = Path(settings.STATE_DIR) / f"last_{what}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"at": timezone.now().isoformat(), **said}))
    fresh.replace(path)


def recall(what: str) -> dict[str, Any]:
    """What `remember` wrote, with `at` as a moment; empty when it never happened."""
    try:
        said = json.loads((Path(settings.STATE_DIR) / f"last_{what}.json").read_text())
        return {**said, "at": datetime.fromisoformat(said["at"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
