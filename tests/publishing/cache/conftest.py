import pytest

from priorities.models import Theme
from publishing.cache.wsgi import PageCache
from tests.publishing.cache.reader import Counting, Reader, retitle


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"


@pytest.fixture
def site() -> Counting:
    return Counting()


@pytest.fixture
def cache(site) -> PageCache:
    return PageCache(site)


@pytest.fixture
def reader(cache) -> Reader:
    return Reader(cache)


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


@pytest.fixture
def changed(cache, reader, site, theme):
    """Two pages that read nothing of what then changed, and one that did; the first was asked for since."""
    for path in ("/fr/confidentialite/", "/privacy/", "/themas/"):
        reader.get(path)
    retitle(theme, "Elders")
    site.made.clear()
    reader.get("/fr/confidentialite/")
    return reader
