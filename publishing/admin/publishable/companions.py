"""What goes on the site together with a page: what its form makes, and what it names and somebody ticks.

A form of a child row that makes something, such as a new document, sets `made` when it is valid, and `made_for`, its
relation to that: it is saved with the form, and published with it. What the page names otherwise and visitors do not
see is offered in the panel, as far as the model says so (`goes_along`). All of it is published or planned in one act
with the page, or nothing is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.admin.submission import submission
from publishing.content.link_resolution import public_revisions
from publishing.i18n.formats import labelled
from publishing.i18n.urls import desk_address
from publishing.models import Child, Publishable, content_models
from publishing.models.rights import may_change
from publishing.models.snapshots import withheld_fields
from publishing.queries.dependencies import Target
from publishing.review.columns import rows_of
from publishing.review.usage import name_of
from publishing.types import AuthenticatedHttpRequest
from publishing.web.sent_forms.form_data import WITH
from publishing.workflow import State, check_publishable, check_rows, keep, lock, look, publish, states

MOST = 12  # that are offered; each is judged


def save(request: AuthenticatedHttpRequest, formsets: Iterable[Any]) -> None:
    """Save what the rows of these formsets make, and let the rows point at it.

    What belongs to a row that visitors may not see yet stays a draft, also when the page is published.
    """
    sent = submission(request)
    for formset in formsets:
        is_withheld = formset.fk.remote_field.get_accessor_name() in formset.instance.withheld
        for form in formset.forms:
            made = getattr(form, "made", None)
            if made is None or made.pk or form in formset.deleted_forms:
                continue
            made.save()
            setattr(form.instance, form.made_for, made)
            LogEntry.objects.log_actions(request.user.pk, [made], ADDITION, [{"added": {}}])
            keep(made, request.user)
            if is_withheld:
                messages.info(request, _("%s is saved. Visitors do not get it yet.") % name_of(made))
            else:
                sent.made.append(made)
                sent.made_before.append(look(type(made), made.pk))
            for remark in made.remarks:
                messages.warning(request, labelled(made, remark))


@dataclass(frozen=True)
class Companion:
    """Something that a page names and visitors do not see."""

    obj: Publishable
    state: State
    why_not: Sequence[str]  # it can't be published now
    is_ticked: bool

    @property
    def value(self) -> str:
        """Its tick."""
        return tick(self.obj)

    @property
    def name(self) -> str:
        return name_of(self.obj)

    @property
    def url(self) -> str:
        """Its form."""
        return desk_address(self.obj)


def tick(obj: Publishable) -> str:
    """What the form sends to publish `obj` along."""
    return f"{obj._meta.label_lower}/{obj.pk}"


def offered(
    request: AuthenticatedHttpRequest, obj: Publishable, rows: Mapping[str, Sequence[Child]]
) -> tuple[list[Companion], int]:
    """What can go along with saved row `obj`, and of how many more it names the same is to be judged elsewhere."""
    hidden = not_public(obj, rows)
    found = {tick(each): each for each in hidden[:MOST]}
    by_model: dict[type[Publishable], list[Publishable]] = {}
    for each in found.values():
        by_model.setdefault(type(each), []).append(each)
    stand: dict[str, State] = {}
    for model, some in by_model.items():
        where = states(model, some)
        stand |= {tick(each): where[each.pk] for each in some}
    ticked = request.POST.getlist(WITH)
    companions = [
        Companion(each, stand[name], why_not(request.user, each), name in ticked) for name, each in found.items()
    ]
    return companions, len(hidden) - len(companions)


def not_public(obj: Publishable, rows: Mapping[str, Sequence[Child]]) -> list[Publishable]:
    """The objects that `obj` and its child rows name in `goes_along` and visitors do not see, each once."""
    wanted = list(dict.fromkeys(_named(obj, rows)))
    public = set(public_revisions(wanted).values_list("model", "object_id"))
    models = {model._meta.label_lower: model for model in content_models()}
    ids: dict[str, list[int]] = {}
    for label, pk in wanted:
        if (label, pk) not in public:
            ids.setdefault(label, []).append(pk)
    there: dict[Target, Publishable] = {
        (label, pk): row for label, pks in ids.items() for pk, row in models[label]._base_manager.in_bulk(pks).items()
    }
    return [there[target] for target in wanted if target in there]


def _named(obj: Publishable, rows: Mapping[str, Sequence[Child]]) -> Iterator[Target]:
    """What `obj` names in `goes_along`, without what visitors would not read of it anyhow."""
    withheld = withheld_fields(obj)
    for path in obj.goes_along:
        child, _separator, name = path.rpartition(".")
        if (child or name) in withheld:
            continue
        for row in rows[child] if child else [obj]:
            field: Any = row._meta.get_field(name)
            if name not in withheld_fields(row) and (pk := getattr(row, field.attname)):
                yield field.related_model._meta.label_lower, pk


def why_not(user: User | AnonymousUser, obj: Publishable) -> list[str]:
    """Why `user` can't publish `obj` now, in sentences; none when it can be published."""
    if not may_change(user, obj):
        return [_("You may not publish this.")]
    try:
        check_publishable(obj, timezone.now())
        check_rows(obj)
    except ValidationError as error:
        return error.messages
    except FileNotFoundError:
        return [_("Its file is lost.")]
    return []


def lock_all(request: AuthenticatedHttpRequest, model: type[Publishable]) -> None:
    """Lock `model` and the kinds of all that is ticked, always in one order: two forms may name each other's page."""
    ticked = {value.partition("/")[0] for value in request.POST.getlist(WITH)}
    kinds = {each for each in content_models() if each is model or each._meta.label_lower in ticked}
    for each in sorted(kinds, key=lambda kind: kind._meta.label_lower):
        lock(each)


def publish_all(
    request: AuthenticatedHttpRequest, obj: Publishable | None = None, live_from: datetime | None = None
) -> str:
    """Publish, or plan, what was made with the form in `request` and what `obj` names and is ticked; tells it.

    Gives "" when there is nothing. Raises ValidationError, with the name of what can't be published.
    """
    sent = submission(request)
    together = [*sent.made]
    for each in not_public(obj, rows_of(obj)) if obj and WITH in request.POST else ():
        if tick(each) in request.POST.getlist(WITH) and each not in together:
            if not may_change(request.user, each):
                raise ValidationError(_("%s: you may not publish this.") % name_of(each))
            sent.made_before.append(look(type(each), each.pk))
            together.append(each)
    for each in together:
        try:
            publish(each, request.user, live_from=live_from)
        except ValidationError as error:
            raise ValidationError([f"{name_of(each)}: {message}" for message in error.messages]) from error
    if not together:
        return ""
    words = _("Planned with it: %s.") if live_from else _("Published with it: %s.")
    return words % ", ".join(map(name_of, together))
