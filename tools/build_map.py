"""Draw the map of the 18 municipalities, the mark and the icons from the boundaries.

    .venv/bin/python tools/build_map.py

Reads tools/data/ (sources and licences: westhoek.geojson.LICENSE.md there) and writes
templates/svg/map.html, templates/svg/mark.svg and static/icons/. Do not edit those by hand.
"""

import json
import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tools" / "data"
SVG = ROOT / "templates" / "svg"
ICONS = ROOT / "static" / "icons"

WIDTH = 600  # units from the westernmost to the easternmost point
MIDDLE = math.radians(50.98)  # at this latitude a degree of longitude has its true length
PAD = 6  # room for half the coast's stroke

# Three shades per arrondissement, dealt out so that neighbours differ.
TINTS = {
    "k0": ["Koksijde", "Alveringem"],
    "k1": ["Veurne"],
    "k2": ["De Panne", "Nieuwpoort"],
    "v0": ["Diksmuide"],
    "v1": ["Lo-Reninge", "Kortemark"],
    "v2": ["Koekelare", "Houthulst"],
    "h0": ["Ieper", "Mesen", "Wervik"],
    "h1": ["Poperinge", "Langemark-Poelkapelle"],
    "h2": ["Vleteren", "Heuvelland", "Zonnebeke"],
}
LEGEND = [("k0", "Veurne"), ("v0", "Diksmuide"), ("h0", "Ieper")]
GROUPS = {"k": "Veurne", "v": "Diksmuide", "h": "Ypres"}  # the first letters of the tints, and msgids

# Where the outer boundary changes its nature, walking clockwise from the sea.
COAST = (2.5454, 51.0891), (2.7492, 51.1616)
FRANCE_EAST = (3.0985, 50.779), (3.0243, 50.7709)
FRANCE_WEST = (2.8632, 50.7083), (2.5454, 51.0891)

# Words that are not municipalities: msgid, class, point, angle, anchor. Placed by eye.
AROUND = [
    ("North Sea", "map-water", (2.618, 51.1335), -30, "middle"),
    ("Yser", "map-water", (2.812, 51.0035), -64, "middle"),
    ("France", "map-land", (2.5454, 50.798), 0, "start"),
]

BAND, BAND_DARK, WHITE, LIGHT = "#0D3A35", "#174B44", "#FFFFFF", "#EAF1ED"


def read(name):
    """The features of a file in tools/data."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))["features"]


def rings(feature):
    """The outer rings of a municipality; none of the eighteen has a hole."""
    geometry = feature["geometry"]
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [[tuple(point) for point in polygon[0]] for polygon in polygons]


def outer_ring(features):
    """The boundary of all together: the edges that only one municipality has, clockwise."""
    edges = Counter(frozenset(edge) for feature in features for ring in rings(feature) for edge in pairwise(ring))
    neighbours = defaultdict(list)
    for edge, times in edges.items():
        if times == 1:
            one, other = edge
            neighbours[one].append(other)
            neighbours[other].append(one)
    # Setting out along the coast, to the north-east, makes the walk clockwise.
    ring = [COAST[0], max(neighbours[COAST[0]], key=lambda point: point[1])]
    while ring[-1] != COAST[0]:
        ring.append(next(point for point in neighbours[ring[-1]] if point != ring[-2]))
    return ring[:-1]


def stretch(ring, start, end):
    """The part of a closed ring between two of its points, both included."""
    first = ring.index(start)
    turned = ring[first:] + ring[:first]
    last = turned.index(end)
    return turned[: last + 1] if last else [*turned, end]


def simplify(points, tolerance):
    """Douglas and Peucker: drop what lies closer than the tolerance to the line without it."""
    if len(points) < 3:
        return points
    (x1, y1), (x2, y2) = points[0], points[-1]
    length = math.hypot(x2 - x1, y2 - y1)

    def distance(point):
        x, y = point
        if not length:
            return math.hypot(x - x1, y - y1)
        return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length

    index = max(range(1, len(points) - 1), key=lambda i: distance(points[i]))
    if distance(points[index]) <= tolerance:
        return [points[0], points[-1]]
    return simplify(points[: index + 1], tolerance)[:-1] + simplify(points[index:], tolerance)


class Projection:
    """Longitude and latitude to drawing units, y downwards."""

    def __init__(self, points):
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        self.per_latitude = WIDTH / ((east - west) * math.cos(MIDDLE))
        self.per_longitude = self.per_latitude * math.cos(MIDDLE)
        self.west, self.north = west, north
        self.width = WIDTH + 2 * PAD
        self.height = round((north - south) * self.per_latitude) + 2 * PAD

    def __call__(self, point):
        """A point on the drawing."""
        x, y = point
        return (
            round((x - self.west) * self.per_longitude) + PAD,
            round((self.north - y) * self.per_latitude) + PAD,
        )

    def metres(self, distance):
        """How many units so many metres are."""
        return distance / 111_320 * self.per_latitude


def path(points, closed=False):
    """Path data with relative steps, which is a third shorter than absolute points."""
    steps, (x, y) = [], points[0]
    data = f"M{x} {y}"
    for nx, ny in points[1:]:
        if (nx, ny) != (x, y):
            steps.append((nx - x, ny - y))
            x, y = nx, ny
    if closed:
        steps = steps[:-1]  # z draws the last step
    for index, (dx, dy) in enumerate(steps):
        data += "l" if not index else ("" if dx < 0 else " ")
        data += f"{dx}{dy}" if dy < 0 else f"{dx} {dy}"
    return data + ("z" if closed else "")


def curve(points):
    """Path data that flows: each point bends the line, which passes half-way between them."""
    (x, y), *bends, end = points
    data = f"M{x} {y}"
    for index, (bx, by) in enumerate(bends):
        after = bends[index + 1] if index + 1 < len(bends) else None
        nx, ny = ((bx + after[0]) // 2, (by + after[1]) // 2) if after else end
        data += f"q{bx - x} {by - y} {nx - x} {ny - y}"
        x, y = nx, ny
    return data.replace(" -", "-")


def name(feature, part=slice(None)):
    """A municipality's name as template text: one word, or one per language."""
    words = {code: feature["properties"][f"name_{code}"][part] for code in ("nl", "fr", "en")}
    text = words["nl"]
    others = [code for code in ("fr", "en") if words[code] != text]
    if not others:
        return text
    tests = "".join(
        f'{{% {"elif" if index else "if"} LANGUAGE_CODE == "{code}" %}}{words[code]}'
        for index, code in enumerate(others)
    )
    return f"{tests}{{% else %}}{text}{{% endif %}}"


def label(feature, project, text, down=0):
    """A text element where the name of this municipality goes, or that much lower."""
    properties = feature["properties"]
    x, y = project(properties["label"])
    anchor = ' class="map-beside"' if properties["label_anchor"] == "start" else ""
    return f'<text x="{x}" y="{y + down}"{anchor}>{text}</text>'


def map_name(feature, project):
    """The name as the map writes it: a long double name on two lines, each a text of its own.

    WebKit draws the lines of one text over each other, where the style sheet sets their middle.
    """
    whole = feature["properties"]["name_nl"]
    if len(whole) < 14 or "-" not in whole:
        return label(feature, project, name(feature))
    cut = whole.index("-") + 1
    lines = name(feature, slice(cut)), name(feature, slice(cut, None))
    return "".join(label(feature, project, line, down=16 * index) for index, line in enumerate(lines))


def group_of(feature):
    """The letter of the arrondissement of a municipality."""
    return next(tint[0] for tint, names in TINTS.items() if feature["properties"]["name_nl"] in names)


def swatch(tint):
    """A small field of a colour of the map."""
    drawing = f'<path class="{tint}" d="M0 0h18v13H0z"/>'
    return f'<svg width="18" height="13" viewBox="0 0 18 13" aria-hidden="true">{drawing}</svg>'


def draw_map(features, ring, river, project):
    """The template fragment: drawing, legend and list."""
    by_name = {feature["properties"]["name_nl"]: feature for feature in features}
    tints = "\n".join(
        f'      <path class="{tint}" d="'
        + "".join(
            path([project(point) for point in part], closed=True) for one in names for part in rings(by_name[one])
        )
        + '"/>'
        for tint, names in TINTS.items()
    )
    belgium = [
        stretch(ring, COAST[1], FRANCE_EAST[0]),
        stretch(ring, FRANCE_EAST[1], FRANCE_WEST[0]),
    ]
    france = [stretch(ring, *FRANCE_EAST), stretch(ring, *FRANCE_WEST)]

    def line(*parts):
        return "".join(path([project(point) for point in part]) for part in parts)

    around = []
    for word, kind, point, angle, anchor in AROUND:
        x, y = project(point)
        turn = f' transform="rotate({angle} {x} {y})"' if angle else ""
        around.append(
            f'      <text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}"{turn}>{{% translate "{word}" %}}</text>'
        )
    names = "\n".join("      " + map_name(f, project) for f in features)
    numbers = "\n".join("      " + label(f, project, number) for number, f in enumerate(features, 1))
    legend = "\n".join(f"      <li>{swatch(tint)} {name(by_name[capital])}</li>" for tint, capital in LEGEND)
    size = f'width="{project.width}" height="{project.height}" viewBox="0 0 {project.width} {project.height}"'
    numbered = list(enumerate(features, 1))
    lists = []
    for letter, capital in GROUPS.items():
        own = [(number, f) for number, f in numbered if group_of(f) == letter]
        listed = "\n".join(f"          <li>{name(f)}</li>" for _, f in own)
        lists.append(f"""\
      <div>
        <p id="map-{letter}">{swatch(letter + "0")} {{% translate "Arrondissement of {capital}" %}}</p>
        <ol class="map-list" start="{own[0][0]}" aria-labelledby="map-{letter}">
{listed}
        </ol>
      </div>""")
    return f"""\
{{% load i18n %}}
{{# Made by tools/build_map.py: change it there. #}}
<div class="map">
  <svg class="map-drawing" {size} role="img">
    <title>{{% translate "Map of the 18 municipalities of the Westhoek, beside the North Sea and France" %}}</title>
    <g class="map-fill" fill="#fff" stroke="#000">
{tints}
    </g>
    <g fill="none">
      <path class="map-edge" d="{line(*belgium)}"/>
      <path class="map-france" d="{line(*france)}"/>
      <path class="map-coast" d="{line(stretch(ring, *COAST))}"/>
      <path class="map-river" d="{curve([project(point) for point in river])}"/>
    </g>
    <g class="map-around">
{chr(10).join(around)}
    </g>
    <g class="map-names">
{names}
    </g>
    <g class="map-numbers" display="none">
{numbers}
    </g>
  </svg>
  {{# Colours only; the lists say in words what is where. #}}
  <div class="map-legend" aria-hidden="true">
    <p>{{% translate "Arrondissement" %}}</p>
    <ul class="plain">
{legend}
    </ul>
  </div>
  <details class="map-places">
    <summary>{{% translate "The 18 municipalities" %}}</summary>
    <div class="map-lists">
{chr(10).join(lists)}
    </div>
  </details>
</div>
"""


def draw_mark(outline, cut, project):
    """The silhouette; the river is a stroke in the ground's colour, so it needs no mask."""
    return f"""\
<svg class="mark" width="35" height="44" viewBox="-6 -6 {project.width + 12} {project.height + 12}" aria-hidden="true">
  <path d="{path(outline + outline[:1], closed=True)}"/>
  <path class="mark-river" fill="none" d="{curve(cut)}"/>
</svg>
"""


def draw_favicon(outline, cut, project):
    """The mark on its green ground, for browser tabs by day and by night."""
    side = project.height + 100  # little air: a tab shows it at 16 pixels
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="{(project.width - side) // 2} -50 {side} {side}">
  <style>
    .ground {{ fill: {BAND} }}
    .river {{ fill: none; stroke: {BAND}; stroke-width: 48 }}
    .land {{ fill: {WHITE}; stroke: {WHITE}; stroke-width: 12; stroke-linejoin: round }}
    @media (prefers-color-scheme: dark) {{
      .ground {{ fill: {BAND_DARK} }}
      .river {{ stroke: {BAND_DARK} }}
      .land {{ fill: {LIGHT}; stroke: {LIGHT} }}
    }}
  </style>
  <path class="ground" d="M-999-999h3000v3000h-3000z"/>
  <path class="land" d="{path(outline + outline[:1], closed=True)}"/>
  <path class="river" d="{curve(cut)}"/>
</svg>
"""


def smooth(points):
    """Chaikin's corner cutting, which tends to the curve that `curve` draws."""
    inner = [
        (x1 + (x2 - x1) * part, y1 + (y2 - y1) * part)
        for (x1, y1), (x2, y2) in pairwise(points)
        for part in (0.25, 0.75)
    ]
    return [points[0], *inner, points[-1]]


def draw_touch_icon(outline, cut, project, side=180, margin=140, scale=8):
    """The same for home screens, which take no SVG; drawn large and sampled down.

    `margin` is what stays free above and below the mark, in its own units.
    """
    big = side * scale
    unit = big / (project.height + 2 * margin)
    dx, dy = (big - project.width * unit) / 2, margin * unit

    def place(points):
        return [(x * unit + dx, y * unit + dy) for x, y in points]

    image = Image.new("RGB", (big, big), BAND)
    pen = ImageDraw.Draw(image)
    pen.polygon(place(outline), fill=WHITE)
    pen.line(place(smooth(smooth(smooth(cut)))), fill=BAND, width=round(48 * unit), joint="curve")
    return image.resize((side, side), Image.Resampling.LANCZOS)


def main():
    """Write all the files."""
    order = list(GROUPS)
    features = sorted(read("westhoek.geojson"), key=lambda f: (order.index(group_of(f)), f["properties"]["name_nl"]))
    (course,) = read("ijzer-schematic.geojson")
    river = [tuple(point) for point in course["geometry"]["coordinates"]]
    ring = outer_ring(features)
    project = Projection(ring)

    # The mark has to hold at 20 pixels: 800 metres of detail, and a river that leaves the land.
    rough = project.metres(800)
    half = len(ring) // 2
    points = [project(point) for point in ring]
    outline = simplify(points[: half + 1], rough)[:-1] + simplify(points[half:] + points[:1], rough)[:-1]
    cut = simplify([project(point) for point in river], rough)
    (x1, y1), (x2, y2) = cut[0], cut[-1]
    cut = [(x1 - 40, y1 + 24), *cut, (x2 - 30, y2 - 30)]

    SVG.mkdir(parents=True, exist_ok=True)
    ICONS.mkdir(parents=True, exist_ok=True)
    (SVG / "map.html").write_text(draw_map(features, ring, river, project), encoding="utf-8")
    (SVG / "mark.svg").write_text(draw_mark(outline, cut, project), encoding="utf-8")
    (ICONS / "favicon.svg").write_text(draw_favicon(outline, cut, project), encoding="utf-8")
    # A maskable icon may be cut to a circle of four fifths of its side: the whole mark stays within it.
    icons = {"touch-180": (180, 140), "icon-192": (192, 140), "icon-512": (512, 140), "maskable-512": (512, 230)}
    for name, (side, margin) in icons.items():
        icon = draw_touch_icon(outline, cut, project, side, margin)
        icon.quantize(32).save(ICONS / f"{name}.png", optimize=True)
    print(f"{len(features)} municipalities, {project.width} x {project.height} units, mark of {len(outline)} points")


if __name__ == "__main__":
    main()
