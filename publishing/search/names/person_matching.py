"""Where a text names a person: by name, telephone number or e-mail address, however that is written.

Pure functions on strings; `review.naming.mentions` walks over all texts. A hit is certain, or only possible when
somebody else may be meant, such as a surname alone. A first name alone is not looked for: too many people share one.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import NamedTuple, Self
from urllib.parse import unquote

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, national_significant_number, parse

from publishing.content.internal_links import LINK, target_of
from publishing.queries.dependencies import Target
from publishing.search.text import WORD, fold, tidy
from publishing.text.cleaning import searchable

MOST_SPLITS = 4  # of a name of many words into first names and surname
LEAST_DIGITS = 6  # a shorter row of digits is found everywhere
RARE_LENGTH = 5  # letters from which a surname is looked for without a capital too
OMITTED = "[…]"  # what stands in a text for what was taken out of it
AROUND = 60  # characters of a text that are shown on either side of a hit

PARTICLES = frozenset(
    {"van", "vande", "vanden", "vander", "ver", "ten", "ter", "te", "'t", "t", "de", "den", "der", "des", "d'", "y"}
    | {"l'", "la", "le", "les", "du", "di", "da", "dal", "dalla", "del", "della", "dos", "das", "el", "al"}
    | {"ben", "bin", "ibn", "von", "zu", "zum", "zur", "st", "saint", "sint"}
)
TITLES = frozenset(
    {"dhr", "mevr", "mevrouw", "meneer", "mr", "mrs", "ms", "mme", "mlle", "dr", "drs", "prof", "ir", "ing", "lic"}
)

TAG = re.compile(r"""</?[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'<>])*>""")
INLINE = re.compile(r"</?(?:strong|em|b|i|u|s|a|sup|sub|span|mark|small|wbr)\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)')""")
PART = re.compile(
    rf"(?P<tag>{TAG.pattern})|(?P<entity>&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);)|.", re.DOTALL
)
ANCHOR = re.compile(r"""(<a\b(?:"[^"]*"|'[^']*'|[^"'<>])*>)(.*?)</a>""", re.DOTALL | re.IGNORECASE)
DIGITS = re.compile(r"[0-9]+")

START, END = r"(?<![^\W_])", r"(?![^\W_])"
GAP = r"[\W_]{1,3}"  # between a first name and a surname
SOFT_GAP = r"[\W_]{0,2}"  # between parts of one name: "Van den Broeck" and "Vandenbroeck"
COMMA = r"(?: |, ?|_)"  # between a surname and initials: a full stop would end a sentence
AT = r"\s?(?:@|[(\[{]\s?(?:at|a|apenstaartje|arobase)\s?[)\]}])\s?"
# The signs between digits of one number, not after another digit.
BETWEEN = r"[^0-9a-z@]{0,3}"


class MatchKind(TextChoices):
    """By what a text names somebody."""

    NAME = "name", _("name")
    NUMBER = "number", _("telephone number")
    EMAIL = "email", _("e-mail address")
    LINK = "link", _("link to the card")
    PART = "part", _("part of the name, or of a longer word")


@dataclass(frozen=True)
class Sought:
    """The data that identify a person: names as written, numbers as digits with and without country, addresses."""

    names: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = frozenset()  # the country code, "" when unknown, and the rest
    emails: frozenset[str] = frozenset()
    page: Target | None = None  # of the person, to which a text may have a link
    shared: frozenset[object] = frozenset()  # those of the numbers and addresses that others have too

    @classmethod
    def of(
        cls,
        names: Iterable[object] = (),
        numbers: Iterable[object] = (),
        emails: Iterable[object] = (),
        page: Target | None = None,
    ) -> Self:
        """What to look for, from values as they are stored; empty ones count for nothing."""
        return cls(
            frozenset(name for each in names if (name := tidy(str(each or "")))),
            frozenset(number for each in numbers if (number := _number(str(each or "")))),
            frozenset(email for each in emails if "@" in (email := fold(tidy(str(each or ""))))),
            page,
        )

    def sharing(self, numbers: Iterable[object], emails: Iterable[object]) -> Self:
        """The same; what is among the `numbers` or `emails` of others makes a hit only possible."""
        others = Sought.of(numbers=numbers, emails=emails)
        return replace(self, shared=(self.numbers & others.numbers) | (self.emails & others.emails))

    @property
    def told(self) -> list[str]:
        """The names, numbers and addresses, for people to read."""
        numbers = [f"+{country} {rest}" if country else rest for country, rest in sorted(self.numbers)]
        return [*sorted(self.names), *numbers, *sorted(self.emails)]

    def __bool__(self) -> bool:
        return bool(self.names or self.numbers or self.emails or self.page)


@dataclass(frozen=True)
class NameMatch:
    """That a text names the person, and the words around: `marked` stands between `before` and `after`."""

    kind: MatchKind
    is_certain: bool
    before: str
    marked: str
    after: str


class Matcher:
    """Finds one person in many texts. A text that it saw before costs nothing."""

    def __init__(self, sought: Sought) -> None:
        splits = [split for name in sought.names for split in splits_of(name)]
        single = {fold(name) for name in sought.names if len(words_of(name)) == 1}
        self._clues = {core for _given, surname in splits for core in _cores(surname)} | single
        self._numbers = {rest for _country, rest in sought.numbers}
        self._locals = {email.partition("@")[0] for email in sought.emails}
        full = "|".join(dict.fromkeys(_full(given, surname) for given, surname in splits))
        partly = "|".join(dict.fromkeys([*(_partly(*each) for each in splits), *map(re.escape, single)]))
        self._patterns: list[tuple[MatchKind, bool, re.Pattern[str]]] = []
        for email in sorted(sought.emails, key=len, reverse=True):
            self._add(MatchKind.EMAIL, email not in sought.shared, _email(email))
        for number in sorted(sought.numbers, key=lambda each: len(each[1]), reverse=True):
            self._add(MatchKind.NUMBER, number not in sought.shared, _dialled(*number))
        if full:
            self._add(MatchKind.NAME, True, f"{START}(?:{full}){END}")
        if partly:
            self._add(MatchKind.NAME, False, f"{START}(?:{partly}){END}")
        self._page = sought.page
        self._seen: dict[str, list[NameMatch]] = {}

    def find(self, text: str) -> list[NameMatch]:
        """Where `text`, plain or HTML, names the person: what is read first, then addresses behind links."""
        if text not in self._seen:
            self._seen[text] = self._all(text) if self._is_worth_trying(text) else []
        return self._seen[text]

    def redacted(self, text: str, unwanted: Collection[NameMatch]) -> str:
        """`text` with `OMITTED` for each of these hits; a link that named the person keeps its other words only."""
        units = units_of(text)
        stays: dict[int, str] = {}
        cut: set[int] = set()
        for hit, first, last in self.hits_in(units):
            if hit in unwanted:
                spans = [(unit.start, unit.end) for unit in units[first:last] if unit.end > unit.start]
                stays[spans[0][0]] = OMITTED
                cut |= {place for start, end in spans for place in range(start, end)}
        text = "".join(stays.get(place, "" if place in cut else letter) for place, letter in enumerate(text))
        text = ANCHOR.sub(lambda link: link[2] if self._is_unwanted(link, unwanted) else link[0], text)
        return ATTRIBUTE.sub(lambda each: '=""' if self._in_attribute(each, unwanted) else each[0], text)

    def _is_unwanted(self, link: re.Match[str], unwanted: Collection[NameMatch]) -> bool:
        return any(self._in_attribute(each, unwanted) for each in ATTRIBUTE.finditer(link[1])) or any(
            hit in unwanted for hit in self._links(link[0])
        )

    def _in_attribute(self, attribute: re.Match[str], unwanted: Collection[NameMatch]) -> bool:
        return any(hit in unwanted for hit, _first, _last in self.hits_in(plain_units(_value(attribute))))

    def _all(self, text: str) -> list[NameMatch]:
        found = [hit for hit, _first, _last in self.hits_in(units_of(text))]
        for tag in TAG.findall(text) if "<" in text else ():
            for attribute in ATTRIBUTE.finditer(tag):
                found += [hit for hit, _first, _last in self.hits_in(plain_units(_value(attribute)))]
        return [*found, *self._links(text)]

    def _links(self, html: str) -> Iterator[NameMatch]:
        """The links to the page of the person, by their words."""
        if self._page and f":{self._page[0]}/" in html:
            for href, words in LINK.findall(html):
                if target_of(href) == self._page:
                    yield NameMatch(MatchKind.LINK, True, "", tidy(unescape(TAG.sub("", words))), "")

    def _add(self, kind: MatchKind, is_certain: bool, pattern: str) -> None:
        self._patterns.append((kind, is_certain, re.compile(pattern)))

    def hits_in(self, units: "list[Unit]") -> list[tuple[NameMatch, int, int]]:
        """The hits in some letters, each with the places of its first letter and after its last one."""
        text, folded = "".join(unit.shown for unit in units), "".join(unit.folded for unit in units)
        places = [place for place, unit in enumerate(units) for _letter in unit.folded]
        taken: list[tuple[int, int, MatchKind, bool]] = []
        for kind, is_certain, pattern in self._patterns:
            for match in pattern.finditer(folded):
                start, end = places[match.start()], places[match.end() - 1] + 1
                is_lower = not is_certain and kind == MatchKind.NAME and text[start:end].islower()
                if is_lower and len(match[0]) < RARE_LENGTH:
                    continue
                if all(end <= first or start >= last for first, last, *_rest in taken):
                    taken.append((start, end, kind, is_certain))
        return [
            (NameMatch(kind, is_certain, _before(text[:start]), text[start:end], _after(text[end:])), start, end)
            for start, end, kind, is_certain in sorted(taken)
        ]

    def _is_worth_trying(self, text: str) -> bool:
        """Whether there may be a hit: none is missed, and most texts are done with at once."""
        plain = f"{TAG.sub('', text)} {text}" if "<" in text else text  # with what stands in the tags
        plain = unescape(plain) if "&" in plain else plain
        plain = unquote(plain) if "%" in plain else plain
        folded = plain.lower() if plain.isascii() else fold(tidy(plain))
        return (
            any(clue in folded for clue in self._clues)
            or any(local in folded for local in self._locals)
            or (bool(self._numbers) and any(number in "".join(DIGITS.findall(folded)) for number in self._numbers))
            or (self._page is not None and f":{self._page[0]}/" in folded)
        )


class Unit(NamedTuple):
    """One letter of a text as it is read, as it is compared, and where it stands in what is stored."""

    shown: str  # one letter
    folded: str  # none for what nobody sees, several for a ligature
    start: int
    end: int
    is_break: bool = False  # whether it is the end of a paragraph, or the like


def units_of(text: str) -> list[Unit]:
    """The letters of `text`, plain or HTML, as they are read: without tags, and one space where there is any."""
    units: list[Unit] = []
    for part in PART.finditer(text):
        tag, entity = part.group("tag", "entity")
        if tag and INLINE.match(tag):
            continue
        for letter in "\n" if tag else unescape(entity) if entity else part[0]:
            _append(units, letter, part.end() if tag else part.start(), part.end())
        if tag and units:
            units[-1] = units[-1]._replace(is_break=True)
    return units


def plain_units(text: str) -> list[Unit]:
    """The letters of plain `text`, in the same way."""
    units: list[Unit] = []
    for place, letter in enumerate(text):
        _append(units, letter, place, place + 1)
    return units


def _append(units: list[Unit], letter: str, start: int, end: int) -> None:
    if letter.isspace():
        if units and units[-1].shown != " ":
            units.append(Unit(" ", " ", start, end))
    elif letter.isascii() or searchable(letter):
        units.append(Unit(letter, fold(letter), start, end))
    elif units:  # nobody sees it: it goes with the letter before it
        units[-1] = units[-1]._replace(end=max(units[-1].end, end))


def _value(attribute: re.Match[str]) -> str:
    return unquote(unescape(attribute[1] or attribute[2] or ""))


def words_of(name: str) -> list[str]:
    """The words of a name, folded, titles left out; a name with hyphens is one word: `jean-luc`."""
    words = [fold(word).strip(".,") for word in tidy(name).replace("’", "'").replace("‘", "'").split()]
    return [word for word in words if WORD.search(word) and word not in TITLES]


def splits_of(name: str) -> list[tuple[list[str], list[str]]]:
    """The ways to read `name` as first names and surname, both folded words; none when it is one word.

    `Jan Pieter Janssens` has two, a name with a particle one: `Els`, `Van den Broeck`. A name of two
    surnames is also looked for with the first alone: `Sigrid Desmet-Vandaele`.
    """
    last, comma, first = name.partition(",")
    if comma and WORD.search(last) and WORD.search(first):
        found = [(words_of(first), words_of(last))]
    else:
        words = words_of(name)
        if words and _is_particle(words[0]):  # the surname comes first
            last_one = next((place for place, word in enumerate(words) if not _is_particle(word)), 0) + 1
            words = words[last_one:] + words[:last_one]
        particle = next((place for place, word in enumerate(words) if place and _is_particle(word)), None)
        places = [particle] if particle else range(max(1, len(words) - MOST_SPLITS), len(words))
        found = [(words[:place], words[place:]) for place in places]
        if not particle and len(words) > 2:  # with one of the first names only
            found += [(words[place : place + 1], words[-1:]) for place in range(len(words) - 1)]
    doubled = [(given, surname) for given, surname in found if "-" in surname[-1]] if found else []
    for given, surname in doubled:
        found += [(given, [*surname[:-1], half]) for half in surname[-1].split("-") if len(half) > 2]
    return [(given, surname) for given, surname in found if given and surname]


def _is_particle(word: str) -> bool:
    return word in PARTICLES or word.startswith(("d'", "l'"))


def _cores(surname: list[str]) -> Iterator[str]:
    """The letters that stand in every spelling of `surname`: of its last word, without hyphens."""
    yield WORD.findall(surname[-1])[-1]


def _letters(words: Iterable[str]) -> list[str]:
    return [part for word in words for part in WORD.findall(word)]


def _surname(words: list[str]) -> str:
    """A pattern of a surname; its particles may be shortened: `v.d. Broeck`."""
    parts = []
    for word in words[:-1]:
        short = f"{word[0]}(?:{re.escape(word[1:])})?" if word in PARTICLES and word[0].isalpha() else ""
        parts.append(short or SOFT_GAP.join(map(re.escape, WORD.findall(word))))
    return SOFT_GAP.join([*parts, *map(re.escape, WORD.findall(words[-1]))])


def _given(words: list[str]) -> str:
    return SOFT_GAP.join(map(re.escape, _letters(words)))


def _initials(words: list[str]) -> str:
    first, *others = [part[0] for part in _letters(words)]
    return first + "".join(f"(?:{SOFT_GAP}{letter}" for letter in others) + ")?" * len(others)


def _full(given: list[str], surname: list[str]) -> str:
    first, initials, last = _given(given), _initials(given), _surname(surname)
    middle = rf"(?:[a-z]\.?{GAP})?"
    return rf"(?:{first}|{initials}){GAP}{middle}{last}|{last}{GAP}{first}|{last}{COMMA}{initials}"


def _partly(given: list[str], surname: list[str]) -> str:
    """A surname alone, in the genitive, or grown together with a first name or an initial, as in a user name."""
    first, initials, last = _given(given), _initials(given), _surname(surname)
    core = f"|{re.escape(next(_cores(surname)))}" if len(surname) > 1 else ""
    return rf"(?:(?:{first}){GAP}|{first}|{initials})?(?:{last}{core})s?"


def _number(text: str) -> tuple[str, str] | None:
    """The country code and the rest of a number; without a code what is no number at all, if it is long enough."""
    try:
        number = parse(text, settings.PHONENUMBER_DEFAULT_REGION)
    except NumberParseException:
        number = None
    digits = "".join(DIGITS.findall(text))
    if number and len(rest := national_significant_number(number)) > LEAST_DIGITS:
        return str(number.country_code), rest
    return ("", digits) if len(digits) >= LEAST_DIGITS else None


def _dialled(country: str, rest: str) -> str:
    """A pattern of one number, in the national and the international form, with anything between its digits."""
    code = BETWEEN.join(country)
    before = rf"(?:(?:(?:\+|00){BETWEEN})?{code}{BETWEEN}(?:\(0\){BETWEEN})?0?|0{BETWEEN})?" if country else ""
    return rf"(?<![0-9]){before}{BETWEEN.join(rest)}(?![0-9])"


def _email(email: str) -> str:
    local, _at, domain = email.partition("@")
    return rf"(?<![\w.+%-]){re.escape(local)}(?:\+[\w.-]*)?{AT}{re.escape(domain)}(?![\w-]|\.\w)"


def _before(text: str) -> str:
    """The end of what stands before a hit, from a whole word on."""
    return text if len(text) <= AROUND else f"… {text[-AROUND:].partition(' ')[2]}"


def _after(text: str) -> str:
    return text if len(text) <= AROUND else f"{text[:AROUND].rpartition(' ')[0]} …"
