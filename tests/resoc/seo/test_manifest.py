import re
from math import hypot

import pytest
from django.contrib.staticfiles import finders
from PIL import Image

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "language"), [("/", "nl"), ("/fr/", "fr"), ("/en/", "en")])
def test_the_manifest_of_each_language_names_icons_of_their_true_size(client, address, language):
    html = client.get(address).content.decode()
    linked = re.search('<link rel="manifest" href="(.*?)">', html)[1]
    response = client.get(linked)
    assert response.headers["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["lang"], manifest["start_url"]) == (language, address)
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix("/static/"))) as picture:
            assert "{}x{}".format(*picture.size) == icon["sizes"]


def test_the_whole_mark_stays_within_the_circle_that_a_mask_may_cut():
    with Image.open(finders.find("icons/maskable-512.png")) as picture:
        grey = picture.convert("L")
    white = [(x, y) for x in range(512) for y in range(512) if grey.getpixel((x, y)) > 128]
    assert white
    assert max(hypot(x - 255.5, y - 255.5) for x, y in white) < 0.4 * 512


def test_the_icon_is_found_at_its_old_address(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response.url) == (302, "/static/icons/favicon.ico")
    with Image.open(finders.find("icons/favicon.ico")) as picture:
        assert {(16, 16), (32, 32)} <= picture.info["sizes"]
