"""Build the two web fonts from the pinned npm packages.

    .venv/bin/python tools/build_fonts.py

Needs npm on the path, fonttools and brotli. Same input, same bytes: the packages are
pinned by version and checked by digest, and the font's own dates are kept.
"""

import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

OUT = Path(__file__).resolve().parent.parent / "static" / "fonts"

# (npm package, version, sha256 of the tarball, file inside it, what stays of the weight axis, result)
FONTS = [
    (
        "@fontsource-variable/faustina",
        "5.3.0",
        "4d3e40ff9178f984530863f863e835c0b66c26dbe23937fb12bc0ae859e10317",
        "faustina-latin-wght-normal.woff2",
        600,
        "faustina-600",
    ),
    (
        "@fontsource-variable/hanken-grotesk",
        "5.3.0",
        "ceaf44924113b0dfe025b2bc4e263ccc64a2414559bbcb5966a480a3c45eba35",
        "hanken-grotesk-latin-wght-normal.woff2",
        (400, 700),
        "hanken-grotesk",
    ),
]

# Dutch, French and English, their quotation marks and dashes, and the no-break spaces of
# French typography. No arrows or ticks: neither family has them, the site draws them.
UNICODES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *range(0x131, 0x134),
    0x152,
    0x153,
    0x178,
    *range(0x2010, 0x2015),
    *range(0x2018, 0x201B),
    *range(0x201C, 0x201F),
    0x2022,
    0x2026,
    0x202F,
    0x2039,
    0x203A,
    0x20AC,
    0x2122,
    0x2212,
]
FEATURES = ["kern", "liga", "ccmp", "locl", "pnum", "tnum"]


def fetch(package, version, digest, folder):
    """Download one package with npm and return its opened archive."""
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = Path(folder, done.stdout.split()[-1])
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        raise SystemExit(f"{archive.name}: sha256 is {found}, expected {digest}")
    return tarfile.open(archive)


def build(source, weight, target):
    """Cut the weight axis and the glyphs down to what the site uses."""
    font = TTFont(source, recalcTimestamp=False)
    font = instantiateVariableFont(font, {"wght": weight})
    # The subsetter expects a font as read from a file, not one still being taken apart.
    whole = io.BytesIO()
    font.save(whole)
    font = TTFont(whole, recalcTimestamp=False)
    options = Options()
    options.layout_features = FEATURES
    options.flavor = "woff2"
    options.hinting = False  # the screens that need it are gone; a tenth of the weight
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def main():
    """Write the fonts and their licences, and print the sizes."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for package, version, digest, inside, weight, name in FONTS:
            with fetch(package, version, digest, folder) as archive:
                target = OUT / f"{name}.woff2"
                build(archive.extractfile(f"package/files/{inside}"), weight, target)
                licence = archive.extractfile("package/LICENSE").read()
                (OUT / f"{name}.OFL.txt").write_bytes(licence)
            print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
