"""Model fields of published content."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django_prose_editor.fields import ProseEditorField

from publishing.languages import translated_fields
from publishing.links import with_references
from publishing.pictures import limit_pixels, redrawn
from publishing.rich_text import EXTENSIONS, sanitised


class PublishedDescriptor(ForwardManyToOneDescriptor):
    """Follows a relation from a thawed object to the other side's published state."""

    def get_object(self, instance: models.Model) -> Any:
        as_of = getattr(instance, "as_of", None)
        if as_of is None:  # a working row leads to a working row
            return super().get_object(instance)
        target_id = getattr(instance, self.field.attname)
        return self.field.related_model.published(as_of).filter(object_id=target_id).first()


class PublishedForeignKey(models.ForeignKey):
    """A relation between publishable models that cannot leak a draft.

    A thawed object finds the published target or None, never the working row. The other
    side gets no reverse accessor, because that would list working rows.
    """

    forward_related_accessor_class = PublishedDescriptor

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        # Drafts may be incomplete, and a target may be withdrawn after the fact.
        super().__init__(to, on_delete, **(kwargs | {"null": True, "related_name": "+"}))


class PictureField(models.ImageField):
    """A picture that is drawn anew when it is uploaded; see `pictures`.

    A missing file is a gap in the page, never an error of the page.
    """

    default_validators = [limit_pixels]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        picture = getattr(model_instance, self.attname)
        if picture and not picture._committed:
            clean = redrawn(picture.file)
            picture.name, picture.file = clean.name, clean
        return super().pre_save(model_instance, add)

    def update_dimension_fields(self, instance: models.Model, force: bool = False, *args: Any, **kwargs: Any) -> None:
        with suppress(OSError, SuspiciousFileOperation):
            super().update_dimension_fields(instance, force, *args, **kwargs)


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
