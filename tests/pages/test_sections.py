"""A part of the site waits while a text page has its address, and the list of work says so."""

import pytest

from pages.models import TextPage
from pages.sections import SECTIONS
from publishing.workflow import publish
from tests.consultation.making import adopted

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(editor, monkeypatch) -> TextPage:
    """A text page from before there were opinions."""
    page = TextPage.objects.create(title_nl="Onze adviezen", slug_nl="adviezen")
    with monkeypatch.context() as before:
        before.setattr("pages.models.texts.is_taken", lambda slug, language: False)
        publish(page, editor)
    return page


def test_every_list_that_comes_by_itself_is_known():
    assert set(SECTIONS) == {"update_list", "opinion_list", "meeting_list", "member_list", "follow"}
    assert SECTIONS["opinion_list"].slug("fr") == "avis"


def test_a_section_is_there_once_something_is_public_and_no_page_has_its_address(editor, page):
    section = SECTIONS["opinion_list"]
    publish(adopted(), editor)
    assert [each.pk for each in section.pages_in_the_way()] == [page.pk]
    assert not section.is_there()
    page.slug_nl = "onze-adviezen"
    page.save()
    publish(page, editor)
    assert section.is_there()


def test_the_list_of_work_says_which_page_is_in_the_way(editor, editor_client, page):
    words = "het webadres van “adviezen”"
    assert words not in editor_client.get("/admin/").content.decode()
    publish(adopted(), editor)
    assert words in editor_client.get("/admin/").content.decode()


def test_a_new_page_is_refused_such_an_address(editor):
    with pytest.raises(Exception, match="heeft dit adres al"):
        publish(TextPage.objects.create(title_nl="Agenda", slug_nl="agenda"), editor)
