"""The model field for rich text."""

from django.db import models
from django_prose_editor.fields import ProseEditorField

from publishing.content.link_resolution import with_references
from publishing.content.rich_text import EXTENSIONS
from publishing.content.sanitising import sanitised
from publishing.i18n.languages import translated_fields
from publishing.text.cleaning import clean_html


class RichTextField(ProseEditorField):  # type: ignore[misc]  # a library without types
    """HTML of a few safe elements, sanitised on every way in: form, seed, restore, import.

    A link to a page of this site is kept as a reference; see `internal_links`.
    """

    text_cleaner = staticmethod(clean_html)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **(kwargs | {"extensions": EXTENSIONS, "sanitize": sanitised}))

    def pre_save(self, model_instance: models.Model, add: bool) -> object:
        value = with_references(self.sanitize(super().pre_save(model_instance, add) or ""))
        # The unsuffixed column reads and writes the language being spoken: setting what it fell
        # back to would make Dutch into "French".
        if self.name not in translated_fields(type(model_instance)):
            setattr(model_instance, self.attname, value)
        return value
