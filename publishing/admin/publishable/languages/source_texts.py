"""The source above each translation in a form: how the translation stands to it, and saying that it still holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.forms import BaseForm, BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from modeltranslation.utils import build_localized_fieldname

from publishing.content.html import to_text
from publishing.i18n.languages import is_blank, translated_fields
from publishing.models import Act, Publishable
from publishing.review.diff import Piece, word_diff_of
from publishing.review.still_right import Tick, hold
from publishing.review.translation_rules import Origin, Origins, digest, is_behind, key, targets
from publishing.review.translation_states import origins_of
from publishing.types import AnyField, AuthenticatedHttpRequest
from publishing.web.sent_forms import form_data
from publishing.workflow import look, record
from publishing.workflow.undo import Look

MISSING, BEHIND, DONE = "missing", "behind", "done"  # what a translation is


@dataclass(frozen=True)
class SourceText:
    """What stands in the source language beside one translation, as the form has both now."""

    text: str = ""
    standing: str = ""  # of the translation; "" when there is no source
    pieces: list[Piece] = field(default_factory=list)  # what changed since, of one that is behind
    tick: str = ""  # what says of one that is behind that it still holds
    is_ticked: bool = False
    anchor: str = ""  # the id of the first in its language that is behind

    @property
    def words(self) -> int:
        """How long it is."""
        return len(self.text.split())


def give_sources(formsets: Iterable[tuple[str, Iterable[Any]]], obj: Publishable | None, data: object) -> None:
    """Give each of these forms its `sources`: by the name of a field that holds a translation, what it is one of.

    `formsets` are the forms of a page, under "", and those of its child rows, under their related name.
    """
    origins = origins_of(obj) if obj and obj.pk else {}
    ticked = set(data.getlist(form_data.HOLDS)) if hasattr(data, "getlist") else set()
    first: set[str] = set()
    for name, forms in formsets:
        for form in forms:
            place = (name, form.instance.pk or 0) if name else None
            form.sources = _sources(form, place, origins, ticked, first)


def _sources(
    form: BaseForm, place: tuple[str, int] | None, origins: Mapping[str, Origins], ticked: set[str], first: set[str]
) -> dict[str, SourceText]:
    found = {}
    model = form._meta.model  # type: ignore[attr-defined]  # of a model form
    for name in translated_fields(model):
        column = build_localized_fieldname(name, settings.LANGUAGE_CODE)
        if name == "slug" or column not in form.fields:
            continue
        source = str(form[column].value() or "")
        for code in targets():
            translated = build_localized_fieldname(name, code)
            if translated not in form.fields:
                continue
            origin = origins.get(code, {}).get(key(name, place))
            translation = str(form[translated].value() or "")
            found[translated] = _source_text(model._meta.get_field(column), source, translation, origin)
            if origin and found[translated].standing == BEHIND:
                tick = str(Tick(code, key(name, place), digest(source)))
                anchor = "" if code in first else f"behind-{code}"
                first.add(code)
                found[translated] = SourceText(
                    **vars(found[translated]) | {"tick": tick, "is_ticked": tick in ticked, "anchor": anchor}
                )
    return found


def _source_text(db_field: AnyField, source: str, translation: str, origin: Origin | None) -> SourceText:
    text = to_text(source).strip()
    if is_blank(text):
        return SourceText()
    if is_blank(translation):
        return SourceText(text, MISSING)
    if not origin or not is_behind(source, translation, origin):
        return SourceText(text, DONE)
    pieces = [] if origin.text is None else word_diff_of(db_field, origin.text, source)
    return SourceText(text, BEHIND, pieces)


def source_of(bound: BoundField) -> SourceText | None:
    """What stands in the source language beside `bound`; None when that translates nothing."""
    form: Any = bound.form
    if not hasattr(form, "sources"):  # the form from which new rows are made
        form.sources = _sources(form, None, {}, set(), set())
    found: dict[str, SourceText] = form.sources
    return found.get(bound.name)


def behind_in(forms: Iterable[Any], code: str) -> int:
    """How many translations into this language are behind in these forms, which have their sources."""
    of_language = (each for form in forms for name, each in form.sources.items() if name.endswith(f"_{code}"))
    return sum(each.standing == BEHIND for each in of_language)


@dataclass(frozen=True)
class Noted:
    """That somebody said of translations that they still hold."""

    before: Look  # how the object stood until then, saved already
    is_all: bool  # whether the form changed nothing else

    def record(self, author: User) -> Act | None:
        """The act, to be undone."""
        return record(Act.Kind.HELD, author, [self.before])


def note_ticks(request: AuthenticatedHttpRequest, obj: Publishable, before: Look) -> Noted | None:
    """Note which translations somebody ticked in the form of `obj`, which is saved; `before` is how it stood then."""
    sent = request.POST.getlist(form_data.HOLDS)
    if language := request.POST.get(form_data.HOLDS_ALL):
        sent += [each for each in request.POST.getlist(form_data.BEHIND) if each.startswith(f"{language}:")]
    ticks = [tick for tick in map(Tick.parse, sent) if tick]
    if not ticks:
        return None
    stood = look(type(obj), obj.pk)
    held, overtaken = hold(obj, ticks, before.working)
    if overtaken:
        labels = ", ".join(dict.fromkeys(each.column.label for each in overtaken))
        message = _("Not noted, because the Dutch changed meanwhile: %s. Look at it again.")
        messages.warning(request, message % labels)
    if not held:
        return None
    number = len(held)
    words = ngettext(
        "Noted: %(number)s translation still holds. There is nothing to publish for it.",
        "Noted: %(number)s translations still hold. There is nothing to publish for it.",
        number,
    )
    messages.success(request, words % {"number": number})
    languages = [each.code for each in held]
    told = {"held": {code: languages.count(code) for code in dict.fromkeys(languages)}}
    LogEntry.objects.log_actions(request.user.pk, [obj], CHANGE, [told])
    return Noted(stood, stood.working == before.working)
