"""Remarks on a draft, from people who read it by a share link; and how long what people send in is kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.html import to_text
from publishing.contributions.proposals import check_throttle
from publishing.i18n.languages import CODES, is_blank
from publishing.models import LONGEST, LONGEST_NAME, MAX_CHARACTERS, Contribution, Publishable, ShareLink
from publishing.models.records.share_links import working_row
from publishing.models.snapshots import Path, Snapshot, child_models, freeze, values
from publishing.text.cleaning import clean_line, clean_text
from publishing.workflow.ending_share_links import end_published

KEPT_FOR = timedelta(days=30)  # after it was published, taken over, declined
LONGEST_OPEN = timedelta(days=365)  # after it came, whatever became of it


def remark(
    link: ShareLink, row: Publishable, language: str, *, text: str, section: str = "", quote: str = "", name: str = ""
) -> Contribution:
    """Keep a remark on the draft of saved `row`, as plain text, with the sentence that it speaks of.

    Raises ValidationError for a text that is empty or too long, and TooMany.
    """
    text, name, section, quote = clean_text(text).strip(), clean_line(name), clean_line(section), clean_line(quote)
    if is_blank(text):
        raise ValidationError({"remark": _("Write your remark here.")})
    for field, value, most in (("remark", text, LONGEST), ("name", name, LONGEST_NAME)):
        if len(value) > most:
            raise ValidationError({field: _("Say it in at most %s characters.") % most})
    with transaction.atomic():
        ShareLink.objects.select_for_update().get(pk=link.pk)  # one at a time
        said = {"section": section[:MAX_CHARACTERS], "quote": quote[:LONGEST], "remark": text, "name": name}
        if given := link.contributions.open().filter(language=language, **said).first():  # somebody clicked twice
            return given
        check_throttle(link)
        place = list(place_of(row, language, quote or section))
        ours = {"model": link.model, "object_id": link.object_id, "language": language, "place": place}
        return Contribution.objects.create(kind=Contribution.Kind.REMARK, share_link=link, **ours, **said)


def place_of(row: Publishable, language: str, words: str) -> Path:
    """Where in a snapshot of saved `row` these words stand, best in `language`; nothing when nowhere."""
    if is_blank(words):
        return ()
    snapshot, sought = freeze(row), one_line(words).casefold()
    found = [path for path, said in values(snapshot).items() if isinstance(said, str) and sought in _said(said)]
    return min(found, key=lambda path: _is_elsewhere(path, language), default=())


def _said(text: str) -> str:
    return one_line(to_text(text)).casefold()


def _is_elsewhere(path: Path, language: str) -> bool:
    column = str(path[-1])
    return any(column.endswith(f"_{code}") for code in CODES if code != language)


def one_line(text: str) -> str:
    """`text` with one space where it has any white space."""
    return " ".join(text.split())


def answer(given: Contribution, text: str) -> None:
    """Answer a remark, for the reader of the draft by the same link. Raises ValidationError when it is too long."""
    text = clean_text(text).strip()
    if len(text) > LONGEST:
        raise ValidationError(_("Say it in at most %s characters.") % LONGEST)
    given.answer = text
    given.save(update_fields=["answer"])


def tick_off(given: Contribution, author: User) -> None:
    """Note that nothing is left to do about a remark."""
    given.outcome, given.closed_at, given.closed_by = Contribution.Outcome.DONE, timezone.now(), author
    given.save(update_fields=["outcome", "closed_at", "closed_by"])


def places(row: Publishable) -> Iterator[tuple[str, Path]]:
    """Each field of the form of saved `row`, by its name there, and where that stands in a snapshot."""
    snapshot: Snapshot = freeze(row)
    rows = dict(child_models(type(row)))
    for path in values(snapshot):
        if len(path) == 3:
            place = [each["id"] for each in snapshot[str(path[0])]].index(path[1])
            yield f"{path[0]}-{place}-{path[2]}", path
        elif path[0] not in rows:
            yield str(path[0]), path


# How long


def end_all_published() -> None:
    """End the share links to drafts that were planned and are public now, and close the remarks on them."""
    about = {*ShareLink.objects.valid().values_list("model", "object_id")}
    about |= {*Contribution.objects.shown().values_list("model", "object_id")}
    for model, object_id in sorted(about):
        if row := working_row(model, object_id):
            end_published(row)


def forget_old(now: datetime | None = None) -> int:
    """Delete what was decided, or whose draft was published, long enough ago, and what lies too long."""
    now = now or timezone.now()
    is_over = models.Q(closed_at__lte=now - KEPT_FOR) | models.Q(at__lte=now - LONGEST_OPEN)
    return Contribution.objects.filter(is_over).delete()[0]
