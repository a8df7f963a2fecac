"""The parts of the copy of one person's data, a function each; see `data_copy`.

Others are told of by their role only, and a card of somebody else has no title here. No password, token or digest
of one is in it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from publishing.i18n.urls import absolute
from publishing.models import (
    Act,
    ActLine,
    ChangeNote,
    Contribution,
    Discarded,
    Draft,
    Erasure,
    Event,
    KeptUpload,
    Mail,
    OldAddress,
    Presence,
    Publishable,
    PutOff,
    ReplacedFile,
    Revision,
    SentForm,
    ShareLink,
    TranslationLink,
    TranslationState,
)
from publishing.models.relations import PublishedForeignKey
from publishing.models.snapshots import Snapshot, freeze_all, normalise, thaw
from publishing.workflow import files
from staff.accounts.sessions import devices
from staff.emails import normal
from staff.models import Consent, ForgetRequest, StaffMember
from staff.my_data.data_copy_person import Json, Person, Rows, written
from staff.my_data.named import NamingPage, where_named


def account(person: Person) -> Json:
    """The account, and the ways to sign in."""
    user = person.user
    keys = Authenticator.objects.filter(user=user).order_by("pk")
    return {
        "user_name": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "email_addresses": [
            {"email": each.email, "is_confirmed": each.verified} for each in EmailAddress.objects.filter(user=user)
        ],
        "language_of_mails": person.member.language if person.member else None,
        "made_at": written(user.date_joined),
        "last_signed_in_at": written(user.last_login),
        "is_active": user.is_active,
        "may_enter_the_desk": user.is_staff,
        "is_administrator": user.is_superuser,
        "groups": [group.name for group in user.groups.order_by("name")],
        "own_rights": [str(each) for each in user.user_permissions.all()],
        "has_password": user.has_usable_password(),
        "factors": [
            {
                "kind": each.type,
                "name": str(each.data.get("name", "")) if each.type == Authenticator.Type.WEBAUTHN else "",
                "made_at": written(each.created_at),
                "last_used_at": written(each.last_used_at),
            }
            for each in keys
        ],
    }


def sessions(person: Person) -> Rows:
    """The browsers that are signed in now."""
    return [
        {
            "device": each.name,
            "signed_in_at": written(each.signed_in),
            "last_used_at": written(each.used),
            "is_this_one": each.is_this,
        }
        for each in devices(person.request)
    ]


def card(person: Person) -> Json | None:
    """The card as it is and ever was, with its files; None without a card."""
    member = person.member
    if member is None:
        return None
    public = member.revisions.public().first()
    versions = list(member.revisions)
    lines = ActLine.objects.filter(model=member._meta.label_lower, object_id=member.pk).select_related("act")
    kept: list[Draft | Discarded] = [*Draft.objects.of(member), *Discarded.objects.of(member)]
    snapshots = [each.data for each in (*versions, *kept)] + [line.working for line in lines]
    replaced = ReplacedFile.objects.filter(model=member._meta.label_lower, object_id=member.pk)
    return {
        "number": member.pk,
        "address": _address(person, member),
        "addresses_ever": sorted({slug.slug for each in versions for slug in each.slugs.all()}),
        "working_copy": _content(freeze_all(member)),
        "public_version": _content(public.data) if public else None,
        "versions": [_version(person, each) | {"content": _content(each.data)} for each in versions],
        "kept_saves": [
            {
                "by": person.by(each.author_id),
                "from": written(each.first_at),
                "until": written(each.last_at),
                "content": _content(each.data),
            }
            for each in kept
            if isinstance(each, Draft)
        ],
        "in_the_bin": [
            {
                "by": person.by(each.author_id),
                "at": written(each.created_at),
                "was_deleted": each.deleted,
                "restored_at": written(each.restored_at),
                "content": _content(each.data),
            }
            for each in kept
            if isinstance(each, Discarded)
        ],
        "what_stood_there_before_an_act": [
            {
                "by": person.by(line.act.author_id),
                "at": written(line.act.at),
                "act": line.act.kind,
                "undone_at": written(line.act.undone_at),
                "content": _content(line.working),
            }
            for line in lines
        ],
        "erased_for_good": [
            {"at": written(each.at), "what": each.kind, "where": each.path}
            for each in Erasure.objects.filter(model=member._meta.label_lower, object_id=member.pk)
        ],
        "translated_from": [
            {"language": state.language, "texts": _texts(state)} for state in TranslationState.objects.of(member)
        ],
        "checked_at": written(public.checked_at) if public else None,
        "files": sorted(
            {
                *files(member),
                *(name for each in snapshots for name in _files(each)),
                *replaced.values_list("name", flat=True),
            }
        ),
    }


def _texts(state: TranslationState) -> Json:
    """The Dutch that the translations of a card were made from, by the name of each text."""
    return {name: origin.get("text") for name, origin in state.origins.items() if isinstance(origin, dict)}


def consents(person: Person) -> Rows:
    """The consents that were given, with their words."""
    return [
        {
            "detail": each.detail,
            "words": each.text,
            "how": each.how,
            "given_at": written(each.given_at),
            "given_by": person.by(each.given_by_id),
            "withdrawn_at": written(each.withdrawn_at),
            "withdrawn_by": person.by(each.withdrawn_by_id) if each.withdrawn_at else None,
        }
        for each in (person.member.consents.all() if person.member else Consent.objects.none())
    ]


def links(person: Person) -> Rows:
    """The links that were mailed."""
    return [
        {
            "for": each.purpose,
            "sent_to": each.email,
            "made_at": written(each.made_at),
            "works_until": written(each.expires_at),
            "used_at": written(each.used_at),
        }
        for each in (person.member.links.all() if person.member else ())
    ]


def asks_to_be_forgotten(person: Person) -> Json | None:
    """The request to be forgotten, when there is one."""
    asked = ForgetRequest.objects.filter(member=person.member).first() if person.member else None
    return {"words": asked.words, "asked_at": written(asked.asked_at)} if asked else None


def named(person: Person) -> Json | None:
    """The places that name the person: what is public by its address, all else as a number."""
    if person.member is None:
        return None
    named = where_named(person.member)
    return {
        "as_contact_or_stand_in": [_place(person, each) for each in named.cards],
        "in_texts": [_place(person, each) for each in named.texts],
        "in_older_versions": [_place(person, each) for each in named.versions],
        "drafts_with_the_name": named.drafts,
        "kept_saves_and_deleted_things_with_the_name": named.kept,
        "saved_in_the_desk": [
            {"kind": str(model._meta.verbose_name_plural), "as": str(relation.verbose_name), "number": number}
            for model in apps.get_models()
            for relation in relations(model)
            if (number := model._base_manager.filter(**{relation.name: person.member}).count())
        ],
    }


def _place(person: Person, place: NamingPage) -> Json:
    obj = place.obj
    said = person.what(obj._meta.label_lower, obj.pk, lambda: str(obj)) | ({"in": place.field} if place.field else {})
    return said | ({"address": absolute(person.request, place.address)} if place.address and "title" in said else {})


def published(person: Person) -> Rows:
    """The versions of pages that this person made."""
    own = Revision.objects.filter(author=person.user).order_by("pk").iterator(chunk_size=200)
    return [
        person.what(each.model, each.object_id, lambda each=each: str(each.thaw())) | _version(person, each)  # type: ignore[misc]
        for each in own
        if not person.is_own_card(each.model, each.object_id)
    ]


def saved(person: Person) -> Rows:
    """The kept saves of this person."""
    return [
        person.what(each.model, each.object_id, lambda each=each: each.title)  # type: ignore[misc]
        | {"from": written(each.first_at), "until": written(each.last_at)}
        for each in Draft.objects.filter(author=person.user).order_by("pk").defer("data")
    ]


def deleted(person: Person) -> Rows:
    """The things that this person deleted or overwrote."""
    return [
        person.what(each.model, each.object_id, lambda each=each: each.title)  # type: ignore[misc]
        | {"at": written(each.created_at), "was_deleted": each.deleted}
        for each in Discarded.objects.filter(author=person.user).order_by("pk").defer("data")
    ]


def acts(person: Person) -> Rows:
    """The acts that can be undone, and those undone by this person."""
    mine = Act.objects.filter(Q(author=person.user) | Q(undone_by=person.user)).order_by("pk")
    return [
        {
            "act": act.kind,
            "at": written(act.at),
            "by": person.by(act.author_id),
            "undone_at": written(act.undone_at),
            "undone_by": person.by(act.undone_by_id) if act.undone_at else None,
            "on": [
                person.what(line.model, line.object_id, lambda line=line: line.title)  # type: ignore[misc]
                for line in act.lines.all()
            ],
        }
        for act in mine.prefetch_related("lines")
    ]


def forms(person: Person) -> Rows:
    """The forms that this person sent."""
    return [
        {"kind": each.model, "number": each.object_id, "saved_at": written(each.saved_at)}
        for each in SentForm.objects.filter(user=person.user).order_by("pk")
    ]


def chosen_files(person: Person) -> Rows:
    """The files that wait in forms."""
    return [
        {"name": each.name, "bytes": each.size, "chosen_at": written(each.created_at)}
        for each in KeptUpload.objects.filter(user=person.user).order_by("pk")
    ]


def open_forms(person: Person) -> Rows:
    """The forms that are open now."""
    return [
        {
            "kind": each.model,
            "number": each.object_id,
            "since": written(each.since),
            "last_seen_at": written(each.seen_at),
        }
        for each in Presence.objects.filter(user=person.user).order_by("pk")
    ]


def share_links(person: Person) -> Rows:
    """The links to drafts that this person made."""
    return [
        {
            "kind": each.model,
            "number": each.object_id,
            "made_at": written(each.created_at),
            "works_until": written(each.ends_at),
            "ended_at": written(each.revoked_at),
        }
        for each in ShareLink.objects.filter(author=person.user).order_by("pk")
    ]


def translation_links(person: Person) -> Rows:
    """The links for translators that this person made."""
    return [
        {
            "language": each.language,
            "of": [{"kind": page.model, "number": page.object_id} for page in each.pages.all()],
            "made_at": written(each.created_at),
            "works_until": written(each.ends_at),
            "ended_at": written(each.revoked_at),
        }
        for each in TranslationLink.objects.filter(author=person.user).order_by("pk").prefetch_related("pages")
    ]


def sent_in(person: Person) -> Rows:
    """The contributions of people without an account that this person decided about, and those to their card.

    Nobody knows who sent one in but by the name that was given, so nobody gets one as theirs.
    """
    own = person.member
    about = Q(model=own._meta.label_lower, object_id=own.pk) if own else Q(pk=None)
    return [
        {
            "kind": each.model,
            "number": each.object_id,
            "what": each.kind,
            "outcome": each.outcome,
            "decided_by": person.by(each.closed_by_id) if each.closed_by_id else None,
            "decided_at": written(each.closed_at),
        }
        for each in Contribution.objects.filter(Q(closed_by=person.user) | about).order_by("pk")
    ]


def put_off(person: Person) -> Rows:
    """The work that this person put off."""
    return [
        {
            "what": each.kind,
            "kind": each.model,
            "number": each.object_id,
            "language": each.language,
            "at": written(each.at),
            "until": written(each.until),
        }
        for each in PutOff.objects.filter(author=person.user).order_by("pk")
    ]


def old_addresses(person: Person) -> Rows:
    """The old addresses that this person led to a page, and those that lead to their card."""
    about = Q(made_by=person.user)
    if person.member:
        about |= Q(model=StaffMember._meta.label_lower, object_id=person.member.pk)
    return [
        {
            "address": each.address,
            "kind": each.model or each.view,
            "number": each.object_id or None,
            "at": written(each.made_at),
            "by": person.by(each.made_by_id),
        }
        for each in OldAddress.objects.filter(about).order_by("pk")
    ]


def log(person: Person) -> Rows:
    """The events by or about this person."""
    return [
        {
            "at": written(each.at),
            "what": each.kind,
            "in_words": each.get_kind_display(),
            "by": person.by(each.by_id),
            "about": person.by(each.about_id) if each.about_id else None,
            "detail": each.detail,
        }
        for each in Event.objects.filter(Q(by=person.user) | Q(about=person.user)).order_by("pk")
    ]


def noted_in_the_desk(person: Person) -> Rows:
    """The lines of Django's own log of the desk: what this person did there, and what was done to them."""
    kinds = ContentType.objects.get_for_models(User, StaffMember)
    about = Q(content_type=kinds[User], object_id=str(person.user.pk))
    if person.member:
        about |= Q(content_type=kinds[StaffMember], object_id=str(person.member.pk))
    acts = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted"}
    found = LogEntry.objects.filter(Q(user=person.user) | about).order_by("pk").select_related("content_type")
    return [
        _thing(person, each)
        | {"at": written(each.action_time), "by": person.by(each.user_id), "what": acts.get(each.action_flag, "")}
        for each in found
    ]


def _thing(person: Person, entry: LogEntry) -> Json:
    kind = entry.content_type
    label, number = f"{kind.app_label}.{kind.model}" if kind else "", str(entry.object_id)
    is_own = (label, number) == (User._meta.label_lower, str(person.user.pk)) or person.is_own_card(label, number)
    said = person.what(label, number, lambda: entry.object_repr)
    if is_own:
        said["title"] = entry.object_repr
    return said | ({"changed": entry.get_change_message()} if "title" in said else {})


def waiting_mails(person: Person) -> Rows:
    """The mails to this person that wait."""
    own = {normal(person.user.email), person.member.email if person.member else ""} - {""}
    return [
        {"subject": each.subject, "made_at": written(each.created_at), "next_try_at": written(each.next_try_at)}
        for each in Mail.objects.defer("message").order_by("pk")
        if own & {normal(recipient) for recipient in each.recipients}
    ]


def _address(person: Person, obj: Publishable) -> str | None:
    """Where visitors read `obj` now; None where they don't."""
    shown = type(obj).published().filter(pk=obj.pk).first()
    path = shown.get_absolute_url() if shown else ""
    return absolute(person.request, path) if path else None


def _version(person: Person, revision: Revision) -> Json:
    return {
        "by": person.by(revision.author_id),
        "made_at": written(revision.created_at),
        "public_from": written(revision.live_from),
        "public_until": written(revision.live_until),
        "overtaken_at": written(revision.superseded_at),
        "was_cancelled": revision.cancelled,
        "is_withdrawal": revision.withdrawn,
        "taken_back_at": written(revision.taken_back_at),
        "erased_at": written(revision.erased_at),
    } | _remarks(person, revision)


def _remarks(person: Person, revision: Revision) -> Json:
    """The remarks about a version, unless that is about somebody else."""
    is_others = revision.model == StaffMember._meta.label_lower and not person.is_own_card(
        revision.model, revision.object_id
    )
    if is_others:
        return {}
    told = ChangeNote.objects.filter(revision=revision).first() if revision.model_class.tells_changes else None
    words = {"what_is_new": {**told.words, "is_minor": told.is_minor}} if told else {}
    return {"note": revision.note, "reason": revision.reason} | words


def _content(data: Snapshot) -> Json:
    """A snapshot of a card in understandable keys: whoever stands in by name, while their card is public."""
    said = {key: value for key, value in data.items() if key not in ("user_id", "stand_in_id")}
    if "stand_in_id" in data:
        shown = StaffMember.published().filter(pk=data["stand_in_id"]).first() if data["stand_in_id"] else None
        said["stand_in"] = shown.name if shown else ("colleague" if data["stand_in_id"] else None)
    return said


def _files(data: Snapshot) -> Iterator[str]:
    yield from files(thaw(StaffMember, 0, normalise(StaffMember, data)))


def relations(model: type[models.Model]) -> Iterable[Any]:
    """The fields with which rows of `model` name a card."""
    for each in model._meta.concrete_fields:
        if isinstance(each, PublishedForeignKey) and each.related_model is StaffMember:
            yield each
