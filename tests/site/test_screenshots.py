"""`make screenshots`: the pictures that it promises, of pages that exist."""

import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver, resolve
from django.utils import translation
from PIL import Image

from tests.site.addresses import walk
from tools import screenshots, secret_links

SCRIPT = settings.BASE_DIR / "tools" / "screenshots.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)  # noqa: S603


NOT_PHOTOGRAPHED = {
    *("media", "sitemap", "favicon", "robots", "security_txt", "manifest", "healthz", "csp_report"),
    *("feed", "theme_feed", "calendar", "meeting_file", "document", "staff_vcard", "staff_vcards"),
    *("opinions_data", "meetings_data"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), screenshots.PAGES.items())
def test_every_page_it_photographs_exists(client, name, address):
    assert client.get(address).status_code == (404 if name == "not-found" else 200)


@pytest.fixture
def _demonstration(db, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    call_command("demo", scale=0, full=True, verbosity=0)


@pytest.mark.usefixtures("_demonstration")
def test_every_full_page_is_made_by_the_demonstration(client):
    assert {name: client.get(address).status_code for name, address in screenshots.FULL.items()} == {
        name: 410 if name == "gone-full" else 200 for name in screenshots.FULL
    }


@pytest.mark.usefixtures("_demonstration")
def test_every_page_behind_a_link_is_made(client):
    links = secret_links.links()
    assert set(links) == set(screenshots.SECRET.values())
    assert {name: client.get(address).status_code for name, address in links.items()} == {
        name: 410 if name == "shared-over" else 200 for name in links
    }


@pytest.mark.usefixtures("_demonstration")
def test_every_kind_of_page_for_visitors_is_photographed():
    links = secret_links.links()
    addresses = [links.get(address, address) for address in screenshots.ALL.values()]
    shown = set()
    for address in addresses:
        with translation.override("fr" if address.startswith("/fr/") else "nl"):
            shown.add(resolve(address.partition("?")[0]).url_name)
    kinds = {pattern.name for pattern in walk(get_resolver("resoc.visitor_urls"))}
    # One list of versions and one version of another time stand for those of all models.
    assert {name for name in kinds - shown - NOT_PHOTOGRAPHED if not re.search(r"_versions?$", name)} == set()
    assert {"home_versions", "theme_detail_versions"} <= shown
    assert kinds >= NOT_PHOTOGRAPHED


def test_of_every_kind_of_page_there_is_a_full_one():
    kinds = {name.partition("-")[0] for name in screenshots.PAGES} - {"not"}  # what is not found is never full
    assert kinds <= {name.partition("-")[0] for name in screenshots.FULL} | {"text"}
    assert not set(screenshots.PAGES) & set(screenshots.FULL)
    assert set(screenshots.ACTS) <= set(screenshots.ALL)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_page_is_photographed_on_desktop_phone_in_the_dark_and_on_paper(page, live_server, tmp_path):
    run("priority", "--site", live_server.url, "--folder", tmp_path).check_returncode()
    made = {file.name: file for file in tmp_path.iterdir()}
    assert set(made) == {f"priority-{mode}.png" for mode in screenshots.MODES} | {"priority-print.pdf"}
    widths, skies = {}, {}
    for mode in screenshots.MODES:
        with Image.open(made[f"priority-{mode}.png"]) as picture:
            widths[mode], skies[mode] = picture.width, picture.convert("L").getpixel((0, 0))
    asked = {
        "letters": 320,
        "desktop": 1440,
        "tablet": 768,
        "phone": 390,
        "small": 320,
        "dark": 1440,
        "forced": 1440,
        "enlarged": 1280,
    }
    assert widths == asked
    assert skies["dark"] < 64 < 192 < skies["desktop"] == skies["phone"]
    assert made["priority-print.pdf"].read_bytes().startswith(b"%PDF")


def test_a_page_that_it_does_not_know_is_named():
    ended = run("hoem")
    assert ended.returncode != 0
    assert "no such page: hoem" in ended.stderr
