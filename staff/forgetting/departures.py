"""Departures: forgetting somebody who leaves, and the report of it: what is gone, and what remains where.

A report claims nothing that was not looked at: texts are searched once more when all is done.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.backup.rehearsal import recall
from publishing.i18n.formats import written
from publishing.models import Erasure, Event, KeptUpload, Mail, Publishable, Revision, RevisionFile, RevisionReference
from publishing.models.relations import PublishedForeignKey
from publishing.operations.mail import texts_of
from publishing.review.naming.mentions import MentionGroup, by_field, places
from publishing.review.naming.redaction import redact_log, redact_mentions, redact_origins
from publishing.search.names.person_matching import Matcher, Sought
from publishing.workflow import is_live, repoint, withdraw
from publishing.workflow.erasure.memory import mark, remember
from publishing.workflow.erasure.objects import erase
from staff.accounts.second_factor import forget_factors
from staff.accounts.sessions import end_sessions
from staff.emails import normal
from staff.forgetting.mentions import search_again, search_for, sought
from staff.models import StaffMember

MOST_SHOWN = 100  # places in texts, of what is certain and of what is only possible


@dataclass(frozen=True)
class Task:
    """That `row` names the person in relation `field`."""

    row: Publishable
    field: str

    @property
    def name(self) -> str:
        """Of the choice in the form."""
        return f"to-{self.row._meta.model_name}-{self.row.pk}-{self.field}"

    @property
    def label(self) -> str:
        relation = type(self.row)._meta.get_field(self.field).verbose_name  # type: ignore[union-attr]
        words = {"kind": self.row.page_kind, "name": self.row, "relation": relation}
        return _("%(kind)s: %(name)s (%(relation)s)") % words

    @property
    def is_stand_in(self) -> bool:
        """Whether it asks for a stand-in of a colleague."""
        return isinstance(self.row, StaffMember)

    def choices(self, people: list[tuple[str, str]], known: "list[StandIns]") -> list[tuple[str, str]]:
        """Those of `people`, keys and names, who may take over: nobody stands in for themselves, even by a detour."""
        if not self.is_stand_in:
            return people
        return [(key, name) for key, name in people if not (key and goes_round({self.row.pk: int(key)}, known))]


@dataclass
class Report:
    """The report: what was done, and what remains."""

    done: list[str] = field(default_factory=list)
    remains: list[str] = field(default_factory=list)  # outside the texts of the site
    certain: list[list[MentionGroup]] = field(default_factory=list)  # what still names the person, by field
    possible: list[list[MentionGroup]] = field(default_factory=list)
    not_shown: int = 0  # more such places


def tasks_of(member: StaffMember) -> Iterator[Task]:
    """The objects that name `member` as contact or as stand-in: in a working copy, in what is public or waits."""
    named = list(_pointing_at(member).values_list("revision__model", "revision__object_id", "field"))
    all_models: Any = apps.get_models()
    for model in all_models:
        for each in model._meta.concrete_fields:
            if isinstance(each, PublishedForeignKey) and each.related_model is StaffMember:
                ids = [pk for label, pk, name in named if (label, name) == (model._meta.label_lower, each.name)]
                rows = model._base_manager.filter(models.Q(**{each.name: member}) | models.Q(pk__in=ids))
                yield from (Task(row, each.name) for row in rows if row != member)


def _pointing_at(member: StaffMember) -> models.QuerySet[RevisionReference]:
    """The references to `member` in what is public or waits: relations, and links in texts."""
    live = Revision.objects.filter(withdrawn=False)
    pointing = RevisionReference.objects.filter(model=member._meta.label_lower, object_id=member.pk)
    return pointing.filter(models.Q(revision__in=live.public()) | models.Q(revision__in=live.pending()))


StandIns = dict[int, int | None]  # the key of the stand-in by that of the person


def stand_ins() -> list[StandIns]:
    """Stand-ins of people who are absent or will be: by the saved cards, and by those that visitors see."""
    cards = list(StaffMember._base_manager.all()), list(StaffMember.published())
    return [{card.pk: card.stand_in_id for card in some if card.has_absence_ahead} for some in cards]


def goes_round(chosen: StandIns, known: list[StandIns]) -> set[int]:
    """Those of `chosen` who would stand in for themselves in the end: their stand-in's stand-in, and so on.

    `known` is what `stand_ins` gives; what is chosen takes its place.
    """
    found: set[int] = set()
    for each in known:
        leads_to = each | chosen
        for person in chosen:
            seen: set[int] = set()
            other = leads_to.get(person)
            while other and other not in seen:
                seen.add(other)
                other = leads_to.get(other)
            if person in seen:
                found.add(person)
    return found


def carry_out(
    member: StaffMember,
    chosen: list[tuple[Task, StaffMember | None]],
    successor: StaffMember | None,
    reason: str,
    redacted: Collection[str],
    user: User,
) -> Report:
    """All of it in one transaction; the report has no personal data that must go.

    `redacted` has the keys of the places whose words go from older versions, kept saves and the bin. Raises
    ProtectedError when something came to point at the card meanwhile, and StorageUnavailable.
    """
    report = Report()
    done = report.done
    with transaction.atomic():
        known_by = sought(member)
        for task, new in chosen:
            repoint(task.row, task.field, new, user, old=member)
            done.append(_("%(what)s: now %(who)s.") % {"what": task.label, "who": new.name if new else _("nobody")})
        if is_live(member):
            withdraw(member, user, reason or _("This person no longer works at RESOC Westhoek."))
            done.append(_("The card is off the site."))
        account = member.user
        written_to = {member.email, *member.links.values_list("email", flat=True), account.email if account else ""}
        if redacted:  # what was public until now is an older version by now
            wanted = [place for place in places(search_for(member).mentions) if place.key in redacted]
            number = redact_mentions((each for place in wanted for each in place.mentions), known_by)
            done.append(ngettext("%d text was redacted.", "%d texts were redacted.", number) % number)
        redact_log(known_by)
        redact_origins(known_by)
        number = erase(member, successor)
        done.append(_("The card is forgotten, in history, in the bin and in search."))
        if successor:
            done.append(_("The old address leads to the card of %s.") % successor.name)
        if number:
            done.append(ngettext("%d file deleted.", "%d files deleted.", number) % number)
        done += forget_account(account) if account else []
        waiting = [
            mail.pk for mail in Mail.objects.all() if (written_to - {""}) & {normal(each) for each in mail.recipients}
        ]
        Mail.objects.filter(pk__in=waiting).delete()
        if waiting:
            done.append(_("Mails that waited to be sent to the person are deleted."))
        left = search_again(known_by)
        found = places(left.mentions)
        certain = [place for place in found if place.is_certain]
        possible = [place for place in found if not place.is_certain]
        report.certain, report.possible = by_field(certain[:MOST_SHOWN]), by_field(possible[:MOST_SHOWN])
        report.not_shown = len(certain[MOST_SHOWN:]) + len(possible[MOST_SHOWN:])
        report.remains = list(_remains(known_by))
    return report


def waiting_mails(sought: Sought) -> list[int]:
    """The keys of the mails to be sent in which the person is named for certain; one that can't be read is none."""
    matcher = Matcher(sought)
    return [
        mail.pk
        for mail in Mail.objects.all().iterator(100)
        if any(hit.is_certain for text in texts_of(mail) for hit in matcher.find(text))
    ]


def _remains(known_by: Sought) -> Iterator[str]:
    """Where the person still is, beside the texts: only what this site can know, and what it can't."""
    yield from _backups()
    if number := len(waiting_mails(known_by)):
        yield (
            ngettext(
                "%d mail to somebody else names the person and waits to be sent.",
                "%d mails to others name the person and wait to be sent.",
                number,
            )
            % number
        )
    yield _("Mails that were sent are still in the mailboxes of those who got them.")
    exported = Event.objects.filter(kind=Event.Kind.EXPORTED).first()
    if exported:
        yield _("The copy of the site in files, written on %s, has the person until it is written again.") % _day(
            exported.at
        )
    if number := RevisionFile.objects.filter(name__iendswith=".pdf").values("name").distinct().count():
        yield (
            ngettext(
                "This site has %d PDF. What it says was not read.",
                "This site has %d PDFs. What they say was not read.",
                number,
            )
            % number
        )
    yield _("What photos show was not looked at.")
    yield _("Search engines, archive.org and other sites may keep what was public. Ask them to take it away.")


def _backups() -> Iterator[str]:
    """Which backups there are, as far as this site can see."""
    last = recall("backup")
    if not last:
        yield _("This site knows of no backup. If there are any, the person is in them until they are deleted.")
        return
    moments = _archives_beside(last)
    words = {
        "number": len(moments),
        "first": _day(min(moments, default=last["at"])),
        "last": _day(max(moments, default=last["at"])),
    }
    if moments:
        yield (
            ngettext(
                "%(number)d backup, of %(first)s, can have the person.",
                "%(number)d backups, of %(first)s up to %(last)s, can have the person.",
                len(moments),
            )
            % words
        )
    else:
        yield _("Backups can have the person; the last one that this site knows of is of %(last)s.") % words
    yield _(
        "This site does not delete backups. Whoever runs it decides for how long they, and copies elsewhere, are kept."
    )
    yield _("When one of them is put back in this site, the site erases the person again.")


def _archives_beside(last: dict[str, Any]) -> list[datetime]:
    """When the archives in the folder of the last backup were made; none when it can't be looked at."""
    try:
        found = [path.stat().st_mtime for path in Path(str(last.get("file"))).parent.glob("*.zip")]
    except OSError:
        return []
    return [datetime.fromtimestamp(each, last["at"].tzinfo) for each in found]


def _day(at: datetime) -> str:
    return written(at.date())


def forget_account(user: User) -> list[str]:
    """Close the account for ever; what it did stays in history and in the log, without a name."""
    sessions = end_sessions(user.pk)
    KeptUpload.objects.filter(user=user).delete()
    keys = forget_factors(user)
    EmailAddress.objects.filter(user=user).delete()
    user.username, user.first_name, user.last_name, user.email = f"forgotten-{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    remember(Erasure.Kind.ACCOUNT, user._meta.label_lower, user.pk, [mark("u", user.pk, user.date_joined)])
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    about.update(object_repr="–", change_message="")
    return [
        _("The account is closed; its name is gone."),
        ngettext("%d open session ended.", "%d open sessions ended.", sessions) % sessions,
        ngettext("%d passkey or code removed.", "%d passkeys or codes removed.", keys) % keys,
    ]
