"""My data: a copy of all data about a person, texts with their name, and a request to be forgotten.

The page is for everybody with an account. The copy is given to a form of this site, sent by a person who
proved who they are as before any change of how they sign in: what others could read of it is more than My card.
"""

import json
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from publishing.files.storage import StorageUnavailable
from publishing.i18n.urls import absolute
from publishing.models import Event
from publishing.models.records.events import record
from publishing.text.transliteration import to_slug
from publishing.web.sent_forms.lapsed import lapsed
from staff.accounts.second_factor import has_factor, must_give_factor
from staff.cards.vcards import vcard
from staff.forgetting.requests import ForgetRequestForm, ask, request_of, take_back
from staff.my_card.views import WHOSE, card_of
from staff.my_data.data_copy import copy_of, own_card
from staff.my_data.named import where_named
from staff.rights import has_rights

AN_HOUR = timedelta(hours=1)
COPIES_AN_HOUR = 10  # of one person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """The page; its form asks to be forgotten, or takes that back."""
    if not request.user.is_authenticated:
        return lapsed(request) if request.method == "POST" else redirect_to_login(request.get_full_path())
    member = card_of(request)
    form = ForgetRequestForm(request.POST if "ask" in request.POST else None)
    if request.method == "POST":
        if member is None or request.POST.get(WHOSE, str(member.pk)) != str(member.pk):
            messages.error(request, _("This form was of somebody else who signed in here. Nothing was done."))
            return redirect("my_data")
        if "take_back" in request.POST:
            take_back(request, member)
            messages.success(request, _("You no longer ask to be forgotten. The secretariat gets a mail."))
            return redirect("my_data")
        if form.is_valid():
            ask(request, member, form.cleaned_data["words"])
            messages.success(request, _("Asked. The secretariat got a mail, and so did you."))
            return redirect("my_data")
    named = where_named(member) if member and "names" in request.GET else None
    context = {"member": member, "form": form, "asked": request_of(member), "named": named}
    return render(request, "staff/my_data.html", context)


@never_cache
@require_POST
def my_data_copy(request: HttpRequest) -> HttpResponse:
    """Everything that the site holds about the user, as a file of JSON."""
    if answer := _prove_first(request) or _slow_down(request):
        return answer
    user: Any = request.user
    record(Event.Kind.COPIED, about=user)
    text = json.dumps(copy_of(request, user, card_of(request)), ensure_ascii=False, indent=2)
    name = _("resoc-my-data")  # of the file
    return _attachment(text, "application/json", f"{name}-{timezone.localdate().isoformat()}.json")


@never_cache
@require_POST
def my_data_vcard(request: HttpRequest) -> HttpResponse:
    """The own card as a file for an address book, with what visitors do not see."""
    if answer := _prove_first(request):
        return answer
    member = card_of(request)
    if member is None:
        raise Http404
    card = own_card(member)
    public = type(member).published().filter(pk=member.pk).first()
    url = absolute(request, public.get_absolute_url()) if public else ""
    try:
        text = vcard(card, url)
    except StorageUnavailable:
        text = vcard(card, url, with_photo=False)
    return _attachment(text, "text/vcard; charset=utf-8", f"{to_slug(card.name, default='contact')}.vcf")


def _attachment(text: str, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text.encode(), content_type=kind, headers=headers)


def _prove_first(request: HttpRequest) -> HttpResponse | None:
    """Where somebody shows who they are, before they get what is on the page; None when they just did.

    With rights in the desk that includes a second factor.
    """
    page, user = reverse("my_data"), request.user
    if not user.is_authenticated:
        return redirect_to_login(page)
    if has_rights(user) and not has_factor(user):
        messages.info(request, _("Who edits this site needs a second way to prove who they are. Choose one here."))
        return redirect("mfa_index")
    if must_give_factor(request) or is_reauthentication_required(request, app="account"):
        messages.info(request, _("Show first that it is you. Then press the button once more."))
        methods = get_adapter(request).get_reauthentication_methods(user)
        return redirect_to_login(page, methods[0]["url"])
    return None


def _slow_down(request: HttpRequest) -> HttpResponse | None:
    """The page again, for a user who took many copies in a short time."""
    made = Event.objects.filter(kind=Event.Kind.COPIED, by=request.user.pk, at__gt=timezone.now() - AN_HOUR)
    if made.count() < COPIES_AN_HOUR:
        return None
    messages.error(request, _("You took many copies in this hour. Wait a while, and try again."))
    return redirect("my_data")
