"""Model fields of published content."""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField
from phonenumber_field.modelfields import PhoneNumberField

from publishing.cleaning import clean_html, clean_identifier, clean_line, clean_text
from publishing.languages import translated_fields
from publishing.links import with_references
from publishing.pictures import MAX_PIXELS, Cut, check_picture, may_be_picture, not_taken, opened, redrawn
from publishing.rich_text import EXTENSIONS, sanitised
from publishing.storage import StorageAway

FOCUS_HELP = _("What must stay in view where the picture is cut: its place in per cent. Or click on the picture.")
DECORATIVE_HELP = _("Tick this when the picture tells nothing that the text does not: then it is not described aloud.")
NOT_KEPT = _("This file could not be kept, so nothing was saved. Choose it again, and try once more in a while.")
CHOOSE_AGAIN = _("Choose this file again: it was not saved, because something else is not right yet.")

MAX_UPLOAD = 25_000_000  # bytes of one file
# Of the disk that holds the files, for the database and the backup. One picture takes about eight files.
KEPT_FREE = 300_000_000  # bytes
KEPT_FREE_FILES = 5_000

logger = logging.getLogger(__name__)


def ask_again(form: forms.BaseForm) -> None:
    """Say, beside each file that came with a form that is not saved, that a browser won't send it twice."""
    for bound in form:
        if bound.html_name in form.files and not bound.errors:
            form.add_error(bound.name, CHOOSE_AGAIN)


def limit_bytes(file: File) -> None:
    """Refuse a file that is larger than any page needs."""
    if not getattr(file, "_committed", False) and file.size > MAX_UPLOAD:  # what is stored was judged then
        raise ValidationError(_("This file is too large. Choose one of at most %s MB.") % (MAX_UPLOAD // 1_000_000))


def check_room(file: File) -> None:
    """Refuse a new file when the disk has room for no more; a bucket elsewhere has bounds of its own.

    One question to the disk: how much the files take together is not asked while somebody waits.
    """
    if getattr(file, "_committed", False) or not isinstance(default_storage, FileSystemStorage):
        return
    folder = Path(default_storage.location)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        disk = os.statvfs(folder)
    except OSError:  # who saves the file says what is the matter
        return
    has_no_files_left = disk.f_files and disk.f_favail < KEPT_FREE_FILES  # some disks do not count them
    if has_no_files_left or disk.f_bavail * disk.f_frsize - file.size < KEPT_FREE:
        raise ValidationError(_("The site has no more room for files. Tell the person who runs it."))


class PublishedDescriptor(ForwardManyToOneDescriptor):
    """Follows a relation from a thawed object to the other side's published state."""

    def get_object(self, instance: models.Model) -> Any:
        as_of = getattr(instance, "as_of", None)
        if as_of is None:  # a working row leads to a working row
            return super().get_object(instance)
        target_id = getattr(instance, self.field.attname)
        model = self.field.related_model
        return model.published(model.seen_from(as_of)).numbered(target_id).first()


class PublishedForeignKey(models.ForeignKey):
    """A relation between publishable models that cannot leak a draft.

    A thawed object finds the published target or None, never the working row: as it was public at
    the same moment, or as it is public now when its model is `shown_as_now`. The other
    side gets no reverse accessor, because that would list working rows.
    """

    forward_related_accessor_class = PublishedDescriptor

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        # Drafts may be incomplete, and a target may be withdrawn after the fact.
        super().__init__(to, on_delete, **(kwargs | {"null": True, "related_name": "+"}))


class FocusField(models.PositiveSmallIntegerField):
    """Where in a picture the eye should rest, in per cent from the left or from the top.

    The field of picture `photo` is called `photo_focus_x` or `photo_focus_y`.
    """

    default_validators = [MaxValueValidator(100)]


class PictureFormField(forms.ImageField):
    """Takes the kinds of pictures that the site can draw, also of iPhones, and without an ending in the name."""

    default_validators: list[Any] = []  # Django's goes by the name, and lists all that Pillow might read

    def to_python(self, data: Any) -> Any:
        from PIL import Image

        upload = forms.FileField.to_python(self, data)
        if upload is None:
            return None
        if not may_be_picture(upload.name or ""):
            raise not_taken()
        try:
            with opened(upload):
                pass
        except Image.DecompressionBombError as error:
            most = MAX_PIXELS // 1_000_000
            raise ValidationError(
                _("This picture is far too large. Choose one of at most %s million pixels.") % most
            ) from error
        except Exception as error:  # Pillow's readers raise what they like
            raise not_taken() from error
        upload.seek(0)
        return upload


class PictureFile(ImageFieldFile):
    """A stored picture that knows how it is shown."""

    field: "PictureField"

    @property
    def cut(self) -> Cut | None:
        """The part and the sizes that pages show; None when its size is unknown, as when the file was lost."""
        name = self.field.name
        width, height = (getattr(self.instance, f"{name}_{side}") for side in ("width", "height"))
        if not (self and width and height):
            return None
        focus = getattr(self.instance, f"{name}_focus_x"), getattr(self.instance, f"{name}_focus_y")
        return Cut(str(self.name), (width, height), self.field.ratio, self.field.widths, focus)

    @property
    def is_made(self) -> bool:
        """Whether the variants are there to be shown, as far as anybody can tell now."""
        try:
            return bool(self.cut and self.cut.is_made(self.storage))
        except StorageAway:
            return True

    def make_variants(self) -> bool:
        """Make the variants; whether that worked. Without them pages show the original."""
        if not self.cut:
            return False
        try:
            self.cut.make(self.storage)
        except (OSError, SuspiciousFileOperation) as error:
            logger.warning("No variants of %s: %s", self.name, error)
            return False
        return True


class PictureField(models.ImageField):
    """A picture that is drawn anew when it is uploaded, and cut when it or its focus is saved; see `pictures`.

    `ratio` (width, height) and `widths` (pixels, ascending) say what pages show of it. Beside it
    stand the fields of its size, and a `FocusField` for either direction. A missing file is a gap
    in the page, never an error of the page.
    """

    attr_class = PictureFile
    default_validators = [limit_bytes, check_picture, check_room]

    def __init__(self, *args: Any, ratio: tuple[int, int] = (3, 2), widths: tuple[int, ...] = (), **kwargs: Any):
        self.ratio, self.widths = ratio, widths or (400, 800, 1200)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        picture = getattr(model_instance, self.attname)
        if picture and not picture._committed:
            clean = redrawn(picture.file)
            picture.name, picture.file = clean.name, clean
        picture = super().pre_save(model_instance, add)
        if picture and not picture.cut:  # stored by hand, or the file was away: measured here, never by a page
            self.update_dimension_fields(model_instance, force=True)
        if picture and not picture.is_made:
            picture.make_variants()
        return picture

    def formfield(self, **kwargs: Any) -> Any:
        field: Any = super().formfield(**({"form_class": PictureFormField} | kwargs))
        field.widget.ratio = self.ratio  # for a widget that shows what will be cut off
        focus: list[Any] = [self.model._meta.get_field(f"{self.name}_focus_{axis}") for axis in "xy"]
        field.widget.middle = tuple(each.default for each in focus)  # of a new picture
        return field

    def update_dimension_fields(self, instance: models.Model, force: bool = False, *args: Any, **kwargs: Any) -> None:
        # What is stored was measured when it was uploaded: a page never opens a picture.
        if not force and getattr(instance.__dict__.get(self.attname), "_committed", True):
            return
        with suppress(OSError, SuspiciousFileOperation):
            super().update_dimension_fields(instance, force, *args, **kwargs)


def described_picture(model: type[models.Model], name: str) -> str:
    """The name of the picture that the text `name` describes, as `image` for `image_alt`; "" of any other text."""
    picture = name.removesuffix("_alt")
    has_picture = any(each.name == picture and isinstance(each, models.FileField) for each in model._meta.fields)
    return picture if picture != name and has_picture else ""


def is_asked_for(row: models.Model, name: str) -> bool:
    """Whether the text `name` of `row` is missed when it is empty: not that of a picture that is decorative, or
    not there.
    """
    picture = described_picture(type(row), name)
    return not picture or (bool(getattr(row, picture)) and not getattr(row, f"{picture}_is_decorative", False))


def reset_focus(form: forms.ModelForm) -> None:
    """Give each new picture in a valid `form` the focus of its kind, unless one was chosen with it: what is there
    now was chosen for the old picture.
    """
    model, changed = type(form.instance), form.changed_data
    for field in model._meta.fields:
        is_replaced = field.name in changed and form.initial.get(field.name) and form.cleaned_data.get(field.name)
        if isinstance(field, PictureField) and is_replaced:
            focus = [f"{field.name}_focus_{axis}" for axis in "xy"]
            if not any(name in changed for name in focus):
                form.cleaned_data |= {name: model._meta.get_field(name).get_default() for name in focus}


class RichTextField(ProseEditorField):
    """HTML of a few safe elements, sanitised on every way in: form, seed, restore, import.

    A link to a page of this site is kept as a reference; see `links`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"extensions": EXTENSIONS, "sanitize": sanitised}))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = with_references(self.sanitize(super().pre_save(model_instance, add) or ""))
        # The unsuffixed column reads and writes the language being spoken: setting what it fell
        # back to would make Dutch into "French".
        if self.name not in translated_fields(type(model_instance)):
            setattr(model_instance, self.attname, value)
        return value


# The one cleaning of texts: which of `cleaning` each field has


@cache
def cleaners(model: type[models.Model]) -> Mapping[str, Callable[[str], str]]:
    """What cleans the texts of `model`, by column; the columns of translated fields have a language each."""
    of_language = translated_fields(model)
    found = {field.attname: cleaner(field) for field in model._meta.concrete_fields if field.name not in of_language}
    return {name: clean for name, clean in found.items() if clean}


def cleaner(field: models.Field) -> Callable[[str], str] | None:
    """What cleans a text of `field`; None where it holds none that somebody types."""
    if isinstance(field, RichTextField):
        return clean_html
    if isinstance(field, models.TextField):
        return clean_text
    if not isinstance(field, models.CharField) or field.choices:
        return None
    is_identifier = isinstance(field, models.SlugField | models.URLField | models.EmailField | PhoneNumberField)
    return clean_identifier if is_identifier else clean_line


@cache
def stored_cleaners(model: type[models.Model]) -> Mapping[str, Callable[[str], str]]:
    """What cleans what was stored of `model`, by column, whenever it is read.

    An address stays as it was published, for as long as it is: it is cleaned when it is saved.
    """
    slugs = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.SlugField)}
    return {name: clean for name, clean in cleaners(model).items() if name not in slugs}


def cleaned(field: models.Field, value: Any) -> Any:
    """A `value` for `field`, clean when it is a text."""
    clean = cleaner(field)
    return clean(value) if clean and isinstance(value, str) else value


def clean_row(row: models.Model) -> None:
    """Clean the texts of `row`, which may be new."""
    for name, clean in cleaners(type(row)).items():
        if isinstance(value := row.__dict__.get(name), str):
            setattr(row, name, clean(value))


class CleanedForm(forms.ModelForm):
    """A form that judges what was typed, and shows it again, without the letters that nobody could see."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model: Any = self._meta.model
        tidy = {}
        for name, clean in cleaners(model).items() if self.is_bound else ():
            typed = self.data.get(key := self.add_prefix(name))
            # A zero byte, which nobody types, is refused as Django does everywhere.
            if name in self.fields and isinstance(typed, str) and "\0" not in typed and clean(typed) != typed:
                tidy[key] = clean(typed)
        if tidy:
            data: Any = self.data
            self.data = data = data.copy()
            for key, text in tidy.items():
                data[key] = text
