"""Pictures of every kind of page, on desktop, phone, in the dark and on paper.

`make screenshots` puts them in var/screenshots/, to be looked at beside the design. The
site in them is a new one with the source content, served from a scratch folder.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

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
    """Serve a new site and photograph it."""
    chromium = shutil.which("chromium") or sys.exit("Chromium is needed: apt install chromium")
    TARGET.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"DATA_DIR": data, "PORT": str(port), "WEB_CONCURRENCY": "1"}
        server = subprocess.Popen([sys.executable, ROOT / "deploy" / "serve.py"], env=environment)
        try:
            _photograph(f"http://127.0.0.1:{port}", chromium)
        finally:
            server.terminate()
            server.wait()
    print(f"See {TARGET}")


def _photograph(site: str, chromium: str) -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{site}/healthz", timeout=1).close()  # noqa: S310
            break
        except OSError:
            time.sleep(0.3)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for mode, options in MODES.items():
            page = browser.new_context(base_url=site, **options).new_page()
            for name, address in PAGES.items():
                page.goto(address)
                page.screenshot(path=TARGET / f"{name}-{mode}.png", full_page=True)
        page = browser.new_page(base_url=site)
        for name, address in PAGES.items():
            page.goto(address)
            page.pdf(path=TARGET / f"{name}-print.pdf", format="A4", print_background=False)
        browser.close()


if __name__ == "__main__":
    main()
