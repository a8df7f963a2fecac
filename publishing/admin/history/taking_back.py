"""Taking a published version out of the public list, in the desk: from the history of its page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from publishing.admin.history.history_views import answer, to_change
from publishing.admin.types import AnyModelAdmin
from publishing.models import Publishable, Revision
from publishing.review.history import addresses, taken_back_words, when
from publishing.text.numbers import parse_int
from publishing.types import AuthenticatedHttpRequest
from publishing.web.sent_forms.form_data import LIST_AGAIN
from publishing.workflow import alike, list_again, refusal, take_back
from publishing.workflow.undo import set_reason


def public_list(model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, object_id: str) -> HttpResponse:
    """Take one version out of the public list, or put it there again; with GET, it says what would happen."""
    obj = to_change(model_admin, request, object_id)
    asked = request.POST if request.method == "POST" else request.GET
    revision = _revision(obj, asked.get("version", ""))
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            _carry_out(request, revision)
            return redirect(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_history", obj.pk)
        except ValidationError as error:
            errors = ValidationError(error.update_error_dict({})).message_dict
            revision = _revision(obj, asked.get("version", ""))  # somebody else may have changed it meanwhile
    refused, is_taken = refusal(revision), revision.taken_back_at and not revision.erased_at
    same = [each for each in alike(revision) if each.pk != revision.pk and not each.unchanged_since]
    same = [each for each in same if each.taken_back_at == revision.taken_back_at]
    context = {
        "version": f"r{revision.pk}",
        "when": when(revision.live_from),
        "url": "" if is_taken else addresses(obj, [revision.pk]).get(revision.pk, ""),
        "taken": taken_back_words(revision) if is_taken else "",
        "refused": "" if is_taken else refused,
        "same": [when(each.live_from) for each in same],
        "reason": asked.get("reason", ""),
        "set_reason": set_reason(),
        "errors": errors.get("reason", []),
        "told": [said for name, each in errors.items() if name != "reason" for said in each if said != refused],
    }
    return answer(model_admin, request, obj, "publishing/history/public_list.html", context)


def _carry_out(request: HttpRequest, revision: Revision) -> None:
    """Do the work of the button; raises ValidationError as the workflow does."""
    user: Any = request.user
    if LIST_AGAIN in request.POST:
        list_again(revision, user)
        messages.success(request, _("The version is in the public list again."))
    else:
        take_back(revision, user, request.POST.get("reason", ""))
        messages.success(request, _("Taken out of the public list. At the address of the version visitors read why."))


def _revision(obj: Publishable, key: str) -> Revision:
    """The revision with this key in the history of `obj`; raises Http404."""
    own = obj.revisions.select_related("taken_back_by")
    revision: Revision | None = own.filter(pk=parse_int(key.removeprefix("r")), withdrawn=False).first()
    if revision is None:
        raise Http404
    return revision
