"""The work that comes from the site as a whole: its statements, and alarms that reach nobody."""

from collections.abc import Iterator

from django.apps import apps
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pages.models import TextPage
from pages.sections import SECTIONS
from publishing.admin.work_list import Asked, Tier, WorkItem, WorkKind, WorkSubject, register
from publishing.admin.work_list.drafts import AFTER, LOOKED_AT, cause
from publishing.admin.work_list.operator import mail_to
from publishing.admin.work_list.readiness import Lacking, check
from publishing.i18n.urls import desk_address
from publishing.models import Draft, Publishable, Revision
from publishing.models.rights import changeable, may_change
from publishing.review.lacks import cause_of
from resoc.desk import privacy, source_texts
from resoc.management.commands.seed import is_from_source
from resoc.operations.alarms import unsent

STATEMENT = WorkKind("statement", Tier.DATE, 8, gettext_lazy("statement to be read again"))


@register(STATEMENT)
def outdated_statement(asked: Asked) -> Iterator[WorkItem]:
    """The privacy statement, when it is not true of this version; with what to write."""
    statement = privacy.outdated_statement() if may_change(asked.user, TextPage) else None
    if statement:
        page = statement.page
        yield WorkItem(
            STATEMENT,
            str(page),
            _("says something else than this version of the website does"),
            f"{desk_address(page)}#id_body_{statement.passages[0].code}",
            20,
            subject=WorkSubject(page._meta.label_lower, page.pk),
            cause=cause_of([(each.code, each.texts) for each in statement.passages]),
            advice=render_to_string("admin/statement.html", {"statement": statement}),
        )


ALARM = WorkKind("alarm", Tier.BROKEN, 2.2, gettext_lazy("alarm that could not be sent"))


@register(ALARM)
def unsent_alarm(asked: Asked) -> Iterator[WorkItem]:
    """That something is wrong, and the mail about it to the person who runs the site could not be sent."""
    if error := unsent():
        told = _("Something is wrong with the website, and the mail about it could not be sent")
        url = mail_to(told, f"{told}.", error)
        yield WorkItem(ALARM, told, _("write to the person who runs the site"), url, 2, cause=cause_of([error]))


NEW_TEXT = WorkKind("new-source-text", Tier.WAITING, 13.5, gettext_lazy("text that came with a newer version"))


@register(NEW_TEXT)
def new_texts(asked: Asked) -> Iterator[WorkItem]:
    """The texts that came as drafts with a newer version of the site; after two weeks they are forgotten drafts."""
    waiting = Draft.objects.filter(is_open=True, author=None, last_at__gt=asked.now - AFTER)
    waiting = waiting.filter(model__in=changeable(asked.user)).defer("data").order_by("pk")[:LOOKED_AT]
    drafts = {WorkSubject(draft.model, draft.object_id): draft for draft in waiting}
    for label in {subject.model for subject in drafts}:
        model = apps.get_model(label)
        rows = model._base_manager.in_bulk([subject.pk for subject in drafts if subject.model == label])
        once = {*Revision.objects.of(model).filter(object_id__in=rows).values_list("object_id", flat=True)}
        for row in rows.values():
            if row.pk not in once and is_from_source(row):
                yield _new_text(row, drafts[WorkSubject(label, row.pk)])


def _new_text(row: Publishable, draft: Draft) -> WorkItem:
    return WorkItem(
        NEW_TEXT,
        str(row),
        _("came with a newer version of the website: read it, and publish it or delete it"),
        desk_address(row),
        10,
        draft.first_at,
        WorkSubject(draft.model, draft.object_id),
        cause=cause(draft.last_at),
    )


SOURCE_TEXTS = WorkKind("source_texts", Tier.BETTER, 85, gettext_lazy("better translation that came with the website"))


@register(SOURCE_TEXTS)
def corrected_translations(asked: Asked) -> Iterator[WorkItem]:
    """Pages as they came with the site, of which a later version of the site has a better translation."""
    for each in source_texts.corrected():
        page = each.page
        if may_change(asked.user, type(page)):
            yield WorkItem(
                SOURCE_TEXTS,
                str(page),
                ngettext(
                    "%d text was translated better since, and nobody changed yours",
                    "%d texts were translated better since, and nobody changed yours",
                    len(each.passages),
                )
                % len(each.passages),
                f"{desk_address(page)}#id_{each.passages[0].column}"
                if not each.passages[0].is_row
                else desk_address(page),
                2 * len(each.passages),
                subject=WorkSubject(page._meta.label_lower, page.pk),
                cause=cause_of([(passage.column, passage.better) for passage in each.passages]),
                advice=render_to_string("admin/source_texts.html", {"passages": each.passages}),
            )


WAITING_SECTION = WorkKind(
    "waiting_section", Tier.DATE, 8.4, gettext_lazy("part of the site that waits for its address")
)


@register(WAITING_SECTION)
def waiting_sections(asked: Asked) -> Iterator[WorkItem]:
    """The text pages that have the address of a part of the site of which something is public."""
    if not may_change(asked.user, TextPage):
        return
    for section in SECTIONS.values():
        pages = section.pages_in_the_way() if section.is_filled() else []
        for page in pages:
            yield WorkItem(
                WAITING_SECTION,
                str(page),
                _("has the address of “%s”, which waits: give this page another one") % section.name,
                f"{desk_address(page)}#id_slug_nl",
                3,
                subject=WorkSubject(page._meta.label_lower, page.pk),
                cause=cause_of([section.view_name]),
            )


@check
def privacy_statement(asked: Asked) -> Lacking | None:
    """Whether somebody read the text of the privacy statement that came with the site, and stands for it."""
    if not may_change(asked.user, TextPage):
        return None
    shown = Revision.objects.of(TextPage).public().filter(slugs__language="nl", slugs__slug=privacy.SLUG).first()
    is_read = shown is None or Revision.objects.of(TextPage).numbered(shown.object_id).exclude(author=None).exists()
    said = _("privacy statement: is it all true?")
    return None if shown is None or is_read else Lacking(said, f"{desk_address(shown.thaw())}#id_body_nl")
