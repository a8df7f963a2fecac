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
    |Folie 1|Werkmap1|Classeur1|Book1|Microsoft Word|—|1|nota.docx - Google Docs|nota.docx [Alleen-lezen]|nota.docx.
    |Microsoft PowerPoint - Presentatie1 [Alleen-lezen]|Feuil1|Opmaak 1|Untitled design|Ontwerp zonder titel
    |Design ohne Titel|CamScanner 05-12-2024 10.10|Adobe Scan 12 mei 2024|New Document 2024-05-12|Microsoft Word 2016
    |Acrobat Distiller|Klik om de titel te bewerken|Click to edit title|[Typ hier de titel]|Titel van het document
    |Microsoft Outlook - Memo Style|verslag.txt - Kladblok|Print to PDF|Rapport.gdoc|D20241205101112|Senza titolo
    |www.example.org/nota|advies-mobiliteit-2024-def|Nota%20mobiliteit
    |D:20240512101010""".replace("\n    ", "").split("|"),
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
    |Dokument der Region Westhoek|Presentatie 12 mei 2024|Verslag van 12 mei 2024|Noord-Zuid-verbinding
    |Mei in de Westhoek|Marketing 2025-2030
    |Advies 2026-04: het type weg|Verslag [ontwerp]|De taal van het design|Titel en statuut
    |Nota EN 301 549""".replace("\n    ", "").split("|"),
)
def test_what_people_call_a_document_is_its_title(title):
    assert meaningful(title) == title


def test_a_title_that_word_printed_is_what_follows_its_name():
    assert meaningful("Microsoft Word - Verslag van de vergadering") == "Verslag van de vergadering"
