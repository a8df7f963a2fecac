"""Rich text as plain text."""

import re
from html import unescape

# Letters above and below the line that Unicode has as signs of their own, for where a text has no markup.
SIGNS = {
    "sup": str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
SMALL = re.compile(r"<(su[pb])>(.*?)</\1>", re.DOTALL)
LINE_ENDS = re.compile(r"</(?:p|h[1-6]|li|blockquote|t[dh])>|<br\s*/?>")
TAG = re.compile(r"""<(?:"[^"]*"|[^">])*>""")  # the text is sanitised, so every tag is whole


def to_text(html: str) -> str:
    """Sanitised `html` as plain text, a line for each block; a footnote stands between brackets."""
    if "<" in html:
        html = TAG.sub("", LINE_ENDS.sub("\n", plain_small_letters(_noted(html))))
    return unescape(html) if "&" in html else html


def plain_small_letters(html: str) -> str:
    """`html` with small letters above and below the line as plain signs where Unicode has them: `10⁶`, `CO₂`."""
    return SMALL.sub(lambda found: found[2].translate(SIGNS[found[1]]), html) if "<su" in html else html


def _noted(html: str) -> str:
    return html.replace("<small>", " (").replace("</small>", ")") if "<small>" in html else html
