"""The page behind a share link: a draft as visitors would see it, with a box for remarks below each heading."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from publishing.contributions.proposals import TooMany
from publishing.contributions.remarks import one_line, remark
from publishing.contributions.secret_pages import Typed, guarded, is_from_elsewhere, not_kept
from publishing.contributions.sections import PageSection, sections, with_boxes
from publishing.i18n.languages import CODES, current
from publishing.models import LONGEST, LONGEST_NAME, Contribution, Publishable, ShareLink, token_digest
from publishing.models.snapshots import freeze
from publishing.web.preview import behind, render_preview
from publishing.web.sent_forms.lapsed import refused
from publishing.workflow.ending_share_links import end_published

OVER = "share_link_over.html"


@csrf_exempt  # see `secret_pages`
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The saved working copy behind a share link, for whoever has the link; by POST a remark on it."""
    if request.method == "POST" and is_from_elsewhere(request):
        return guarded(refused(request))
    link, obj = behind(token)
    if link and obj and end_published(obj):  # perhaps what it shows was planned, and is public now
        link, obj = behind(token)
    if not link or not obj:
        return not_kept(request, OVER, _typed(request), public_url=_published_at(token))
    if request.method != "POST":
        return _page(request, link, obj)
    said = {name: request.POST.get(name, "") for name in ("section", "quote", "name")}
    try:
        given = remark(link, obj, current(), text=request.POST.get("remark", ""), **said)
    except TooMany:
        return not_kept(request, OVER, _typed(request), HTTPStatus.TOO_MANY_REQUESTS, too_many=True)
    except ValidationError as error:
        return _page(request, link, obj, error)
    return guarded(redirect(f"{link.get_absolute_url(current())}#remark-{given.pk}"))


def _page(
    request: HttpRequest, link: ShareLink, obj: Publishable, error: ValidationError | None = None
) -> HttpResponse:
    """The page of the draft, with its remarks and the boxes; with `error` the box that was filled in stands open."""
    addresses = {code: link.get_absolute_url(code) for code in CODES}
    response = render_preview(request, obj, freeze(obj), addresses=addresses, share=link)
    given = list(Contribution.objects.shown().of(obj).filter(share_link=link, language=current()))
    typed_in = one_line(request.POST.get("section", "")) if error else None
    left = {each.pk: each for each in given}

    def box(section: PageSection) -> str:
        is_here = typed_in is not None and typed_in == section.heading
        mine = [left.pop(each.pk) for each in given if each.pk in left and each.section in ("", section.heading)]
        if section.number == number_of_sections:
            mine += left.values()  # below a heading that says something else now
        context = {
            "section": section,
            "remarks": mine,
            "longest": LONGEST,
            "longest_name": LONGEST_NAME,
            "errors": error.message_dict if error and is_here else {},
            "typed": request.POST if is_here else {},
            "share": link,
        }
        return render_to_string("includes/remark_box.html", context, request)

    html = response.content.decode()
    number_of_sections = len(sections(html))
    response.content = with_boxes(html, box).encode()
    return guarded(response)


def _typed(request: HttpRequest) -> list[Typed]:
    """The remark that came by a link that takes none."""
    labels = {"quote": _("About this sentence"), "remark": _("Your remark")}
    said = {name: request.POST.get(name, "") for name in labels} if request.method == "POST" else {}
    return [Typed(labels[name], text) for name, text in said.items() if text and said["remark"]]


def _published_at(token: str) -> str:
    """Where visitors read what the link with this token showed, when it ended because of that."""
    link = ShareLink.objects.filter(digest=token_digest(token)).exclude(published_at=None).first()
    obj = link.working_copy() if link else None
    public = obj.revisions.public().first() if obj else None
    return public.thaw().get_absolute_url() if public else ""
