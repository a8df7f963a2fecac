import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from priorities.models import Theme
from publishing.backup.archive import write
from publishing.models import Revision
from publishing.models.immutability import permit
from publishing.workflow import publish
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.STATE_DIR = tmp_path / "state"
    settings.STATE_DIR.mkdir()
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("staff/foto.jpg", ContentFile(b"pixels"))
    default_storage.save("variants/staff/foto.jpg/x.webp", ContentFile(b"can be made again"))


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "backups" / "site.zip"
    write(path)
    return path


@pytest.fixture(scope="module")
def installation(prepared, tmp_path_factory):
    """Runs a command on a seeded site with its own folder; gives what it said."""
    data = copytree(prepared, tmp_path_factory.mktemp("installation") / "data")
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data)}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment | more, capture_output=True, text=True)  # noqa: S603

    run.data = data
    run.key = (data / "var" / "secret_key").read_text()
    return run


@pytest.fixture
def hostile(archive, editor) -> Path:
    """An archive from elsewhere: it brings in accounts with rights, and scripts in rich text."""
    boss = User.objects.create_superuser("baas\x1b[2J")
    User.objects.create_user("niemand")
    closed = User.objects.create_user("dicht", is_staff=True, is_active=False)
    User.objects.create_user("lid").groups.add(Group.objects.get(name="Medewerkers"))
    theme = Theme.objects.first()
    publish(theme, boss)
    script = "<p>Tekst<script>alert(1)</script><img src=x onerror=alert(1)></p>"
    Theme.objects.filter(pk=theme.pk).update(body_nl=script)
    kept = []
    for model, name in (("priorities.theme", "body_nl"), ("pages.textpage", "body_fr")):
        revision = Revision.objects.filter(model=model).last()
        kept.append((revision.pk, revision.data))
        with permit():
            Revision.objects.filter(pk=revision.pk).update(data=revision.data | {name: script})
    assert closed
    with override_settings(SECRET_KEY="van een ander"):
        write(archive)
    with permit():
        for pk, data in kept:
            Revision.objects.filter(pk=pk).update(data=data)
    theme.save()
    User.objects.exclude(pk=editor.pk).delete()
    return archive
