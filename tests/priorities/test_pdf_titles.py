import pytest

from priorities.pdf_titles import meaningful
from tests.priorities.pdf_files import document, pdf, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "title",
    """C:\\Users\\jan\\verslag.rtf|file:///home/jan/verslag|/tmp/print|\\\\server\\map|verslag_2026_def|affiche.ai
    |nota.pages|Plan.indd|begroting (2).xlsx|Naamloos|Naamloos-1|Naamloos document|Zonder titel|Document zonder titel
    |untitled|<untitled>|Untitled-3|Untitled document|(anonymous)|no title|Sans titre|Document sans titre|Sans nom 1
    |Présentation PowerPoint|PowerPoint-presentatie|PowerPoint Presentation|PowerPoint-Präsentation|Diapositive 1|Dia 1
    |Unbenannt|Unbenanntes Dokument|Ohne Titel|Dokument1|Document1|Document 12|Microsoft Word - Document1|Print
    |Afdrukken|Gescand document|Document numérisé|SKM_C25822112914030|Scan0001|IMG_0042|20221129143015|Nieuw document
    |Folie 1|Werkmap1|Classeur1|Book1|Microsoft Word|—|1""".replace("\n    ", "").split("|"),
)
def test_what_a_program_wrote_is_no_title(title):
    assert meaningful(title) == ""
    found = document(title_nl="", slug_nl=None, file=upload(pdf(title=title)))
    assert (found.title_nl, found.slug_nl) == ("", None)


@pytest.mark.parametrize(
    "title",
    """Jaarverslag 2026|Streekpact 2025-2030|Nota over document- en dossierbeheer|Print je eigen vlag|Versie 2.0
    |Sociaal/economisch plan|Presentatie van het Streekpact|Wat is er nieuw?|E-loket: stand van zaken
    |Présentation du pacte|Untitled lives: een tentoonstelling|Presentatie 2026
    |Dokument der Region Westhoek""".replace("\n    ", "").split("|"),
)
def test_what_people_call_a_document_is_its_title(title):
    assert meaningful(title) == title


def test_a_title_that_word_printed_is_what_follows_its_name():
    assert meaningful("Microsoft Word - Verslag van de vergadering") == "Verslag van de vergadering"
