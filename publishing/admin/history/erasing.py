"""Erasing for good in the admin: a page that says what goes and what remains, and then does it. For superusers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.admin.types import AnyModelAdmin
from publishing.files.storage import StorageUnavailable
from publishing.i18n.urls import desk_address
from publishing.models import Discarded, Publishable, Revision
from publishing.review.history import when
from publishing.text.numbers import parse_int
from publishing.types import AuthenticatedHttpRequest
from publishing.workflow.erasure.memory import LETTERS, Version
from publishing.workflow.erasure.objects import erase
from publishing.workflow.erasure.stored_files import erasable_files, erase_file
from publishing.workflow.erasure.versions import erase_version, erasure_scope


@dataclass
class Plan:
    """Something to erase: its name in words, and the function that erases it."""

    title: str
    goes: list[str]
    stays: list[str]
    do: Callable[[], object]
    sent: dict[str, str] = field(default_factory=dict)  # what the button sends along


def erase_view(model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, object_id: str) -> HttpResponse:
    """Erase one version or one file of an object; with GET, it says what would happen."""
    check_may_erase(request)
    obj = model_admin.get_object(request, object_id)
    if obj is None:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    history = desk_address(obj, "history")
    try:
        plan = _of_file(obj, asked["file"]) if "file" in asked else _of_version(obj, asked.get("version", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(history)
    context = {"opts": obj._meta, "parent": obj, "subject": obj, "back": history}
    return _carry_out(model_admin, request, plan, history, context)


def erase_from_bin(model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, discarded: Discarded) -> HttpResponse:
    """Erase what lies in the bin, with all that is kept of it; the caller knows that it may."""
    model: Any = discarded.model_class
    obj = model(pk=discarded.object_id)
    plan = Plan(
        _("Erase this for good?"),
        [_("Everything that is kept of it: its texts, its files, its versions, and its lines in the history.")],
        [_("Its address, if visitors ever read it: it tells them that the page is gone.")],
        partial(erase, obj),
    )
    context = {
        "opts": model_admin.opts,
        "subject": discarded.title,
        "back": reverse("admin:publishing_discarded_change", args=[discarded.pk]),
    }
    return _carry_out(model_admin, request, plan, reverse("admin:publishing_discarded_changelist"), context)


def check_may_erase(request: AuthenticatedHttpRequest) -> None:
    """Raise PermissionDenied for everybody but a superuser."""
    if not request.user.is_superuser:
        raise PermissionDenied


def may_erase(request: AuthenticatedHttpRequest, obj: Publishable, keys: Iterable[str]) -> dict[str, object]:
    """What the history of `obj` offers a superuser: those of the versions `keys`, and the files, that may be erased."""
    if not request.user.is_superuser:
        return {}
    read = [*obj.revisions.public(), *obj.revisions.pending()]
    keys = set(keys) - {f"r{each.pk}" for each in read}
    files = [(name, PurePosixPath(name).name) for name in erasable_files(obj)]
    return {"erasable": keys, "erasable_files": files}


def _carry_out(
    model_admin: AnyModelAdmin, request: HttpRequest, plan: Plan, done: str, context: dict[str, object]
) -> HttpResponse:
    if request.method == "POST" and request.POST.get("sure"):
        try:
            plan.do()
        except StorageUnavailable:
            messages.error(request, _("The files can’t be reached now, so nothing was done. Try again in a while."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except ProtectedError as error:
            messages.error(request, str(error.args[0]))
        else:
            messages.success(request, _("Erased for good."))
            return redirect(done)
    elif request.method == "POST":
        messages.error(request, _("Tick that you are sure: what is erased does not come back."))
    context |= model_admin.admin_site.each_context(request)
    return render(request, "publishing/history/erase.html", context | {"title": plan.title, "plan": plan})


def _of_version(obj: Publishable, key: str) -> Plan:
    version = _version(obj, key)
    gone = erasure_scope(version)
    made = when(version.created_at)
    if isinstance(version, Revision):
        title = _("Erase the version of %s for good?") % made
        goes = [_("What this version says, in every language, with the note about it.")]
        stays = [
            _("An empty line in the history: who made this version, and when. It can’t be put back or compared."),
            _("Its address, which tells visitors that this version is gone."),
        ]
    else:
        title = _("Erase the kept save of %s for good?") % made
        goes, stays = [_("This kept save, with its line in the history.")], []
    if isinstance(version, Revision) and version.reason:
        goes.append(_("The reason for which the page was taken off the site; visitors no longer read it."))
    if others := len(gone.versions) - 1:
        said = ngettext(
            "%d other version or kept save, which says the same.",
            "%d other versions or kept saves, which say the same.",
            others,
        )
        goes.append(said % others)
    goes += [_("The file %s, in every size.") % PurePosixPath(name).name for name in sorted(gone.files)]
    stays.append(
        _("The working copy, and what says something else. Look yourself whether the same words stand there too.")
    )
    return Plan(title, goes, stays, partial(erase_version, version), {"version": key})


def _of_file(obj: Publishable, name: str) -> Plan:
    if name not in erasable_files(obj):
        raise Http404
    short = PurePosixPath(name).name
    return Plan(
        _("Erase the file %s for good?") % short,
        [_("The file %s, in every size.") % short, _("What older versions say about it, such as its description.")],
        [_("The versions and kept saves that had it, without it.")],
        partial(erase_file, obj, name),
        {"file": name},
    )


def _version(obj: Publishable, key: str) -> Version:
    table = LETTERS.get(key[:1])
    ours = {"model": obj._meta.label_lower, "object_id": obj.pk, "pk": parse_int(key[1:])}
    version = table._base_manager.filter(**ours).first() if table else None
    if version is None or getattr(version, "erased_at", None):
        raise Http404
    return version
