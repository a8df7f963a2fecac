"""What a machine can judge of WCAG 2.2 AA, in every way of showing the pages (axe-core)."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = [
    "/",
    "/fr/",
    "/en/",
    "/prioriteiten/",
    "/fr/priorites/politique-de-l-emploi/",
    "/themas/",
    "/themas/regiomarketing/",
    "/fr/themes/marketing-regional/",
    "/contact/",
    "/en/contact/stephanie-thybaert/",
    "/toegankelijkheid/",
    "/zoeken/?q=tewerkstelling",
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
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
}


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_any_page(browser, live_server, full_theme, mode):
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
        for violation in Axe().run(page, options=options).response["violations"]:
            found.setdefault(address, []).append(
                (violation["id"], [node["html"][:150] for node in violation["nodes"]][:3])
            )
    context.close()
    assert found == {}
