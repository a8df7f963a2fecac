"""What a wrong address may have meant: the page that it names in another spelling, and pages whose address is alike."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.validators import slug_re
from django.utils.text import slugify

from publishing.cache.parameters import IGNORED
from publishing.i18n.languages import CODES, NAMES, language_of_path
from publishing.i18n.languages import resolve as resolve_text
from publishing.models import Revision, RevisionSlug
from publishing.queries.dependencies import Target
from publishing.text.cleaning import clean_identifier

MAX_ROWS = 50  # of the index of addresses that a wrong address makes us read
MAX_OFFERED = 6
SHORTEST = 3  # letters that two addresses must share before one is offered for the other
STRAY = " \t\r\n\xa0.,;:!?'\"“”‘’«»()[]{}<>*_|\\`…"  # what mails and texts leave at the ends of an address
ENDING = re.compile(r"\.(?:x?html?|shtml|php[0-9]?|aspx?|jsp|cfm)$")  # of pages on other sites
INDEX = re.compile(r"(?:index|default|home)\.(?:x?html?|shtml|php[0-9]?|aspx?|jsp|cfm)")


def tidied(path: str) -> str:
    """`path` in small letters, without stray signs and endings, and without the prefix of the default language."""
    parts = [clean_identifier(part).strip(STRAY).lower() for part in path.split("/")]
    parts = [part for part in parts if part]
    if not parts:
        return path
    if INDEX.fullmatch(parts[-1]):
        parts.pop()
    elif ENDING.search(parts[-1]):
        parts[-1] = ENDING.sub("", parts[-1]).strip(STRAY)
    parts = [part for part in parts if part]
    if parts[:1] == [settings.LANGUAGE_CODE]:
        parts = parts[1:]
    if not parts:
        return "/"
    is_file = "." in parts[-1]
    return "/".join(["", *parts, *([] if is_file else [""])])


def as_slugs(path: str) -> str:
    """The same with each part as the last part of an address is written: `/thema's/` gives `/themas/`.

    A number in other digits, such as `²`, is none.
    """
    path = tidied(path)
    parts = path.strip("/").split("/")
    slugs = [slugify(part.replace("_", "-")) if any(map(str.isalpha, part)) else part for part in parts]
    return path if "." in parts[-1] or not all(slugs) else f"/{'/'.join(slugs)}/"


def key_of(path: str, query: str = "") -> str:
    """How an old address is written down: tidied, with what its query says and without what only counts visitors."""
    given = [(name, value) for name, value in parse_qsl(query) if not IGNORED.fullmatch(name.lower())]
    return tidied(path) + (f"?{urlencode(sorted(given))}" if given else "")


def named_language(path: str) -> str:
    """The language that `path` itself names, the default language by its own prefix too; "" when it names none."""
    first = path.removeprefix("/").split("/")[0].lower()
    return first if first in CODES else ""


@dataclass(frozen=True)
class Guess:
    """A public page that may have been meant."""

    target: Target
    url: str
    title: str
    language: str  # of the page at `url`
    title_language: str

    @property
    def language_name(self) -> str:
        """The language of the page in words."""
        return str(NAMES[self.language])


def guesses(path: str, most: int = MAX_OFFERED) -> list[Guess]:
    """The public pages whose address has the last word of `path`, or begins like it, in whatever language.

    Those with the very same word first; then the most alike. Each page once: in the language of `path` if it has it.
    """
    slug = tidied(path).strip("/").rpartition("/")[2]
    beginning = slug.partition("-")[0]
    if not slug_re.fullmatch(slug) or len(beginning) < SHORTEST:
        return []
    wanted = language_of_path(path)
    names = RevisionSlug.objects.filter(slug__startswith=beginning, revision__in=Revision.objects.public())
    rows = sorted(
        names.select_related("revision")[:MAX_ROWS],
        key=lambda name: (-likeness(slug, name.slug), name.slug, name.language != wanted),
    )
    best = likeness(slug, rows[0].slug) if rows else 0
    found: dict[Target, Guess] = {}
    for name in rows:
        if likeness(slug, name.slug) < best and best > len(slug):
            break  # one address is the very same
        target = (name.revision.model, name.revision.object_id)
        if target in found:
            continue
        page = name.revision.thaw()
        language = wanted if wanted in page.languages else name.language
        if language in page.languages and (url := page.get_absolute_url(language)) and url != path:
            title = resolve_text(page, page.title_field, language)
            found[target] = Guess(target, url, title.value, language, title.language)
        if len(found) == most:
            break
    return list(found.values())


def likeness(slug: str, other: str) -> int:
    """How many letters two slugs begin with together; one more when they are the same."""
    shared = next((place for place, pair in enumerate(zip(slug, other, strict=False)) if pair[0] != pair[1]), None)
    if shared is None:
        shared = min(len(slug), len(other))
    return shared + (slug == other)
