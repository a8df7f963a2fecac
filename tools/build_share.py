"""Draw the pictures that go with a shared address: static/share/, one for each part of the site and language.

Sky, the mark and the name, what part of the site it is, and the horizon of the footer, with the site's own style
sheet. Run again after a change of the design: `.venv/bin/python tools/build_share.py`.
"""

import os
import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
COLOURS = 96
STYLE = """
  body { margin: 0; width: 1200px; height: 630px; overflow: hidden; background: var(--sky); position: relative; }
  .name { position: absolute; left: 84px; top: 92px; display: flex; gap: 44px; align-items: center; margin: 0; }
  .name .mark { height: 224px; width: auto; margin: 0; --band: var(--sky); }
  .name .mark path:first-child { fill: #0d3a35; }
  .name .mark-river { stroke: var(--sky); }
  .name p { margin: 0; font: 600 108px/1.02 Faustina; color: #0d3a35; letter-spacing: -.01em; }
  .name p span { display: block; color: #0a5068; }
  .word { position: absolute; left: 84px; top: 352px; margin: 0; padding-top: 20px; border-top: 8px solid #e9b949; }
  .word { font: 600 52px/1.1 "Hanken Grotesk"; color: #0d3a35; }
  .horizon { position: absolute; left: 0; bottom: 0; width: 1200px; height: 125px; }
  .horizon text { font-size: 19px; }
"""
HTML = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<link rel="stylesheet" href="{sheet}"><style>{style}</style></head><body>
<div class="name">{mark}<p>RESOC <span>Westhoek</span></p></div>{word}{horizon}</body></html>"""


def drawn(page: Page, html: str, scratch: Path) -> Image.Image:
    """What a browser shows of `html`, once its fonts are there."""
    scratch.write_text(html, encoding="utf-8")
    try:
        page.goto(scratch.as_uri())
        page.evaluate("document.fonts.ready")
        return Image.open(BytesIO(page.screenshot())).convert("RGB")
    finally:
        scratch.unlink()


def main() -> None:
    """Draw and save all of them."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resoc.settings")
    import django

    django.setup()
    from django.template.loader import render_to_string
    from django.utils.translation import override

    from publishing.i18n.languages import CODES
    from resoc.seo import share_pictures

    width, height = share_pictures.SIZE
    folder = ROOT / "static" / share_pictures.FOLDER
    folder.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or sys.exit("Chromium is needed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        for code in CODES:
            with override(code):
                horizon, mark = render_to_string("svg/horizon.svg"), render_to_string("svg/mark.svg")
                for kind, word in share_pictures.WORDS.items():
                    html = HTML.format(
                        language=code,
                        sheet="css/site.css",
                        style=STYLE,
                        mark=mark,
                        word=f'<p class="word">{word}</p>' if word else "",
                        horizon=horizon,
                    )
                    # In the folder of the static files, for the addresses in the style sheet.
                    picture = drawn(page, html, ROOT / "static" / "share.html")
                    picture.quantize(COLOURS).save(ROOT / "static" / share_pictures.path(kind, code), optimize=True)


if __name__ == "__main__":
    main()
