"""Planning in the admin: the fields beside the button Plan, and the list of what is coming.

There is no job: a version becomes public because the clock passes its time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from publishing.admin.history.undoing import offer
from publishing.admin.site_mode import dropped_told
from publishing.i18n.urls import desk_address
from publishing.models import Act, ChangeNote, Publishable, Revision, RevisionQuerySet, content_models
from publishing.models.rights import may_change, may_see
from publishing.models.snapshots import diff, freeze, normalise
from publishing.review.diff import changed_labels
from publishing.web.sent_forms.form_data import PUBLISH, SCHEDULE, asks_to_publish
from publishing.workflow import (
    advance,
    cancel,
    lock,
    look,
    moment,
    publish,
    record,
    reschedule,
    set_end,
    waits_as,
)
from publishing.workflow.undo import Look

LIMIT = 500  # events that the list shows
UPCOMING = 3  # events on the first page of the admin
ENDS_SOON = timedelta(days=30)


class MomentField(forms.DateTimeField):
    """A date and a time as the clock here shows them; what comes twice in autumn is the first of the two."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S")

    def to_python(self, value: str | datetime | date | None) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            naive = (error.params or {})["datetime"]
        aware = timezone.make_aware(naive)
        try:
            exists = aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) == naive
        except OverflowError:
            exists = False
        if not exists:
            raise ValidationError(_("The clock skips this hour that night. Choose an hour earlier or later."))
        return aware


class TimesForm(forms.Form):
    """From when until when; both may be empty, but not past, and not the wrong way round."""

    prefix = "schedule"

    live_from = MomentField(label=gettext_lazy("From"), required=False)
    live_until = MomentField(label=gettext_lazy("Until"), required=False)

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        now = timezone.now()
        begin, end = values.get("live_from"), values.get("live_until")
        if begin and begin <= now:
            self.add_error("live_from", _("This moment is past. Choose a later one."))
        if end and end <= (begin or now):
            late = (
                _("The end must come after the beginning.") if begin else _("This moment is past. Choose a later one.")
            )
            self.add_error("live_until", late)
        return values


class WaitingForm(TimesForm):
    """Another time for a version that waits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["live_from"].required = True


class EndForm(TimesForm):
    """Another end of what is public."""

    live_from = None  # type: ignore[assignment]


class ScheduleForm(TimesForm):
    """The fields beside the button Plan of a form; they also count for the button Publish."""

    replace = forms.BooleanField(label=gettext_lazy("Instead of what was planned before"), required=False, initial=True)

    def __init__(self, data: Mapping[str, object] | None, obj: Publishable | None) -> None:
        self.obj = obj if obj and obj.pk else None
        self.shown = self.obj.revisions.public().first() if self.obj else None
        self.waiting = (
            list(self.obj.revisions.pending().filter(withdrawn=False).select_related("author").order_by("live_from"))
            if self.obj
            else []
        )
        super().__init__(data, initial={"live_until": self.shown.live_until if self.shown else None})

    def clean(self) -> dict[str, object]:
        buttons = self.data
        if not asks_to_publish(buttons):
            return self.cleaned_data  # only saved: the dates are no decision yet
        values = super().clean()
        begin = values.get("live_from")
        if begin and PUBLISH in buttons:
            self.add_error("live_from", _("Empty this to publish now, or click Plan to publish at that time."))
        if not begin and SCHEDULE in buttons and not self.errors:
            if not self.shown:
                self.add_error("live_from", _("Fill in from when visitors see it."))
            elif values.get("live_until") == self.shown.live_until:
                self.add_error("live_from", _("Fill in from when visitors see this version, or change the end."))
        return values

    def plan(self, obj: Publishable, author: User, change_note: ChangeNote | None = None) -> str:
        """Do what Plan asks for the saved row `obj`, and tell it in one sentence."""
        begin, end = self.cleaned_data["live_from"], self.cleaned_data["live_until"]
        if not begin:
            set_end(obj, author, end)
            if end:
                return _("Visitors see it until %s. Your changes are saved as a working copy.") % moment(end)
            return _("It has no end any more. Your changes are saved as a working copy.")
        replaced = self.waiting if self.cleaned_data["replace"] else []
        with transaction.atomic():
            for revision in replaced:
                cancel(revision, author)
            publish(obj, author, live_from=begin, live_until=end, change_note=change_note)
        told = _("Planned: visitors see this version from %s.") % moment(begin)
        return f"{told} {dropped_told(each for each in replaced if each.live_from != begin)}".rstrip()


def panel(form: ScheduleForm) -> dict[str, object]:
    """The context of `publishing/panel/schedule.html`: the fields, what waits, and what ends."""
    return {"form": form, "waiting": form.waiting, "shown": form.shown}


@dataclass(frozen=True)
class PlannedEvent:
    """That something comes on the site, or leaves it, at a moment to come."""

    at: datetime
    revision: Revision
    begins: bool
    title: str
    url: str  # of its form
    can_change: bool
    replaces: bool = False  # whether something of it is public already

    @property
    def day(self) -> date:
        """The day here."""
        return timezone.localtime(self.at).date()

    @property
    def waits(self) -> bool:
        """Whether this is a version that is still to come."""
        return self.begins and self.revision.live_from > timezone.now()

    @property
    def can_cancel(self) -> bool:
        """The end of what has not begun is changed together with its beginning."""
        return self.can_change and (self.begins or self.revision.live_from <= timezone.now())


def upcoming(user: User | AnonymousUser, limit: int = LIMIT) -> list[PlannedEvent]:
    """What goes on and off the site, in order of time, as far as `user` may see it; two queries."""
    now = timezone.now()
    seen = [model for model in content_models() if may_see(user, model)]
    rights = {model._meta.label_lower: may_change(user, model) for model in seen}
    revisions = Revision.objects.filter(model__in=rights, withdrawn=False).select_related("author")
    public = Revision.objects.public(now).filter(model=models.OuterRef("model"), object_id=models.OuterRef("object_id"))
    begins = revisions.pending(now).annotate(replaces=models.Exists(public)).order_by("live_from")[:limit]
    ends = revisions.ending(now).order_by("live_until")[:limit]
    events = [_event(each, each.live_from, True, rights) for each in begins]
    events += [_event(each, each.live_until, False, rights) for each in ends if each.live_until]
    return sorted(events, key=lambda event: event.at)[:limit]


def coming_up(user: User | AnonymousUser) -> list[PlannedEvent]:
    """The first of them for the first page of the desk: what is planned, and what ends soon."""
    soon = timezone.now() + ENDS_SOON
    events = upcoming(user, 10 * UPCOMING)
    return [event for event in events if event.begins or event.at < soon][:UPCOMING]


def _event(revision: Revision, at: datetime, begins: bool, rights: dict[str, bool]) -> PlannedEvent:
    obj = revision.thaw()
    url = desk_address(obj)
    replaces = begins and getattr(revision, "replaces", False)
    return PlannedEvent(at, revision, begins, f"{obj.page_kind}: {obj}", url, rights[revision.model], replaces)


def calendar(request: HttpRequest) -> HttpResponse:
    """The planned changes, a day at a time."""
    context = {"title": _("Planned"), "events": upcoming(request.user)}
    return render(request, "publishing/schedule.html", admin.site.each_context(request) | context)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time for one version that waits, or another end for one that is public."""
    revision = _planned(request, pk)
    waiting = revision.live_from > timezone.now()
    now = {"live_from": revision.live_from, "live_until": revision.live_until}
    form_class = WaitingForm if waiting else EndForm
    form = form_class(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                before = _look(revision)
                if waiting:
                    values = form.cleaned_data
                    reschedule(revision, _user(request), values["live_from"], values["live_until"])
                else:
                    set_end(revision.thaw(), _user(request), form.cleaned_data["live_until"])
                act = record(Act.Kind.PLANNED, _user(request), [before])
            messages.success(request, _("The planning is changed."))
            offer(request, act)
            return redirect("planning")
        except ValidationError as error:
            for field, errors in error.update_error_dict({}).items():
                form.add_error(field if field in form.fields else None, errors)
    event = _event(revision, revision.live_from, waiting, {revision.model: True})
    context = {"title": _("Change the planning"), "form": form, "event": event, "revision": revision}
    return render(request, "publishing/schedule_change.html", admin.site.each_context(request) | context)


def bring_forward(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish one version that waits now; with GET, it says what would happen."""
    revision = _planned(request, pk)
    event = _event(revision, revision.live_from, True, {revision.model: True})
    if not event.waits:
        raise Http404
    if request.method == "POST":
        try:
            with transaction.atomic():
                before = _look(revision)
                advance(revision, _user(request))
                act = record(Act.Kind.PUBLISHED, _user(request), [before])
            messages.success(request, _("Published: visitors see now what was planned for %s.") % moment(event.at))
            offer(request, act)
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        return redirect(event.url)
    obj, model = revision.thaw(), revision.model_class
    shown = obj.revisions.public().first()
    context = {
        "title": _("Publish what is planned now"),
        "event": event,
        "revision": revision,
        "is_public": shown is not None,
        "labels": changed_labels(model, diff(normalise(model, shown.data), normalise(model, revision.data)))
        if shown
        else [],
        "others": obj.revisions.pending().filter(withdrawn=False).exclude(pk=revision.pk).order_by("live_from"),
        "has_unpublished": bool(diff(normalise(model, revision.data), freeze(model._base_manager.get(pk=obj.pk)))),
    }
    return render(request, "publishing/schedule_advance.html", admin.site.each_context(request) | context)


@require_POST
def cancel_planned(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel one version that waits, or the end of one that is public."""
    revision = _planned(request, pk)
    try:
        with transaction.atomic():
            before = _look(revision)
            drop(revision, _user(request))
            act = record(Act.Kind.PLANNED, _user(request), [before])
        messages.success(request, _("Cancelled: nothing changes for visitors."))
        offer(request, act)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("planning")


def _look(revision: Revision) -> Look:
    """How the object of `revision` stands, and nobody else can change that until the transaction ends."""
    lock(revision.model_class)
    return look(revision.model_class, revision.object_id)


def drop(revision: Revision, author: User) -> None:
    """Cancel `revision` when it still waits, else its end."""
    if revision.live_from > timezone.now():
        cancel(revision, author)
    else:
        set_end(revision.thaw(), author, None)


def planned() -> RevisionQuerySet[Revision]:
    """What somebody can still change: versions that wait, and public ones that end."""
    revisions = Revision.objects.filter(withdrawn=False)
    return revisions.pending() | revisions.public().filter(live_until__isnull=False)


def _planned(request: HttpRequest, pk: int) -> Revision:
    """The version `pk`, that waits or ends, when this user may change its object; else 404 or 403."""
    revision: Revision = get_object_or_404(planned(), pk=waits_as(get_object_or_404(Revision, pk=pk)).pk)
    if not may_change(request.user, revision.model_class):
        raise PermissionDenied
    return revision


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # `admin_view` let nobody else in


urlpatterns = [
    path("", admin.site.admin_view(calendar), name="planning"),
    path("<number:pk>/", admin.site.admin_view(change), name="planning_change"),
    path("<number:pk>/advance/", admin.site.admin_view(bring_forward), name="planning_advance"),
    path("<number:pk>/cancel/", admin.site.admin_view(cancel_planned), name="planning_cancel"),
]
