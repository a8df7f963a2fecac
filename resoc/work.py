"""The work that comes from the statements of the site: on privacy, and on accessibility."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.models import TextPage
from pages.sections import SECTIONS
from publishing.admin.work_list import Asked, Kind, Subject, Tier, WorkItem, register
from publishing.admin.work_list.readiness import Lacking, check
from publishing.i18n.urls import desk_address
from publishing.models import Revision
from publishing.models.rights import may_change
from publishing.review.lacks import cause_of
from resoc import privacy

STATEMENT = Kind("statement", Tier.DATE, 8, gettext_lazy("statement to be read again"))


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
            subject=Subject(page._meta.label_lower, page.pk),
            cause=cause_of([(each.code, each.texts) for each in statement.passages]),
            advice=render_to_string("admin/statement.html", {"statement": statement}),
        )


WAITING_SECTION = Kind("waiting_section", Tier.DATE, 9, gettext_lazy("part of the site that waits for its address"))


@register(WAITING_SECTION)
def waiting_sections(asked: Asked) -> Iterator[WorkItem]:
    """The text pages that have the address of a part of the site of which something is public."""
    if not may_change(asked.user, TextPage):
        return
    for section in SECTIONS.values():
        pages = section.pages_in_the_way() if section.model.published().exists() else []
        for page in pages:
            yield WorkItem(
                WAITING_SECTION,
                str(page),
                _("has the address of “%s”, which waits: give this page another one")
                % section.model._meta.verbose_name_plural,
                f"{desk_address(page)}#id_slug_nl",
                3,
                subject=Subject(page._meta.label_lower, page.pk),
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
