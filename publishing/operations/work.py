"""The work that comes from running the site: pages that fail, mail that is stuck, links that lead nowhere."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.admin.work_list import Asked, Rest, Tier, WorkItem, WorkKind, WorkSubject, register
from publishing.admin.work_list.operator import mail_to
from publishing.admin.work_list.ranking import rounded
from publishing.admin.work_list.readiness import Lacking, check
from publishing.cache.failures import failing
from publishing.i18n.formats import time_of_day, written
from publishing.models import DeadLink, LostMail, Mail, MissingAddress, OldAddress
from publishing.models.rights import changeable, may, may_see
from publishing.operations.link_check import DeadPlace, dead_links, is_unchecked
from publishing.operations.mail import stuck
from publishing.review.lacks import cause_of

ASKED_OFTEN = 5  # times, before an address that leads nowhere is worth a line
STUCK_FOR = timedelta(hours=1)
LOOKED_AT = 50  # dead links
FIRST_LINK, NEXT_LINK, MOST_FOR_LINKS = 4, 1, 10  # minutes

FAILS = WorkKind("fails", Tier.BROKEN, 1, gettext_lazy("page that does not work"))
STUCK = WorkKind("stuck", Tier.BROKEN, 2, gettext_lazy("mail that is stuck"))
LOST = WorkKind("lost", Tier.BROKEN, 2.5, gettext_lazy("messages of visitors that were lost"))
DEAD = WorkKind("dead-links", Tier.BROKEN, 5, gettext_lazy("link that leads nowhere"))
MISSING = WorkKind("missing-addresses", Tier.BETTER, 18.5, gettext_lazy("addresses that visitors ask for in vain"))
UNCHECKED = WorkKind("links-unchecked", Tier.BROKEN, 5.5, gettext_lazy("links that were not checked"))


@register(FAILS)
def failing_pages(asked: Asked) -> Iterator[WorkItem]:
    """The pages whose code fails, with a mail to the person who runs the site."""
    for failure in failing():
        at = timezone.localtime(failure.since)
        since = f"{written(at, 'j F')}, {time_of_day(at)}"
        told = _("The page %(address)s does not work since %(since)s.") % {"address": failure.address, "since": since}
        lines = [told, _("The log has it as request %s.") % failure.request] if failure.request else [told]
        if not failure.can_be_tried:
            said = _("does not work since %s: write to who runs the site")
        elif failure.is_withheld:
            said = _("does not work since %s, and visitors do not see it: write to who runs the site")
        else:
            said = _("does not work since %s, and visitors see it as it last was: write to who runs the site")
        url = mail_to(_("A page does not work: %s") % failure.address, *lines)
        yield WorkItem(FAILS, failure.address, said % since, url, 2, failure.since, cause=cause_of(failure.key))


@register(STUCK)
def stuck_mails(asked: Asked) -> Iterator[WorkItem]:
    """The mails that no mail server takes, together."""
    mails = stuck(asked.now).filter(created_at__lte=asked.now - STUCK_FOR)
    first = mails.order_by("created_at").first()
    if first:
        number = mails.count()
        label = ngettext("%d mail is stuck", "%d mails are stuck", number) % number
        url = reverse("admin:publishing_mail_changelist") if may_see(asked.user, Mail) else ""
        said = _("the mail server does not take it")
        yield WorkItem(STUCK, label, said, url, 2, first.created_at, cause=str(first.pk))


@register(LOST)
def lost_messages(asked: Asked) -> Iterator[WorkItem]:
    """How many messages of visitors were dropped, because no mail server took them for a week."""
    lost = LostMail.objects.order_by("-pk")
    if may_see(asked.user, Mail) and (last := lost.first()):
        number = lost.count()
        label = ngettext("%d message of a visitor was lost", "%d messages of visitors were lost", number) % number
        said = _("the mail server did not take it for seven days, so nobody can read it: write to who runs the site")
        url = mail_to(label, label + ".")
        yield WorkItem(LOST, label, said, url, 2, last.at, cause=str(last.pk))


@register(DEAD, UNCHECKED)
def links(asked: Asked) -> Iterator[WorkItem | Rest]:
    """The pages with links that lead nowhere, and that nobody could look for those."""
    kinds = changeable(asked.user)
    by_page: dict[WorkSubject, list[DeadPlace]] = {}
    for place in dead_links(kinds, LOOKED_AT):
        by_page.setdefault(WorkSubject(place.page._meta.label_lower, place.page.pk), []).append(place)
    for subject, places in by_page.items():
        yield _dead(subject, sorted(places, key=lambda each: each.since))
    if len(by_page) and DeadLink.objects.filter(model__in=kinds).count() > LOOKED_AT:
        pages = DeadLink.objects.filter(model__in=kinds).values("model", "object_id").distinct().count()
        if pages > len(by_page):
            yield Rest(DEAD, pages - len(by_page), (pages - len(by_page)) * rounded(FIRST_LINK))
    if kinds and is_unchecked():
        told = _("The links could not be checked for three weeks")
        url = mail_to(told, told + ".")
        yield WorkItem(UNCHECKED, told, _("write to the person who runs the site"), url, 2)


@register(MISSING)
def missing_addresses(asked: Asked) -> Iterator[WorkItem]:
    """That visitors ask again and again for pages that are not there: one line for all of them."""
    if not may(asked.user, "add", OldAddress):
        return
    often = MissingAddress.objects.filter(is_dismissed=False, count__gte=ASKED_OFTEN)
    number = often.count()
    if number:
        words = ngettext("%d address is asked for in vain", "%d addresses are asked for in vain", number)
        url = reverse("admin:publishing_oldaddress_changelist")
        yield WorkItem(MISSING, words % number, _("lead visitors to the page that they look for"), url, 2)


def _dead(subject: WorkSubject, places: list[DeadPlace]) -> WorkItem:
    first, number = places[0], len(places)
    if number == 1:
        said = _("a link leads nowhere: %s") % first.leads_to
    else:
        said = ngettext("%d link leads nowhere", "%d links lead nowhere", number) % number
    minutes = min(FIRST_LINK + NEXT_LINK * (number - 1), MOST_FOR_LINKS)
    return WorkItem(
        DEAD,
        str(first.page),
        said,
        first.url,
        minutes,
        first.since,
        subject,
        cause=cause_of(sorted({each.link.address for each in places})),
        reach=first.page.reach,
    )


@check
def mail_works(asked: Asked) -> Lacking | None:
    """Whether a mail server is named, and takes what it is given."""
    if settings.MAIL and not stuck(asked.now).exists():
        return None
    return Lacking(_("mail that goes out (who runs the site sets it)"))
