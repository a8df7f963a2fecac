"""Make static/css/site.css, the sheet of every visitor's page, from static/css/tokens.css and styles/site.css.

`make styles` runs it, and `make dev` again after each edit. The sources nest their rules, which browsers
do since 2023 only; what is made says the same to browsers since 2020, and is smaller. With `--check`, as
`make lint` does, it only tells whether what is committed is what the sources make.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from lightningcss import process_stylesheet

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [ROOT / "static" / "css" / "tokens.css", ROOT / "styles" / "site.css"]
TARGET = ROOT / "static" / "css" / "site.css"
BROWSERS = ["chrome >= 80", "edge >= 80", "firefox >= 78", "safari >= 13", "ios_saf >= 13"]
NOTICE = "/* Made from tokens.css and styles/site.css by `make styles`: edit those. */\n"
LOOK_EVERY = 0.3  # seconds


def built() -> str:
    """The sheet that the sources make; raises ValueError that says where a source is no CSS."""
    sources = "\n".join(source.read_text() for source in SOURCES)
    return NOTICE + process_stylesheet(sources, filename="site.css", browsers_list=BROWSERS, minify=False)


def build() -> None:
    """Write the sheet, when it is another than the one that is there."""
    sheet = built()
    if sheet != TARGET.read_text():
        TARGET.write_text(sheet)


def watch() -> None:
    """Build after each edit, for as long as the program lives that started this one."""
    parent, seen = os.getppid(), None
    while os.getppid() == parent:
        state = [source.stat().st_mtime_ns for source in SOURCES]
        if state != seen:
            seen = state
            try:
                build()
            except ValueError as error:
                print(f"styles: {error}", file=sys.stderr)
        time.sleep(LOOK_EVERY)


def main() -> None:
    """Build once, watch, or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the sheet is not up to date")
    parser.add_argument("--watch", action="store_true", help="build again after each edit of a source")
    options = parser.parse_args()
    if options.watch:
        watch()
    elif not options.check:
        build()
    elif built() != TARGET.read_text():
        sys.exit("static/css/site.css is not what its sources make: run 'make styles' and commit it.")


if __name__ == "__main__":
    main()
