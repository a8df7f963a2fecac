"""The publishing idea: the row is the working copy, a Revision is a commit, and the
public sees the newest commit whose time has come.

This app knows no content app. Content models derive from `Publishable` and `Child`.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any, ClassVar, Self, cast

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.functions import Coalesce, Greatest
from django.db.models.query import ModelIterable
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from publishing.addresses import address
from publishing.encryption import DecryptionError, decrypt, encrypt
from publishing.fields import PublishedForeignKey, clean_row, stored_cleaners
from publishing.languages import current, languages_with, localized, resolve, translated_fields
from publishing.links import seen
from publishing.published import PublishedQuery, answered_wrongly, refused
from publishing.questions import AtMoment, Question, given
from publishing.reads import EVERYTHING, Read, Target, reading
from publishing.search import LONGEST_WORD
from publishing.snapshots import thaw

MAX_CHARACTERS = 500  # of a note or a reason
SHARED_FOR = timedelta(days=14)  # how long a share link works
LAST_POSITION = 999_999  # as many digits as `Ordered.sort_key` compares

NEWEST = Coalesce("unchanged_since", "live_from")  # since when visitors read what a revision says
# Moments at which a revision changes what is public.
TURNS = "live_from", "live_until", "superseded_at", "turns_at", "turns_again_at"
LAST_TURN = Greatest("live_from", *(Coalesce(moment, "live_from") for moment in TURNS[1:]))

PUBLIC = 0  # the best rank of what explains an address
AT = given("at")  # the moment of a question that is asked later

# Not overtaken before its time: it was, is or will be what decides.
CAME_DUE = models.Q(superseded_at=None) | models.Q(superseded_at__gt=models.F("live_from"))


DUE = "{live_from} <= %s AND ({superseded_at} > %s OR {superseded_at} IS NULL)"
IS_PUBLIC = f"{DUE} AND NOT {{withdrawn}} AND ({{live_until}} > %s OR {{live_until}} IS NULL)"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Questions about commits; "public" is defined here and nowhere else.

    Each knows what it is about, for the page that is made from its answer: see `reads`.
    """

    _about: tuple[Read, ...] = (EVERYTHING,)
    _key = "pk"  # of a revision

    def of(self, obj: "Publishable | type[Publishable]") -> Self:
        """The revisions of one object, or of all objects of a model."""
        if isinstance(obj, type):
            return self.filter(model=obj._meta.label_lower)._narrowed(Read(obj._meta.label_lower))
        return self.of(type(obj)).numbered(obj.pk)

    def of_any(self, *models: "type[Publishable]") -> Self:
        """The revisions of all objects of these models."""
        labels = [model._meta.label_lower for model in models]
        return self.filter(model__in=labels)._narrowed(*map(Read, labels))

    def numbered(self, object_id: int | None) -> Self:
        """Those of this one object of the model that was named before; none of none."""
        narrow = [each._replace(object_id=object_id or 0) for each in self._about]
        return self.filter(object_id=object_id)._narrowed(*narrow)

    def among(self, wanted: Iterable[Target]) -> Self:
        """Those of these objects."""
        wanted = set(wanted)
        by_model: dict[str, list[int]] = {}
        for label, object_id in wanted:
            by_model.setdefault(label, []).append(object_id)
        if not by_model:
            return self.none()._narrowed()
        any_of_them = [models.Q(model=label, object_id__in=ids) for label, ids in by_model.items()]
        return self.filter(reduce(or_, any_of_them))._narrowed(*(Read(*target) for target in wanted))

    def due(self, at: datetime | None = None) -> Self:
        """The one revision of each object that decides what it is at that moment."""
        return self.filter(AtMoment(DUE, at or timezone.now()))

    def public(self, at: datetime | None = None) -> Self:
        """The revisions that visitors see at that moment: due, not withdrawn, not ended."""
        return self.filter(AtMoment(IS_PUBLIC, at or timezone.now()))

    def referring_to(self, obj: "Publishable", *fields: str) -> Self:
        """Those that point at `obj`: in one of `fields`, by default in any, child rows and links in texts included."""
        return self.referring_to_numbered(type(obj), obj.pk, *fields)

    def referring_to_numbered(self, model: "type[Publishable]", object_id: int, *fields: str) -> Self:
        """The same for an object of which only the number is known."""
        label = model._meta.label_lower
        references = RevisionReference.objects.filter(model=label, object_id=object_id)
        if fields:
            references = references.filter(field__in=fields)
        pointing = [each._replace(to_model=label, to_object=object_id) for each in self._about]
        return self.filter(**{f"{self._key}__in": references.values("revision")})._narrowed(*pointing)

    def called(self, slug: str, language: str) -> Self:
        """Those with this slug in this language."""
        found = self.filter(slugs__slug=slug, slugs__language=language)
        return found._narrowed(*(each._replace(slug=slug) for each in self._about))

    def explaining(self, slug: str, language: str, at: datetime) -> Self:
        """Those that explain an address, best first: public at that moment, then due, then public before it."""
        public = models.When(AtMoment(IS_PUBLIC, at), models.Value(PUBLIC))
        due = models.When(AtMoment(DUE, at), models.Value(1))
        found = self.called(slug, language).filter(CAME_DUE, live_from__lte=at)
        return found.annotate(rank=models.Case(public, due, default=models.Value(2))).order_by("rank", "-pk")

    def standing(self) -> Self:
        """The last word on each object: the one revision that nothing overtakes, due or still waiting."""
        return self.filter(superseded_at=None)

    def ending(self, at: datetime | None = None) -> Self:
        """Those that are public, or will be, and end before another one takes their place."""
        stays = models.Q(superseded_at=None) | models.Q(superseded_at__gt=models.F("live_until"))
        return self.filter(CAME_DUE, stays, live_until__gt=at or timezone.now(), withdrawn=False)

    def once_public(self, at: datetime | None = None) -> Self:
        """The revisions that visitors see or once saw."""
        return self.filter(CAME_DUE, live_from__lte=at or timezone.now(), withdrawn=False)

    def citable(self, at: datetime | None = None) -> Self:
        """Those of them that nobody took back: what a page can be cited by."""
        return self.once_public(at).filter(taken_back_at=None)

    def newest_first(self) -> Self:
        """The one that visitors read for the shortest time comes first."""
        return self.order_by(NEWEST.desc(), "-pk")

    def changes(self) -> Self:
        """Without those that say again what was public: still right, or in another place."""
        return self.filter(unchanged_since=None)

    def pending(self, at: datetime | None = None) -> Self:
        """The revisions whose time is still to come and that nothing overtakes before it."""
        return self.filter(CAME_DUE, live_from__gt=at or timezone.now())

    def extra(self, *args: Any, **kwargs: Any) -> Self:
        return cast(Self, super().extra(*args, **kwargs))._narrowed(EVERYTHING)  # nobody knows what its SQL reads

    def __or__(self, other: Any) -> Self:
        return self._with(other, super().__or__)

    def __and__(self, other: Any) -> Self:
        return self._with(other, super().__and__)

    def __xor__(self, other: Any) -> Self:
        return self._with(other, super().__xor__)

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:  # noqa: A002
        together = super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]
        return together._narrowed(*_about(self, *others))

    def _with(self, other: Any, combined: Callable[[Any], Any]) -> Self:
        """Both as one query, which is about what either is about."""
        if self.query.is_sliced or other.query.is_sliced:
            raise TypeError("Cannot combine queries once a slice has been taken.")
        return combined(other)._chain()._narrowed(*_about(self, other))

    def _narrowed(self, *about: Read) -> Self:
        self._about = about  # of a clone that was just made
        return self

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._about = self._about
        return clone

    def _fetch_all(self) -> None:
        with reading(*self._about):
            super()._fetch_all()

    def count(self) -> int:
        with reading(*self._about):
            return super().count()

    def exists(self) -> bool:
        with reading(*self._about):
            return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        with reading(*self._about):
            return super().aggregate(*args, **kwargs)


def _about(*querysets: Any) -> Iterator[Read]:
    """What these are about together; one that does not say it is about everything."""
    for queryset in querysets:
        yield from getattr(queryset, "_about", (EVERYTHING,))


class Revision(models.Model):
    """One commit of one object. It never changes and is never deleted.

    The newest commit whose `live_from` has passed decides. A newer one therefore
    overtakes an older one that was still waiting: it was made from the same working
    copy, so it contains that older one's changes. `superseded_at` writes down when that
    happens, so that "what is public now" is a plain comparison that an index answers.

    One that was cancelled before its time says so; `superseded_at` is then the moment of
    cancelling, so that no question about time has to think of it.

    Whoever publishes has read what it says, so the object was then checked. To check without
    changing is to commit the same again: `workflow.confirm`. A commit that only moves the
    place or the end checks nothing: it keeps the `checked_at` of the one before.
    """

    model = models.CharField(_("model"), max_length=100, editable=False)
    object_id = models.BigIntegerField(_("object"), editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("author"),
    )
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    note = models.CharField(_("note"), max_length=MAX_CHARACTERS, blank=True)
    live_from = models.DateTimeField(_("public from"))
    live_until = models.DateTimeField(_("public until"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("overtaken at"), null=True, editable=False)
    cancelled = models.BooleanField(_("cancelled before its time"), default=False, editable=False)
    checked_at = models.DateTimeField(_("checked at"), editable=False)
    # On a commit that changed no words: since when visitors read what it says.
    unchanged_since = models.DateTimeField(_("unchanged since"), null=True, editable=False)
    # See `Publishable.turns`.
    turns_at = models.DateTimeField(null=True, editable=False)
    turns_again_at = models.DateTimeField(null=True, editable=False)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    reason = models.CharField(_("reason for withdrawing"), max_length=MAX_CHARACTERS, blank=True)
    data = models.JSONField(_("content"))
    # Of a version that waited and was committed again, so as to wait on: the commit that it would have been overtaken
    # by, or, when nothing became public, the version whose place it takes.
    carried_by = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="carried")
    # When it was undone: visitors no longer read it among the versions of a page, though history keeps it.
    taken_back_at = models.DateTimeField(null=True, editable=False)
    # The place in lists, copied from the content: no database sorts well by a JSON value.
    sort_key = models.CharField(max_length=100, editable=False)

    rank: int  # only on what explains an address

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["model", "object_id", "superseded_at"], name="revision_of_object"),
            # In the order of a list, with all that says what is public: a page of a long list reads no other row.
            models.Index(
                fields=["model", "sort_key", "object_id", "superseded_at", "live_from", "live_until", "withdrawn"],
                name="revision_in_list",
            ),
            # What is new, newest first, without sorting all there ever was.
            models.Index(models.F("model"), NEWEST.desc(), models.F("id").desc(), name="revision_newest"),
            # What is still to come, without looking at all there ever was.
            models.Index(LAST_TURN, name="revision_turning"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def changed_at(self) -> datetime:
        """Since when visitors read what this says."""
        return self.unchanged_since or self.live_from

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)

    def thaw(self, as_of: datetime | None = None) -> Any:
        """The object as this revision has it; see `snapshots.thaw`."""
        return thaw(self.model_class, self.object_id, self.data, revision=self, as_of=as_of or timezone.now())


class DiscardedQuerySet(models.QuerySet["Discarded"]):
    """Working copies that were deleted or overwritten."""

    def of(self, obj: "Publishable") -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def in_bin(self) -> Self:
        """Those of deleted objects that nobody restored."""
        return self.filter(deleted=True, restored_at=None)


class Discarded(models.Model):
    """A working copy that would be lost otherwise: of an object that was deleted, or restored over."""

    model = models.CharField(_("kind"), max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=MAX_CHARACTERS, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    deleted = models.BooleanField(editable=False)
    restored_at = models.DateTimeField(null=True, editable=False)
    data = models.JSONField(editable=False)

    objects = DiscardedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deleted item")
        verbose_name_plural = _("bin")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="discarded_of_object")]

    def __str__(self) -> str:
        return self.title

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)


class SentForm(models.Model):
    """What one form of one person saved, so that it does nothing twice when it comes again; see `resending`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token = models.CharField(max_length=30)
    saved_at = models.DateTimeField(default=timezone.now, db_index=True)
    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    sent = models.CharField(max_length=24)  # a digest of everything that came with it
    base = models.TextField()  # the fingerprints of the row afterwards
    revision = models.BigIntegerField()  # the newest one afterwards; 0 when there was none
    rows = models.JSONField()  # the child rows that it added, by their prefix in the form

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token"], name="form_of_user")]
        indexes = [models.Index(fields=["model", "object_id"], name="form_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}, {self.saved_at:%Y-%m-%d %H:%M}"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Kept saves of working copies."""

    def of(self, obj: "Publishable") -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)


class Draft(models.Model):
    """A working copy as somebody last saved it in one sitting; see `workflow.drafts`."""

    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    title = models.CharField(max_length=MAX_CHARACTERS, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    first_at = models.DateTimeField(editable=False)
    last_at = models.DateTimeField(editable=False)
    was_saved = models.BooleanField(default=True, editable=False)  # else it was typed, when somebody else had saved
    digest = models.CharField(max_length=40, editable=False)  # of what a version would say
    data = models.JSONField(editable=False)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="draft_of_object")]

    def __str__(self) -> str:
        return self.title

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)

    @property
    def created_at(self) -> datetime:
        """When this was saved last."""
        return self.last_at


class Act(models.Model):
    """What somebody did that can be undone at once; see `workflow.undo`."""

    class Kind(models.TextChoices):
        """What was done."""

        PUBLISHED = "published", _("published")
        PLANNED = "planned", _("changed the planning")
        WITHDRAWN = "withdrawn", _("took it off the site")
        DELETED = "deleted", _("deleted it")
        ORDERED = "ordered", _("changed the order")
        RESTORED = "restored", _("put back an older version")
        CARD = "card", _("changed their own card")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


class ActLine(models.Model):
    """What an act changed about one object: how that stood before, and a digest of how it stands since."""

    act = models.ForeignKey(Act, models.CASCADE, related_name="lines")
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    title = models.CharField(max_length=MAX_CHARACTERS, editable=False)
    was_there = models.BooleanField(editable=False)  # whether there was a working row before
    working = models.JSONField(editable=False)  # what the act changed in the working copy, as it was before
    # Numbers of revisions: the newest before and after, the one that decided, and those that waited.
    before = models.BigIntegerField(editable=False)
    after = models.BigIntegerField(editable=False)
    due = models.BigIntegerField(null=True, editable=False)
    waiting = models.JSONField(editable=False)
    dropped = models.JSONField(editable=False)  # those of them that no longer waited afterwards
    digest_before = models.CharField(max_length=40, editable=False)
    digest = models.CharField(max_length=40, editable=False)  # of how it stands since

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="act_on_object")]

    def __str__(self) -> str:
        return self.title

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)


class Stamp(models.Model):
    """The one row that says how often what is public changed; see `stamp`."""

    number = models.BigIntegerField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.number)


class StampChange(models.Model):
    """What changed when the stamp got its number; kept for as long as a page may ask."""

    number = models.BigIntegerField(unique=True)
    model = models.CharField(max_length=100, blank=True)  # empty: anything may have
    object_id = models.BigIntegerField(null=True)  # none: any object of that model may have
    # Whether visitors could read something before that they can't read after; also when nobody knows.
    takes_away = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.number}: {self.model} {self.object_id or ''}"


class RevisionSlug(models.Model):
    """The slug under which one revision is found in one language: the index of addresses.

    Kept for every revision, so that an address that once was public redirects for ever.
    A language without a slug of its own has the one that readers fall back to.
    """

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="slugs")
    language = models.CharField(max_length=10)
    slug = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["slug", "language"], name="revision_by_slug")]


class RevisionReference(models.Model):
    """That one revision points at another object: the index of who uses what.

    `field` is a relation (`lead`, `partners.organisation`), or the column of a text with a
    link (`body_fr`).
    """

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="references")
    field = models.CharField(max_length=100)
    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="revision_by_reference")]


class RevisionFile(models.Model):
    """That one revision names a stored file, which must therefore be kept as it is."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255, db_index=True)


class RevisionText(models.Model):
    """The words of one revision in one language: the index of search.

    `language` is empty when the words are in none, such as a name alone. See
    `search.index` for how the words are written.
    """

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10, blank=True)
    title = models.TextField()
    words = models.TextField()  # of everything, the title included


class RevisionWord(models.Model):
    """One word, or stem after its equals sign, of all texts in the index of search; see `text_index`."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)


class PublishedIterable(ModelIterable):
    """Yields the thawed objects instead of the revisions."""

    queryset: Any

    def __iter__(self) -> Iterator["Publishable"]:
        for revision in super().__iter__():
            yield revision.thaw(self.queryset.as_of)


class PublishedQuerySet(RevisionQuerySet):
    """A query over revisions that gives published objects: filter, slice and paginate at will.

    Its `pk` and `id` are those of the objects; see `PublishedQuery` for other names. What would answer with
    revisions, or can't be said of thawed objects, raises TypeError.
    """

    query: PublishedQuery
    as_of: datetime
    _key = "revision"
    _following: tuple[str, ...] = ()
    # The model whose list this is, or a part of it, in its order; none as soon as anything else was asked.
    _listed: type["Publishable"] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class = PublishedIterable

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        if isinstance(found, PublishedQuerySet):
            found._listed = self._listed
        return found

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """The one object; raises DoesNotExist or MultipleObjectsReturned of its own model."""
        content = cast(type[models.Model], self.query.content)
        try:
            return super().get(*args, **kwargs)
        except Revision.DoesNotExist as error:
            missing = answered_wrongly("DoesNotExist", content, Revision)
            raise missing(f"No public {content.__name__} matches this query.") from error
        except Revision.MultipleObjectsReturned as error:
            several = answered_wrongly("MultipleObjectsReturned", content, Revision)
            raise several(f"More than one public {content.__name__} matches this query.") from error

    def contains(self, obj: Any) -> bool:
        """Whether visitors see `obj`, a working row or a published object; raises TypeError for anything else."""
        content = cast(type[models.Model], self.query.content)
        if not isinstance(obj, content):
            raise TypeError(f"Only a {content.__name__} can be among these.")
        return self.filter(pk=obj.pk).exists()

    select_related = prefetch_related = refused("select_related", "name the relations in following().")
    annotate = alias = refused("annotate", "annotate Revision.objects.of(model).public().")
    only = defer = refused("defer", "a published object is read as a whole.")
    dates = datetimes = refused("dates", "ask Revision.objects.of(model).public() for its dates.")
    extra = raw = refused("extra", "nobody knows what its SQL asks.")
    create = get_or_create = update_or_create = bulk_create = refused("create", "publish() makes revisions.")
    update = bulk_update = refused("update", "change the working row, and publish() it.")
    delete = refused("delete", "withdraw() takes an object off the site.")

    def _values(self, *fields: Any, **expressions: Any) -> Self:
        if not fields:
            raise TypeError('Name what you want of published(): values("pk").')
        for name in fields:
            if isinstance(name, str):
                self.query.column(name.partition("__")[0])
        return super()._values(*fields, **expressions)  # type: ignore[misc]

    def _merge_sanity_check(self, other: Any) -> None:
        super()._merge_sanity_check(other)  # type: ignore[misc]
        self._refuse_other_moment(other)

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:  # noqa: A002
        for other in others:
            self._refuse_other_moment(other)
        return super()._combinator_query(combinator, *others, all=all)

    def _refuse_other_moment(self, other: Any) -> None:
        if getattr(other, "as_of", None) != self.as_of:
            raise TypeError("What is put together must be published at the same moment: published(at).")

    def _clone(self) -> Self:
        clone = super()._clone()
        clone.as_of, clone._following = self.as_of, self._following
        return clone

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        if fresh and self._listed and not self.query.is_empty():
            shown = LISTED(self._listed, self.query.low_mark, self.query.high_mark, at=self.as_of)
            self._result_cache = [revision.thaw(self.as_of) for revision in shown]
        super()._fetch_all()
        if fresh and self._iterable_class is PublishedIterable:
            follow(cast(list[Frozen], self._result_cache), self._following, self.as_of)

    def following(self, *paths: str) -> Self:
        """Read all these relations in one query: `"contact"`, or `"partners__organisation"`."""
        clone = self.all()
        clone._following, clone._listed = paths, self._listed
        return clone


LISTED = Question(
    lambda model, *limits: Revision.objects.of(model).public(AT).order_by("sort_key", "object_id")[slice(*limits)]
)
EXPLAINING = Question(lambda model: Revision.objects.of(model).explaining(given("slug"), given("language"), AT)[:1])


def best_at(model: type["Publishable"], slug: str, language: str, at: datetime | None = None) -> Revision | None:
    """The revision that best explains an address; its `rank` is `PUBLIC` when visitors see it at that moment."""
    return next(iter(EXPLAINING(model, slug=slug, language=language, at=at or timezone.now())), None)


class Frozen(models.Model):
    """What working rows and thawed objects have in common."""

    as_of: datetime | None = None  # on a thawed object: the moment at which relations are read
    thawed: bool = False
    # Fields that make sense only together: who changes one of them in `amend` decides about all. Pictures need none.
    together: ClassVar[tuple[tuple[str, ...], ...]] = ()
    order_field: ClassVar[str] = ""  # the field with the place among its like, which `reorder` alone changes
    has_own_number: ClassVar[bool] = False  # whether no two have the same place when they are public

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any) -> Self:
        """As Django's; what was stored before there was a cleaning is read as it would be saved now."""
        clean = stored_cleaners(cls)
        pairs = zip(field_names, values, strict=True)
        tidy = [clean[name](each) if name in clean and isinstance(each, str) else each for name, each in pairs]
        return super().from_db(db, field_names, tidy, **kwargs)

    def clean_fields(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, of the values as they are saved: without the letters that nobody sees."""
        clean_row(self)
        super().clean_fields(*args, **kwargs)

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; every text is cleaned, whatever way it came in."""
        clean_row(self)
        super().save_base(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_thawed()
        for column in slug_columns(type(self)):
            setattr(self, column, (getattr(self, column) or "").lower() or getattr(self, column))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_thawed()
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_thawed()
        super().refresh_from_db(*args, **kwargs)

    def _refuse_thawed(self) -> None:
        if self.thawed:
            raise TypeError("A published object is history; restore its revision to edit it.")

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *cls._check_relations(), *cls._check_together()]

    @classmethod
    def _check_together(cls) -> Iterator[checks.CheckMessage]:
        fields = {field.name for field in cls._meta.concrete_fields} - {*getattr(cls, "not_published", ())}
        for name in sorted({name for group in cls.together for name in group} - fields):
            yield checks.Error(
                f"{name!r} in `together` is not a published field.",
                hint="Name fields that enter a snapshot; a translated one without its language.",
                obj=cls,
                id="publishing.E004",
            )

    @classmethod
    def _check_relations(cls) -> Iterator[checks.CheckMessage]:
        for relation in cls._meta.many_to_many:
            yield checks.Error(
                "Many-to-many values are not frozen.",
                hint="Use ordered child rows.",
                obj=relation,
                id="publishing.E001",
            )
        for field in cls._meta.concrete_fields:
            target = field.related_model
            if (
                isinstance(target, type)
                and issubclass(target, Publishable)
                and not isinstance(field, PublishedForeignKey)
                and field.name != getattr(cls, "parent", None)
            ):
                yield checks.Error(
                    "A plain foreign key leads from a published object to a working row.",
                    hint="Use PublishedForeignKey.",
                    obj=field,
                    id="publishing.E002",
                )


class Publishable(Frozen):
    """A model whose rows are working copies; visitors see its published state only."""

    revision: Revision | None = None  # on a thawed object: where it came from
    content: tuple[Any, ...] = ()  # on a thawed object: all that was thawed, to be compared

    children: ClassVar[tuple[str, ...]] = ()  # related names of the ordered child rows
    not_published: ClassVar[tuple[str, ...]] = ("needs_check_fr", "needs_check_en")
    title_field: ClassVar[str] = "title"  # without it nothing can be published
    view_name: ClassVar[str] = ""  # the name of the address of one object, if it is a page
    schema_type: ClassVar[str] = "Article"  # what a page of it is, in the terms of schema.org
    not_searched: ClassVar[tuple[str, ...]] = ()  # texts that visitors never see
    # Fields that are published only while another one of the working row says so: never frozen otherwise.
    withheld_unless: ClassVar[dict[str, str]] = {}
    # Fields with which others name an object that search finds by the titles of those others.
    found_through: ClassVar[tuple[str, ...]] = ()
    # Relations to the objects of which the one that is public shows this one on its page; of what is no page itself.
    shown_with: ClassVar[tuple[str, ...]] = ()
    # Whether old versions of other pages show an object of this model as it is public now, such as a person.
    shown_as_now: ClassVar[bool] = False
    # Unpublished fields that nothing from history sets, not even of what comes out of the bin: such as a consent.
    asked_anew: ClassVar[tuple[str, ...]] = ()

    needs_check_fr = models.BooleanField(
        _("French still to be checked"),
        default=False,
        help_text=_("Tick this when a native speaker still has to read the French text."),
    )
    needs_check_en = models.BooleanField(
        _("English still to be checked"),
        default=False,
        help_text=_("Tick this when a native speaker still has to read the English text."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return resolve(self, self.title_field).value or str(_("(no title yet)"))

    @classmethod
    def published(cls, at: datetime | None = None) -> Any:
        """What visitors see of this model now, or saw at an earlier moment, in list order.

        A PublishedQuerySet: a query that gives thawed instances of `cls`.
        """
        at = at or timezone.now()
        published = PublishedQuerySet(Revision, PublishedQuery(Revision))
        published.as_of = at
        published = published.of(cls).public(at).order_by("sort_key", "object_id")
        published.query.content = published._listed = cls
        return published

    @classmethod
    def seen_from(cls, as_of: datetime) -> datetime:
        """The moment whose public state of this model a page of moment `as_of` shows.

        That moment itself, unless the model is `shown_as_now`: then never a moment in the past.
        """
        return max(as_of, timezone.now()) if cls.shown_as_now else as_of

    @property
    def revisions(self) -> RevisionQuerySet:
        """The commits of this object, newest first."""
        return Revision.objects.of(self)

    @property
    def sort_key(self) -> str:
        """Where this object stands in lists: compared as text."""
        return ""

    @property
    def page_kind(self) -> str:
        """What this is, in a list of things of many kinds."""
        return capfirst(str(self._meta.verbose_name))

    @property
    def keywords(self) -> tuple[str, ...]:
        """More words by which search finds this object, in no language."""
        return ()

    def slug_in(self, language: str) -> str:
        """The last part of this object's address for readers of `language`."""
        return resolve(self, "slug", language).value if hasattr(type(self), "slug") else ""

    def get_absolute_url(self, language: str | None = None) -> str:
        """The address in `language`, by default the current one; "" when it has none."""
        language = language or current()
        slug = self.slug_in(language)
        if not self.view_name or not slug:
            return ""
        return address(language, self.view_name, slug)

    def get_versions_url(self, number: int | None = None, language: str | None = None) -> str:
        """The list of the versions of this page in `language`, or one of them."""
        language = language or current()
        slug = self.slug_in(language)
        args = [*([slug] if slug else []), *([number] if number else [])]
        return address(language, f"{self.view_name}_version{'' if number else 's'}", *args)

    def structured_data(self) -> dict[str, Any]:
        """What search engines may know of this page, in the terms of schema.org."""
        title = resolve(self, self.title_field)
        data: dict[str, Any] = {"@type": self.schema_type, "headline": capfirst(title.value)}
        if title.language:
            data["inLanguage"] = title.language
        if self.revision:
            data["dateModified"] = self.revision.changed_at.isoformat()
        return data

    @property
    def turns(self) -> tuple[datetime, ...]:
        """When pages about this object read differently by themselves, at most twice, as around an absence."""
        return ()

    def doubts(self) -> Iterable[tuple[str, str]]:
        """What is odd about this working copy without blocking it: the column, and a sentence about it."""
        return ()

    def shown_on(self) -> Any:
        """The object on whose page this one is seen: itself when it is a page, else None."""
        return self if self.view_name else None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which this object truly exists."""
        return languages_with(self, self.title_field) or (settings.LANGUAGE_CODE,)

    def check_complete(self) -> None:
        """Raise ValidationError, by field, for what a draft may lack and a public page may not."""

    def kept_when_restored(self) -> set[str]:
        """The names of the fields that this working copy keeps when an old version is put back."""
        return set()

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *cls._check_children()]

    @classmethod
    def _check_children(cls) -> Iterable[checks.CheckMessage]:
        related = {relation.get_accessor_name(): relation.related_model for relation in cls._meta.related_objects}
        for name in cls.children:
            child = related.get(name)
            if not (isinstance(child, type) and issubclass(child, Child)):
                yield checks.Error(
                    f"{name!r} is not the related name of child rows.",
                    hint="Derive that model from Child and name its foreign key's related_name.",
                    obj=cls,
                    id="publishing.E003",
                )


class Ordered(models.Model):
    """Something with a place among its like; a new one without a place goes last."""

    order_field = "position"

    position = models.PositiveIntegerField(
        _("order"),
        default=0,
        validators=[MaxValueValidator(LAST_POSITION)],
        help_text=_("The lowest number comes first; 0 puts a new one last."),
    )

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    @property
    def sort_key(self) -> str:
        """The same place in lists of published objects."""
        return f"{self.position:06d}"

    def siblings(self) -> models.QuerySet:
        """The working rows that this one is ordered among."""
        return type(self)._base_manager.all()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and not self.position:
            last = self.siblings().aggregate(last=models.Max("position"))["last"] or 0
            self.position = min(last + 1, LAST_POSITION)
        super().save(*args, **kwargs)


class Child(Ordered, Frozen):
    """An ordered row that belongs to one publishable object and is published with it."""

    parent: ClassVar[str]  # the name of the foreign key to that object

    class Meta(Ordered.Meta):
        abstract = True

    def siblings(self) -> models.QuerySet:
        """The rows of the same object."""
        return type(self)._base_manager.filter(**{self.parent: getattr(self, self.parent)})


def follow(objects: Iterable[Frozen], paths: Iterable[str], as_of: datetime) -> None:
    """Put the published targets of the relations `paths` on the thawed `objects`: one query for all of them.

    They are of moment `as_of`; targets of a model that is `shown_as_now` are of the present.
    """
    objects = list(objects)
    ends: list[tuple[Frozen, Any, Target]] = []  # what points, with which field, at what
    for path in paths:
        *children, name = path.split("__")
        rows = objects
        for child in children:
            rows = [row for obj in rows for row in getattr(obj, child).all()]
        for row in rows:
            field: Any = row._meta.get_field(name)
            ends.append((row, field, (field.related_model._meta.label_lower, getattr(row, field.attname))))
    wanted = {target for _row, _field, target in ends if target[1] is not None}
    found = {(each.model, each.object_id): each.thaw(each.model_class.seen_from(as_of)) for each in seen(wanted, as_of)}
    for row, field, target in ends:
        field.set_cached_value(row, found.get(target))


def slug_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that hold the slugs of `model`; none when it has no address."""
    if "slug" in translated_fields(model):
        return localized("slug")
    return ("slug",) if any(field.name == "slug" for field in model._meta.concrete_fields) else ()


SHARING = "share link"  # of the key


def token_digest(token: str) -> str:
    """What a token is looked up by. It is too long to guess, so one round of hashing is enough."""
    return sha256(token.encode()).hexdigest()


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Links with which people without an account read a working copy."""

    def of(self, obj: Publishable) -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def valid(self) -> Self:
        return self.filter(revoked_at=None, created_at__gt=timezone.now() - SHARED_FOR)

    def find(self, token: str) -> "ShareLink | None":
        """The valid link with this token."""
        found = self.valid().filter(digest=token_digest(token)).first()
        if found:
            found.token = token  # which need not be decrypted, then
        return found

    def revoke(self, obj: Publishable) -> None:
        """End every link to `obj`."""
        self.of(obj).filter(revoked_at=None).update(revoked_at=timezone.now())

    def renew(self, obj: Publishable, author: Any) -> "ShareLink":
        """A new link to `obj`; the one before it ends."""
        with transaction.atomic():
            self.revoke(obj)
            return self.create(model=obj._meta.label_lower, object_id=obj.pk, author=author)


class ShareLink(models.Model):
    """Leave to read the working copy of one object for `SHARED_FOR`, for whoever has the address."""

    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the token, by which it is found
    sealed = models.TextField(editable=False)  # the token encrypted, for the form that shows the link again
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="share_link_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
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
        return self.created_at + SHARED_FOR

    def working_copy(self) -> Any:
        """The saved row that it shows; None when that was deleted."""
        model: Any = apps.get_model(self.model)
        return model._base_manager.filter(pk=self.object_id).first()

    def get_absolute_url(self, language: str | None = None) -> str:
        return address(language or current(), "shared", self.token)


class Mail(models.Model):
    """A message that no mail server has taken yet; see `mail`."""

    sender = models.CharField(max_length=254, editable=False)
    recipients = models.JSONField(_("to"), editable=False)
    subject = models.CharField(_("subject"), max_length=MAX_CHARACTERS, editable=False)
    message = models.BinaryField()  # as it goes over the line (RFC 5322), encrypted
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    next_try_at = models.DateTimeField(_("next try"), db_index=True, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0, editable=False)
    error = models.CharField(_("what the mail server said"), max_length=500, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, db_index=True, editable=False)
    is_security = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("waiting mail")
        verbose_name_plural = _("waiting mails")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject


class MailedStranger(models.Model):
    """That somebody without an account was written to, because their address was typed; see `strangers`."""

    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the mailbox, with the key of the site
    at = models.DateTimeField(editable=False)

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.at}"


class Presence(models.Model):
    """That somebody has the form about one object open."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model", "object_id"], name="present_once")]
        indexes = [models.Index(fields=["model", "object_id", "seen_at"], name="presence_at_object")]

    def __str__(self) -> str:
        return f"{self.user}: {self.model} {self.object_id}"


class PolicyReport(models.Model):
    """That browsers held something back on a page, because our policy does not allow it; see `policy_reports`."""

    directive = models.CharField(_("what"), max_length=40, editable=False)
    blocked = models.CharField(_("from"), max_length=200, editable=False)  # an origin, or a word such as `inline`
    page = models.CharField(_("page"), max_length=200, editable=False)  # the path only
    count = models.PositiveIntegerField(_("times"), default=1, editable=False)
    first_at = models.DateTimeField(_("first"), editable=False)
    last_at = models.DateTimeField(_("last"), db_index=True, editable=False)

    class Meta:
        verbose_name = _("report of a browser")
        verbose_name_plural = _("reports of browsers")
        ordering = ["-last_at"]
        constraints = [models.UniqueConstraint(fields=["directive", "blocked", "page"], name="policy_report_once")]

    def __str__(self) -> str:
        return f"{self.directive} {self.blocked} {self.page}"


class LinkCheck(models.Model):
    """The one row that says when the links were last looked at, and when they will be; see `link_check`."""

    good_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.good_at}"


class DeadLink(models.Model):
    """That a public page had a link that leads nowhere when the links were last looked at."""

    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    address = models.TextField()  # as the page has it: of the web, a path, or a reference to a page
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}: {self.address}"


class Event(models.Model):
    """What happened to an account, or to the site as a whole; what is published stands in its revisions.

    A row holds no name: it points at accounts, so who is forgotten there is forgotten here.
    """

    class Kind(models.TextChoices):
        """What happened."""

        SIGNED_IN = "signed-in", _("signed in")
        REFUSED = "refused", _("tried in vain to sign in")
        MADE = "made", _("made an account")
        DELETED = "deleted", _("deleted an account")
        RIGHTS = "rights", _("changed rights")
        PASSWORD = "password", _("changed a password")
        FACTOR = "factor", _("changed a second way to sign in")
        LINKED = "linked", _("connected an account with a card")
        UNLINKED = "unlinked", _("took an account off a card")
        INVITED = "invited", _("invited somebody to their card")
        LET_IN = "let-in", _("came in by a link in a mail")
        ASKED = "asked", _("asked for another e-mail address")
        PROVED = "proved", _("confirmed an e-mail address")
        BACKUP = "backup", _("made a backup")
        RESTORED = "restored", _("put back a backup")
        EXPORTED = "exported", _("wrote the site to files")

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    # Who did it, and to whose account; empty for a command on the server, or for nobody we know.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    detail = models.CharField(max_length=200, blank=True)  # +group, -is_active, a file: never about a person

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("log")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
