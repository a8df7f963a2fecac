"""What people without an account sent in and nobody decided about: translations that came back, remarks on drafts."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.admin.work_list.entries import Asked, Rest, Tier, WorkItem, WorkKind, WorkSubject
from publishing.admin.work_list.ranking import rounded
from publishing.admin.work_list.registry import register
from publishing.contributions.proposals import number_of_words
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import desk_address
from publishing.models import Contribution, Publishable
from publishing.models.records.share_links import working_rows
from publishing.models.rights import changeable

CAME_BACK = WorkKind("translation-came-back", Tier.WAITING, 12, gettext_lazy("translation that came back"))
REMARKS = WorkKind("remarks", Tier.WAITING, 13, gettext_lazy("remarks on a draft"))
MINUTES = 3  # of a translation, and for each remark
WORDS_A_MINUTE = 100
LOOKED_AT = 500  # contributions, the oldest


@register(CAME_BACK, REMARKS)
def sent_in(asked: Asked) -> Iterator[WorkItem | Rest]:
    """The open contributions, a line for each page and language: a query, and one for each kind of content."""
    rows = Contribution.objects.open().filter(model__in=changeable(asked.user))
    if asked.about:
        rows = rows.filter(model=asked.about.model, object_id=asked.about.pk)
    found = sorted(rows.order_by("first_at")[:LOOKED_AT], key=_page)
    pages = working_rows((each.model, each.object_id) for each in found)
    lines: dict[WorkKind, list[WorkItem]] = {CAME_BACK: [], REMARKS: []}
    for key, group in groupby(found, key=_page):
        kind, model, pk, _language = key
        if row := pages.get((model, pk)):
            is_proposal = kind == Contribution.Kind.PROPOSAL
            lines[CAME_BACK if is_proposal else REMARKS].append(_item(row, sorted(group, key=lambda each: each.pk)))
    for of_kind, items in lines.items():
        items.sort(key=lambda item: (-item.reach, item.since, item.subject.pk))
        yield from items[: asked.most]
        if left := items[len(items) if asked.most is None else asked.most :]:
            labels = {item.subject.model for item in left}
            minutes = sum(rounded(item.minutes) for item in left)
            yield Rest(of_kind, len(left), minutes, labels.pop() if len(labels) == 1 else "")


def _page(each: Contribution) -> tuple[str, str, int, str]:
    """What one line is about; remarks in all languages are one."""
    return each.kind, each.model, each.object_id, each.language if each.kind == Contribution.Kind.PROPOSAL else ""


def _item(row: Publishable, group: Sequence[Contribution]) -> WorkItem:
    first, last = group[0], group[-1]
    subject, cause = WorkSubject(first.model, first.object_id), f"{last.pk} {last.at:%Y-%m-%d %H:%M:%S}"
    if first.kind == Contribution.Kind.REMARK:
        said = ngettext("%d remark on the draft", "%d remarks on the draft", len(group)) % len(group)
        url, minutes = f"{desk_address(row)}#remark-{first.pk}", MINUTES * len(group)
        return WorkItem(REMARKS, str(row), said, url, minutes, first.at, subject, cause=cause, reach=row.reach)
    words = sum(map(number_of_words, group))
    came = _("translation into %s came back") % NAMES[first.language]
    length = ngettext("%d word", "%d words", words) % words
    said = f"{came}, {length}"
    url, long = reverse("proposal", args=[first.pk]), MINUTES + words / WORDS_A_MINUTE
    return WorkItem(
        CAME_BACK, str(row), said, url, long, first.at, subject, first.language, cause=cause, reach=row.reach
    )
