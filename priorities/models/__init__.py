"""What RESOC follows, as models: begin with `subjects`; the PDFs of their pages are in `documents`."""

from priorities.models.documents import NEWS_BEGINS, Attachment, Document, HasDocuments, document_path, readable_size
from priorities.models.subjects import (
    ABOUT,
    FIELDS,
    Partner,
    Priority,
    PriorityDocument,
    Status,
    Subject,
    Theme,
    ThemeDocument,
    Update,
    UpdateDocument,
    updates_about,
    with_update_dates,
)

__all__ = [
    "ABOUT",
    "FIELDS",
    "NEWS_BEGINS",
    "Attachment",
    "Document",
    "HasDocuments",
    "Partner",
    "Priority",
    "PriorityDocument",
    "Status",
    "Subject",
    "Theme",
    "ThemeDocument",
    "Update",
    "UpdateDocument",
    "document_path",
    "readable_size",
    "updates_about",
    "with_update_dates",
]
