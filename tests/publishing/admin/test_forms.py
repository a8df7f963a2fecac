import pytest
from django.urls import reverse

from priorities.models import Priority, Theme, Update
from tests.publishing.admin.test_publishable import form_data, submit

pytestmark = pytest.mark.django_db


def test_what_blocks_publishing_stands_beside_its_field_and_keeps_what_was_typed(editor_client, theme):
    response = submit(editor_client, theme, "_publish", title_nl="", title_fr="Mon texte")
    assert response.context["adminform"].form.errors["title_nl"]
    assert "Mon texte" in response.content.decode()
    theme.refresh_from_db()
    assert theme.title_nl


def test_a_row_with_a_priority_and_a_theme_is_refused_beside_its_field(editor_client):
    url = reverse("admin:priorities_update_add")
    priority, theme = Priority.objects.first(), Theme.objects.first()
    data = form_data(editor_client, url) | {"date": "2026-11-24", "title_nl": "Half af", "_publish": "1"}
    data |= {"subjects-0-priority": priority.pk, "subjects-0-theme": theme.pk}
    response = editor_client.post(url, data)
    subjects = response.context["inline_admin_formsets"][0]
    assert list(subjects.forms[0].errors) == ["theme"]
    assert "Niet allebei in één rij" in response.content.decode()
    assert not Update.objects.exists()
    editor_client.post(url, data | {"subjects-0-theme": "", "subjects-1-theme": theme.pk})
    assert Update.published().get().shown_subjects == [priority, theme]


def test_a_faulty_row_that_is_being_removed_does_not_stand_in_the_way_of_publishing(editor_client):
    priority = Priority.objects.get(number=1)
    faulty = priority.partners.create()
    rows = {
        "partners-TOTAL_FORMS": "1",
        "partners-INITIAL_FORMS": "1",
        "partners-0-id": str(faulty.pk),
        "partners-0-priority": str(priority.pk),
        "partners-0-position": "1",
        "partners-0-DELETE": "on",
    }
    response = submit(editor_client, priority, "_publish", **rows)
    assert "Gepubliceerd: bezoekers zien het nu." in response.content.decode()
    assert not priority.partners.exists()
