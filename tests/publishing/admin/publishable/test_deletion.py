import pytest
from django.urls import reverse

from pages.models import Organisation
from priorities.models import Theme
from publishing.workflow import withdraw

pytestmark = pytest.mark.django_db


def test_nothing_that_visitors_see_or_that_is_used_can_be_deleted(editor_client, editor, theme):
    url = reverse("admin:priorities_theme_delete", args=[theme.pk])
    assert editor_client.post(url, {"post": "yes"}).status_code == 403
    withdraw(theme, editor, "Weg")
    assert editor_client.post(url, {"post": "yes"}).status_code == 302
    used = Organisation.objects.get(name="VDAB")
    assert editor_client.post(reverse("admin:pages_organisation_delete", args=[used.pk])).status_code == 403


def test_deleting_says_in_words_where_it_goes(editor_client):
    theme = Theme.objects.create(title_nl="Weg ermee")
    html = editor_client.get(reverse("admin:priorities_theme_delete", args=[theme.pk])).content.decode()
    assert "“Weg ermee” gaat naar de prullenbak" in html
    assert "&rsaquo;" not in html
