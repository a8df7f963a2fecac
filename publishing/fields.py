"""The names under which migrations know the fields of this app. Nothing else imports this module."""

from publishing.content.fields import RichTextField
from publishing.files.fields import FocusField, PictureField
from publishing.models.relations import PublishedForeignKey

__all__ = ["FocusField", "PictureField", "PublishedForeignKey", "RichTextField"]
