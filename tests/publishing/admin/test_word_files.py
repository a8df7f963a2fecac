"""The text of a Word file for the form of a page."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from priorities.models import Theme
from publishing.admin.word_files import address
from publishing.models import Revision
from resoc.groups import SECRETARIAT
from tests.conftest import staff_user
from tests.publishing.content.word.making import docx, p, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(client):
    user = staff_user("dorine")
    user.groups.add(Group.objects.get(name=SECRETARIAT))
    client.force_login(user)
    return client


def send(client, data: bytes, where: str = "", name: str = "advies.docx"):
    return client.post(where or address(Theme), {"file": SimpleUploadedFile(name, data)})


def test_the_text_and_what_was_left_out_come_back_and_nothing_is_saved(secretary):
    before = Revision.objects.count()
    answer = send(secretary, docx(p("Een tekst"), p(run("weg", "<w:vanish/>"))))
    assert answer.json() == {"html": "<p>Een tekst</p>", "left_out": [["hidden", "weg"]]}
    assert "no-store" in answer.headers["Cache-Control"]
    assert Revision.objects.count() == before


def test_another_file_gets_a_sentence_in_the_language_of_the_desk(secretary):
    answer = send(secretary, b"%PDF-1.7", name="advies.docx")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Dit is geen Word-bestand")


def test_no_file_gets_the_same_sentence(secretary):
    assert secretary.post(address(Theme)).json()["error"].startswith("Dit is geen Word-bestand")


def test_who_may_not_write_such_a_page_may_not_have_a_file_read(client):
    user = staff_user("lezer")
    user.user_permissions.add(Permission.objects.get(codename="view_theme"))
    client.force_login(user)
    assert send(client, docx("a")).status_code == 403


@pytest.mark.parametrize("label", ["", "x", "auth.user", "publishing.revision", "priorities.theme.x"])
def test_only_pages_have_such_a_form(secretary, label):
    assert send(secretary, docx("a"), f"{reverse('read_word')}?model={label}").status_code == 403


def test_it_takes_no_get(secretary):
    assert secretary.get(address(Theme)).status_code == 405


def test_the_form_of_a_page_says_where_a_file_goes(secretary):
    html = secretary.get(reverse("admin:consultation_opinion_add")).content.decode()
    assert html.count('data-word="/admin/word/?model=consultation.opinion"') == 3
