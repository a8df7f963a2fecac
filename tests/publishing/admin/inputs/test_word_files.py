"""The text of a Word file for the form of a page."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from priorities.models import Theme
from publishing.admin.inputs.word_files import address
from publishing.models import Revision
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import form_data
from tests.publishing.content.word.making import docx, p, run

pytestmark = pytest.mark.django_db


def send(client, data: bytes, where: str = "", name: str = "advies.docx"):
    return client.post(where or address(Theme), {"file": SimpleUploadedFile(name, data)})


def test_the_text_and_what_was_left_out_come_back_and_nothing_is_saved(editor_client):
    before = Revision.objects.count()
    answer = send(editor_client, docx(p("Een tekst"), p(run("weg", "<w:vanish/>"))))
    assert answer.json() == {"html": "<p>Een tekst</p>", "left_out": [["hidden", "weg"]]}
    assert "no-store" in answer.headers["Cache-Control"]
    assert Revision.objects.count() == before


def test_another_file_gets_a_sentence_in_the_language_of_the_desk(editor_client):
    answer = send(editor_client, b"%PDF-1.7", name="advies.docx")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Dit is geen Word-bestand")


def test_no_file_gets_the_same_sentence(editor_client):
    assert editor_client.post(address(Theme)).json()["error"].startswith("Dit is geen Word-bestand")


def test_who_may_not_write_such_a_page_may_not_have_a_file_read(client):
    user = staff_user("lezer")
    user.user_permissions.add(Permission.objects.get(codename="view_theme"))
    enter(client, user)
    assert send(client, docx("a")).status_code == 403


@pytest.mark.parametrize("label", ["", "x", "auth.user", "publishing.revision", "priorities.theme.x"])
def test_only_pages_have_such_a_form(editor_client, label):
    assert send(editor_client, docx("a"), f"{reverse('read_word')}?model={label}").status_code == 403


def test_it_takes_no_get(editor_client):
    assert editor_client.get(address(Theme)).status_code == 405


def test_the_form_of_a_page_says_where_a_file_goes(editor_client):
    html = editor_client.get(reverse("admin:consultation_opinion_add")).content.decode()
    assert html.count('data-word="/admin/word/?model=consultation.opinion"') == 3


ADD = "/admin/priorities/theme/add/"
TITLE = {"title_nl": "Een thema", "slug_nl": "een-thema"}


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("advies.docx", data)


@pytest.mark.parametrize("button", ["_read", "_publish"])
def test_without_a_script_the_form_comes_back_with_the_text_of_its_file(editor_client, button):
    before = Theme.objects.count()
    typed = {"body_nl": "<p>Van vroeger</p>", "body_fr": "<p>Avant</p>", button: "body_nl"}
    file = upload(docx(p("Een tekst"), p(run("weg", "<w:vanish/>"))))
    answer = editor_client.post(ADD, form_data(editor_client, ADD) | TITLE | typed | {"body_nl-word": file})
    said = answer.content.decode()
    assert "De tekst van “advies.docx” staat nu hier." in said
    assert "Niet overgenomen: Verborgen tekst." in said
    fields = answer.context["adminform"].form
    assert (fields["body_nl"].value(), fields["body_fr"].value()) == ("<p>Een tekst</p>", "<p>Avant</p>")
    assert fields["title_nl"].value() == "Een thema"
    assert Theme.objects.count() == before


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ({"body_nl-word": b"%PDF-1.7"}, "Dit is geen Word-bestand"),
        ({}, "Kies eerst een Word-bestand"),
    ],
)
def test_without_a_script_a_file_that_gives_no_text_leaves_what_was_typed(editor_client, file, sentence):
    typed = {"body_nl": "<p>Van vroeger</p>", "_read": "body_nl"} | {name: upload(file[name]) for name in file}
    answer = editor_client.post(ADD, form_data(editor_client, ADD) | TITLE | typed)
    fields = answer.context["adminform"].form
    assert fields.errors["body_nl"][0].startswith(sentence)
    assert fields["body_nl"].value() == "<p>Van vroeger</p>"
    assert "Het bestand is gelezen" not in answer.content.decode()
