"""The work that comes from cards: requests to be forgotten, silence, absences; and that there are two editors."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.admin.work_list import Asked, Tier, WorkItem, WorkKind, WorkSubject, register
from publishing.admin.work_list.readiness import Lacking, check
from publishing.i18n.formats import written
from publishing.i18n.urls import desk_address
from publishing.models.rights import may_change
from staff.cards.notices import secretariat
from staff.forgetting.requests import may_decide, open_requests
from staff.models import StaffMember
from staff.my_card.card_checks import asked_in_vain

EDITORS = 2
MOST = 50  # people who are away without anybody in their place

ABSENT = WorkKind("absent-contact", Tier.BROKEN, 4, gettext_lazy("contact who is away, with nobody in their place"))
SILENT = WorkKind("silent-card", Tier.BROKEN, 6, gettext_lazy("card that was not confirmed"))
FORGET = WorkKind("forget-request", Tier.DATE, 6.5, gettext_lazy("request to be forgotten"))


@register(ABSENT)
def absent(asked: Asked) -> Iterator[WorkItem]:
    """The public contacts who are away now, and whom visitors reach nobody for."""
    if not may_change(asked.user, StaffMember):
        return
    away = StaffMember.published(asked.now).filter(Q(turns_at__gt=asked.now) | Q(turns_again_at__gt=asked.now))
    for member in away.following("stand_in")[:MOST]:
        if member.is_absent and member.answers_meanwhile is None:
            said = _("away %s, and nobody answers meanwhile") % member.absence_days
            since = member.turns[0] if len(member.turns) > 1 else None
            until = f"{member.absent_until:%Y-%m-%d}" if member.absent_until else ""
            yield _about(member, ABSENT, said, 3, since, f"{until} {member.stand_in_id or ''}", "#id_stand_in")


@register(SILENT)
def silent(asked: Asked) -> Iterator[WorkItem]:
    """The people who were asked whether their card is right, and did not answer for three weeks."""
    if may_change(asked.user, StaffMember):
        for link in asked_in_vain(asked.now):
            said = _("not confirmed for three weeks: is everything still right?")
            yield _about(link.member, SILENT, said, 3, link.made_at, str(link.pk))


@register(FORGET)
def forget_requests(asked: Asked) -> Iterator[WorkItem]:
    """The requests to be forgotten; they lead to where that is done, for a user who may."""
    for request in open_requests() if may_change(asked.user, StaffMember) else ():
        member = request.member
        answer_by = written(timezone.localtime(request.answer_by), "j F")
        said = _("asks to be forgotten: answer by %s") % answer_by
        item = _about(member, FORGET, said, 10, request.asked_at, str(request.pk))
        may = may_decide(asked.user, member)
        yield replace(item, url=reverse("admin:staff_staffmember_leave", args=[member.pk])) if may else item


def _about(
    member: StaffMember, kind: WorkKind, said: str, minutes: int, since: datetime | None, cause: str, anchor: str = ""
) -> WorkItem:
    subject = WorkSubject(member._meta.label_lower, member.pk)
    url = f"{desk_address(member)}{anchor}"
    return WorkItem(kind, member.name, said, url, minutes, since, subject, cause=cause, reach=member.reach)


@check
def second_editor(asked: Asked) -> Lacking | None:
    """Whether somebody else can edit when one person is away."""
    if len(list(secretariat())) >= EDITORS:
        return None
    url = reverse("admin:auth_user_changelist") if asked.user.is_superuser else ""
    return Lacking(_("a second person who can publish"), url)
