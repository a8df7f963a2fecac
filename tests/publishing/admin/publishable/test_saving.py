import pytest
from django.urls import reverse

from publishing.workflow import State, state
from tests.publishing.admin.test_publishable import submit

pytestmark = pytest.mark.django_db


def test_saving_changes_the_working_copy_and_not_the_site(editor_client, client, theme):
    response = submit(editor_client, theme, "_save", title_nl="Nieuwe titel")
    assert "Bewaard als werkversie" in response.content.decode()
    assert "Gewijzigd sinds de publicatie: Titel (nl)." in " ".join(response.content.decode().split())
    theme.refresh_from_db()
    assert (theme.title_nl, state(theme)) == ("Nieuwe titel", State.CHANGED)
    assert "Nieuwe titel" not in client.get("/themas/").content.decode()


def test_an_incomplete_draft_can_be_saved(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="", slug_nl="")
    theme.refresh_from_db()
    assert not theme.title_nl


def test_a_choice_made_in_a_window_of_its_own_closes_that_window(editor_client):
    url = reverse("admin:pages_organisation_add")
    response = editor_client.post(f"{url}?_popup=1", {"name": "Nieuw", "_popup": "1", "_save": "1"})
    assert response.status_code == 200
    assert b"popup_response" in response.content
