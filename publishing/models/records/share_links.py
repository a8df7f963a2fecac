"""Links with which people without an account read a working copy, or translate the texts of some.

Begin with `SecretLink`: a token in an address, known by its digest.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property

from publishing.i18n.languages import current
from publishing.i18n.urls import address
from publishing.models.content import Publishable
from publishing.models.values.encryption import DecryptionError, decrypt, encrypt

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHARED_FOR = timedelta(days=14)  # how long a share link works
TRANSLATED_FOR = timedelta(days=30)  # how long a link for a translator works
SHARING = "share link"  # of the key that encrypts tokens

L = TypeVar("L", bound="SecretLink")


def token_digest(token: str) -> str:
    """What a token is looked up by. It is too long to guess, so one round of hashing is enough."""
    return sha256(token.encode()).hexdigest()


def working_row(model: str, object_id: int) -> Publishable | None:
    """The saved row of an object that is named by its kind and its number; None when it was deleted."""
    kind: type[Publishable] = apps.get_model(model)
    return kind._base_manager.filter(pk=object_id).first()


def working_rows(named: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Publishable]:
    """The saved rows of objects that are named so, as far as they are there: one query for each kind."""
    by_model: dict[str, set[int]] = {}
    for model, object_id in named:
        by_model.setdefault(model, set()).add(object_id)
    found: dict[tuple[str, int], Publishable] = {}
    for model, ids in by_model.items():
        kind: type[Publishable] = apps.get_model(model)
        found |= {(model, pk): row for pk, row in kind._base_manager.in_bulk(ids).items()}
    return found


class SecretLinkQuerySet(models.QuerySet[L]):
    """Links of one kind."""

    def valid(self) -> Self:
        """Those that still let somebody in."""
        return self.filter(revoked_at=None, created_at__gt=timezone.now() - self.model.lasts)

    def find(self, token: str) -> L | None:
        """The valid link with this token."""
        found = self.valid().filter(digest=token_digest(token)).first()
        if found:
            found.token = token  # which need not be decrypted, then
        return found


class SecretLink(models.Model):
    """An address with a token in it, which lets whoever has it in for `lasts`, or until it is revoked."""

    lasts: ClassVar[timedelta]

    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the token, by which it is found
    sealed = models.TextField(editable=False)  # the token encrypted, for the form that shows the link again
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: Any) -> None:
        """As Django's; a new link gets its token here."""
        if not self.digest:
            self.token = secrets.token_urlsafe()
            self.digest, self.sealed = token_digest(self.token), encrypt(self.token, SHARING)
        super().save(*args, **kwargs)

    @cached_property
    def token(self) -> str:
        """The secret part of its address; "" when no key of this site decrypts it any more."""
        try:
            return decrypt(self.sealed, SHARING)
        except DecryptionError:
            return ""

    @property
    def ends_at(self) -> datetime:
        return self.created_at + self.lasts


class ShareLinkQuerySet(SecretLinkQuerySet["ShareLink"]):
    """Links with which people without an account read a working copy."""

    def of(self, obj: Publishable) -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def valid(self) -> Self:
        return super().valid().filter(published_at=None)

    def revoke(self, obj: Publishable) -> None:
        """End every link to `obj`."""
        self.of(obj).filter(revoked_at=None).update(revoked_at=timezone.now())

    def renew(self, obj: Publishable, author: "User | None", language: str = "") -> "ShareLink":
        """A new link to `obj`, which opens in `language`, by default the current one; the one before it ends."""
        language = language or current()
        with transaction.atomic():
            self.revoke(obj)
            return self.create(model=obj._meta.label_lower, object_id=obj.pk, author=author, language=language)


class ShareLink(SecretLink):
    """Leave to read the working copy of one object for `SHARED_FOR`, for whoever has the address.

    It ends when what it shows is published.
    """

    lasts = SHARED_FOR

    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    language = models.CharField(max_length=10, blank=True, editable=False)  # "" of a link of before: the site's own
    published_at = models.DateTimeField(null=True, editable=False)  # since when visitors read what it shows

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="share_link_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    @property
    def model_class(self) -> type[Publishable]:
        return apps.get_model(self.model)

    def working_copy(self) -> Publishable | None:
        """The saved row that it shows; None when that was deleted."""
        return working_row(self.model, self.object_id)

    def get_absolute_url(self, language: str | None = None) -> str:
        """The address in `language`, by default the one in which it was made."""
        return address(language or self.language or settings.LANGUAGE_CODE, "shared", self.token)


class TranslationLinkQuerySet(SecretLinkQuerySet["TranslationLink"]):
    """Links with which somebody translates texts without an account."""

    def of(self, obj: Publishable) -> Self:
        """Those that have the texts of `obj`."""
        return self.filter(pages__model=obj._meta.label_lower, pages__object_id=obj.pk)

    def make(self, objects: Iterable[Publishable], language: str, author: "User | None") -> "TranslationLink":
        """A new link to translate the texts of these objects into `language`."""
        with transaction.atomic():
            link = self.create(language=language, author=author)
            LinkedPage.objects.bulk_create(
                LinkedPage(link=link, model=each._meta.label_lower, object_id=each.pk) for each in objects
            )
        return link


class TranslationLink(SecretLink):
    """Leave to translate the texts of some objects into one language for `TRANSLATED_FOR`, beside their working copies.

    What comes back is a `Contribution`: it changes nothing by itself.
    """

    lasts = TRANSLATED_FOR

    language = models.CharField(max_length=10, editable=False)  # into which

    objects = TranslationLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.language}, {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self, page: "LinkedPage | None" = None) -> str:
        """The address, in the language of the translation: of one object, or of all."""
        return address(self.language, *(("translate_page", self.token, page.pk) if page else ("translate", self.token)))


class LinkedPage(models.Model):
    """One of the objects of which a link for a translator has the texts."""

    link = models.ForeignKey(TranslationLink, models.CASCADE, related_name="pages")
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["link", "model", "object_id"], name="page_of_link")]
        indexes = [models.Index(fields=["model", "object_id"], name="linked_page_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    def working_copy(self) -> Publishable | None:
        """The saved row; None when that was deleted."""
        return working_row(self.model, self.object_id)
