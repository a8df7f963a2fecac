"""Pictures of each kind of page, full and empty: at four widths, dark, forced colours, enlarged, large letters, paper.

`make screenshots` puts them in var/screenshots/, to be looked at beside the design;
`make screenshots PAGES="home theme"` only those, and `make screenshots PAGES=--readme` the picture of the
README. The site in them is a new one in a scratch folder, first with the source content and then with the
demonstration too; or, with `.venv/bin/python tools/screenshots.py --site http://127.0.0.1:8000`, one that runs already.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "var" / "screenshots"
README = ROOT / "docs" / "site.png"
COLOURS = 64
# As the source content leaves them.
PAGES = {
    "home": "/",
    "home-fr": "/fr/",
    "priorities": "/prioriteiten/",
    "priority": "/prioriteiten/lokale-overheden/",
    "themes": "/themas/",
    "theme": "/themas/westhoek-business-district/",
    "contact": "/contact/",
    "card": "/fr/contact/stephanie-thybaert/",
    "search": "/zoeken/",
    "search-nothing": "/zoeken/?q=xyzzy",
    "text": "/toegankelijkheid/",
    "versions": "/themas/regiomarketing/versies/",
    "not-found": "/nergens/",
}
# The same kinds, and those that the source has none of, as the demonstration fills them.
FULL = {
    "home-full": "/",
    "home-full-fr": "/fr/",
    "priorities-full": "/prioriteiten/",
    "priority-full": "/prioriteiten/mobiliteit-en-ontsluiting/",
    "themes-full": "/themas/",
    "theme-full": "/themas/demo-thema-nl/",
    "theme-full-fr": "/fr/themes/demo-thema-fr/",
    "contact-full": "/contact/",
    "contact-form": "/contact/schrijf/",
    "contact-form-wrong": "/contact/schrijf/",
    "contact-form-sent": "/contact/schrijf/",
    "report": "/prioriteiten/mobiliteit-en-ontsluiting/",
    "card-full": "/contact/demo-demonstratie/",
    "search-full": "/zoeken/?q=demonstratie",
    "text-full": "/demo-pagina-nl/",
    "accessibility-full": "/toegankelijkheid/",
    "privacy-full": "/privacy/",
    "versions-full": "/versies/",
    "version-full": "/versies/",
    "gone-full": "/demo-weg-nl/",
    "update-full": "/nieuws/demo-thema-10-nl/",
    "news": "/nieuws/",
    "opinions": "/adviezen/",
    "opinion-full": "/adviezen/demo-advies-nl/",
    "opinion-full-fr": "/fr/avis/demo-advies-fr/",
    "agenda": "/agenda/",
    "meeting-full": "/agenda/demo-vergadering-nl/",
    "meeting-coming": "/agenda/demo-komende-vergadering-nl/",
    "members": "/leden/",
    "follow": "/volgen/",
    "follow-asked": "/volgen/",
}
# Those that only who has a link can open: what `tools/secret_links.py` calls it.
SECRET = {
    "shared": "shared",
    "shared-remark": "shared",
    "shared-over": "shared-over",
    "translate": "translate",
    "translate-page": "translate-page",
    "follow-confirm": "follow-confirm",
    "follow-confirmed": "follow-confirm",
    "follow-leave": "follow-leave",
    "follow-left": "follow-leave",
}
ALL = PAGES | FULL | SECRET


def sent(**values: str) -> Callable[[Page], None]:
    """Fill in the form of a page and send it."""

    def send(page: Page) -> None:
        for name, value in values.items():
            page.locator(f"[name={name}]").fill(value)
        page.locator("main form button[type=submit]").first.click()

    return send


# What leads from that address to the page itself.
ACTS: dict[str, Callable[[Page], None]] = {
    "contact-form-wrong": sent(email="geen adres"),
    "contact-form-sent": sent(message="Demonstratie", email="demonstratie@example.org"),
    "report": lambda page: page.locator(".footer-report a").click(),
    "version-full": lambda page: page.locator(".rows a").last.click(),
    "follow-asked": sent(email="demonstratie@example.org"),
    "follow-confirmed": sent(),
    "follow-left": sent(),
    "shared-remark": lambda page: page.locator(".remarks summary").first.click(),
}
LETTERS = ["--blink-settings=defaultFontSize=32"]  # 200 %


def window(width: int, height: int = 900, **options: object) -> dict[str, object]:
    """The options of a browser of this size."""
    still = {"reduced_motion": "reduce"}  # no picture of a page that fades into another
    return {"viewport": {"width": width, "height": height}, **still, **options}


MODES: dict[str, dict[str, object]] = {
    "desktop": window(1440),
    "tablet": window(768, 1024),
    "phone": window(390, 844),
    "small": window(320, 568),
    "dark": window(1440, color_scheme="dark"),
    "forced": window(1440, forced_colors="active"),
    "enlarged": window(640, 400, device_scale_factor=2),  # 1280 pixels at 200 %
    "letters": window(320, 568),
}


# Pictures further down, which a browser would ask for only when they come into view.
SHOW_PICTURES = """async () => {
    const pictures = [...document.images];
    pictures.forEach(each => { each.loading = "eager"; });
    await Promise.all(pictures.map(each => each.decode().catch(() => null)));
}"""


def main() -> None:
    """Photograph the site that is asked for, or a new one that is served for as long as it takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"only these, of {', '.join(ALL)}")
    parser.add_argument("--site", help="the address of a site that runs already")
    parser.add_argument("--readme", action="store_true", help=f"only the picture of the README, {README.name}")
    parser.add_argument("--folder", type=Path, default=TARGET, help="where the pictures go")
    asked = parser.parse_args()
    if unknown := set(asked.pages) - set(ALL):
        parser.error(f"no such page: {', '.join(sorted(unknown))}. There are {', '.join(ALL)}")
    chromium = shutil.which("chromium") or sys.exit("Chromium is needed: apt install chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        large = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *LETTERS])
        if asked.readme:
            with nullcontext(asked.site) if asked.site else served(data) as site:
                photograph_for_readme(browser, site)
        else:
            for part, demonstration in ((PAGES, ""), (FULL | SECRET, "1")):
                wanted = {name: part[name] for name in part if not asked.pages or name in asked.pages}
                if asked.site:
                    wanted = {name: wanted[name] for name in wanted if name not in SECRET}
                if wanted:
                    with nullcontext(asked.site) if asked.site else served(data, demonstration) as site:
                        links = secret_links(data) if set(wanted) & set(SECRET) else {}
                        addresses = {name: links.get(address, address) for name, address in wanted.items()}
                        photograph(browser, large, site, asked.folder, addresses)
        browser.close()
        large.close()
    print(f"See {README if asked.readme else asked.folder}")


@contextmanager
def served(data: str, demonstration: str = "") -> Iterator[str]:
    """The address of a site that keeps its data in folder `data`, with demonstration of this scale."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    environment = os.environ | {"DATA_DIR": data, "PORT": str(port), "WEB_CONCURRENCY": "1"}
    more = ["--demo", demonstration] if demonstration else []
    server = subprocess.Popen([sys.executable, ROOT / "deploy" / "serve.py", *more], env=environment)
    try:
        for _attempt in range(400):
            try:
                urllib.request.urlopen(f"{site}/healthz", timeout=1).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.3)
        yield site
    finally:
        server.terminate()
        server.wait()


def secret_links(data: str) -> dict[str, str]:
    """The addresses of pages that only who has a link can open, on the site that keeps its data in folder `data`."""
    command = [sys.executable, ROOT / "tools" / "secret_links.py"]
    made = subprocess.run(command, env=os.environ | {"DATA_DIR": data}, check=True, capture_output=True, text=True)
    links: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return links


def photograph(browser: Browser, large: Browser, site: str, target: Path, addresses: dict[str, str]) -> None:
    """Write NAME-MODE.png and NAME-print.pdf of each of these addresses of `site` in folder `target`.

    `large` is a browser with letters of 200 %.
    """
    target.mkdir(parents=True, exist_ok=True)
    for mode, options in MODES.items():
        context = (large if mode == "letters" else browser).new_context(base_url=site, **options)
        page = context.new_page()
        for name, address in addresses.items():
            page.goto(address)
            if name in ACTS:
                ACTS[name](page)
                page.wait_for_load_state()
            page.evaluate(SHOW_PICTURES)
            page.screenshot(path=target / f"{name}-{mode}.png", full_page=True)
            if mode == "desktop":
                page.pdf(path=target / f"{name}-print.pdf", format="A4", print_background=False)
        context.close()


def photograph_for_readme(browser: Browser, site: str) -> None:
    """Write the first view of the home page in English, in few colours, to keep the file small."""
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto("/en/")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(README, optimize=True)
    context.close()


if __name__ == "__main__":
    main()
