"""Saying that a translation still holds, although its source changed: no content changes, so nothing is published."""

from collections.abc import Iterable
from dataclasses import dataclass

from publishing.models import Act, Publishable, TranslationState
from publishing.models.snapshots import Snapshot
from publishing.review.columns import columns_of, rows_of
from publishing.review.lacks import judge_anew
from publishing.review.translation_rules import Behind, Origin, behind, digest, key_of, sources, targets
from publishing.review.translation_states import origins_of, refresh
from publishing.workflow.signals import undone


@dataclass(frozen=True)
class Tick:
    """That a translation still says what its source says, as somebody read that source."""

    language: str
    key: str  # of the text
    source: str  # the digest of the source that was read

    @classmethod
    def parse(cls, sent: str) -> "Tick | None":
        """The tick that a form sent; None when it is none."""
        language, _separator, rest = sent.partition(":")
        name, _separator, source = rest.rpartition(":")
        return cls(language, name, source) if name and source and language in targets() else None

    def __str__(self) -> str:
        return f"{self.language}:{self.key}:{self.source}"


def tick_of(each: Behind) -> Tick:
    """What a form sends to say that this translation still holds."""
    return Tick(each.code, key_of(each.column), digest(str(each.column.value)))


def hold(obj: Publishable, ticks: Iterable[Tick], before: Snapshot | None = None) -> tuple[list[Behind], list[Behind]]:
    """Note that these translations of saved `obj` still say what their source says, although that changed.

    Nothing of the content changes, so there is nothing to publish. A tick about a source that is neither that of today
    nor that of `before`, the working copy that somebody saved over, is of somebody who did not read what stands there
    now: it is not noted. Returns what was noted, and what was not.
    """
    row = type(obj)._base_manager.get(pk=obj.pk)
    refresh([row])
    wanted = {(tick.language, tick.key): tick.source for tick in ticks}
    held: list[Behind] = []
    overtaken: list[Behind] = []
    for each in behind(sources(columns_of(row, rows_of(row))), origins_of(row)):
        read = wanted.get((each.code, key_of(each.column)))
        known = [str(each.column.value)]
        if before and (stood := each.column.sibling_in(before, each.column.code)):
            known.append(stood)
        if read is not None:
            (held if read in map(digest, known) else overtaken).append(each)
    for state in TranslationState.objects.of(row) if held else ():
        new = {key_of(each.column): _held(each).stored for each in held if each.code == state.language}
        state.origins |= new
        state.behind -= len(new)
        state.save(update_fields=["origins", "behind"])
    if held:
        _judge_again(row)
    return held, overtaken


def _held(each: Behind) -> Origin:
    return Origin.made(str(each.column.value), each.column.sibling(each.code))


def _judge_again(obj: Publishable) -> None:
    """Judge the versions of `obj` again that visitors read or will read: somebody said what no version says."""
    judge_anew([*obj.revisions.public(), *obj.revisions.pending().filter(withdrawn=False)])


def undo_holding(act: Act, **_signal: object) -> None:
    """Judge again what an act that was undone said to hold."""
    for line in act.lines.all() if act.kind == Act.Kind.HELD else ():
        for row in line.model_class._base_manager.filter(pk=line.object_id):
            _judge_again(row)


undone.connect(undo_holding, dispatch_uid="holding")
