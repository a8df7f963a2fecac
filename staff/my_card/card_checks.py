"""Card checks: twice a year a mail asks everybody with a card whether it is still right."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.models import Revision
from publishing.workflow import confirm, lock
from staff.cards import notices
from staff.models import CardLink, StaffMember
from staff.my_card.invitations import may_be_let_in
from staff.rights import has_rights

EVERY = timedelta(days=182)
ANSWER_WITHIN = timedelta(days=21)


def send_due(now: datetime | None = None) -> int:
    """Ask everybody whose public card nobody looked at for half a year; returns how many mails were made.

    Each gets a link to confirm, and, unless they have rights in the desk, one that lets them in to change the
    card. A person without an e-mail address cannot be asked, and without `SITE_URL` there is no link to send.
    """
    now = now or timezone.now()
    if not settings.SITE_URL:
        return 0
    with transaction.atomic():
        lock(StaffMember)  # so that of two workers the second finds nobody left to ask
        asked = CardLink.objects.filter(purpose=CardLink.Purpose.CHECK, made_at__gt=now - EVERY).values("member")
        due = Revision.objects.of(StaffMember).public(now).filter(checked_at__lte=now - EVERY).values("object_id")
        nowhere = models.Q(user=None, email="") | models.Q(user__email="", email="")
        members = StaffMember._base_manager.select_related("user").filter(pk__in=due).exclude(pk__in=asked)
        members = members.exclude(nowhere).exclude(user__is_active=False)
        for member in members:
            check = CardLink.objects.make(member, CardLink.Purpose.CHECK)
            change = CardLink.objects.make(member, CardLink.Purpose.CHANGE) if may_be_let_in(member) else None
            notices.ask_to_check(member, check, change)
    return len(members)


def asked_in_vain(now: datetime | None = None) -> models.QuerySet[CardLink]:
    """The questions of three weeks ago to people who neither answered nor changed their card since."""
    now = now or timezone.now()
    public = Revision.objects.of(StaffMember).public(now)
    looked_at = public.filter(object_id=models.OuterRef("member"), checked_at__gte=models.OuterRef("made_at"))
    silent = CardLink.objects.filter(purpose=CardLink.Purpose.CHECK, used_at=None, made_at__lte=now - ANSWER_WITHIN)
    silent = silent.filter(made_at__gt=now - EVERY).exclude(models.Exists(looked_at))
    return silent.filter(member__in=public.values("object_id")).select_related("member")


def unanswered(now: datetime | None = None) -> models.QuerySet[StaffMember]:
    """The people who did not."""
    return StaffMember._base_manager.filter(pk__in=asked_in_vain(now).values("member"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, token: str) -> HttpResponse:
    """The card as it is, and the button that says that it is right; following the link alone changes nothing."""
    if done := CardLink.objects.used(token, CardLink.Purpose.CHECK):
        return _done(request, done)
    link = CardLink.objects.find(token, CardLink.Purpose.CHECK)
    member = StaffMember.published().filter(pk=link.member_id).first() if link else None
    if link is None or member is None:
        return render(request, "staff/link_over.html", status=410)
    with translation.override(link.member.language):
        errors: list[str] = []
        if request.method == "POST":
            try:
                with transaction.atomic():
                    if link.use():  # else a second click was quicker
                        confirm(link.member, link.member.user)
                link.refresh_from_db()
                return _done(request, link) if link.used_at else render(request, "staff/link_over.html", status=410)
            except ValidationError as error:
                errors = error.messages
        mine = request.user.is_authenticated and request.user.pk == link.member.user_id
        context = {"member": member, "errors": errors, "is_mine": mine or has_rights(link.member.user)}
        return render(request, "staff/check.html", context)


def _done(request: HttpRequest, link: CardLink) -> HttpResponse:
    """That the card was confirmed with `link`, and when."""
    member = StaffMember.published().filter(pk=link.member_id).first()
    with translation.override(link.member.language):
        return render(request, "staff/check_done.html", {"member": member, "used_at": link.used_at})
