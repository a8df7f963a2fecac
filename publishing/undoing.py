"""Undo in the admin: the button in a message, and what it does.

The button stands in the text of a message and belongs to the one form for all of them, in
`admin/base_site.html`: a message is written before anybody knows the token of the page that shows it.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publishing.models import Act, ActLine
from publishing.workflow import undo

KINDS = {
    "_publish": Act.Kind.PUBLISHED,
    "_schedule": Act.Kind.PLANNED,
    "_cancel": Act.Kind.PLANNED,
    "_withdraw": Act.Kind.WITHDRAWN,
}


def kind_of(request: HttpRequest) -> Act.Kind | None:
    """What the button of a form that was sent does to what visitors see, if anything."""
    return next((kind for button, kind in KINDS.items() if button in request.POST), None)


def offer(request: HttpRequest, act: Act | None) -> None:
    """Put the button in the newest message of success that waits to be shown."""
    storage: Any = messages.get_messages(request)
    told = [each for each in storage._queued_messages if each.level == messages.SUCCESS]
    if act and told:
        told[-1].message = format_html("{} {}", told[-1].message, button(act))


def button(act: Act) -> str:
    """The button that undoes `act`."""
    address = reverse("undo", args=[act.pk])
    return format_html(
        '<button type="submit" class="undo" form="undo" formaction="{}">{}</button>', address, _("Undo this")
    )


@require_POST
def undo_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo one act, when this user may change all that it was about, and lead to that."""
    act = Act.objects.filter(pk=pk).first()
    lines = list(act.lines.order_by("pk")) if act else []
    if act is None or not lines:
        raise Http404
    check_may_undo(request, lines)
    carry_out(request, act)
    return redirect(_where(act, lines))


def check_may_undo(request: Any, lines: list[ActLine]) -> None:
    """Raise PermissionDenied when this user may not change something that the lines are about."""
    for line in {line.model: line for line in lines}.values():
        opts = line.model_class._meta
        if not request.user.has_perm(f"{opts.app_label}.change_{opts.model_name}"):
            raise PermissionDenied


def carry_out(request: Any, act: Act) -> None:
    """Undo `act`, and tell what came of it."""
    try:
        told = undo(act, request.user)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return
    messages.success(request, _("Undone: it is as it was before."))
    for text in told:
        messages.warning(request, text)


def _where(act: Act, lines: list[ActLine]) -> str:
    """The page about what was undone: the list, the form, or the bin when there is no form any more."""
    model: Any = lines[0].model_class
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    try:
        if act.kind == Act.Kind.ORDERED:
            return reverse(f"{name}_changelist")
        if model._base_manager.filter(pk=lines[0].object_id).exists():
            return reverse(f"{name}_change", args=[lines[0].object_id])
    except NoReverseMatch:
        return reverse("admin:index")
    return reverse("admin:publishing_discarded_changelist")
