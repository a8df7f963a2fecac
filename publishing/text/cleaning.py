"""Letters that cannot be seen: which go, which mean something, and whether anything is left to read.

Pure functions on strings, for every way in and every way out. All are idempotent and never raise.
`models.values.cleaners` says which of them cleans which field.

What is invisible are control characters (category Cc), surrogates, noncharacters, and the code points with the
property Default_Ignorable_Code_Point (DerivedCoreProperties.txt). XML 1.0 (2.2) forbids the first three. In texts
some of the others mean something: soft hyphens, joiners in emoji (UTS 51) and in scripts that join their letters
(Unicode 9.2, 12), variation selectors, and marks of direction (UAX 9). In an identifier none does: a slug, a web
address, an e-mail address or a number that looks like another one must be the same.
"""

import re
from collections.abc import Callable
from html import unescape

from django.utils.html import strip_tags

# The bodies of character classes.
BREAKS = "\x0b\x0c\x85\u2028\u2029"  # what word processors and slides write for a line break
CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
PLANES = range(0, 0x110000, 0x10000)
NONCHARACTERS = "\ud800-\udfff\ufdd0-\ufdef" + "".join(chr(p + last) for p in PLANES for last in (0xFFFE, 0xFFFF))
SOFT_HYPHEN = "\xad"
JOINERS = "\u200c\u200d"
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
MONGOLIAN_SELECTORS = "\u180b-\u180f"
TAGS = "\U000e0030-\U000e0039\U000e0061-\U000e007a"
MARKS = "\u061c\u200e\u200f"  # of direction, by themselves
OPENING, CLOSING = "\u202a\u202b\u202d\u202e\u2066-\u2068", "\u202c\u2069"
BACKWARDS = "\u202e"
POP, POP_ISOLATE = "\u202c", "\u2069"
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # as wide as a letter
IGNORABLE = (
    f"\u034f\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    f"\U000e0000-\U000e0fff{JOINERS}{SELECTORS}{MONGOLIAN_SELECTORS}{MARKS}{OPENING}{CLOSING}"
)
INVISIBLE = f"{CONTROLS}{NONCHARACTERS}{SOFT_HYPHEN}{IGNORABLE}{BLANKS}"

EMOJI = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
RIGHT_TO_LEFT = (
    "\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
JOINING = (  # scripts in which joiners and the like change what is read
    f"{RIGHT_TO_LEFT}\u0900-\u109f\u1100-\u115e\u1161-\u11ff\u1700-\u17b3\u17b6-\u180a\u1810-\u1aff\u1b00-\u1c4f"
    "\ua840-\uaadf\uabc0-\uabff\U00011000-\U00011fff"
)
HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
SIGNS = "\u2200-\u22ff\u2a00-\u2aff0"  # of mathematics, and the zero, which have variants


def _all_but(letters: str) -> str:
    """The body of a class of all characters that `letters`, the body of another, does not have."""
    ranges = sorted((first, last or first) for first, last in re.findall("(?s)(.)(?:-(.))?", letters))
    others, begin = "", 0
    for first, last in ranges:
        if begin < ord(first):
            others += re.escape(chr(begin)) + "-" + re.escape(chr(ord(first) - 1))
        begin = max(begin, ord(last) + 1)
    return f"{others}{chr(begin)}-\U0010ffff" if begin <= 0x10FFFF else others


# Every text is asked this whenever it is read. As what it is not, the engine finds the usual letters in one table.
SUSPICIOUS = re.compile(f"[^{_all_but(BREAKS + INVISIBLE)}]")
# What only a text with such letters needs is compiled when the first one comes: all of it takes 10 ms.
RUN = f"{SUSPICIOUS.pattern}{SUSPICIOUS.pattern}*"  # the first alone is looked for quickly
HARD_SPACE_AROUND = re.compile(r"^(?:\s|&nbsp;)+|(?:\s|&nbsp;)+$")
MEANT = "|".join(
    (
        SOFT_HYPHEN,
        f"[{BLANKS}{OPENING}{CLOSING}{MARKS}]",  # judged later, or as a letter
        f"(?<=[{JOINING}])[{JOINERS}\u034f]{{1,3}}",
        f"[{JOINERS}\u034f]{{1,3}}(?=[{JOINING}])",
        f"(?<=[{EMOJI}\ufe0e\ufe0f\U000e007f])\u200d(?=[{EMOJI}])",
        f"(?<=[{EMOJI}])[\ufe0e\ufe0f]",
        "(?<=[0-9#*])\ufe0f(?=\u20e3)",  # a key
        f"(?<=[{HAN}{SIGNS}{JOINING}])[{SELECTORS}]",
        f"(?<=[\u1810-\u18af])[{MONGOLIAN_SELECTORS}]{{1,2}}",
        f"(?<=\U0001f3f4)[{TAGS}]{{1,8}}\U000e007f",  # the flag of a region
    )
)
PART = f"({MEANT})|([{BREAKS}]+)|[{INVISIBLE}]"
DIRECTED = re.compile(f"[{MARKS}{OPENING}{CLOSING}]")
IS_RIGHT_TO_LEFT = re.compile(f"[{RIGHT_TO_LEFT}]")
PARAGRAPH = re.compile(r"(\n|</(?:p|h2|h3|li|blockquote|t[dhr])>|<br>)")
# A letter or sign at the beginning of a text, or after a tag without attributes: then somebody would read something.
BEGINNING = re.compile(rf"(?:^|<[a-z][a-z0-9]*>)[^<>&\s{INVISIBLE}]")
VISIBLE = re.compile(rf"[^\s{INVISIBLE}]")
EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x20]")  # by browsers (WHATWG URL 4.4), at least where they stand in a scheme
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
SAFE_SCHEME = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
HREF = re.compile(r'(?<= href=")[^"]*')
# In a text that is clean: what is no part of a picture.
NOT_SEARCHED = (
    f"(?<![{EMOJI}\ufe0e\ufe0f\U000e007f])[\u200d\ufe0e\ufe0f]|(?<![\U0001f3f4{TAGS}])[{TAGS}\U000e007f]"
    f"|[{SOFT_HYPHEN}\u034f\u200c\ufe00-\ufe0d\U000e0100-\U000e01ef{MONGOLIAN_SELECTORS}{DIRECTED.pattern[1:-1]}]"
)


def clean_text(text: str) -> str:
    """`text` without the letters that show nothing and mean nothing; "" when nothing would be read.

    A line break of a word processor becomes one of ours.
    """
    return _clean(text, "\n", can_be_seen)


def clean_line(text: str) -> str:
    """The same for a text of one line: such a break becomes a space."""
    return _clean(text, " ", can_be_seen)


def clean_html(html: str) -> str:
    """The same for rich text, in whose references no invisible letter means anything; "" when nothing would be read.

    What was sanitised stays what sanitising makes of it.
    """
    if SUSPICIOUS.search(html):
        html = _clean(HREF.sub(lambda found: _without_hard_space(clean_reference(found[0])), html), " ", bool)
        html = until_same(lambda each: EMPTY_PARAGRAPH.sub("", each), html).strip()
    return "" if is_blank(html) else html


def clean_identifier(text: str) -> str:
    """A slug, address, number or link `text` without any letter that shows nothing, and without space around it.

    Space within it stays: nobody should guess what was meant, so whoever validates it refuses it.
    """
    if SUSPICIOUS.search(text):
        text = re.sub(RUN, lambda found: " " if re.search(f"[{BREAKS}]", found[0]) else "", text)
    return text.strip()


def clean_reference(address: str) -> str:
    """The `address` of a link in rich text without invisible letters; "" when one of them hid a scheme that runs."""
    clean = clean_identifier(address)
    scheme = SCHEME.match(IGNORED_IN_ADDRESS.sub("", clean))
    is_hidden = scheme and not SCHEME.match(address) and not SAFE_SCHEME.match(clean)
    return "" if is_hidden else clean


def _without_hard_space(reference: str) -> str:
    """`reference`, as it stands in HTML, without the space around it that HTML writes as an entity."""
    return HARD_SPACE_AROUND.sub("", reference)


def searchable(text: str) -> str:
    """`text` as it is indexed and looked for: only what can be seen, and emoji whole."""
    if not SUSPICIOUS.search(text):
        return text
    return until_same(lambda each: re.sub(NOT_SEARCHED, "", clean_text(each)), text)


def can_be_seen(text: str) -> bool:
    """Whether plain `text` has anything that can be seen."""
    return bool(VISIBLE.search(text))


def is_blank(value: object) -> bool:
    """Whether nobody would read anything: nothing, only what can't be seen, or only empty markup."""
    text = str(value or "")
    if BEGINNING.search(text):  # of most texts
        return False
    plain = strip_tags(text) if "<" in text else text
    return not can_be_seen(unescape(plain) if "&" in plain else plain)


def until_same(change: Callable[[str], str], text: str) -> str:
    """`text` changed until another time changes nothing; each time must make it shorter or leave it."""
    while (changed := change(text)) != text:
        text = changed
    return text


def _clean(text: str, line_break: str, is_something: Callable[[str], bool]) -> str:
    if not SUSPICIOUS.search(text):
        return text

    # What means something between two letters means nothing when one of them goes.
    def once(text: str) -> str:
        text = re.sub(RUN, lambda run: _of_run(run, line_break), text)
        return _with_pairs(text) if DIRECTED.search(text) else text

    text = until_same(once, text)
    return text if is_something(text) else ""


def _of_run(run: re.Match[str], line_break: str) -> str:
    """What stays of invisible letters that stand together."""
    text, start, end = run.string, run.start(), run.end()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    stays = re.sub(PART, lambda part: part[1] or (line_break if part[2] else ""), f"{before}{run[0]}{after}")
    return stays[len(before) : len(stays) - len(after)]


def _with_pairs(text: str) -> str:
    """`text` with the marks of direction that have a pair in their paragraph, or letters from right to left beside."""
    marks_mean = bool(IS_RIGHT_TO_LEFT.search(text))
    return "".join(each if place % 2 else _paired(each, marks_mean) for place, each in enumerate(PARAGRAPH.split(text)))


def _paired(text: str, marks_mean: bool) -> str:
    letters = list(text)
    waiting: list[int] = []  # the places of what was opened
    paired: set[int] = set()
    for place, letter in enumerate(letters):
        if letter == POP and waiting and letters[waiting[-1]] <= "\u202e":
            _pair(waiting.pop(), place, letters, paired)
        elif letter == POP_ISOLATE:
            isolates = [each for each in waiting if letters[each] >= "\u2066"]
            if isolates:
                del waiting[waiting.index(isolates[-1]) :]
                _pair(isolates[-1], place, letters, paired)
        elif letter in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068":
            waiting.append(place)
    return "".join(
        letter
        for place, letter in enumerate(letters)
        if place in paired or not DIRECTED.match(letter) or (marks_mean and letter in MARKS)
    )


def _pair(opening: int, closing: int, letters: list[str], paired: set[int]) -> None:
    """Keep these two, unless nothing that can be seen stands between them.

    Words that run backwards (U+202E) are no others than they are: only who reads them is misled.
    """
    if letters[opening] != BACKWARDS and can_be_seen("".join(letters[opening + 1 : closing])):
        paired.update((opening, closing))
