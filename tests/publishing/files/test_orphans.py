import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from pages.models import TextPage
from priorities.models import Theme
from publishing.files.orphans import sweep
from publishing.models import Discarded
from publishing.workflow import publish
from tests.publishing.files.photos import photo

pytestmark = pytest.mark.django_db


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
