"""The pages to follow by mail: ask, say yes, and leave. A GET changes nothing, because programs follow links in mails.

Without a cookie or a script, like the contact form. Leaving also works with the button of a mail program, which sends
one POST without a page around it (RFC 8058).
"""

from http import HTTPStatus

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from consultation.following import followers
from consultation.following.followers import CONFIRM, LEAVE
from consultation.following.section import public_email
from consultation.following.weekly_mail import next_slot
from pages.forms.visitor_forms import SealedForm, VisitorEmailField, may_send, private, seal
from pages.sections import gives_way
from publishing.contributions.secret_pages import guarded, is_from_elsewhere
from publishing.files.storage import StorageUnavailable
from publishing.i18n.languages import current
from publishing.i18n.urls import absolute
from publishing.web.sent_forms.lapsed import is_from_here, refused

MOST_OF_ONE, MOST_OF_ALL = 10, 120  # forms in an hour; a whole office may have one address


class FollowForm(SealedForm):
    """An address, and nothing else."""

    email = VisitorEmailField(label=_("Your e-mail address"), max_length=254)


@csrf_exempt  # there is no cookie that another site could use; see `pages.forms.visitor_forms`
@gives_way
def follow(request: HttpRequest) -> HttpResponse:
    """The form, while RESOC has a public e-mail address; by POST an address is asked for a yes, by mail."""
    if not public_email():
        raise Http404
    if request.method != "POST":
        return _form(request, FollowForm(initial={"seal": seal()}))
    if not is_from_here(request):
        return refused(request)
    form = FollowForm(request.POST)
    is_valid = form.is_valid()
    form.offer_again()
    if not is_valid:
        return private(_form(request, form, HTTPStatus.UNPROCESSABLE_ENTITY))
    if not may_send(request, "follow", MOST_OF_ONE, MOST_OF_ALL):
        form.add_error(None, gettext("Too many addresses came in. Try again in an hour."))
        return private(_form(request, form, HTTPStatus.TOO_MANY_REQUESTS))
    try:
        followers.ask(form.cleaned_data["email"], current(), absolute(request, ""))
    except DatabaseError:
        form.add_error(None, gettext("Your address could not be kept now. Try again in a while."))
        return private(_form(request, form, HTTPStatus.SERVICE_UNAVAILABLE))
    return private(render(request, "consultation/follow_asked.html", {"email": form.cleaned_data["email"]}))


def _form(request: HttpRequest, form: FollowForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "consultation/follow.html", {"form": form}, status=status)


@csrf_exempt  # the link is what lets somebody in
def follow_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The question whether somebody wants the mail; by POST they do."""
    uid = followers.read_link(CONFIRM, token)
    if uid is None:  # cut off in a mail, perhaps
        return _over(request, HTTPStatus.NOT_FOUND)
    if not followers.may_confirm(uid):
        return _over(request)
    if request.method != "POST":
        return guarded(render(request, "consultation/follow_confirm.html", {"words": followers.words()}))
    if is_from_elsewhere(request):
        return guarded(refused(request))
    follower = followers.confirm(uid)
    if follower is None:  # they left just now
        return _over(request)
    context = {"next": timezone.localtime(next_slot(timezone.now())), "leave": followers.link(LEAVE, follower)}
    return guarded(render(request, "consultation/follow_confirmed.html", context))


@csrf_exempt  # a mail program sends it, without any page (RFC 8058 3.2)
def follow_leave(request: HttpRequest, token: str) -> HttpResponse:
    """The question whether somebody wants to leave; by POST they have left, as often as it is sent."""
    uid = followers.read_link(LEAVE, token)
    if uid is None:  # cut off in a mail, perhaps
        return _over(request, HTTPStatus.NOT_FOUND)
    if request.method != "POST":
        return guarded(render(request, "consultation/follow_leave.html"))
    try:
        followers.leave(uid)
    except (DatabaseError, StorageUnavailable):
        context = {"failed": True}
        return guarded(render(request, "consultation/follow_leave.html", context, status=503))
    return guarded(render(request, "consultation/follow_left.html"))


def _over(request: HttpRequest, status: int = HTTPStatus.GONE) -> HttpResponse:
    return guarded(render(request, "consultation/follow_over.html", status=status))
