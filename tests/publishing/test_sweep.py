import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from pages.models import TextPage
from priorities.models import Theme
from publishing.models import Discarded
from publishing.sweep import orphans, sweep
from publishing.workflow import publish
from tests.publishing.test_pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def age(media, days: float = 2) -> None:
    """Let every stored file be that old."""
    then = time.time() - days * 24 * 3600
    for file in media.rglob("*"):
        os.utime(file, (then, then))


def stored(media) -> set[str]:
    return {str(file.relative_to(media)) for file in media.rglob("*") if file.is_file()}


def test_what_a_row_a_version_the_bin_or_a_link_names_stays_with_its_sizes(media):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    for number, publishes in enumerate((True, True, False)):
        theme.image = photo(size=(90, 60), name=f"foto {number}.jpg")
        theme.image_alt_nl = "Een foto"
        theme.save()
        if publishes:
            publish(theme, None)
    Theme.objects.create(title_nl="Weg", slug_nl="weg", image=photo(size=(90, 60), name="weg.jpg")).delete()
    linked = default_storage.save("los/één.pdf", ContentFile(b"%PDF-"))
    link = f'<p><a href="{default_storage.url(linked)}">PDF</a></p>'
    TextPage.objects.create(title_nl="Met verwijzing", body_nl=link)
    assert Discarded.objects.in_bin().exists()
    before = stored(media)
    assert len([name for name in before if name.startswith("variants/")]) > 3
    age(media)
    assert sweep() == []
    assert stored(media) == before


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
