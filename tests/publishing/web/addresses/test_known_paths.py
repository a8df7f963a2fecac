import pytest

from publishing.web.addresses.known_paths import exists

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/fr/", "/themas/", "/themas/regiomarketing/", "/en/contact/", "/privacy/"])
def test_pages_of_the_site_exist(path):
    assert exists(path)


@pytest.mark.parametrize("path", ["/nergens/", "/themas/nergens/", "/voorbeeld/geheim/", "/fr/themas/", "/nieuws/"])
def test_other_paths_do_not(path):
    assert not exists(path)
