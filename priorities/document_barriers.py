"""What keeps people from reading a PDF: that it is a scan, has no tags, or does not say its language.

Judged when a version of a document is made, and counted on the page of the accessibility statement.
"""

import logging
from collections.abc import Iterator

from django.utils.translation import ngettext

from pages import barriers
from priorities.models import Document
from publishing.models import Publishable, Revision
from publishing.review.lacks import FoundLack, cause_of, judge

SCAN, UNTAGGED, NO_LANGUAGE = "pdf_scan", "pdf_untagged", "pdf_language"

logger = logging.getLogger(__name__)


@judge
def document(obj: Publishable, revision: Revision) -> Iterator[FoundLack]:
    """What is wrong with the file of a document."""
    if not isinstance(obj, Document) or not obj.file:
        return
    has_text, is_tagged, has_language = _known(obj)
    cause = cause_of(obj.file.name)
    if has_text is False:
        yield FoundLack(SCAN, 10, fields=["file"], cause=cause)
    elif is_tagged is False:
        yield FoundLack(UNTAGGED, 10, fields=["file"], cause=cause)
    if not has_language:
        yield FoundLack(NO_LANGUAGE, 5, fields=["file"], cause=cause)


def _known(obj: Document) -> tuple[bool | None, bool | None, bool]:
    """What was read from the file when it was uploaded; of an older one it is read now."""
    if obj.has_text is not None:
        return obj.has_text, obj.is_tagged, bool(obj.language)
    from priorities import pdfs  # only now: importing pypdf costs a worker 8 MB and a tenth of its start

    try:
        with obj.file.open() as file:
            facts = pdfs.read(file)
    except Exception:  # a file that is away or damaged: another check says so
        logger.info("The file of document %s was not judged.", obj.pk)
        return None, None, True
    return facts.has_text, facts.is_tagged, bool(facts.language)


barriers.register(
    SCAN,
    lambda number: ngettext(
        "%d PDF is a scan: pictures of pages, without text.",
        "%d PDFs are scans: pictures of pages, without text.",
        number,
    ),
)
barriers.register(
    UNTAGGED,
    lambda number: ngettext(
        "%d PDF does not say what its headings, lists and tables are.",
        "%d PDFs do not say what their headings, lists and tables are.",
        number,
    ),
)
barriers.register(
    NO_LANGUAGE,
    lambda number: ngettext(
        "%d PDF does not say in which language it is.", "%d PDFs do not say in which language they are.", number
    ),
)
