"""Taking what names a person out of what is kept: versions, saves, the bin, the log, and sources of translations.

What texts of today say is left alone: an editor changes that.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import LogEntry

from publishing.models import TranslationState
from publishing.review.naming.mentions import EMPTIED, KEPT, Mention, TextOfObject
from publishing.search.names.person_matching import Matcher, NameMatch, Sought
from publishing.workflow.erasure.redaction import redact, redact_remark
from publishing.workflow.erasure.traces import with_each_part


def redact_mentions(mentions: Iterable[Mention], sought: Sought) -> int:
    """Take these out of the versions, kept saves and bin where they stand, for good; returns of how many texts.

    What texts of today say is left alone; raises what `redact` raises.
    """
    matcher = Matcher(sought)
    unwanted: dict[TextOfObject, list[NameMatch]] = {}
    for each in mentions:
        if each.text.is_redactable:
            unwanted.setdefault(each.text, []).append(each.hit)
    for text, hits in unwanted.items():
        kept: Any = KEPT[text.key[0]]._base_manager.get(pk=int(text.key[1:]))
        if text.is_about:
            redact_remark(kept, text.column, matcher.redacted(text.value, hits))
            continue
        is_emptied = isinstance(text.stored_in, EMPTIED)
        redact(kept, text.path, "" if is_emptied else matcher.redacted(text.value, hits))
    return len(unwanted)


def redact_log(sought: Sought) -> None:
    """Take what surely names the person out of the reasons in the log of the admin.

    Of a version that is in the public list again nothing else says why it was taken out.
    """
    matcher = Matcher(sought)

    def redacted(told: Any) -> object:
        reason = str(told.get("reason") or "") if isinstance(told, dict) else ""
        hits = [hit for hit in matcher.find(reason) if hit.is_certain]
        return told | {"reason": matcher.redacted(reason, hits)} if hits else told

    for entry in LogEntry.objects.filter(change_message__contains='"reason"').iterator(500):
        if (message := with_each_part(entry.change_message, redacted)) != entry.change_message:
            LogEntry.objects.filter(pk=entry.pk).update(change_message=message)


def redact_origins(sought: Sought) -> None:
    """Drop the sources of translations that surely name the person: what such a translation is behind is not shown."""
    matcher = Matcher(sought)

    def without_name(origin: Any) -> object:
        text = str(origin.get("text") or "") if isinstance(origin, dict) else ""
        return origin | {"text": None} if any(hit.is_certain for hit in matcher.find(text)) else origin

    for state in TranslationState.objects.iterator(500):
        origins = {name: without_name(origin) for name, origin in state.origins.items()}
        if origins != state.origins:
            state.origins = origins
            state.save(update_fields=["origins"])
