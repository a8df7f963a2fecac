"""The index of the search in the desk: working copies, what is public or planned, and the bin, in all languages.

It stands in tables of its own, which the search of visitors never reads. All that is known of an object is indexed
anew whenever something of it changes: when a row is saved or deleted, when a version is made, and when something is
put in the bin. What is public or planned is in it only where it says something that the working copy does not.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import PurePath
from typing import NamedTuple

from django.apps import apps
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname
from phonenumber_field.modelfields import PhoneNumberField

from publishing.content.fields import RichTextField
from publishing.content.html import to_text
from publishing.i18n.languages import CODES, is_blank, order, translated_fields
from publishing.models import Child, DeskText, DeskWord, Discarded, Publishable, Revision, content_models
from publishing.models.snapshots import Path, Snapshot, child_models, freeze_all
from publishing.search.text import indexed_words
from publishing.search.word_index import DESK
from publishing.text import phones
from publishing.types import AnyField

WORKING = "working"  # the key of the working copy
AT_A_TIME = 200  # objects

_waiting: ContextVar[set[tuple[type[Publishable], int]] | None] = ContextVar("waiting", default=None)


class Said(NamedTuple):
    """One text of a snapshot: where it stands, in which language, and whether visitors may not see it."""

    path: Path
    language: str
    text: str
    is_withheld: bool


def texts_of(model: type[Publishable], data: Snapshot, *, is_published: bool = False) -> list[Said]:
    """All texts that a form asks for, as people read them, also addresses, numbers and names of files; by paragraph.

    Of a version that `is_published` nothing is withheld: what is was never frozen.
    """
    hidden = set() if is_published else {name for name, flag in model.withheld_unless.items() if not data.get(flag)}
    found = [
        Said((field.attname,), code, text, field.name in hidden)
        for field, code in _columns(model)
        for text in _passages(field, data.get(field.attname))
    ]
    for name, child in child_models(model):
        rows = data.get(name)
        for row in rows if isinstance(rows, list) else ():
            found += [
                Said((name, row.get("id") or 0, field.attname), code, text, False)
                for field, code in _columns(child)
                for text in _passages(field, row.get(field.attname))
            ]
    return found


def title_of(model: type[Publishable], data: Snapshot, language: str) -> tuple[str, str]:
    """The title of a snapshot for readers of `language`, and the language that it is in; "" for a name."""
    if model.title_field not in translated_fields(model):
        return str(data.get(model.title_field) or ""), ""
    for code in order(language):
        title = str(data.get(build_localized_fieldname(model.title_field, code)) or "")
        if not is_blank(title):
            return title, code
    return "", ""


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[AnyField, str], ...]:
    """The columns of `model` with something to find, each with its language; "" for those in none."""
    codes = {build_localized_fieldname(name, code): code for name in translated_fields(model) for code in CODES}
    number = getattr(model, "order_field", "") if getattr(model, "has_own_number", False) else ""
    left_out = {*translated_fields(model), getattr(model, "parent", "")}
    return tuple(
        (field, codes.get(field.name, ""))
        for field in model._meta.concrete_fields
        if field.editable and not field.choices and field.name not in left_out
        if field.name == number or isinstance(field, models.CharField | models.TextField | models.FileField)
    )


def _passages(field: AnyField, value: object) -> list[str]:
    """The paragraphs of one value, as plain text."""
    text = str(value or "")
    if isinstance(field, PhoneNumberField):
        text = next(iter(phones.spellings(field.to_python(text))), "")
    elif isinstance(field, models.FileField):
        text = PurePath(text).name
    elif isinstance(field, RichTextField):
        text = to_text(text)
    return [line.strip() for line in text.splitlines() if not is_blank(line)]


# What is written


def index(model: type[Publishable], ids: Collection[int]) -> int:
    """Index all that is known of these objects of `model` anew. Returns how many texts are not as they were."""
    label = model._meta.label_lower
    there: dict[int, list[DeskText]] = {pk: [] for pk in ids}
    for each in DeskText.objects.filter(model=label, object_id__in=there).order_by("pk"):
        there[each.object_id].append(each)
    wanted: dict[int, list[DeskText]] = {pk: [] for pk in ids}
    for each in _texts(model, ids):
        wanted[each.object_id].append(each)
    other = [pk for pk in ids if list(map(_content, there[pk])) != list(map(_content, wanted[pk]))]
    texts = [each for pk in other for each in wanted[pk]]
    DeskText.objects.filter(pk__in=[each.pk for pk in other for each in there[pk]]).delete()
    DeskText.objects.bulk_create(texts)
    DESK.learn(texts)
    return len(texts)


def index_missing() -> int:
    """Index every object of which the index knows nothing. Returns how many texts were added."""
    added = 0
    for model in content_models():
        known = DeskText.objects.filter(model=model._meta.label_lower).values("object_id")
        ids = set(models.QuerySet(model).exclude(pk__in=known).values_list("pk", flat=True))
        ours = Discarded.objects.in_bin().filter(model=model._meta.label_lower)
        ids |= set(ours.exclude(object_id__in=known).values_list("object_id", flat=True))
        ordered = sorted(ids)
        for begin in range(0, len(ordered), AT_A_TIME):
            added += index(model, ordered[begin : begin + AT_A_TIME])
    return added


def index_anew() -> None:
    """Make the whole index anew."""
    DeskText.objects.all().delete()
    DeskWord.objects.all().delete()
    index_missing()


def _content(text: DeskText) -> tuple[object, ...]:
    return text.copy, text.language, text.is_withheld, text.title, text.words


def _texts(model: type[Publishable], ids: Collection[int]) -> Iterator[DeskText]:
    """The index rows of these objects, unsaved: of each copy, in the order in which they are looked at."""
    said: dict[int, set[str]] = {}
    read: dict[int, list[tuple[str, str]]] = {}  # what visitors may see of the working copy
    # Not the model's own manager: it would read the columns of one language only.
    rows: models.QuerySet[Publishable] = models.QuerySet(model).filter(pk__in=ids).prefetch_related(*model.children)
    for row in rows:
        data = freeze_all(row)
        read[row.pk] = _shown(texts_of(model, data))
        for text in _texts_of(model, row.pk, WORKING, data):
            if not text.is_withheld:
                said.setdefault(row.pk, set()).update(text.words.split())
            yield text
    now = timezone.now()
    versions = Revision.objects.of(model).filter(object_id__in=ids, withdrawn=False)
    for version in (versions.public(now) | versions.pending(now)).order_by("pk"):
        if _shown(texts_of(model, version.data, is_published=True)) == read.get(version.object_id):
            continue  # as after most publications: it has no word of its own
        for text in _texts_of(model, version.object_id, f"r{version.pk}", version.data, is_published=True):
            if not said.get(version.object_id, set()).issuperset(text.words.split()):
                yield text
    deleted = Discarded.objects.in_bin().filter(model=model._meta.label_lower, object_id__in=ids)
    for each in deleted.order_by("pk"):
        yield from _texts_of(model, each.object_id, f"d{each.pk}", each.data)


def _shown(texts: Iterable[Said]) -> list[tuple[str, str]]:
    return [(each.language, each.text) for each in texts if not each.is_withheld]


def _texts_of(
    model: type[Publishable], pk: int, copy: str, data: Snapshot, *, is_published: bool = False
) -> Iterator[DeskText]:
    """The index rows of one copy: one for each language with words, and one with what visitors may not see."""
    label, said = model._meta.label_lower, texts_of(model, data, is_published=is_published)
    shared = [each.text for each in said if not each.language and not each.is_withheld]
    languages = [code for code in CODES if any(each.language == code for each in said)]
    for code in languages or [""]:
        title, _language = title_of(model, data, code or CODES[0])
        own = [each.text for each in said if each.language == code and code]
        yield DeskText(
            model=label,
            object_id=pk,
            copy=copy,
            language=code,
            title=indexed_words([title], code),
            words=indexed_words([title, *own, *shared, _kind(model, code or CODES[0])], code),
        )
    if any(each.is_withheld for each in said):
        title, _language = title_of(model, data, CODES[0])
        yield DeskText(
            model=label,
            object_id=pk,
            copy=copy,
            is_withheld=True,
            title=indexed_words([title], ""),
            words=indexed_words([title, *(each.text for each in said if not each.language)], ""),
        )


@cache
def _kind(model: type[Publishable], language: str) -> str:
    """What readers of `language` call such an object."""
    with override(language):
        return str(model._meta.verbose_name)


# When it is written


def changed(model: type[Publishable], object_id: int) -> None:
    """Index an object anew, because something of it changed: now, or at the end of what is done `together`."""
    waiting = _waiting.get()
    if waiting is None:
        index(model, [object_id])
    else:
        waiting.add((model, object_id))


@contextmanager
def together() -> Iterator[None]:
    """Index what changes meanwhile once, at the end; in the transaction of the caller, who undoes all if it fails."""
    if _waiting.get() is not None:
        yield
        return
    waiting: set[tuple[type[Publishable], int]] = set()
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    index_all(waiting)


def index_all(objects: Iterable[tuple[type[Publishable], int]]) -> None:
    """Index these objects anew, some hundreds of one model together."""
    by_model: dict[type[Publishable], set[int]] = {}
    for model, pk in objects:
        by_model.setdefault(model, set()).add(pk)
    for model, ids in by_model.items():
        ordered = sorted(ids)
        for begin in range(0, len(ordered), AT_A_TIME):
            index(model, ordered[begin : begin + AT_A_TIME])


def follow_rows() -> None:
    """Index whatever is saved or deleted from now on; called once, when all models are known."""
    for model in apps.get_models():
        if issubclass(model, Publishable | Child) or model is Discarded:
            for signal in (post_save, post_delete):
                signal.connect(_follow, sender=model, dispatch_uid="desk_index")


def _follow(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    if isinstance(instance, Publishable):
        changed(type(instance), instance.pk)
    elif isinstance(instance, Child):
        parent = type(instance)._meta.get_field(instance.parent)
        if (pk := getattr(instance, parent.attname)) and issubclass(parent.related_model, Publishable):  # type: ignore[union-attr,arg-type]
            changed(parent.related_model, pk)  # type: ignore[arg-type]
    elif isinstance(instance, Discarded):
        model = {each._meta.label_lower: each for each in content_models()}.get(instance.model)
        if model:
            changed(model, instance.object_id)
