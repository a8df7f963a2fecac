"""Pages that search finds though they are no content of their own, such as an overview; content apps register them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import override

from publishing.i18n.languages import CODES
from publishing.i18n.urls import address
from publishing.search.ranking import NAMES
from publishing.search.text import indexed_words

WEIGHT = 6  # see `Publishable.search_weight`


def always() -> bool:
    """Whether a page is there that is never missing."""
    return True


@dataclass(frozen=True)
class Place:
    """One such page: what it is called, and other words by which people look for it, in each language."""

    view_name: str
    title: str | Promise
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_there: Callable[[], bool] = always

    def title_in(self, language: str) -> str:
        """Its title for readers of `language`."""
        with override(language):
            return str(self.title)

    def get_absolute_url(self, language: str) -> str:
        """Its address for readers of `language`."""
        return address(language, self.view_name)


PLACES: dict[str, Place] = {}  # by the name of their address


def register(place: Place) -> None:
    """Let search find a page."""
    PLACES[place.view_name] = place
    indexed.cache_clear()


def names_of(view_name: str) -> list[str]:
    """What a place is called in all languages; nothing when it is none."""
    place = PLACES.get(view_name)
    said = (name for code in CODES if place for name in (place.title_in(code), *place.names.get(code, ())))
    return list(dict.fromkeys(said))


@cache
def indexed() -> tuple[tuple[str, str, str], ...]:
    """The name of the address of each place, a language, and what it is called as the index writes it."""
    return tuple(
        (place.view_name, code, NAMES.strip().join(indexed_words([name], code) for name in names))
        for place in PLACES.values()
        for code in CODES
        for names in [(place.title_in(code), *place.names.get(code, ()))]
    )
