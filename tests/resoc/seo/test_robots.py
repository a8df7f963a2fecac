import re

import pytest

pytestmark = pytest.mark.django_db


def test_robots_stay_out_of_the_admin_only(client):
    assert re.findall("Disallow: (.*)", client.get("/robots.txt").content.decode()) == ["/admin/"]


def test_the_sitemap_is_named_by_the_public_address(client, settings):
    settings.SITE_URL = "https://www.resoc.example"
    assert "Sitemap: https://www.resoc.example/sitemap.xml" in client.get("/robots.txt").content.decode()
