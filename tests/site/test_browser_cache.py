"""A browser that was told that a page is gone, or moved, hears it when that changes."""

import subprocess
import sys
from collections.abc import Callable
from shutil import copytree

import pytest

from tests.conftest import ROOT, serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEGIN = """
from priorities.models import Theme
from publishing.workflow import publish, withdraw
theme = Theme.objects.get(slug_nl__in=["regiomarketing", "streekmarketing"])
"""
RENAME = """
theme.slug_nl = "{}"
theme.save()
publish(theme, None)
"""
ADDRESS, OTHER = "/themas/regiomarketing/", "/themas/streekmarketing/"

Act = Callable[[str], None]


@pytest.fixture(params=["Django", "gunicorn"])
def site(request, browser, prepared, tmp_path):
    """A page in a browser that keeps what it may, and a way to change the site that it reads."""
    if request.param == "Django":
        address = request.getfixturevalue("live_server").url
        yield from pages(browser, address, lambda code: exec(BEGIN + code, {}))  # noqa: S102
        return
    with serving(copytree(prepared, tmp_path / "data")) as served:

        def act(code: str) -> None:
            command = [sys.executable, ROOT / "manage.py", "shell", "-v0", "-c", BEGIN + code]
            subprocess.run(command, env=served.environment, check=True)  # noqa: S603

        yield from pages(browser, served.address, act)


def pages(browser, address: str, act: Act):
    context = browser.new_context(base_url=address, locale="nl-BE")
    yield context.new_page(), act
    context.close()


def follow(page, path: str) -> None:
    """Go to an address as a link does: unlike a reload this takes what the browser kept."""
    with page.expect_navigation():
        page.evaluate("path => { setTimeout(() => { location.href = path }) }", path)


def test_a_page_that_is_published_again_is_seen_again(site):
    page, act = site
    page.goto("/")
    act('withdraw(theme, None, "Even weg")')
    follow(page, ADDRESS)
    page.wait_for_selector("text=Even weg")
    follow(page, "/")
    act("publish(theme, None)")
    follow(page, ADDRESS)
    page.wait_for_selector("h1:has-text('regiomarketing')")
    assert "Even weg" not in page.content()


def test_an_address_that_is_changed_back_leads_in_no_circle(site):
    page, act = site
    page.goto("/")
    act(RENAME.format("streekmarketing"))
    follow(page, ADDRESS)
    page.wait_for_url(f"**{OTHER}")
    act(RENAME.format("regiomarketing"))
    follow(page, "/")
    follow(page, ADDRESS)
    page.wait_for_url(f"**{ADDRESS}")
    follow(page, OTHER)
    page.wait_for_url(f"**{ADDRESS}")
    page.wait_for_selector("h1:has-text('regiomarketing')")


def test_a_page_that_did_not_exist_yet_is_seen_when_it_does(site):
    page, act = site
    page.goto("/")
    follow(page, OTHER)
    page.wait_for_selector("text=vinden we niet")
    follow(page, "/")
    act('other = Theme.objects.create(title_nl="Een andere", slug_nl="streekmarketing"); publish(other, None)')
    follow(page, OTHER)
    page.wait_for_selector("h1:has-text('Een andere')")
