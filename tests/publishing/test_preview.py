import io
import re
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme, Update
from publishing.models import Revision, ShareLink
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.test_admin import address, form_data, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def preview(client, obj, language="nl", **changes):
    url = address(obj)
    return client.post(url.replace("change/", f"preview/{language}/"), form_data(client, url) | changes)


def test_what_is_typed_is_shown_as_the_page_and_nothing_is_written(editor_client, client, theme):
    revisions, links = Revision.objects.count(), ShareLink.objects.count()
    response = preview(editor_client, theme, title_nl="Getypt, niet bewaard")
    assert "Getypt, niet bewaard" in response.content.decode()
    assert "nog niet gepubliceerd" in response.content.decode()
    theme.refresh_from_db()
    assert theme.title_nl != "Getypt, niet bewaard"
    assert (Revision.objects.count(), ShareLink.objects.count()) == (revisions, links)
    assert "Getypt" not in client.get("/themas/regiomarketing/").content.decode()


def test_a_preview_is_never_kept_and_never_indexed(editor_client, theme):
    response = preview(editor_client, theme)
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    assert 'rel="canonical"' not in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("fr", "Titre d’essai"), ("en", "Trial title")])
def test_each_language_has_its_preview(editor_client, theme, language, words):
    response = preview(editor_client, theme, language, title_fr="Titre d’essai", title_en="Trial title")
    html = response.content.decode()
    assert f'<html lang="{language}"' in html
    assert words in html


def test_a_new_page_without_an_address_has_a_preview(editor_client):
    url = reverse("admin:priorities_theme_add").replace("add/", "add/preview/nl/")
    response = editor_client.post(url, {"title_nl": "Nog nergens"})
    assert "Nog nergens" in response.content.decode()
    assert not Theme.objects.filter(title_nl="Nog nergens").exists()


@pytest.mark.parametrize("data", [{}, {"slug": "/", "slug_nl": "?", "name": "\0"}], ids=["empty", "odd"])
def test_a_form_that_holds_nothing_usable_has_a_preview_or_none_at_all(editor_client, data):
    previewed = [model for model, each in admin.site._registry.items() if getattr(each, "can_preview", False)]
    assert StaffMember in previewed
    forms = []
    for model in previewed:
        forms += [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add").replace("add/", "add/preview")]
        forms += [address(row).replace("change/", "preview") for row in model._base_manager.all()[:2]]
    for form in forms:
        for language in ("nl", "fr", "en"):
            assert editor_client.post(f"{form}/{language}/", data).status_code in (200, 403, 404), form


def test_child_rows_are_previewed_as_typed_removed_ones_too(editor_client):
    page = MissionPage.objects.get()
    rows = list(page.aims.all())
    data = {"aims-TOTAL_FORMS": len(rows) + 1, "aims-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        data |= {f"aims-{number}-id": row.pk, f"aims-{number}-text_nl": row.text_nl, f"aims-{number}-position": number}
    data |= {f"aims-{len(rows)}-text_nl": "Een nieuw doel", f"aims-{len(rows)}-position": "99", "aims-0-DELETE": "on"}
    for prefix in ("roles", "seats"):
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    html = preview(editor_client, page, **data).content.decode()
    assert "Een nieuw doel" in html
    assert rows[0].text_nl not in html
    assert rows[1].text_nl in html
    assert page.aims.count() == len(rows)


def test_an_update_is_previewed_in_its_place_on_the_page_that_it_is_about(editor_client, theme):
    update = Update.objects.create(title_nl="Eerste bericht", theme=theme)
    html = preview(editor_client, update, title_nl="Eerste bericht, verbeterd").content.decode()
    assert "Eerste bericht, verbeterd" in html
    assert theme.title_nl.casefold() in html.casefold()


def test_an_update_about_nothing_yet_has_no_preview(editor_client):
    update = Update.objects.create(title_nl="Zwevend")
    assert preview(editor_client, update).status_code == 404


def test_what_has_no_page_has_no_preview(editor_client):
    assert preview(editor_client, Organisation.objects.first()).status_code == 404


def test_an_unusable_value_keeps_the_old_one_in_the_preview(editor_client):
    priority = Priority.objects.get(number=1)
    rows = {"partners-TOTAL_FORMS": "0", "partners-INITIAL_FORMS": "0"}
    response = preview(editor_client, priority, number="een", title_nl="Nieuw", **rows)
    assert response.status_code == 200
    assert "Nieuw" in response.content.decode()


def test_typed_markup_does_not_run_in_the_preview(editor_client, theme):
    html = preview(editor_client, theme, body_nl="<p>Ja</p><script>alert(1)</script>").content.decode()
    assert "Ja" in html
    assert "alert(1)" not in html


def test_only_editors_preview(client, colleague, theme):
    url = address(theme).replace("change/", "preview/nl/")
    for refused in (client, Client()):
        assert refused.post(url, {"title_nl": "X"}).status_code == 302
    client.force_login(colleague)
    assert client.post(url, {"title_nl": "X"}).status_code == 302
    bare = staff_user("bare")
    enter(client, bare)
    assert client.post(url, {"title_nl": "X"}).status_code == 403
    assert client.get(url.replace("/nl/", "/de/")).status_code == 404


# Share links


def shared_address(client, theme) -> str:
    submit(client, theme, "_share")
    return ShareLink.objects.of(theme).valid().get().get_absolute_url("nl")


def test_a_share_link_shows_the_saved_working_copy_to_whoever_has_it(editor_client, client, theme):
    url = shared_address(editor_client, theme)
    submit(editor_client, theme, "_save", title_nl="Alleen een concept")
    response = client.get(url)
    assert "Alleen een concept" in response.content.decode()
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies


def test_the_languages_of_a_shared_draft_lead_to_the_same_draft(editor_client, client, theme):
    html = client.get(shared_address(editor_client, theme)).content.decode()
    link = ShareLink.objects.get()
    assert f'href="/fr/apercu/{link.token}/"' in html
    assert client.get(link.get_absolute_url("fr")).status_code == 200


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


def test_the_form_shows_the_link_again_at_the_address_of_the_site(editor_client, theme, settings):
    settings.SITE_URL = "https://www.example.org"
    url = shared_address(editor_client, theme)
    html = editor_client.get(address(theme), headers={"host": "localhost"}).content.decode()
    assert f'value="https://www.example.org{url}"' in html


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


def test_a_shared_draft_shows_its_own_pictures_while_the_link_works(client, theme, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    theme.image = picture_upload("draft.png")
    other = Theme(title_nl="Ander concept", image=picture_upload("other.png"))
    for each in (theme, other):
        each.save()
        each.image.close()
    link = ShareLink.objects.renew(theme, None)
    html = client.get(link.get_absolute_url("nl")).content.decode()
    shown = set(re.findall(r"/media/[^\s\"]+", html))
    assert any(theme.image.name in url for url in shown)
    for url in shown:
        assert url.endswith(f"?share={link.token}")
        response = client.get(url)
        response.getvalue()  # read to its end, the file is closed
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]
        assert client.get(url.partition("?")[0]).status_code == 404
    for token in ("", "raden", "a\0b"):
        assert client.get(theme.image.url, {"share": token}).status_code == 404
    assert client.get(other.image.url, {"share": link.token}).status_code == 404
    ShareLink.objects.revoke(theme)
    assert client.get(theme.image.url, {"share": link.token}).status_code == 404


def picture_upload(name: str) -> ContentFile:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(data, "PNG")
    return ContentFile(data.getvalue(), name=name)
