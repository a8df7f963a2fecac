"""Typed quotes, apostrophes and spaces before signs, set as each language wants them, when a text is shown.

Pure functions; what is stored stays as it was typed. In rich text only words change: no tag, no link to read as
an address, nothing in `code` or `pre`.
"""

import re

QUOTES = {  # by language: what opens and closes a double quote, and a single one
    "nl": ("“", "”", "‘", "’"),
    "fr": ("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»", "‘", "’"),
    "en": ("“", "”", "‘", "’"),
}
# An address, or one for mail, is no prose.
ADDRESS = re.compile(r"(?:https?://|www\.|mailto:|page:)\S+|(?<!\S)(?:[^\s\w@]*@)?[^\s@]+@[^\s@]+\.\S+")
# A time with its unit, a day with its month, and the number of an opinion with its word: they stay on one line.
MONTHS = {
    "nl": "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    "fr": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
}
TIMES = {
    "nl": re.compile(rf"(?<=\d) (?=(?:uur|{MONTHS['nl']})\b)"),
    "fr": re.compile(rf"(?:(?<=\d)|(?<=\b1er)) (?=(?:h|{MONTHS['fr']})\b)|(?<=\d[ \N{{NO-BREAK SPACE}}]h) (?=\d\d\b)"),
    "en": re.compile(rf"(?<=\d) (?=(?:{MONTHS['en']})\b)"),
}
NUMBERED = re.compile(r"\b(Advies|Avis|Opinion)[ \N{NO-BREAK SPACE}](\d{4})-(\d{2,3})\b", re.IGNORECASE)
SUSPECT = re.compile(
    r"""["']|\s[:;!?»]|[\w)’”»%€][:;!?](?:\s|$)|«|(?:advies|avis|opinion)[ \N{NO-BREAK SPACE}]\d{4}-"""
    rf"|\d(?:er)? (?:uur|h|{'|'.join(MONTHS.values())})\b",
    re.IGNORECASE,
)
SPACE = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]"
DOUBLE = re.compile(r'(?<![\w"])"(?=\S)([^"\n]*?\S)"(?![\w"])')
SINGLE = re.compile(r"(?<![\w'’])'(?=\S)([^'\n]*?(?:\w'\w[^'\n]*?)*)(?<=\S)'(?![\w'])")
APOSTROPHE = re.compile(r"(?<=[^\W\d_])'")
ELISION = re.compile(r"(?<![\w'’])'(?=[nst]\b(?!'))", re.IGNORECASE)  # of Dutch: 's avonds, 't, 'n
BEFORE_SIGN = re.compile(f"(?:(?<=[\\w)’”»%€])|\\A){SPACE}+([:;!?])(?=\\s|$)")  # also where a tag stands before it
NO_SPACE = re.compile(r"(?<=[\w)’”»%€])([:;!?])(?=\s|$)")
GUILLEMETS = re.compile(f"«{SPACE}*([^«»]*?){SPACE}*»")
MARKUP = re.compile(r"(<(?:code|pre|kbd|samp)\b.*?</(?:code|pre|kbd|samp)>|<[^>]*>|&[#\w]+;)", re.DOTALL)


def set_right(text: str, language: str) -> str:
    """Plain `text` as a printer of `language` sets it; as it is in a language that we do not know."""
    if language not in QUOTES or not SUSPECT.search(text):
        return text
    kept = ADDRESS.findall(text)
    if not kept:
        return _prose(text, language)
    parts = ADDRESS.split(text)
    return "".join(
        _prose(part, language) + (kept[place] if place < len(kept) else "") for place, part in enumerate(parts)
    )


def set_right_in_html(html: str, language: str) -> str:
    """Rich text with the words between its tags set right, one by one."""
    if language not in QUOTES or not SUSPECT.search(html):
        return html
    parts = MARKUP.split(html)
    return "".join(part if place % 2 else set_right(part, language) for place, part in enumerate(parts))


def _prose(text: str, language: str) -> str:
    open_double, close_double, open_single, close_single = QUOTES[language]
    text = DOUBLE.sub(lambda found: f"{open_double}{found[1]}{close_double}", text)
    if language == "nl":
        text = ELISION.sub("’", text)
    text = SINGLE.sub(lambda found: f"{open_single}{found[1]}{close_single}", text)
    text = APOSTROPHE.sub("’", text)
    text = NUMBERED.sub("\\1\N{NO-BREAK SPACE}\\2\N{NON-BREAKING HYPHEN}\\3", text)
    if language in TIMES:
        text = TIMES[language].sub("\N{NO-BREAK SPACE}", text)
    if language != "fr":
        return BEFORE_SIGN.sub(r"\1", text)
    text = GUILLEMETS.sub("«\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}»", text)
    return NO_SPACE.sub(_after_space, BEFORE_SIGN.sub(_after_space, text))


def _after_space(found: re.Match[str]) -> str:
    return ("\N{NO-BREAK SPACE}" if found[1] == ":" else "\N{NARROW NO-BREAK SPACE}") + found[1]
