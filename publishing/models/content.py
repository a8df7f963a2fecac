"""Base classes of content models: `Publishable` and `Child`. The row is the working copy."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from publishing.i18n.languages import current, languages_with, localized, resolve, translated_fields
from publishing.i18n.urls import address
from publishing.models.published import PublishedQuery, PublishedQuerySet
from publishing.models.records.site import ReplacedFile
from publishing.models.relations import PublishedForeignKey
from publishing.models.revisions import Revision, RevisionQuerySet
from publishing.models.values.cleaners import clean_row, stored_cleaners

LAST_POSITION = 999_999  # as many digits as `Ordered.sort_key` compares


class Frozen(models.Model):
    """The common base of models whose instances may be working rows or thawed objects."""

    as_of: datetime | None = None  # on a thawed object: the moment at which relations are read
    thawed: bool = False
    thawed_values: Sequence[object] = ()  # on a thawed object: of its own columns
    # Fields that make sense only together: a change of one of them in `amend` decides about all. Pictures need none.
    together: ClassVar[tuple[tuple[str, ...], ...]] = ()
    order_field: ClassVar[str] = ""  # the field with the place among its like, which `reorder` alone changes
    has_own_number: ClassVar[bool] = False  # whether no two have the same place when they are public

    class Meta:
        abstract = True

    @property
    def withheld(self) -> Collection[str]:
        """The fields and lists of child rows that visitors may not see yet, judged by what this object itself says.

        Such as the text of something that is not decided. The working copy keeps them; they are never frozen.
        """
        return ()

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[object], **kwargs: Any) -> Self:
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

    def save(self, *args: object, **kwargs: Any) -> None:
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
    def check(cls, **kwargs: object) -> list[checks.CheckMessage]:
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

    remarks: Sequence[str] = ()  # on a file that was just chosen, for the person who chose it
    proposed: ClassVar[tuple[str, ...]] = ()  # the columns that such a file fills in when they are empty

    children: ClassVar[tuple[str, ...]] = ()  # related names of the ordered child rows
    not_published: ClassVar[tuple[str, ...]] = ("needs_check_fr", "needs_check_en")
    title_field: ClassVar[str] = "title"  # without it nothing can be published
    is_single: ClassVar[bool] = False  # whether there is one of it, which people call by its kind
    not_copied: ClassVar[tuple[str, ...]] = ()  # fields that a new object never takes over from another one
    has_proper_name: ClassVar[bool] = False  # whether its title is a name that texts of others mention
    view_name: ClassVar[str] = ""  # the name of the address of one object, if it is a page
    has_versions: ClassVar[bool] = False  # whether visitors can read what a page of it once said
    tells_changes: ClassVar[bool] = False  # whether visitors are told what changed: on its page, or in a feed
    schema_type: ClassVar[str] = "Article"  # what a page of it is, in the terms of schema.org
    summary_fields: ClassVar[tuple[str, ...]] = ()  # the first that has a text tells others what the page is about
    not_searched: ClassVar[tuple[str, ...]] = ()  # texts that visitors never see
    # Fields that are published only while another one of the working row says so: never frozen otherwise.
    withheld_unless: ClassVar[dict[str, str]] = {}
    # Relations, of a child row with its name before a dot, whose ends are offered to be published with it.
    goes_along: ClassVar[tuple[str, ...]] = ()
    # Fields with which others name an object that search finds by the titles of those others.
    found_through: ClassVar[tuple[str, ...]] = ()
    # How much likelier than other pages it is what a visitor looks for; see `search.query`.
    search_weight: ClassVar[int] = 0
    # The name of the address at which an object without a page of its own is found.
    found_at: ClassVar[str] = ""
    # Or the model and the Dutch slug of the page that prints it, such as a statement around a text.
    printed_on: ClassVar[tuple[str, str] | None] = None
    # Whether old versions of other pages show an object of this model as it is public now, such as a person.
    shown_as_now: ClassVar[bool] = False
    # The field with the account of the person whom an object describes; they see its files whatever is public.
    owner_field: ClassVar[str] = ""
    # How many readers meet it, beside others: 4 the home page, 3 who to contact, 2 a subject, 1 the rest.
    reach: ClassVar[int] = 1
    # Whether it must go on being true; a dated message needs not.
    stays_current: ClassVar[bool] = True
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

    def save_base(self, *args: object, **kwargs: object) -> None:
        """As Django's; which files of the object others replace is written down."""
        before = _named_files(self) if self.pk else set()
        super().save_base(*args, **kwargs)
        if before:
            ours = {"model": self._meta.label_lower, "object_id": self.pk}
            replaced = sorted(before - _named_files(self))
            ReplacedFile.objects.bulk_create(
                [ReplacedFile(name=name, **ours) for name in replaced], ignore_conflicts=True
            )

    def __str__(self) -> str:
        return resolve(self, self.title_field).value or str(_("(no title yet)"))

    @classmethod
    def published(cls, at: datetime | None = None) -> PublishedQuerySet[Self]:
        """What visitors see of this model now, or saw at an earlier moment, in list order.

        A PublishedQuerySet: a query that gives thawed instances of `cls`.
        """
        at = at or timezone.now()
        published: PublishedQuerySet[Self] = PublishedQuerySet(Revision, PublishedQuery(Revision))
        published.as_of = at
        published = published.of(cls).public(at).order_by("sort_key", "object_id")
        published.query.content = published._listed = cls
        return published

    @property
    def revisions(self) -> RevisionQuerySet[Revision]:
        """The commits of this object, newest first."""
        return Revision.objects.of(self)

    @property
    def sort_key(self) -> str:
        """Where this object stands in lists: compared as text."""
        return ""

    @property
    def page_kind(self) -> str:
        """The name of its kind, in a list of things of many kinds."""
        return capfirst(str(self._meta.verbose_name))

    @property
    def in_a_sentence(self) -> str:
        """What its page is about in a sentence, for others, when no text sums it up; "" for its kind and its name."""
        return ""

    @property
    def dated(self) -> date | None:
        """The day that its own page gives as its date, such as that of a message."""
        return None

    @property
    def keywords(self) -> tuple[str, ...]:
        """More words by which search finds this object, in no language."""
        return ()

    def words_besides(self) -> Iterable[str]:
        """What its page says of it beside its texts, in the language being spoken: the words of a choice."""
        return ()

    @classmethod
    def weight_at(cls, slugs: Collection[str]) -> int:
        """The `search_weight` of the object with these slugs."""
        return cls.search_weight

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

    @property
    def is_sparse(self) -> bool:
        """Whether its own page says no more than its title and its place; the sitemap leaves such pages out."""
        return False

    def get_versions_url(self, number: int | None = None, language: str | None = None) -> str:
        """The list of the versions of this page in `language`, or one of them."""
        language = language or current()
        slug = self.slug_in(language)
        args = [*([slug] if slug else []), *([number] if number else [])]
        return address(language, f"{self.view_name}_version{'' if number else 's'}", *args)

    def structured_data(self) -> dict[str, object]:
        """The linked data of this page for search engines, in the terms of schema.org."""
        title = resolve(self, self.title_field)
        data: dict[str, object] = {"@type": self.schema_type, "headline": capfirst(title.shown)}
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

    @property
    def is_page(self) -> bool:
        """Whether visitors read it at an address of its own."""
        return bool(self.view_name)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which this object truly exists."""
        return languages_with(self, self.title_field) or (settings.LANGUAGE_CODE,)

    def check_complete(self) -> None:
        """Raise ValidationError, by field, for what a draft may lack and a public page may not."""

    def check_rows_complete(self) -> None:
        """Raise ValidationError when a public page needs another child row than the saved ones, as a draft does not."""

    def before_publishing(self, live_from: datetime) -> None:
        """Give this working row, which nobody else can publish now, what it has from its first publication or plan on.

        Called in the transaction of `publish`, before the row is checked and frozen; it saves what it changes.
        """

    def kept_when_restored(self) -> set[str]:
        """The names of the fields that this working copy keeps when an old version is put back."""
        return set()

    @classmethod
    def check(cls, **kwargs: object) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *_errors_of_children(cls)]


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

    def siblings(self) -> models.QuerySet[Self]:
        """The working rows that this one is ordered among."""
        return type(self)._base_manager.all()

    def save(self, *args: object, **kwargs: Any) -> None:
        if self._state.adding and not self.position:
            last = self.siblings().aggregate(last=models.Max("position"))["last"] or 0
            self.position = min(last + 1, LAST_POSITION)
        super().save(*args, **kwargs)


class Child(Ordered, Frozen):
    """An ordered row that belongs to one publishable object and is published with it."""

    parent: ClassVar[str]  # the name of the foreign key to that object

    class Meta(Ordered.Meta):
        abstract = True

    def siblings(self) -> models.QuerySet[Self]:
        """The rows of the same object."""
        return type(self)._base_manager.filter(**{self.parent: getattr(self, self.parent)})


def _errors_of_children(model: type[Publishable]) -> Iterator[checks.CheckMessage]:
    related = {relation.get_accessor_name(): relation.related_model for relation in model._meta.related_objects}
    for name in model.children:
        child = related.get(name)
        if not (isinstance(child, type) and issubclass(child, Child)):
            yield checks.Error(
                f"{name!r} is not the related name of child rows.",
                hint="Derive that model from Child and name its foreign key's related_name.",
                obj=model,
                id="publishing.E003",
            )


def content_models() -> list[type[Publishable]]:
    """All kinds of content: the models of this site that derive from `Publishable`."""
    return [model for model in apps.get_models() if issubclass(model, Publishable)]


def slug_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that hold the slugs of `model`; none when it has no address."""
    if "slug" in translated_fields(model):
        return localized("slug")
    return ("slug",) if any(field.name == "slug" for field in model._meta.concrete_fields) else ()


def _named_files(obj: Publishable) -> set[str]:
    """The files that the saved row names: one query, none for a model without files."""
    columns = [field.attname for field in obj._meta.concrete_fields if isinstance(field, models.FileField)]
    saved = models.QuerySet(type(obj)).filter(pk=obj.pk).values_list(*columns) if columns else ()
    return {name for row in saved for name in row if name}
