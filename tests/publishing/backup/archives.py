"""Archives that somebody changed, for tests of reading and restoring."""

import hashlib
import json
import zipfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import override_settings

from pages.models import Organisation
from priorities.models import Theme
from publishing.backup.archive import MANIFEST, Manifest, signed
from publishing.models import Revision
from staff.models import StaffMember


def silent(line: str) -> None:
    pass


def rewritten(archive: Path, change, digests: bool = True, key: str = "") -> Path:
    """The archive with `change(members, manifest)` done to it, its digests set right, and signed anew.

    Signed with `key`, by default that of these tests: what it holds must be judged also when we trust who made it.
    """
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    change(members, manifest)
    if digests:
        manifest["members"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members.items()
        }
    path = archive.with_name("rewritten.zip")
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
        new.writestr(MANIFEST, json.dumps(signed_with(manifest, key)))
    return path


def signed_with(manifest: dict, key: str) -> dict:
    """`manifest` as whoever has that secret key signs it; as it is when it is too odd for that."""
    said = {name: value for name, value in manifest.items() if name != "format"}
    with override_settings(SECRET_KEY=key or settings.SECRET_KEY):
        try:
            return {"format": manifest["format"], **vars(signed(Manifest(**said)))}
        except (TypeError, KeyError):
            return manifest


def without_signature(members, manifest):
    """As archives were before they had one."""


def unsigned(archive: Path, change=without_signature) -> Path:
    """The archive with `change` done to it, and no signature."""
    path = rewritten(archive, change)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
        new.writestr(MANIFEST, json.dumps({k: v for k, v in manifest.items() if k not in ("key", "signature")}))
    return path


def everything() -> dict[str, list]:
    """What the tables and the folder of files hold, to compare."""
    tables = (Theme, StaffMember, Organisation, Revision, User)
    rows = {table.__name__: list(table._base_manager.order_by("pk").values()) for table in tables}
    files = sorted(path.name for path in Path(default_storage.location).rglob("*") if path.is_file())
    return {**rows, "files": files}
