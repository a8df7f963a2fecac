"""Names in prose: where texts of today have the name of something, or a name that it had, and a new one instead.

What points at an object by a relation follows its name by itself: that is `review.usage`. Words do not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction

from publishing.content.fields import RichTextField
from publishing.models import Act, Draft, Publishable, Revision, content_models
from publishing.models.rights import may_change, may_see
from publishing.queries.dependencies import Target
from publishing.review.naming.mentions import (
    EMPTIED,
    NEVER_REDACTED,
    WORKING,
    Mention,
    MentionGroup,
    TextOfObject,
    mentions_of_today,
    places,
)
from publishing.search.names.name_matching import NameMatcher
from publishing.search.names.person_matching import MatchKind, NameMatch
from publishing.search.text import tidy
from publishing.workflow import lock, rewrite

SHORTEST = 2  # letters of a name that is looked for
NOT_PROSE = (*NEVER_REDACTED, *EMPTIED)  # an address or a number that has a name in it names something else


@dataclass(frozen=True)
class NamedObject:
    """Where texts of today name an object."""

    name: str
    former: list[str]
    old: list[MentionGroup]  # with a former name, in working copies
    waiting: list[MentionGroup]  # with a former name that only what is public or planned still has
    same: list[MentionGroup]  # with the name of today

    @property
    def replaceable(self) -> list[MentionGroup]:
        """The places where the whole former name stands."""
        return [place for place in self.old if is_whole(place)]

    @property
    def by_hand(self) -> list[MentionGroup]:
        """Those where people must look themselves."""
        return [place for place in self.old if not is_whole(place)]


@dataclass(frozen=True)
class Replaced:
    """What came of replacing a name."""

    act: Act | None
    pages: list[Publishable]  # whose working copies changed
    refused: int  # texts that would be too long with the new name
    gone: int  # places that were chosen, and where somebody changed the text meanwhile


def is_whole(place: MentionGroup) -> bool:
    """Whether the whole name stands there by itself."""
    return place.first.hit.kind == MatchKind.NAME


def is_proposed(place: MentionGroup) -> bool:
    """Whether the name there surely is this one: written the same, and no part of what something else is called."""
    text = place.first.text
    is_title = text.model_class.has_proper_name and text.column == text.model_class.title_field
    return place.is_certain and not is_title


def former_names(obj: Publishable) -> list[str]:
    """The names that saved row `obj` had in its versions and kept saves, and has no longer; the newest first."""
    title, ours = obj.title_field, {"model": obj._meta.label_lower, "object_id": obj.pk}
    column = f"data__{title}"
    found = [
        *Revision.objects.filter(**ours).order_by("-pk").values_list(column, flat=True),
        *Draft.objects.filter(**ours, was_saved=True).order_by("-pk").values_list(column, flat=True),
    ]
    names = (tidy(str(each or "")) for each in found)
    today = tidy(str(getattr(obj, title) or ""))
    return list(dict.fromkeys(name for name in names if len(name) >= SHORTEST and name != today))


def named(obj: Publishable, user: User | AnonymousUser) -> NamedObject:
    """Where texts that `user` may see name saved row `obj`: of all other objects, in every language."""
    name, former = tidy(str(getattr(obj, obj.title_field) or "")), former_names(obj)
    old = [place for place in _places(obj, name, former) if may_see(user, place.first.text.model_class)]
    same = _places(obj, "", [name] if len(name) >= SHORTEST else [])
    return NamedObject(
        name,
        former,
        [place for place in old if _is_working(place)],
        [place for place in old if not _is_working(place)],
        [place for place in same if may_see(user, place.first.text.model_class) and is_whole(place)],
    )


def count_former(obj: Publishable, user: User | AnonymousUser) -> int:
    """In how many places of working copies `user` may replace a former name of `obj`."""
    name, former = tidy(str(getattr(obj, obj.title_field) or "")), former_names(obj)
    found = _places(obj, name, former)
    return len([each for each in found if _is_working(each) and may_change(user, each.first.text.model_class)])


def replace(obj: Publishable, keys: Collection[str], user: User) -> Replaced:
    """Put the name of saved row `obj` in these places of working copies; nothing that is public or planned changes.

    `keys` are those of places. One whose sentence changed meanwhile is left alone.
    """
    with transaction.atomic():
        for model in sorted(content_models(), key=lambda each: each._meta.label_lower):
            lock(model)
        name = tidy(str(getattr(obj, obj.title_field) or ""))
        matcher = _matcher(obj, name, former_names(obj))
        chosen = [
            place
            for place in _places(obj, name, former_names(obj))
            if place.key in keys
            and is_whole(place)
            and _is_working(place)
            and may_change(user, place.first.text.model_class)
        ]
        hits: dict[TextOfObject, set[NameMatch]] = {}
        for place in chosen:
            for each in place.mentions:
                if each.text.key == WORKING:
                    hits.setdefault(each.text, set()).add(each.hit)
        texts: dict[Target, dict[tuple[str | int, ...], str]] = {}
        for text, some in hits.items():
            of_object = texts.setdefault((text.model, text.object_id), {})
            of_object[text.path] = matcher.replaced(text.value, some, is_html=_is_html(text))
        act, refused = rewrite(texts, user)
    lines = act.lines.order_by("pk") if act else ()
    pages = [apps.get_model(each.model)._base_manager.get(pk=each.object_id) for each in lines]
    return Replaced(act, pages, len(refused), len(set(keys)) - len(chosen))


def _places(obj: Publishable, name: str, former: Iterable[str]) -> list[MentionGroup]:
    matcher = _matcher(obj, name, former)
    if not matcher:
        return []

    def find(text: TextOfObject) -> Iterable[NameMatch]:
        if text.is_about or not matcher.is_worth_trying(text.value) or not _is_prose(text):
            return ()
        return matcher.find(text.value, is_html=_is_html(text))

    found: list[Mention] = mentions_of_today(find, leaving_out=(obj._meta.label_lower, obj.pk))
    return places(found)


def _matcher(obj: Publishable, name: str, former: Iterable[str]) -> NameMatcher:
    return NameMatcher(name, former, is_person=bool(obj.owner_field and name))


def _is_prose(text: TextOfObject) -> bool:
    """Whether a form asks for this text, and people read it."""
    field = text.stored_in
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, NOT_PROSE)
    return field is not None and is_text and field.editable


def _is_html(text: TextOfObject) -> bool:
    return isinstance(text.stored_in, RichTextField)


def _is_working(place: MentionGroup) -> bool:
    return any(each.text.key == WORKING for each in place.mentions)
