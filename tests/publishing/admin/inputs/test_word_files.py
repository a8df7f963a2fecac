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
