from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from priorities.models import Theme
from publishing.models import ShareLink
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def shared_address(client, theme) -> str:
    submit(client, theme, "_share")
    return ShareLink.objects.of(theme).valid().get().get_absolute_url("nl")


def test_a_new_link_ends_the_old_one(editor_client, client, theme):
    first = shared_address(editor_client, theme)
    second = shared_address(editor_client, theme)
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_a_link_ends_when_it_is_revoked_and_after_fourteen_days_and_with_its_page(editor_client, client, theme):
    url = shared_address(editor_client, theme)
    submit(editor_client, theme, "_unshare")
    response = client.get(url)
    assert response.status_code == 410
    assert "Deze link werkt niet meer" in response.content.decode()
    url = shared_address(editor_client, theme)
    ShareLink.objects.update(created_at=timezone.now() - timedelta(days=14, seconds=1))
    assert client.get(url).status_code == 410
    draft = Theme.objects.create(title_nl="Weg", slug_nl="weg")
    url = shared_address(editor_client, draft)
    draft.delete()
    assert client.get(url).status_code == 410


def test_who_reads_the_database_can_use_no_link(editor_client, client, theme):
    token = shared_address(editor_client, theme).rstrip("/").rpartition("/")[2]
    row = ShareLink.objects.values().get()
    assert len(token) >= 40
    for value in row.values():
        assert token not in str(value)
        assert client.get(f"/voorbeeld/{str(value).replace('/', '')}/").status_code in (404, 410)
    assert token not in editor_client.get(address(theme).replace("change/", "history/")).content.decode()
    assert token not in str([*LogEntry.objects.values_list("change_message", flat=True)])


def test_a_link_of_before_another_key_works_and_is_shown_no_more(editor_client, client, theme, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de oude sleutel", []
    link = ShareLink.objects.renew(theme, None)
    url, token = link.get_absolute_url("nl"), link.token
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "een andere sleutel", []
    enter(editor_client, User.objects.get(username="dorine"))
    assert ShareLink.objects.get().token == ""
    html = editor_client.get(address(theme)).content.decode()
    assert token not in html
    assert "Deze link kan niet meer getoond worden" in html
    assert 'name="_unshare"' in html
    shown = client.get(url)
    assert shown.status_code == 200
    assert f"/fr/apercu/{token}/" in shown.content.decode(), "its languages too"


def test_links_of_before_go_on_working(client, theme):
    upgrade = import_module("publishing.migrations.0018_share_links")
    before = "Abc-def_123"
    old = SimpleNamespace(pk=1, token=before, digest="", sealed="", save=lambda **kwargs: None)
    upgrade.close_one(old)
    link = ShareLink.objects.create(model="priorities.theme", object_id=theme.pk, digest=old.digest, sealed=old.sealed)
    assert link.token == before
    assert client.get(f"/voorbeeld/{before}/").status_code == 200
    upgrade.open_one(old)
    assert old.token == before


def test_a_guessed_link_shows_nothing(client, theme):
    assert client.get("/voorbeeld/raden/").status_code == 410
