"""Undo in the admin: the button in a message, and its view.

The button stands in the text of a message and belongs to the one form for all of them, in
`admin/base_site.html`: a message is written before anybody knows the token of the page that shows it.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publishing.i18n.urls import desk_address
from publishing.models import Act, ActLine
from publishing.models.rights import may_change
from publishing.types import AuthenticatedHttpRequest
from publishing.workflow import undo

BACK = "back"  # in the address of the button: the page that it is on


def offer(request: HttpRequest, act: Act | None, back: str = "") -> None:
    """Put the button in the newest message of success that waits to be shown; it leads to `back`, if that is given."""
    storage: Any = messages.get_messages(request)
    told = [each for each in storage._queued_messages if each.level == messages.SUCCESS]
    if act and told:
        told[-1].message = format_html("{} {}", told[-1].message, button(act, back))


def button(act: Act, back: str = "") -> str:
    """The button that undoes `act`, and then leads to `back` or else to what was undone."""
    address = reverse("undo", args=[act.pk]) + (f"?{urlencode({BACK: back})}" if back else "")
    return format_html(
        '<button type="submit" class="undo" form="undo" formaction="{}">{}</button>', address, _("Undo this")
    )


@require_POST
def undo_view(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Undo one act, when this user may change all that it was about, and lead to that."""
    act = Act.objects.filter(pk=pk).first()
    lines = list(act.lines.order_by("pk")) if act else []
    if act is None or not lines:
        raise Http404
    check_may_undo(request, lines)
    carry_out(request, act)
    back = request.GET.get(BACK, "")
    is_ours = url_has_allowed_host_and_scheme(back, None) and back.startswith(reverse("admin:index"))
    return redirect(back if is_ours else _where(act, lines))


def check_may_undo(request: AuthenticatedHttpRequest, lines: list[ActLine]) -> None:
    """Raise PermissionDenied when this user may not change something that the lines are about."""
    for line in {line.model: line for line in lines}.values():
        if not may_change(request.user, line.model_class):
            raise PermissionDenied


def carry_out(request: AuthenticatedHttpRequest, act: Act) -> None:
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
    model = lines[0].model_class
    try:
        if act.kind == Act.Kind.ORDERED:
            return desk_address(model, "changelist")
        if model._base_manager.filter(pk=lines[0].object_id).exists():
            return desk_address(model, pk=lines[0].object_id)
    except NoReverseMatch:
        return reverse("admin:index")
    return reverse("admin:publishing_discarded_changelist")
