"""Proposals: translations that somebody sent in, beside the working copy, and bringing them into it.

What a proposal was made from comes with it: the source as the sender saw it, and what stood in the place of the
translation. So what changed meanwhile is told, and never overwritten unseen.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.link_resolution import with_references
from publishing.contributions.texts import TextPair, texts_of, words_in
from publishing.models import LONGEST, Contribution, LinkedPage, Publishable, ShareLink, TranslationLink
from publishing.models.records.share_links import working_row
from publishing.models.snapshots import Path, Snapshot
from publishing.models.values.cleaners import cleaned
from publishing.models.values.encryption import decrypt, encrypt
from publishing.workflow import lock
from publishing.workflow.merge import Kept
from publishing.workflow.working_copies.merging_in import merge_in

MOST = 200  # times that something is sent by one link
SEEN = "publishing.contributions"  # of the seal

Json = dict[str, Any]


class TooMany(Exception):  # noqa: N818  (no error: an answer)
    """By this link nothing more can be sent."""


def check_throttle(link: ShareLink | TranslationLink) -> None:
    """Raise TooMany when `link` was used too often."""
    sent = link.contributions.aggregate(all=models.Sum("times"))["all"] or 0
    if sent >= MOST:
        raise TooMany


# Sending


@dataclass(frozen=True)
class Row:
    """One text on the page of a translator."""

    pair: TextPair
    proposed: Json | None  # what was sent before and is not decided yet

    @property
    def value(self) -> str:
        """What stands in the box."""
        return str(self.proposed["text"]) if self.proposed else self.pair.target

    @property
    def old_source(self) -> str:
        """The source of what was sent before, where it says something else now."""
        source = str(self.proposed["source"]) if self.proposed else self.pair.source
        return source if source != self.pair.source else ""

    @property
    def seen(self) -> Json:
        """What the box is made from, and what it shows."""
        unit = self.proposed["unit"] if self.proposed else self.pair.unit
        source = {"source": self.pair.source, "source_language": self.pair.source_language}
        return {**source, "unit": unit, "shown": self.value}


def open_proposal(link: TranslationLink, page: LinkedPage) -> Contribution | None:
    """What was sent by `link` for one object and is not decided yet."""
    ours = {"model": page.model, "object_id": page.object_id}
    return link.contributions.open().filter(**ours).order_by("-pk").first()


def rows_of(row: Publishable, language: str, proposal: Contribution | None) -> list[Row]:
    """The texts of saved `row` to be translated, with what was proposed for them before."""
    proposed = {tuple(each["path"]): each for each in proposal.texts} if proposal else {}
    return [Row(pair, proposed.get(pair.path)) for pair in texts_of(row, language)]


def sealed(rows: Iterable[Row]) -> str:
    """What a form is made from, so that it comes back as it was sent.

    Encrypted, because a unit has more than who translates may read, such as the file of a picture.
    """
    return encrypt(signing.dumps({row.pair.name: row.seen for row in rows}, salt=SEEN, compress=True), SEEN)


def opened(seal: str) -> dict[str, Json]:
    """What a form was made from; nothing when nobody here sealed it."""
    try:
        found: dict[str, Json] = signing.loads(decrypt(seal, SEEN), salt=SEEN)
    except (signing.BadSignature, ValueError):
        return {}
    return found


def cleaned_text(pair: TextPair, text: str) -> str:
    """`text` as it would be saved in the place of this translation: clean, and sanitised. Raises ValidationError."""
    if len(text) > (most := longest(pair)):
        raise ValidationError(_("Say it in at most %s characters.") % most)
    value = str(pair.field.clean(cleaned(pair.field, text), None))
    return with_references(value) if pair.is_rich else value


def longest(pair: TextPair) -> int:
    """How many characters this translation may have: of a long source, three times as many as that."""
    return max(LONGEST, 3 * len(pair.source))


def propose(
    link: TranslationLink, page: LinkedPage, rows: Iterable[Row], sent: Mapping[str, str], seal: str
) -> Contribution | None:
    """Keep what was `sent` by `link` for one object, in the place of what was sent before and is not decided yet.

    `sent` has the texts by the names of `rows`; only those that differ from the working copy are kept. One that came
    back as the form of `seal` showed it stays as it is: perhaps it was sent by another form meanwhile. Returns None
    when nothing is proposed. Raises ValidationError by name, and TooMany.
    """
    seen, errors, typed = opened(seal), {}, {}
    rows = list(rows)
    for pair in (row.pair for row in rows if row.pair.name in sent):
        try:
            typed[pair.name] = cleaned_text(pair, sent[pair.name])
        except ValidationError as error:
            errors[pair.name] = error.messages
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        lock(apps.get_model(page.model))  # before any row, as everywhere
        TranslationLink.objects.select_for_update().get(pk=link.pk)  # one at a time
        check_throttle(link)
        before = open_proposal(link, page)
        texts = list(_proposed(rows, typed, seen, before))
        if before is None:
            ours = {"model": page.model, "object_id": page.object_id, "language": link.language}
            return _new(link, texts, ours) if texts else None
        if not texts:  # all of it is as it was
            before.delete()
            return None
        before.texts, before.at, before.times = texts, timezone.now(), before.times + 1
        before.save(update_fields=["texts", "at", "times"])
        return before


def _proposed(
    rows: Iterable[Row], typed: Mapping[str, str], seen: Mapping[str, Json], before: Contribution | None
) -> Iterator[Json]:
    """The texts of a proposal with what was `typed` in a form that was made from `seen`, and the rest of `before`."""
    sent = {tuple(each["path"]): each for each in before.texts} if before else {}
    for row in rows:
        pair, kept, found = row.pair, sent.get(row.pair.path), seen.get(row.pair.name, row.seen)
        text = typed.get(pair.name, found["shown"])
        if text in (found["shown"], kept and kept["text"]):
            yield from [kept] if kept else []  # still that of the source of then
        elif text != found["unit"].get(pair.path[-1], pair.target):  # one sent before may be of an older unit
            columns = {name: found[name] for name in ("source", "source_language", "unit")}
            yield {"path": pair.path, "text": text, **columns}


def _new(link: TranslationLink, texts: list[Json], ours: Mapping[str, object]) -> Contribution:
    return Contribution.objects.create(kind=Contribution.Kind.PROPOSAL, translation_link=link, texts=texts, **ours)


def number_of_words(proposal: Contribution) -> int:
    """How many words somebody proposed."""
    return sum(words_in(each["text"]) for each in proposal.texts)


# Deciding


@dataclass(frozen=True)
class Judged:
    """One proposed text beside what there is now."""

    path: Path
    text: str
    old_source: str  # what it was translated from, where the source says something else now
    pair: TextPair | None  # None when the row, or its source, is there no more
    is_overtaken: bool  # whether the translation, or what belongs with it, was changed meanwhile

    @property
    def name(self) -> str:
        return "-".join(map(str, self.path))

    @property
    def is_done(self) -> bool:
        """Whether the working copy says it already."""
        return self.pair is not None and self.pair.target == self.text


def judged(proposal: Contribution, row: Publishable) -> list[Judged]:
    """The texts of `proposal` in the order of the form, each beside what saved `row` says now."""
    pairs = {pair.path: pair for pair in texts_of(row, proposal.language)}
    order = {path: place for place, path in enumerate(pairs)}
    found = []
    for each in proposal.texts:
        path = tuple(each["path"])
        pair = pairs.get(path)
        old_source = each["source"] if pair is None or each["source"] != pair.source else ""
        is_overtaken = pair is not None and each["unit"] != pair.unit and pair.target != each["text"]
        found.append(Judged(path, each["text"], old_source, pair, is_overtaken))
    return sorted(found, key=lambda each: order.get(each.path, len(order)))


def accept(
    proposal: Contribution, chosen: Collection[str], over: Collection[str], author: User
) -> tuple[list[str], list[Kept]]:
    """Bring the `chosen` texts of `proposal` into the working copy by a three-way merge, and close it.

    Where that was changed meanwhile it keeps its own, but for those in `over`, of which somebody saw both. Then the
    proposal stays open with what was kept. Returns the names of the texts that were chosen and could be brought in,
    and where the working copy keeps its own. Raises ValidationError when it was decided already, or sent anew.
    """
    with transaction.atomic():
        stored = _locked(proposal)
        texts = [each for each in stored.texts if _name(each) in {*chosen, *over}]
        lost: list[Kept] = []

        def changes(ours: Snapshot) -> tuple[Snapshot, Snapshot]:
            base, wanted = deepcopy(ours), deepcopy(ours)
            places = [(each, _place(base, each["path"]), _place(wanted, each["path"])) for each in texts]
            for each, before, after in places:
                if before is None or after is None:
                    lost.append(Kept(tuple(each["path"]), None, each["text"]))
                elif _name(each) not in over:  # before any text is put in: several may be of one unit
                    unit = {name: value for name, value in each["unit"].items() if name in before}
                    before.update(unit)
                    after.update(unit)
            for each, _before, after in places:
                if after is not None:
                    after[each["path"][-1]] = each["text"]
            return base, wanted

        row = working_row(stored.model, stored.object_id)
        if row is None:
            raise ValidationError(_("Somebody has deleted this in the meantime."))
        kept = [*merge_in(row, author, changes), *lost]
        left = [each for each in texts if any(_is_about(one, each) for one in kept)]
        stored.texts = left or stored.texts
        _close(stored, Contribution.Outcome.NONE if left else Contribution.Outcome.ACCEPTED, author)
        return [_name(each) for each in texts if each not in left], kept


def decline(proposal: Contribution, author: User) -> None:
    """Close `proposal`, and change nothing. Raises ValidationError when it was decided already, or sent anew."""
    with transaction.atomic():
        _close(_locked(proposal), Contribution.Outcome.DECLINED, author)


def _locked(proposal: Contribution) -> Contribution:
    lock(proposal.model_class)  # before any row, as everywhere
    stored = Contribution.objects.open().select_for_update().filter(pk=proposal.pk).first()
    if stored is None:
        raise ValidationError(_("Somebody decided about this translation in the meantime."))
    if stored.at != proposal.at:
        raise ValidationError(_("The translator sent it again in the meantime. Look at it once more."))
    return stored


def _close(stored: Contribution, outcome: str, author: User) -> None:
    stored.outcome = outcome
    if outcome:
        stored.closed_at, stored.closed_by = timezone.now(), author
    stored.save(update_fields=["texts", "outcome", "closed_at", "closed_by"])


def _name(text: Json) -> str:
    return "-".join(map(str, text["path"]))


def _place(snapshot: Snapshot, path: list[Any]) -> Snapshot | None:
    """The columns of the object, or of the child row, that a path leads into; None when that is there no more."""
    if len(path) == 1:
        return snapshot
    name, pk, _column = path
    return next((each for each in snapshot.get(name, ()) if each["id"] == pk), None)


def _is_about(kept: Kept, text: Json) -> bool:
    """Whether `kept` is about this text, or about what belongs together with it."""
    *to_row, column = text["path"]
    return kept.path[:-1] == tuple(to_row) and kept.path[-1] in {column, *text["unit"]}
