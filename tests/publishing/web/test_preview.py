import io
import re

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme
from publishing.models import Revision, ShareLink
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, form_data, submit
from tests.publishing.models.records.test_share_links import shared_address
from tests.updates import update_on

pytestmark = pytest.mark.django_db


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


def test_an_update_is_previewed_with_what_it_is_about(editor_client, theme):
    update = update_on(theme, title_nl="Eerste bericht")
    kept = {"subjects-0-id": update.subjects.get().pk, "subjects-0-theme": theme.pk, "subjects-0-position": 1}
    rows = {"subjects-TOTAL_FORMS": "1", "subjects-INITIAL_FORMS": "1"} | kept
    html = preview(editor_client, update, title_nl="Eerste bericht, verbeterd", **rows).content.decode()
    assert "Eerste bericht, verbeterd" in html
    assert theme.title_nl.casefold() in html.casefold()


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


def test_the_form_shows_the_link_again_at_the_address_of_the_site(editor_client, theme, settings):
    settings.SITE_URL = "https://www.example.org"
    url = shared_address(editor_client, theme)
    html = editor_client.get(address(theme), headers={"host": "localhost"}).content.decode()
    assert f'value="https://www.example.org{url}"' in html


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
