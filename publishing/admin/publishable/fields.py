"""How the fields of a page and of its child rows are asked for, and in which order."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from publishing.admin.inputs import word_files
from publishing.admin.inputs.widgets import ChosenFileInput, LongLine, PhoneInput, PictureInput
from publishing.admin.types import AnyBaseModelAdmin, AnyModelAdmin
from publishing.content.fields import RichTextField
from publishing.files.fields import PictureField
from publishing.i18n.languages import CODES, NATIVE_NAMES, localized, translated_fields
from publishing.models import Publishable
from publishing.types import AnyField

LONG_LINE = 200  # letters, from which a text gets a box that grows


class FieldsMixin(AnyBaseModelAdmin):
    """How fields are asked for, on pages and on their child rows."""

    formfield_overrides = {
        PictureField: {"widget": PictureInput},
        models.FileField: {"widget": ChosenFileInput},
        PhoneNumberField: {"widget": PhoneInput(attrs={"class": "vTextField"})},
    }

    def formfield_for_dbfield(self, db_field: AnyField, request: HttpRequest, **kwargs: object) -> forms.Field | None:
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        elif is_long_line(db_field):
            kwargs.setdefault("widget", LongLine)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(db_field, RichTextField) and issubclass(self.model, Publishable):
            field.widget.attrs["data-word"] = word_files.address(self.model)
            field.widget.template_name = "publishing/widgets/text.html"
            field.widget.needs_multipart_form = True  # without a script the Word file comes with the form
        # Nobody deletes what something points at from the form of what points at it.
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
            field.widget.template_name = "publishing/widgets/related.html"
        return field


def is_long_line(db_field: AnyField) -> bool:
    """Whether the text of this field is one line of words, such as a title, that may be long."""
    words = isinstance(db_field, models.CharField) and not isinstance(db_field, models.EmailField)
    return words and (db_field.max_length or 0) >= LONG_LINE


class LanguageFieldsMixin(AnyModelAdmin):
    """The texts of a page grouped by language, and what all languages share."""

    shared_fields: tuple[object, ...] = ()  # the fields that have no language, in form order
    shared_first = False  # whether they come before the texts

    def get_fieldsets(self, request: HttpRequest, obj: Publishable | None = None) -> Any:
        """The Dutch texts, the French, the English; then what all languages share."""
        names = translated_fields(self.model)
        fieldsets: list[object] = [
            (
                NATIVE_NAMES[code],
                {"fields": [*localized_each(names, code), *self._check_field(code)], "classes": [f"language-{code}"]},
            )
            for code in CODES
            if names
        ]
        if self.shared_fields:
            label = gettext_lazy("For all languages") if names else None
            fieldsets.insert(0 if self.shared_first else len(fieldsets), (label, {"fields": self.shared_fields}))
        return fieldsets

    def _check_field(self, code: str) -> list[str]:
        name = f"needs_check_{code}"
        return [name] if any(field.name == name for field in self.model._meta.fields) else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Publishable | None = None) -> dict[str, Sequence[str]]:
        """While an object is new, its address follows its title as one types."""
        if obj is None and "slug" in translated_fields(self.model):
            return dict(zip(localized("slug"), zip(localized(self.model.title_field)), strict=True))
        return {}


def localized_each(names: Iterable[str], code: str) -> list[str]:
    """The columns of these translated fields in one language."""
    return [column for name in names for column in localized(name, [code])]
