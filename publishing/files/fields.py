"""Model fields for pictures, and the names of the fields beside them."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from django.utils.translation import gettext_lazy as _

from publishing.files.images import MAX_PIXELS, check_picture, may_be_picture, measured, not_taken, opened, redrawn
from publishing.files.limits import check_room, limit_bytes
from publishing.files.storage import StorageUnavailable
from publishing.files.variants import WIDTHS, Cut
from publishing.types import AnySmallIntegerField

FOCUS_HELP = _("What must stay in view where the picture is cut: its place in per cent. Or click on the picture.")
DECORATIVE_HELP = _("Tick this when the picture tells nothing that the text does not: then it is not described aloud.")

logger = logging.getLogger(__name__)


class FocusField(AnySmallIntegerField):
    """Where in a picture the eye should rest, in per cent from the left or from the top.

    The field of picture `photo` is called `photo_focus_x` or `photo_focus_y`.
    """

    default_validators = [MaxValueValidator(100)]


class PictureFormField(forms.ImageField):
    """Takes the kinds of pictures that the site can draw, also of iPhones, and without an ending in the name."""

    # Django's goes by the name, and lists all that Pillow might read.
    default_validators: list[Callable[[object], None]] = []

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
        width, height = (getattr(self.instance, name) for name in Companions(self.field.name).size)
        return self._cut((width, height)) if self and width and height else None

    def measured_cut(self) -> Cut:
        """The same, also of a picture whose size no column knows: its file is opened. Raises OSError."""
        return self.cut or self._cut(measured(self.storage, str(self.name)))

    def _cut(self, size: tuple[int, int]) -> Cut:
        focus = tuple(getattr(self.instance, name) for name in Companions(self.field.name).focus)
        return Cut(str(self.name), size, self.field.ratio, self.field.widths, focus)

    @property
    def is_made(self) -> bool:
        """Whether the variants are there to be shown, as far as anybody can tell now."""
        try:
            return bool(self.cut and self.cut.is_made(self.storage))
        except StorageUnavailable:
            return True

    def make_variants(self) -> bool:
        """Make the variants; whether that worked. Missing ones are made at their first request."""
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
        self.ratio, self.widths = ratio, widths or WIDTHS
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> object:
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
        focus: list[Any] = [self.model._meta.get_field(name) for name in Companions(self.name).focus]
        field.widget.middle = tuple(each.default for each in focus)  # of a new picture
        return field

    def update_dimension_fields(
        self, instance: models.Model, force: bool = False, *args: object, **kwargs: object
    ) -> None:
        # What is stored was measured when it was uploaded: a page never opens a picture.
        if not force and getattr(instance.__dict__.get(self.attname), "_committed", True):
            return
        with suppress(OSError, SuspiciousFileOperation):
            super().update_dimension_fields(instance, force, *args, **kwargs)


@dataclass(frozen=True)
class Companions:
    """The names of the fields beside a picture field, which some models have only in part."""

    picture: str

    @property
    def size(self) -> tuple[str, str]:
        """Width and height, in pixels."""
        return f"{self.picture}_width", f"{self.picture}_height"

    @property
    def focus(self) -> tuple[str, str]:
        """The `FocusField` from the left and from the top."""
        return f"{self.picture}_focus_x", f"{self.picture}_focus_y"

    @property
    def decorative(self) -> str:
        """Whether the picture tells nothing that the text does not."""
        return f"{self.picture}_is_decorative"

    @property
    def description(self) -> str:
        """The text for people who do not see the picture; translated."""
        return f"{self.picture}_alt"


def described_picture(model: type[models.Model], name: str) -> str:
    """The name of the picture that the text `name` describes, as `image` for `image_alt`; "" of any other text."""
    picture = name.removesuffix("_alt")
    if name != Companions(picture).description:
        return ""
    has_picture = any(each.name == picture and isinstance(each, models.FileField) for each in model._meta.fields)
    return picture if has_picture else ""


def is_asked_for(row: models.Model, name: str) -> bool:
    """Whether the text `name` of `row` is missed when it is empty: not that of a picture that is decorative, or
    not there.
    """
    picture = described_picture(type(row), name)
    return not picture or (bool(getattr(row, picture)) and not getattr(row, Companions(picture).decorative, False))
