"""Pictures of every kind of page, on desktop, phone, in the dark and on paper.

`make screenshots` puts them in var/screenshots/, to be looked at beside the design;
`make screenshots PAGES="home theme"` only those. The site in them is a new one with the source
content, served from a scratch folder; or, with
`.venv/bin/python tools/screenshots.py --site http://127.0.0.1:8000`, one that runs already.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "var" / "screenshots"
PAGES = {
    "home": "/",
    "home-fr": "/fr/",
    "priorities": "/prioriteiten/",
    "priority": "/prioriteiten/tewerkstellingsbeleid/",
    "themes": "/themas/",
    "theme": "/themas/regiomarketing/",
    "contact": "/contact/",
    "card": "/fr/contact/stephanie-thybaert/",
    "search": "/zoeken/?q=regiomarketing",
    "text": "/toegankelijkheid/",
    "versions": "/themas/regiomarketing/versies/",
    "not-found": "/nergens/",
}
MODES = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
}


def main() -> None:
    """Photograph the site that is asked for, or a new one that is served for as long as it takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"only these, of {', '.join(PAGES)}")
    parser.add_argument("--site", help="the address of a site that runs already")
    parser.add_argument("--folder", type=Path, default=TARGET, help="where the pictures go")
    asked = parser.parse_args()
    if unknown := set(asked.pages) - set(PAGES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}. There are {', '.join(PAGES)}")
    chromium = shutil.which("chromium") or sys.exit("Chromium is needed: apt install chromium")
    own = nullcontext((asked.site, "")) if asked.site else served()
    with own as (site, _data), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        photograph(browser, site, asked.folder, asked.pages or list(PAGES))
        browser.close()
    print(f"See {asked.folder}")


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """The address of a new site, and the scratch folder that it is in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"DATA_DIR": data, "PORT": str(port), "WEB_CONCURRENCY": "1"}
        server = subprocess.Popen([sys.executable, ROOT / "deploy" / "serve.py"], env=environment)
        try:
            for _attempt in range(400):
                try:
                    urllib.request.urlopen(f"{site}/healthz", timeout=1).close()  # noqa: S310
                    break
                except OSError:
                    time.sleep(0.3)
            yield site, data
        finally:
            server.terminate()
            server.wait()


def photograph(browser: Browser, site: str, target: Path, names: list[str]) -> None:
    """Write NAME-MODE.png and NAME-print.pdf of the pages `names` of `site` in folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for mode, options in MODES.items():
        context = browser.new_context(base_url=site, **options)
        page = context.new_page()
        for name in names:
            page.goto(PAGES[name])
            page.screenshot(path=target / f"{name}-{mode}.png", full_page=True)
            if mode == "desktop":
                page.pdf(path=target / f"{name}-print.pdf", format="A4", print_background=False)
        context.close()


if __name__ == "__main__":
    main()
