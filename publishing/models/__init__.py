"""The publishing idea as models: the row is the working copy, a Revision is a commit, and the public sees the
newest commit whose time has come.

Knows no content app: content models derive from `Publishable` and `Child`. Not how commits are made: that is
`workflow`. Begin with `revisions`, then `content`.
"""

from publishing.models.change_notes import LONGEST_NOTE, ChangeNote, last_told, note_columns
from publishing.models.content import LAST_POSITION, Child, Frozen, Ordered, Publishable, content_models, slug_columns
from publishing.models.contributions import LONGEST, LONGEST_NAME, Contribution
from publishing.models.old_addresses import MissingAddress, OldAddress
from publishing.models.published import PublishedQuerySet, best_at, shown_at
from publishing.models.records.drafts import (
    Act,
    ActLine,
    DeskText,
    DeskWord,
    Discarded,
    Draft,
    KeptUpload,
    Presence,
    SentForm,
)
from publishing.models.records.share_links import (
    SHARED_FOR,
    TRANSLATED_FOR,
    LinkedPage,
    ShareLink,
    TranslationLink,
    token_digest,
)
from publishing.models.records.site import (
    DeadLink,
    Erasure,
    Event,
    LinkCheck,
    LostMail,
    Mail,
    MailedStranger,
    NightlyBackup,
    PolicyReport,
    ReplacedFile,
    Stamp,
    StampChange,
)
from publishing.models.relations import PublishedForeignKey, follow, seen
from publishing.models.revisions import (
    CAME_DUE,
    LAST_TURN,
    MAX_CHARACTERS,
    NEWEST,
    PUBLIC,
    TURNS,
    Revision,
    RevisionFile,
    RevisionQuerySet,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    RevisionWord,
)
from publishing.models.translation_states import TranslationState
from publishing.models.work import Lack, PutOff

__all__ = [
    "CAME_DUE",
    "LAST_POSITION",
    "LAST_TURN",
    "LONGEST",
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "MAX_CHARACTERS",
    "NEWEST",
    "PUBLIC",
    "SHARED_FOR",
    "TRANSLATED_FOR",
    "TURNS",
    "Act",
    "ActLine",
    "ChangeNote",
    "Child",
    "Contribution",
    "DeadLink",
    "DeskText",
    "DeskWord",
    "Discarded",
    "Draft",
    "Erasure",
    "Event",
    "Frozen",
    "KeptUpload",
    "Lack",
    "LinkCheck",
    "LinkedPage",
    "LostMail",
    "Mail",
    "MailedStranger",
    "MissingAddress",
    "NightlyBackup",
    "OldAddress",
    "Ordered",
    "PolicyReport",
    "Presence",
    "Publishable",
    "PublishedForeignKey",
    "PublishedQuerySet",
    "PutOff",
    "ReplacedFile",
    "Revision",
    "RevisionFile",
    "RevisionQuerySet",
    "RevisionReference",
    "RevisionSlug",
    "RevisionText",
    "RevisionWord",
    "SentForm",
    "ShareLink",
    "Stamp",
    "StampChange",
    "TranslationLink",
    "TranslationState",
    "best_at",
    "content_models",
    "follow",
    "last_told",
    "note_columns",
    "seen",
    "shown_at",
    "slug_columns",
    "token_digest",
]
