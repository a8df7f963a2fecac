import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from publishing.files.orphans import orphans
from tests.publishing.files.test_orphans import age, stored

pytestmark = pytest.mark.django_db


def test_what_nothing_names_goes_after_a_day_and_nothing_else(media, capsys):
    kept = stored(media)
    for name in ("themes/los.jpg", "variants/themes/los.jpg/3-2-50-50-400.avif", "themes/.unfinished-1234"):
        default_storage.save(name, ContentFile(b"x"))
    left = {"themes/los.jpg", "variants/themes/los.jpg/3-2-50-50-400.avif"}
    left |= {name for name in stored(media) if ".unfinished" in name or "unfinished" in name}
    assert orphans() == [], "an hour ago its form may have been open"
    age(media)
    call_command("sweep", dry_run=True)
    assert set(capsys.readouterr().out.splitlines()[:-1]) == left == stored(media) - kept
    call_command("sweep")
    assert stored(media) == kept
