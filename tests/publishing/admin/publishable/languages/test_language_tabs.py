import pytest

pytestmark = pytest.mark.django_db


def test_a_new_page_is_nowhere_called_complete(editor_client):
    response = editor_client.get("/admin/priorities/theme/add/")
    assert [tab.sign for tab in response.context["language_tabs"]] == ["empty"] * 3
    assert "volledig</span>" not in "".join(response.content.decode().split())
    assert "<h1>Thema toevoegen</h1>" in response.content.decode()
