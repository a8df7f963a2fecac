"""Whether the privacy statement of a site in use says what this version does, and what to write when it does not.

Nobody's text is changed by a newer version: the desk says what the statement that comes with it says. What is
looked for is a paragraph that an earlier version published, word for word. While a card shows the number of a
mobile telephone as that for work, it is also a text that says that a mobile number needs consent, in whatever
words, and nothing of work numbers.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from pages.models import TextPage
from publishing.content.html import to_text
from publishing.i18n.languages import CODES, NAMES
from publishing.models import Revision
from publishing.text import phones
from resoc.management.commands.seed import CONTENT
from staff.models import StaffMember

SLUG = "privacy"  # in Dutch, of the statement that is loaded with the source content
# One paragraph each; the words of the first and of the last three never grew untrue.
PARTS = ("", "cookies", "other_websites", "staff", "messages", "rights", "decisions")
STAFF = PARTS.index("staff")
# By language: a mobile number, consent, and a number for work.
WORDS = {
    "nl": (r"\bgsm|\bmobiel", r"toestemming|akkoord", r"\bwerk(nummer|gegevens|telefoon|-?gsm)"),
    "fr": (r"\bgsm|portable|mobile", r"\baccord|consentement", r"professionnel"),
    "en": (r"mobile|\bcell", r"consent|agree", r"\bwork (number|phone|telephone|mobile)"),
}
PARAGRAPH = re.compile(r"</(?:p|li|h\d|td|th)>")


@dataclass(frozen=True)
class StatementPassage:
    """The paragraphs that a statement may have in one language."""

    code: str
    language: str  # its name
    texts: tuple[str, ...]  # a paragraph each


@dataclass(frozen=True)
class Statement:
    """A published privacy statement that says something else than this version does."""

    page: TextPage
    passages: list[StatementPassage]  # for the languages in which it does


def outdated_statement() -> Statement | None:
    """The privacy statement that visitors read, when it is not true of this version; else None."""
    seeded = Revision.objects.of(TextPage).filter(slugs__language="nl", slugs__slug=SLUG)
    for page in TextPage.published().filter(pk__in={*seeded.values_list("object_id", flat=True)}):
        shown = has_mobile_work_number()
        found = [(code, outdated_parts(getattr(page, f"body_{code}"), code, shown)) for code in CODES]
        passages = [
            StatementPassage(code, str(NAMES[code]), tuple(newest(code)[part] for part in sorted(parts)))
            for code, parts in found
            if parts
        ]
        if passages:
            return Statement(page, passages)
    return None


def has_mobile_work_number() -> bool:
    """Whether a card that visitors see has the number of a mobile telephone as that for work."""
    return any(member.phone and phones.is_mobile(member.phone) for member in StaffMember.published())


def outdated_parts(body: str, code: str, shown: bool) -> set[int]:
    """The parts of a statement in language `code`, as places in `PARTS`, in which it is not true of this version.

    `shown` says whether visitors see a mobile number that is one for work.
    """
    said = set(paragraphs(body or ""))
    earlier = {part: said.intersection(earlier_words().get(name, {}).get(code, ())) for part, name in enumerate(PARTS)}
    claims = shown and claims_consent(said, code)
    return {part for part, words in earlier.items() if words} | ({STAFF} if claims else set())


def claims_consent(said: set[str], code: str) -> bool:
    """Whether these paragraphs say that a mobile number needs consent, and nothing of work numbers."""
    mobile, consent, work = (re.compile(word, re.IGNORECASE) for word in WORDS[code])
    claims = any(mobile.search(each) and consent.search(each) for each in said)
    return claims and not any(work.search(each) for each in said)


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a rich text, as plain text in one line each."""
    plain = (" ".join(part.split()) for part in to_text(body).splitlines())
    return [each for each in plain if each]


@cache
def newest(code: str) -> list[str]:
    """The paragraphs of the statement that comes with this version, as `PARTS` names them."""
    rows = tomllib.loads(CONTENT.read_text())["text_page"]
    body = next(row["body"][code] for row in rows if row["slug"]["nl"] == SLUG)
    return paragraphs("".join(re.findall(r"<p>.*?</p>", body, re.DOTALL)))


@cache
def earlier_words() -> dict[str, dict[str, list[str]]]:
    """Paragraphs that earlier versions published and that no longer hold, by part and language."""
    found: dict[str, dict[str, list[str]]] = tomllib.loads((CONTENT.parent / "privacy_before.toml").read_text())
    return {
        name: {code: [" ".join(each.split()) for each in said] for code, said in part.items()}
        for name, part in found.items()
    }
