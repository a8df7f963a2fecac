"""What a machine can judge of WCAG 2.2 AA, in every way of showing the pages (axe-core)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import Notice, TextPage
from publishing.workflow import publish
from tests.axe import AA, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = [
    "/",
    "/fr/",
    "/en/",
    "/prioriteiten/",
    "/fr/priorites/politique-de-l-emploi/",
    "/themas/",
    "/themas/regiomarketing/",
    "/fr/themes/marketing-territorial/",
    "/contact/",
    "/en/contact/stephanie-thybaert/",
    "/toegankelijkheid/",
    "/zoeken/?q=tewerkstelling",
    "/nieuws/",
    "/fr/actualites/bericht-2026/",
    "/fr/versions/",
    "/nergens/",
]
MODES = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "phone": {"viewport": {"width": 320, "height": 640}},
}
# Body text at 7:1 (WCAG 2.2 1.4.6) is more than AA asks; what is large may have 4.5:1.
OPTIONS = AA | {"rules": AA["rules"] | {"color-contrast-enhanced": {"enabled": True}}}


@pytest.fixture
def full_frame(db) -> None:
    """A notice above every page, and a page in the menu."""
    publish(Notice.objects.create(text_nl="Gesloten."), None, live_until=timezone.now() + timedelta(days=1))
    publish(TextPage.objects.create(title_nl="Publicaties", slug_nl="publicaties", place="menu"), None)


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_any_page(browser, live_server, full_theme, full_frame, mode):
    context = browser.new_context(base_url=live_server.url, **MODES[mode])
    page = context.new_page()
    options = OPTIONS
    if "forced_colors" in MODES[mode]:
        # The reader's own colours are shown; axe judges the ones of the style sheet all the same.
        off = {"color-contrast": {"enabled": False}, "color-contrast-enhanced": {"enabled": False}}
        options = OPTIONS | {"rules": OPTIONS["rules"] | off}
    found = {}
    for address in ADDRESSES:
        page.goto(address)
        if broken := violations(page, options):
            found[address] = broken
    context.close()
    assert found == {}


def test_what_is_wrong_is_found(page):
    """Else the tests with axe would say nothing."""
    page.goto("/privacy/")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=x><p style=\"color: #999\">bleek</p>'")
    found = dict(violations(page))
    assert found["image-alt"] == ['<img src="x">']
    assert [rule for rule, _elements in violations(page, part="footer")] == []
