import pytest
from django.urls import reverse

from pages.models import MissionPage
from priorities.models import Update
from tests.publishing.admin.test_publishable import form_data

pytestmark = pytest.mark.django_db


def test_a_new_row_goes_last():
    page = MissionPage.objects.get()
    assert page.aims.create(text_nl="Nog een").position == 7


def test_a_row_that_has_a_place_and_nothing_else_is_no_row(editor_client):
    url = reverse("admin:priorities_update_add")
    data = form_data(editor_client, url) | {"date": "2026-11-24", "title_nl": "Kort bericht"}
    assert (data["documents-TOTAL_FORMS"], data["subjects-TOTAL_FORMS"]) == (2, 2)
    response = editor_client.post(url, data | {"documents-0-position": "1", "_save": "1"}, follow=True)
    assert "Bewaard als werkversie" in response.content.decode()
    assert not Update.objects.get().documents.exists()
    assert not Update.objects.get().subjects.exists()
