import pytest

from pages import barriers
from priorities import document_barriers
from priorities.models import Document
from publishing.models import Lack
from publishing.workflow import publish
from tests.priorities.pdf_files import pdf, upload

pytestmark = pytest.mark.django_db


def published() -> Document:
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    publish(document, None)
    return document


def kinds(document: Document) -> set[str]:
    ours = {document_barriers.SCAN, document_barriers.UNTAGGED, document_barriers.NO_LANGUAGE}
    return {*Lack.objects.shown(object_id=document.pk).filter(kind__in=ours).values_list("kind", flat=True)}


def test_what_a_file_lacks_is_written_beside_its_version_and_counted():
    document = published()
    document.refresh_from_db()
    assert document.has_text is not None
    assert document.is_tagged is not None
    found = kinds(document)
    assert found
    said = barriers.counted()
    assert any("pdf" in each.lower() for each in said), said


def test_an_older_document_is_read_when_it_is_judged():
    document = published()
    before = kinds(document)
    Document.objects.filter(pk=document.pk).update(has_text=None, is_tagged=None)
    document.refresh_from_db()
    publish(document, None, note="anders")
    assert kinds(document) == before


def test_a_file_that_is_away_is_not_judged():
    document = published()
    Document.objects.filter(pk=document.pk).update(has_text=None, is_tagged=None)
    document.refresh_from_db()
    document.file.storage.delete(document.file.name)
    assert document_barriers._known(document) == (None, None, True)
