"""Pictures of the desk for docs/editors.md, in Dutch, as the secretariat sees it.

`make editor-screenshots` puts them in docs/images/. The site in them is a new one with the
source content, in a scratch folder; what happens in it is done in the browser, by the words
that the manual uses, so that a button that got another name stops this script.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from screenshots import served

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "images"
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 375, "height": 740}
COLOURS = 64  # of a picture; the desk has few
MOST = 120_000  # bytes of a picture
SIGN_IN = """
from django.contrib.auth.models import Group, User
from django.test import Client
from tests.desk import enter, give_second_factor
user = User.objects.create_user("an", is_staff=True, first_name="An", last_name="Peeters")
user.groups.add(Group.objects.get(name="Secretariaat"))
give_second_factor(user)
client = Client()
enter(client, user)
print(client.cookies["sessionid"].value)
"""


def main(folder: str = "") -> None:
    """Serve a new site for as long as it takes, and photograph it."""
    chromium = shutil.which("chromium") or sys.exit("Chromium is needed: apt install chromium")
    target = Path(folder or TARGET)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, served(data, "1") as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(base_url=site, locale="nl-BE", timezone_id="Europe/Brussels", viewport=LAPTOP)
        context.add_cookies([{"name": "sessionid", "value": sign_in(data), "url": site}])
        work_and_photograph(context.new_page(), target)
        browser.close()
    print(f"See {target}")


def sign_in(data: str) -> str:
    """The session of the one member of the secretariat of the site in that folder."""
    command = [sys.executable, ROOT / "manage.py", "shell", "--verbosity=0", "-c", SIGN_IN]
    environment = os.environ | {"DATA_DIR": data}
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def work_and_photograph(page: Page, target: Path) -> None:
    """A morning of the secretariat, with a picture of each page that it meets."""

    def click(role, words, within=page, **options) -> None:
        within.get_by_role(role, name=words, **options).first.click()

    def sees(words: str) -> None:
        page.get_by_text(words).first.wait_for()

    def picture(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.evaluate("document.activeElement.blur()")
        save(page.screenshot(), target / f"{name}.png")

    def open_theme(words: str) -> None:
        page.goto("/admin/")
        click("link", "Thema’s")
        click("link", re.compile(words))

    # A theme that is published again, and then changed once more.
    open_theme("regiomarketing")
    page.get_by_label("Samenvatting (nl)").fill("De Westhoek toont zich met één verhaal en één campagne.")
    click("button", "Publiceer")
    page.locator(".asks").wait_for()
    click("button", "Publiceer", page.locator(".asks"))
    sees("Gepubliceerd: bezoekers zien het nu.")
    page.get_by_label("Samenvatting (nl)").fill("De Westhoek toont zich met één verhaal en één beeld.")
    page.get_by_label("Titel (nl)").fill("Regiomarketing Westhoek")
    click("button", "Bewaar")
    sees("Bewaard als werkversie")
    open_theme("Regiomarketing Westhoek")
    picture("formulier")
    click("tab", "Français")
    page.get_by_text("om na te kijken voor je publiceert").click()
    picture("nakijken")
    click("tab", "Nederlands")
    click("button", "Nederlands", page.get_by_role("region", name="Voorbeeld"))
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
    picture("voorbeeld")
    click("button", "Sluit")

    click("link", "Alle versies")
    picture("geschiedenis")
    click("button", "Vergelijk")
    picture("vergelijken")

    # Another one that goes on the site next Monday at nine.
    open_theme("Westhoek Business District")
    monday = datetime.now().astimezone() + timedelta(days=7 - datetime.now().astimezone().weekday())
    page.get_by_label("Samenvatting (nl)").fill("Een bedrijvenpark dat zich als geheel voorstelt.")
    page.get_by_text("Op een later moment").click()
    page.get_by_label("Vanaf").fill(f"{monday:%Y-%m-%d}T09:00")
    click("button", "Plan", exact=True)
    page.locator(".asks").wait_for()
    click("button", "Plan", page.locator(".asks"), exact=True)
    sees("Gepland: bezoekers zien deze versie vanaf")
    click("link", "Gepland")
    picture("gepland")
    open_theme("Westhoek Business District")
    click("link", "Wat nu op de site staat")
    sees("Dit is wat nu op de site staat.")
    picture("verbeteren")

    # An update that was thrown away.
    page.goto("/admin/")
    click("link", "Berichten")
    click("link", re.compile("bericht toevoegen", re.IGNORECASE))
    page.get_by_label("Titel (nl)").fill("Verslag van de werkgroep")
    click("button", "Bewaar")
    sees("Bewaard als werkversie")
    click("link", "Verwijderen")
    page.locator("#content [type=submit]").click()
    page.goto("/admin/")
    picture("beheer")
    click("link", "Prullenbak")
    picture("prullenbak")

    page.set_viewport_size(PHONE)
    page.goto("/admin/")
    click("link", "Medewerkers")
    click("link", re.compile("Johan"))
    page.get_by_label("Telefoon").scroll_into_view_if_needed()
    picture("telefoon")


def save(png: bytes, file: Path) -> None:
    """Write a picture with few colours, which makes it small; one that stays large is an error."""
    small = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True)
    if file.stat().st_size > MOST:
        sys.exit(f"{file.name} has {file.stat().st_size} bytes, more than {MOST}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
