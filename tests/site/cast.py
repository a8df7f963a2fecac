"""A site with one of everything, drafts with a secret among it, and one session for every role."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from fido2.cose import CoseKey
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData
from phonenumber_field.modelfields import PhoneNumberField

from consultation.following import followers
from consultation.models import Body, Follower, Mandate, Meeting, Opinion
from pages.models import AccessibilityStatement, ContactDetails, MissionPage, Synonym
from priorities.models import Document, Priority, Theme, Update
from publishing.models import (
    Act,
    Contribution,
    Discarded,
    Event,
    Mail,
    OldAddress,
    PolicyReport,
    Publishable,
    PutOff,
    ShareLink,
    TranslationLink,
)
from publishing.models.snapshots import freeze_all
from publishing.operations.mail import sealed
from publishing.workflow import look, publish, record, withdraw
from resoc.groups import SECRETARIAT, STAFF
from staff.models import CardLink, StaffMember
from tests.conftest import TOTP_SECRET, give_second_factor
from tests.priorities.pdf_files import pdf
from tests.publishing.models.test_snapshots import png

SECRET = "geheimwoord"  # noqa: S105  (a word in every draft)
MAILED = "postgeheim"  # what a waiting mail says
NEVER = (MAILED, TOTP_SECRET, "pbkdf2_", "md5$")  # what nobody may read, whatever their role

VISITOR, MEMBER, SECRETARY, PLAIN, UNPROVEN, SUPERUSER = ROLES = (
    "visitor", "member", "secretary", "no-rights", "no-factor", "superuser",
)  # fmt: skip


@dataclass
class Cast:
    """Who there is, and what."""

    users: dict[str, User] = field(default_factory=dict)  # by role
    sessions: dict[str, str] = field(default_factory=dict)  # the key of each role's session
    objects: dict[str, Any] = field(default_factory=dict)  # one of each model of the desk, drafts where there are
    things: dict[str, Any] = field(default_factory=dict)  # all else that addresses name


def session_of(user: User, has_factor: bool) -> str:
    """The key of a session of `user`, who gave a password, and then a second factor or not."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.user, request.session = user, client.session
    record_authentication(request, user, "password", username=user.username, reauthenticated=True)
    if has_factor:
        record_authentication(request, user, "mfa", type="totp", reauthenticated=True)
    request.session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def passkey() -> dict[str, Any]:
    """What allauth keeps of a passkey (WebAuthn 6.1); nobody has the private half."""
    point = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}  # as COSE writes a key on P-256
    credential = AttestedCredentialData.create(Aaguid.NONE, bytes(16), CoseKey.parse(point))
    flags = AuthenticatorData.FLAG.AT | AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
    data = AuthenticatorData.create(bytes(32), flags, 1, credential)
    response = {
        "clientDataJSON": websafe_encode(b'{"type": "webauthn.create", "challenge": "", "origin": ""}'),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    return {"name": "Sleutel", "credential": {"id": websafe_encode(bytes(16)), "rawId": websafe_encode(bytes(16)),
            "response": response, "type": "public-key"}}  # fmt: skip


def people(cast: Cast) -> None:
    """An account for every role but the visitor's."""
    make = User.objects.create_user
    cast.users = {
        MEMBER: make("johan", "johan@example.org", "een lang wachtwoord"),
        SECRETARY: make("dorine", "dorine@example.org", "een lang wachtwoord", is_staff=True),
        PLAIN: make("piet", "piet@example.org", "een lang wachtwoord", is_staff=True),
        UNPROVEN: User.objects.create_superuser("baas", "baas@example.org", "een lang wachtwoord"),
        SUPERUSER: User.objects.create_superuser("beheer", "beheer@example.org", "een lang wachtwoord"),
    }
    cast.users[MEMBER].groups.add(Group.objects.get(name=STAFF))
    cast.users[SECRETARY].groups.add(Group.objects.get(name=SECRETARIAT))
    for role in (SECRETARY, PLAIN, UNPROVEN, SUPERUSER):  # UNPROVEN has one, and did not give it
        give_second_factor(cast.users[role])


def with_secret(obj: Any) -> Any:
    """`obj` with the secret in every text; not in its address, which an error page may repeat."""
    for column in obj._meta.concrete_fields:
        if isinstance(column, models.SlugField):
            setattr(obj, column.attname, "concept")
        elif isinstance(column, models.EmailField):
            setattr(obj, column.attname, "concept@example.org")
        elif isinstance(column, models.FileField | models.URLField | PhoneNumberField) or column.choices:
            continue
        elif isinstance(column, models.CharField | models.TextField):
            setattr(obj, column.attname, SECRET[: column.max_length])
    return obj


def content(cast: Cast) -> None:
    """A draft of every kind, what is planned, withdrawn and deleted, and files of both sorts."""
    for model in apps.get_models():
        if issubclass(model, Publishable):
            alone = model in (MissionPage, ContactDetails, AccessibilityStatement)
            obj = with_secret(model._base_manager.get() if alone else model())
            obj.save()
            cast.objects[model._meta.label_lower] = obj
            old = Discarded.objects.create(
                model=model._meta.label_lower, object_id=obj.pk, data=freeze_all(obj), deleted=False
            )
            cast.things[f"version of {model._meta.label_lower}"] = f"d{old.pk}"
            # That somebody saved it stands in its history.
            kind = ContentType.objects.get_for_model(model)
            LogEntry.objects.create(
                user=cast.users[SECRETARY], content_type=kind, object_id=obj.pk, object_repr=SECRET, action_flag=CHANGE
            )
    photo = default_storage.save("staff/concept.png", ContentFile(png()))
    card: StaffMember = cast.objects["staff.staffmember"]
    StaffMember._base_manager.filter(pk=card.pk).update(photo=photo)
    cast.things["draft file"] = photo

    document = Document(title_nl="Jaarverslag", slug_nl="jaarverslag")
    document.file.save("jaarverslag.pdf", ContentFile(pdf()), save=True)
    publish(document, None)
    cast.things["public file"] = document.file.name

    planned = Theme.objects.get(slug_nl="regiomarketing")
    cast.things["version"] = planned.revisions.public().get().pk
    planned.title_nl = f"Nieuw {SECRET}"
    planned.save()
    before = look(Theme, planned.pk)
    revision = publish(planned, cast.users[SECRETARY], live_from=timezone.now() + timedelta(days=3))
    cast.things["planned version"] = revision.pk
    cast.things["planned theme"] = planned.pk
    draft = {"model": "priorities.theme", "object_id": cast.objects["priorities.theme"].pk}
    away = PutOff.objects.create(kind="hollow", author=cast.users[SECRETARY], **draft)
    cast.things["put off"] = away.pk
    cast.things["act"] = record(Act.Kind.PLANNED, cast.users[SECRETARY], [before]).pk
    cast.things["home version"] = MissionPage.objects.get().revisions.public().get().pk
    priority = Priority._base_manager.exclude(pk=cast.objects["priorities.priority"].pk).first()
    cast.things["priority"] = priority.slug_nl
    news = Update.objects.create(title_nl="Bericht", slug_nl="bericht")
    cast.things["update version"] = publish(news, None).pk
    opinion = Opinion.objects.create(title_nl="Advies", slug_nl="advies")
    cast.things["opinion version"] = publish(opinion, None).pk
    begin = timezone.now() + timedelta(days=9)
    meeting = Meeting.objects.create(title_nl="Vergadering", slug_nl="vergadering", starts_at=begin)
    cast.things["meeting version"] = publish(meeting, None).pk
    board = Body.objects.create(name_nl="Bestuur")  # not the draft, which nothing that is public names
    publish(Mandate.objects.create(body=board, group="employers", name=SECRET), None)
    cast.things["priority version"] = priority.revisions.public().get().pk

    over = Theme(title_nl="Voorbij", slug_nl="voorbij")
    over.save()
    publish(over, None)
    withdraw(over, cast.users[SECRETARY], "Het is voorbij.")
    deleted = with_secret(Theme())
    deleted.slug_nl = "weggegooid"
    deleted.save()
    deleted.delete()
    cast.objects["publishing.discarded"] = Discarded.objects.in_bin().get()


def waiting_mail(subject: str, is_security: bool = False) -> Mail:
    """A mail that no server took yet, with what nobody may read in it."""
    return Mail.objects.create(
        sender="noreply@example.org",
        recipients=["baas@example.org"],
        subject=subject,
        message=sealed(f"Subject: {subject}\n\n{MAILED}".encode()),
        next_try_at=timezone.now() + timedelta(days=1),
        is_security=is_security,
    )


def accounts(cast: Cast) -> None:
    """Cards, links in mails, keys, and what only the desk knows."""
    mine = StaffMember.objects.get(slug="johan-halsberghe")
    mine.user, mine.email = cast.users[MEMBER], "johan@example.org"
    mine.save()
    publish(mine, None)
    before = look(StaffMember, mine.pk)
    StaffMember._base_manager.filter(pk=mine.pk).update(name="Johan H.")
    publish(mine, cast.users[MEMBER])
    record(Act.Kind.CARD, cast.users[MEMBER], [before])
    cast.things["own card"] = mine.pk
    guarded = StaffMember.objects.get(slug="dorine-sioen")
    guarded.user = cast.users[SUPERUSER]
    guarded.save()
    cast.things["guarded card"] = guarded.pk
    cast.things["change of a card"] = mine.revisions.public().get().pk
    cast.things["address"] = CardLink.objects.make(mine, CardLink.Purpose.ADDRESS, "anders@example.org")[1]
    cast.things["invitation"] = CardLink.objects.make(mine, CardLink.Purpose.INVITATION)[1]
    cast.things["check"] = CardLink.objects.make(mine, CardLink.Purpose.CHECK)[1]
    cast.things["consent"] = CardLink.objects.make(mine, CardLink.Purpose.PHOTO)[1]
    theme = cast.objects["priorities.theme"]
    cast.things["share"] = ShareLink.objects.renew(theme, cast.users[SECRETARY]).token
    cast.things["revoked share"] = ShareLink.objects.create(
        model="priorities.theme", object_id=theme.pk, revoked_at=timezone.now()
    ).token
    link = TranslationLink.objects.make([theme], "nl", cast.users[SECRETARY])
    cast.things["translate"], cast.things["translated page"] = link.token, link.pages.get().pk
    cast.things["revoked translate"] = TranslationLink.objects.create(language="nl", revoked_at=timezone.now()).token
    asked = Follower(language="nl")
    asked.address = "volger@example.org"
    asked.save()
    for view in (followers.CONFIRM, followers.LEAVE):
        cast.things[view] = followers.link(view, asked).rstrip("/").rpartition("/")[2]
    cast.things["proposal"] = Contribution.objects.create(
        kind=Contribution.Kind.PROPOSAL, translation_link=link, model="priorities.theme", object_id=theme.pk,
        language="nl",
        texts=[{"path": ["title_nl"], "text": SECRET, "source": "", "source_language": "fr", "unit": {}}],
    ).pk  # fmt: skip
    key = Authenticator.objects.create(user=cast.users[SUPERUSER], type=Authenticator.Type.WEBAUTHN, data=passkey())
    cast.things["key of the superuser"] = key.pk
    cast.things["mail about signing in"] = waiting_mail("Je code", is_security=True).pk
    now = timezone.now()
    cast.objects |= {
        "auth.group": Group.objects.get(name=SECRETARIAT),
        "auth.user": cast.users[UNPROVEN],
        "publishing.mail": waiting_mail("Is je kaart juist?"),
        "pages.synonym": Synonym.objects.create(language="nl", said="proefwoord", meant="mobiliteit"),
        "publishing.policyreport": PolicyReport.objects.create(
            directive="script-src", blocked="inline", page="/", first_at=now, last_at=now
        ),
        "publishing.oldaddress": OldAddress.objects.create(address="/oud/", language="nl", view="contact"),
        "publishing.event": Event.objects.create(kind=Event.Kind.SIGNED_IN, by=cast.users[SUPERUSER]),
    }  # fmt: skip


def make() -> Cast:
    """All of it; the caller holds the transaction, and has pointed MEDIA_ROOT at a folder of its own."""
    cast = Cast()
    people(cast)
    content(cast)
    accounts(cast)
    for role, user in cast.users.items():  # now that nobody gets a factor any more, which would end them
        cast.sessions[role] = session_of(user, has_factor=role not in (MEMBER, UNPROVEN))
    return cast
