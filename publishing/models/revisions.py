"""Commits: past, present and future public versions, and the indexes beside their content."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.i18n.languages import current
from publishing.models.snapshots import thaw
from publishing.queries.dependencies import Dependency, Target
from publishing.queries.prepared import AtMoment, PreparedQuery, param
from publishing.queries.tracked import TrackedQuerySet

if TYPE_CHECKING:
    from publishing.models.content import Publishable


LONGEST_WORD = 100  # letters of a word that are indexed, about as many as a query may have


MAX_CHARACTERS = 500  # of a note or a reason


# When visitors read of a change for the last time: neither one that says the same, nor a minor one.
NEWEST = Coalesce("renewed_at", "unchanged_since", "live_from")


# Moments at which a revision changes what is public.
TURNS = "live_from", "live_until", "superseded_at", "turns_at", "turns_again_at"


LAST_TURN = Greatest("live_from", *(Coalesce(moment, "live_from") for moment in TURNS[1:]))


PUBLIC = 0  # the best rank of what explains an address


AT = param("at")  # the moment, filled in when the query runs


def not_overtaken(at: object) -> models.Q:
    """Those that no other takes the place of before or at moment `at`, a value or an expression."""
    return models.Q(superseded_at=None) | models.Q(superseded_at__gt=at)


# Not overtaken before its time: it was, is or will be what decides.
CAME_DUE = not_overtaken(models.F("live_from"))


DUE = "{live_from} <= %s AND ({superseded_at} > %s OR {superseded_at} IS NULL)"


IS_PUBLIC = (
    f"{DUE} AND NOT {{withdrawn}} AND ({{live_until}} > %s OR {{live_until}} IS NULL) AND {{taken_back_at}} IS NULL"
)


R = TypeVar("R", bound=models.Model)  # what a query over revisions finds: those, or what is published in them


class RevisionQuerySet(TrackedQuerySet[R]):
    """Queries over commits; "public" is defined here and nowhere else.

    Each notes its dependencies, for the page that is rendered from its rows: see `queries.dependencies`.
    """

    _key = "pk"  # of a revision

    def of(self, obj: "Publishable | type[Publishable]") -> Self:
        """The revisions of one object, or of all objects of a model."""
        if isinstance(obj, type):
            return self.filter(model=obj._meta.label_lower)._narrowed(Dependency(obj._meta.label_lower))
        return self.of(type(obj)).numbered(obj.pk)

    def of_any(self, *models: "type[Publishable]") -> Self:
        """The revisions of all objects of these models."""
        labels = [model._meta.label_lower for model in models]
        return self.filter(model__in=labels)._narrowed(*map(Dependency, labels))

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
        return self.filter(reduce(or_, any_of_them))._narrowed(*(Dependency(*target) for target in wanted))

    def due(self, at: datetime | None = None) -> Self:
        """The one revision of each object that decides what it is at that moment."""
        return self.filter(AtMoment(DUE, at or timezone.now()))

    def public(self, at: datetime | None = None) -> Self:
        """The revisions that visitors see at that moment: due, not withdrawn, not ended.

        Of a moment in the past, without versions that were taken back since.
        """
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

    def referring_to_any(self, ends: "Iterable[tuple[type[Publishable], list[int]]]", *fields: str) -> Self:
        """Those that point in one of `fields` at some objects, each a model and numbers: once for each of them."""
        by_label = {model._meta.label_lower: ids for model, ids in ends}
        pointed_at = [
            models.Q(references__model=label, references__object_id__in=ids) for label, ids in by_label.items()
        ]
        found = self.filter(reduce(or_, pointed_at), references__field__in=fields)
        targets = [(label, object_id) for label, ids in by_label.items() for object_id in ids]
        return found._narrowed(
            *(
                each._replace(to_model=label, to_object=object_id)
                for each in self._about
                for label, object_id in targets
            )
        )

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
        stays = not_overtaken(models.F("live_until"))
        return self.filter(CAME_DUE, stays, live_until__gt=at or timezone.now(), withdrawn=False)

    def once_public(self, at: datetime | None = None) -> Self:
        """The revisions that visitors see or once saw."""
        return self.filter(CAME_DUE, live_from__lte=at or timezone.now(), withdrawn=False)

    def citable(self, at: datetime | None = None) -> Self:
        """Those of them that nobody took back or erased: what a page can be cited by."""
        return self.once_public(at).filter(taken_back_at=None, erased_at=None)

    def newest_first(self) -> Self:
        """The one that changed last comes first; see `Revision.changed_at`."""
        return self.order_by(NEWEST.desc(), "-pk")

    def changes(self) -> Self:
        """Without those that say again what was public: still right, or in another place."""
        return self.filter(unchanged_since=None)

    def pending(self, at: datetime | None = None) -> Self:
        """The revisions whose time is still to come and that nothing overtakes before it."""
        return self.filter(CAME_DUE, live_from__gt=at or timezone.now())


class Revision(models.Model):
    """One commit of one object. It never changes and is never deleted.

    The newest commit whose `live_from` has passed decides. A newer one therefore
    overtakes an older one that was still waiting: it was made from the same working
    copy, so it contains that older one's changes. `superseded_at` writes down when that
    happens, so that "what is public now" is a plain comparison, by an index.

    One that was cancelled before its time says so; `superseded_at` is then the moment of
    cancelling, so that no query about time has to consider it.

    Whoever publishes has read what it says, so the object was then checked. To check without
    changing is to commit the same again: `workflow.confirm`. A commit that only moves the
    place or the end checks nothing: it keeps the `checked_at` of the one before. `checks` says
    what visitors may be told of that, in each language: see `workflow.annotations.checking`.
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
    # When somebody said that it is right, by language; None of a version from before that was asked by language.
    checked_in = models.JSONField(null=True, editable=False)
    # On a commit that changed no words: since when visitors read what it says.
    unchanged_since = models.DateTimeField(_("unchanged since"), null=True, editable=False)
    # On a minor change, and what says it again: when visitors read of the change before it. It follows from the change
    # notes and the plans, and is worked out anew with them; see `workflow.annotations.change_notes`.
    renewed_at = models.DateTimeField(null=True, editable=False)
    # See `Publishable.turns`.
    turns_at = models.DateTimeField(null=True, editable=False)
    turns_again_at = models.DateTimeField(null=True, editable=False)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    reason = models.CharField(_("reason for withdrawing"), max_length=MAX_CHARACTERS, blank=True)
    data = models.JSONField(_("content"))
    # Of a version that waited and was committed again, so as to wait on: the commit that it would have been overtaken
    # by, or, when nothing became public, the version whose place it takes.
    carried_by = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="carried")
    # When it was undone or taken back: visitors no longer read it among the versions of a page; history keeps it.
    taken_back_at = models.DateTimeField(null=True, editable=False)
    # Who took it back, and why; both empty when the act that published it was undone.
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # No "" in the database: a column with a default would make SQLite build the table again, without its triggers.
    taken_back_reason = models.CharField(  # noqa: DJ001
        _("reason for taking back"), max_length=MAX_CHARACTERS, null=True, editable=False
    )
    # When what it said was erased for good: then it says nothing, and there is no moment at which it is public.
    erased_at = models.DateTimeField(null=True, editable=False)
    # The place in lists, copied from the content: no database sorts well by a JSON value.
    sort_key = models.CharField(max_length=100, editable=False)

    rank: int  # only on what explains an address
    has_more_versions: bool = False  # that can be cited; only on what a page was read with

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["model", "object_id", "superseded_at"], name="revision_of_object"),
            # In the order of a list, with all that says what is public: a page of a long list reads no other row.
            models.Index(
                fields=[
                    "model",
                    "sort_key",
                    "object_id",
                    "superseded_at",
                    "live_from",
                    "live_until",
                    "withdrawn",
                    "taken_back_at",
                ],
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
    def said_since(self) -> datetime:
        """Since when visitors read what this says."""
        return self.unchanged_since or self.live_from

    @property
    def changed_at(self) -> datetime:
        """The date of the last change that visitors are told of: a minor one has that of the change before it."""
        return self.renewed_at or self.said_since

    @property
    def checks(self) -> dict[str, datetime]:
        """When a person checked what it says, by language: what a machine published, nobody checked."""
        if self.checked_in is None:
            return {settings.LANGUAGE_CODE: self.checked_at} if self.author_id else {}
        return {code: datetime.fromisoformat(at) for code, at in self.checked_in.items()}

    @property
    def checked_here(self) -> datetime | None:
        """When a person last checked what it says in the language being spoken."""
        return self.checks.get(current())

    @property
    def came_due(self) -> bool:
        """Whether it was, is or will be what decides: nothing overtook it before its time."""
        return self.is_not_overtaken(self.live_from)

    def is_public(self, at: datetime) -> bool:
        """Whether visitors see it at that moment, as `RevisionQuerySet.public` says."""
        begun = self.live_from <= at and (self.superseded_at is None or self.superseded_at > at)
        ended = self.live_until is not None and self.live_until <= at
        return begun and not ended and not self.withdrawn and not self.taken_back_at

    def is_not_overtaken(self, at: datetime) -> bool:
        """Whether no other took, or takes, its place before or at moment `at`."""
        return self.superseded_at is None or self.superseded_at > at

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)

    def thaw(self, as_of: datetime | None = None) -> "Publishable":
        """The object as this revision has it; see `snapshots.thaw`."""
        return thaw(self.model_class, self.object_id, self.data, revision=self, as_of=as_of or timezone.now())


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
    """One word, or stem after its equals sign, of all texts in the index of search; see `search.backend`."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)


FIRST: PreparedQuery[Revision] = PreparedQuery(
    lambda model: (
        Revision.objects.of(model)
        .numbered(param("id"))
        .citable(AT)
        .order_by("live_from")
        .values_list("live_from", flat=True)[:1]
    )
)


def first_public(obj: "Publishable") -> datetime | None:
    """When visitors first read this object, in a version that they can still cite."""
    rows = FIRST.rows(type(obj), id=obj.pk, at=timezone.now())
    return rows[0][0] if rows else None
