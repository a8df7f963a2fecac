"""What people without an account sent in, in the desk: comparing a translation, and the list of running links."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publishing.contributions.proposals import Judged, accept, decline, judged
from publishing.contributions.texts import plain
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import absolute, desk_address
from publishing.models import Contribution, Publishable, ShareLink, TranslationLink
from publishing.models.records.share_links import working_row, working_rows
from publishing.models.rights import may_change
from publishing.review.diff import label, word_diff
from publishing.review.history import user_name
from publishing.text.numbers import parse_int

ACCEPT, DECLINE = "_accept", "_decline"
CHOSEN, OVER = "chosen", "over"  # names of the boxes: of a text, and of one that was changed meanwhile
SENT_AT = "sent_at"  # when what the form shows was sent


# One translation


def proposal_view(request: HttpRequest, pk: int) -> HttpResponse:
    """A translation that came back, beside the working copy; by POST what becomes of it."""
    proposal = Contribution.objects.proposals().filter(pk=pk).select_related("translation_link").first()
    if proposal is None:
        raise Http404
    if not may_change(request.user, proposal.model_class):
        raise PermissionDenied
    row = working_row(proposal.model, proposal.object_id)
    if row is None:
        raise Http404
    if not proposal.is_open:
        messages.info(request, _("Somebody decided about this translation already."))
        return redirect(desk_address(row))
    if request.method == "POST":
        return _decide(request, proposal, row)
    texts = judged(proposal, row)
    context = {
        "title": _("Translation into %s") % NAMES[proposal.language],
        "opts": row._meta,
        "proposal": proposal,
        "row": row,
        "language": NAMES[proposal.language],
        "texts": [_shown(proposal, each) for each in texts],
        "form_url": f"{desk_address(row)}",
    }
    return render(request, "publishing/proposal.html", admin.site.each_context(request) | context)


def _shown(proposal: Contribution, each: Judged) -> dict[str, object]:
    """One text for the comparison: its field, the source of then and now, and the translation of now and then."""
    now = each.pair.target if each.pair else ""
    source = each.pair.source if each.pair else ""
    return {
        "judged": each,
        "label": label(proposal.model_class, each.path),
        "row": each.pair.row if each.pair else "",
        "original": plain(source),
        "original_language": each.pair.source_language if each.pair else "",
        "original_changes": word_diff(plain(each.old_source), plain(source)) if each.old_source and source else [],
        "pieces": word_diff(plain(now), plain(each.text)),
        "only_layout": plain(now) == plain(each.text) and not each.is_done,
        "proposed": plain(each.text),
        "now": plain(now),
    }


def _decide(request: HttpRequest, proposal: Contribution, row: Publishable) -> HttpResponse:
    user = cast(User, request.user)
    if request.POST.get(SENT_AT) != proposal.at.isoformat():
        messages.warning(request, _("The translator sent it again in the meantime. Look at it once more."))
        return redirect("proposal", proposal.pk)
    try:
        if DECLINE in request.POST:
            decline(proposal, user)
            messages.success(request, _("Not taken over: the working copy is as it was."))
            return redirect(desk_address(row))
        chosen, over = request.POST.getlist(CHOSEN), request.POST.getlist(OVER)
        if ACCEPT not in request.POST or not (chosen or over):
            messages.warning(request, _("Tick at least one text, or choose not to take anything over."))
            return redirect("proposal", proposal.pk)
        done, kept = accept(proposal, chosen, over, user)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return redirect(desk_address(row))
    if done:
        messages.success(request, _("Taken over into the working copy: visitors see it when you publish."))
        _log(request, row, proposal)
    if kept:
        names = get_text_list([f"“{label(proposal.model_class, each.path)}”" for each in kept], _("and"))
        messages.warning(request, _("Changed meanwhile, so not taken over: %s. Look at it once more.") % names)
        return redirect("proposal", proposal.pk)
    return redirect(desk_address(row))


def _log(request: HttpRequest, row: Publishable, proposal: Contribution) -> None:
    """Note in the log of the desk, and so in the history of the page, that a translation was taken over."""
    said = _("The translation into %s that came back was taken over.") % NAMES[proposal.language]
    admin.site.get_model_admin(type(row)).log_change(request, row, said)


# Running links


def links_view(request: HttpRequest) -> HttpResponse:
    """The links that let somebody without an account in now, and what came back by them."""
    links = TranslationLink.objects.valid().select_related("author").prefetch_related("pages").order_by("-pk")
    shared = ShareLink.objects.valid().select_related("author").order_by("-pk")
    named = [(page.model, page.object_id) for link in links for page in link.pages.all()]
    there = working_rows([*named, *((link.model, link.object_id) for link in shared)])
    proposed, given = defaultdict(list), Counter[int | None]()
    for each in Contribution.objects.open().filter(Q(translation_link__in=links) | Q(share_link__in=shared)):
        proposed[each.translation_link_id].append(each)
        given[each.share_link_id] += 1
    translations = [(link, rows) for link in links if (rows := _rows(request, link, there))]
    shares = [
        (link, row)
        for link in shared
        if (row := there.get((link.model, link.object_id))) and may_change(request.user, row)
    ]
    context = {
        "title": _("Running links"),
        "translations": [
            {
                "link": link,
                "language": NAMES[link.language],
                "author": user_name(link.author) if link.author else "",
                "address": absolute(request, link.get_absolute_url()) if link.token else "",
                "rows": [(row, desk_address(row)) for row in rows],
                "open": proposed[link.pk],
            }
            for link, rows in translations
        ],
        "shares": [
            {
                "link": link,
                "row": row,
                "url": desk_address(row),
                "author": user_name(link.author) if link.author else "",
                "address": absolute(request, link.get_absolute_url()) if link.token else "",
                "open": given[link.pk],
            }
            for link, row in shares
        ],
    }
    return render(request, "publishing/links.html", admin.site.each_context(request) | context)


def _rows(
    request: HttpRequest, link: TranslationLink, there: Mapping[tuple[str, int], Publishable]
) -> list[Publishable]:
    """The objects of `link` out of `there`, when this user may change all; nothing else, so that no title leaks."""
    rows = [row for page in link.pages.all() if (row := there.get((page.model, page.object_id)))]
    return rows if all(may_change(request.user, row) for row in rows) else []


@require_POST
def end_view(request: HttpRequest) -> HttpResponse:
    """End one link of the list."""
    pk = parse_int(request.POST.get("translation", ""))
    link = TranslationLink.objects.valid().filter(pk=pk).first() if pk else None
    share = ShareLink.objects.valid().filter(pk=parse_int(request.POST.get("share", ""))).first()
    if link and not _rows(request, link, working_rows((each.model, each.object_id) for each in link.pages.all())):
        raise PermissionDenied
    if share and not may_change(request.user, share.model_class):
        raise PermissionDenied
    for each in filter(None, (link, share)):
        each.revoked_at = timezone.now()
        each.save(update_fields=["revoked_at"])
        messages.success(request, _("The link no longer works."))
    return redirect("links", permanent=False) if link or share else HttpResponse(status=HTTPStatus.NOT_FOUND)


urlpatterns = [
    path("", admin.site.admin_view(links_view), name="links"),
    path("end/", admin.site.admin_view(end_view), name="end_link"),
    path("<number:pk>/", admin.site.admin_view(proposal_view), name="proposal"),
]
