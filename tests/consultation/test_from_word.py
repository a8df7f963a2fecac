"""An opinion from a Word file: read, saved, opened again, published, and read by a visitor."""

import re

import pytest
from django.urls import reverse

from consultation.models import Opinion
from publishing.admin.inputs.word_files import address
from tests.consultation.making import body
from tests.priorities.pdf_files import upload
from tests.publishing.admin.test_publishable import form_data
from tests.publishing.content.word.making import docx, note_reference, p, run, table

pytestmark = pytest.mark.django_db

ADD = reverse("admin:consultation_opinion_add")


def word_file() -> bytes:
    """What a secretariat writes: headings, a note, a list in a table, and words that are not for visitors."""
    return docx(
        p("Beter openbaar vervoer", style="Kop1"),
        p("Inleiding", style="Kop2"),
        p("De Westhoek vraagt een betere bus.", note_reference(2), run("Geheim", "<w:vanish/>")),
        p("Voorstel", style="Kop2"),
        table(["Gemeente", "Halten"], ["Diksmuide", "12"], heads=1),
        notes={2: p("Decreet van 26 april 2019.")},
    )


def test_a_word_file_becomes_an_adopted_opinion_with_two_positions(editor_client, client):
    file = upload(word_file(), "advies.docx")
    read = editor_client.post(address(Opinion), {"file": file}).json()
    assert read["left_out"] == [["hidden", "Geheim"], ["name", "Beter openbaar vervoer"]]
    assert "Beter openbaar vervoer" not in read["html"], "it is the title of the page"

    board = body()
    typed = {
        "title_nl": "Beter openbaar vervoer",
        "summary_nl": "RESOC vraagt bussen die ook ’s avonds rijden.",
        "body_nl": read["html"],
        "adopted_on": "2026-03-12",
        "adopted_by": str(board.pk),
        "decision": "vote",
        "votes_for": "12",
        "votes_against": "3",
        "abstentions": "0",
        "positions-TOTAL_FORMS": "2",
        "positions-0-kind": "dissent",
        "positions-0-group": "employers",
        "positions-0-position": "1",
        "positions-0-text_nl": "Te duur.",
        "positions-1-kind": "explanation",
        "positions-1-group": "workers",
        "positions-1-position": "2",
        "positions-1-text_nl": "Wij stemden voor.",
    }
    saved = editor_client.post(ADD, form_data(editor_client, ADD) | typed | {"_save": "1"}, follow=True)
    assert saved.context.get("problems", []) == []
    opinion = Opinion.objects.get()
    assert client.get("/adviezen/").status_code == 404, "nothing is public by reading or saving"

    form = reverse("admin:consultation_opinion_change", args=[opinion.pk])
    opened = form_data(editor_client, form)
    assert opened["body_nl"] == read["html"]
    said = editor_client.post(form, opened | {"_publish": "1"}, follow=True).content.decode()
    assert "Gepubliceerd: bezoekers zien het nu." in said

    page = client.get("/adviezen/beter-openbaar-vervoer/").content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.replace("&shy;", "").replace("\N{SOFT HYPHEN}", "")))
    for each in (
        "Advies 2026-01",
        "12 voor, 3 tegen",
        "Afwijkend standpunt van Werkgevers",
        "Te duur.",
        "Stemverklaring van Werknemers",
        "Decreet van 26 april 2019.",
        "Diksmuide",
    ):
        assert each in words
    assert re.search(r'<h[23] id="s-inleiding">', page)
    assert "Geheim" not in page
