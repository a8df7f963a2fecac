"""A file that was chosen once stays chosen, and nobody else ever gets it."""

import re
import stat
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from priorities.models import Document, Theme
from publishing.backup import archive
from publishing.files import limits, orphans
from publishing.models import KeptUpload
from publishing.web.sent_forms import kept_uploads
from publishing.workflow import publish
from publishing.workflow.erasure.objects import erase
from staff.accounts.sessions import end_sessions
from staff.forgetting.departures import forget_account
from staff.models import StaffMember
from tests.desk import enter, give_second_factor
from tests.priorities.pdf_files import pdf
from tests.publishing.admin.test_publishable import address, form_data
from tests.publishing.files.photos import photo

pytestmark = pytest.mark.django_db
AGAIN = "Kies dit bestand opnieuw"
NEW_DOCUMENT = reverse("admin:priorities_document_add")


@pytest.fixture(autouse=True)
def places(settings, tmp_path) -> Path:
    """Where kept files lie."""
    settings.MEDIA_ROOT = tmp_path / "media"
    one = settings.STORAGES["kept"]
    options = one["OPTIONS"] | {"location": tmp_path / "kept"}
    settings.STORAGES = settings.STORAGES | {"kept": one | {"OPTIONS": options}}
    return tmp_path / "kept"


@pytest.fixture
def theme(editor) -> Theme:
    theme = Theme.objects.create(title_nl="Eerste", slug_nl="eerste", body_nl="<p>Tekst</p>")
    publish(theme, editor)
    return theme


def reference(response) -> dict[str, str]:
    """The hidden fields of kept files in the page."""
    found = re.findall(r'<input type="hidden" name="([^"]*-kept)" value="([^"]*)">', response.content.decode())
    return {name: unescape(value) for name, value in found}


def refused(client, theme, file=None, **changes):
    """The form that came back with a wrong focus and a picture."""
    data = form_data(client, address(theme)) | {"image": file or photo(), "image_focus_y": "101", "_save": "1"}
    return client.post(address(theme), data | changes)


def again(client, theme, kept: dict[str, str], **changes):
    """The form sent anew with what was wrong put right, and with `kept` instead of the file."""
    data = form_data(client, address(theme)) | {"image_focus_y": "50", "_save": "1"} | kept | changes
    response = client.post(address(theme), data)
    theme.refresh_from_db()
    return response


def stored(places: Path) -> list[Path]:
    return [path for path in places.rglob("*") if path.is_file()] if places.exists() else []


def pdf_file(name: str = "Verslag.pdf", title: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(title=title), "application/pdf")


# It stays chosen


def test_a_picture_of_a_form_with_an_error_need_not_be_chosen_again(
    editor_client, theme, places, django_capture_on_commit_callbacks
):
    response = refused(editor_client, theme)
    html = response.content.decode()
    assert list(response.context["adminform"].form.errors) == ["image_focus_y"]
    assert AGAIN not in html
    assert "IMG 0042.jpg" in html
    assert '<p class="focus-stage"><img src="data:image/webp;base64,' in html
    with django_capture_on_commit_callbacks(execute=True):
        assert again(editor_client, theme, reference(response)).status_code == 302
    assert theme.image.width == 20, "it was drawn as any other"
    assert theme.image.name.startswith("themes/IMG_0042")
    assert (stored(places), KeptUpload.objects.count()) == ([], 0)


def test_it_stays_chosen_however_often_the_form_comes_back(editor_client, theme, places):
    kept = reference(refused(editor_client, theme))
    for _time in range(3):
        response = again(editor_client, theme, kept, image_focus_y="102")
        assert response.status_code == 200
        kept = reference(response)
    assert len(stored(places)) == 1
    assert again(editor_client, theme, kept).status_code == 302
    assert theme.image


def test_a_pdf_of_a_new_document_stays_chosen_also_in_a_small_window(
    editor_client, places, django_capture_on_commit_callbacks
):
    for number, popup in enumerate(({}, {"_popup": "1"})):
        data = form_data(editor_client, NEW_DOCUMENT) | {"slug_nl": "geen adres!"} | popup
        response = editor_client.post(NEW_DOCUMENT, data | {"file": pdf_file(title="Jaarverslag"), "_save": "1"})
        assert "Verslag.pdf" in response.content.decode()
        assert AGAIN not in response.content.decode()
        fixed = data | {"slug_nl": f"verslag-{number}", "_save": "1"} | reference(response)
        with django_capture_on_commit_callbacks(execute=True):
            assert editor_client.post(NEW_DOCUMENT, fixed).status_code == (200 if popup else 302)
        document = Document.objects.get(slug_nl=f"verslag-{number}")
        assert (document.title_nl, document.page_count) == ("Jaarverslag", 3)
        assert stored(places) == []


def test_what_the_question_of_publish_asks_keeps_the_file(editor_client, editor, theme):
    publish(theme, editor, live_from=timezone.now() + timedelta(days=3))
    data = form_data(editor_client, address(theme)) | {"image": photo(), "image_alt_nl": "Foto", "_publish": "1"}
    response = editor_client.post(address(theme), data)
    assert 'value="keep"' in response.content.decode()
    data.pop("image")
    assert editor_client.post(address(theme), data | reference(response) | {"_publish": "keep"}).status_code == 302
    assert theme.revisions.public().get().data["image"].startswith("themes/")


def test_two_texts_side_by_side_keep_the_file(editor_client, theme):
    base = editor_client.get(address(theme)).context["base"]
    data = form_data(editor_client, address(theme)) | {"title_nl": "Van mij", "_base": base, "_save": "1"}
    Theme.objects.filter(pk=theme.pk).update(title_nl="Van een ander")
    response = editor_client.post(address(theme), data | {"image": photo()})
    assert response.context["differences"]
    kept = reference(response)
    assert editor_client.post(address(theme), data | kept | {"_base": response.context["base"]}).status_code == 302
    theme.refresh_from_db()
    assert theme.title_nl == "Van mij"
    assert theme.image


def test_what_is_public_is_corrected_with_a_file_that_stayed_chosen(editor_client, theme):
    url = address(theme) + "?op=site"
    data = form_data(editor_client, url) | {"image_alt_nl": "Foto", "_publish": "1"}
    response = editor_client.post(url, data | {"image": photo(), "image_focus_x": "101"})
    assert editor_client.post(url, data | reference(response)).status_code == 302
    assert theme.revisions.public().get().data["image"].startswith("themes/")


def test_a_lapsed_form_keeps_the_file(editor, theme):
    strict = Client(enforce_csrf_checks=True)
    enter(strict, editor)
    strict.get(address(theme))
    data = form_data(strict, address(theme)) | {"image": photo(), "_save": "1"}
    response = strict.post(address(theme), data, headers={"sec-fetch-site": "same-origin"})
    html = response.content.decode()
    assert response.status_code == 403
    assert "Het bestand dat je koos, is ook bewaard." in html
    form = html[html.index('class="form"') :]
    sent = {unescape(name): unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form)}
    assert strict.post(address(theme), sent).status_code == 302
    theme.refresh_from_db()
    assert theme.image


def test_a_lapsed_form_of_another_site_keeps_nothing(editor, theme, places):
    strict = Client(enforce_csrf_checks=True)
    enter(strict, editor)
    response = strict.post(address(theme), {"image": photo()}, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert (stored(places), KeptUpload.objects.count()) == ([], 0)


def test_a_second_click_saves_the_kept_file_once(editor_client, theme):
    page = editor_client.get(address(theme)).context
    own = {"_form": page["form_token"], "_base": page["base"]}
    data = form_data(editor_client, address(theme)) | own | {"image_focus_y": "50", "_save": "1"}
    kept = reference(refused(editor_client, theme, **own))
    assert editor_client.post(address(theme), data | kept).status_code == 302
    theme.refresh_from_db()
    name = theme.image.name
    response = editor_client.post(address(theme), data | kept, follow=True)
    assert "Je eerste poging was wel aangekomen" in response.content.decode()
    response = editor_client.post(address(theme), data | kept | {"title_nl": "Anders"}, follow=True)
    assert AGAIN not in response.content.decode()
    theme.refresh_from_db()
    assert (theme.image.name, theme.title_nl) == (name, "Anders")


# Until its owner says otherwise


def test_another_file_takes_its_place(editor_client, theme, places):
    kept = reference(refused(editor_client, theme))
    response = again(editor_client, theme, kept, image=photo(name="ander.jpg"), image_focus_y="101")
    html = response.content.decode()
    assert ("ander.jpg" in html, "IMG 0042.jpg" in html) == (True, False)
    assert [row.name for row in KeptUpload.objects.all()] == ["ander.jpg"]
    assert again(editor_client, theme, reference(response)).status_code == 302
    assert theme.image.name.startswith("themes/ander")


def test_it_can_be_taken_away_again(editor_client, theme, places, django_capture_on_commit_callbacks):
    kept = reference(refused(editor_client, theme))
    with django_capture_on_commit_callbacks(execute=True):
        assert again(editor_client, theme, kept, **{"image-forget": "on"}).status_code == 302
    assert not theme.image
    assert (stored(places), KeptUpload.objects.count()) == ([], 0)


def test_a_file_that_is_refused_itself_is_not_kept(editor_client, theme, places):
    response = refused(editor_client, theme, SimpleUploadedFile("kwaad.jpg", b"<html>"))
    assert "image" in response.context["adminform"].form.errors
    assert (reference(response), stored(places)) == ({}, [])


# Nobody else


def sent_by(client, theme, kept) -> str:
    response = again(client, theme, kept)
    assert response.status_code == 200
    assert not theme.image
    return response.content.decode()


def test_another_account_does_not_get_it(editor_client, theme):
    kept = reference(refused(editor_client, theme))
    boss = User.objects.create_superuser("baas")
    give_second_factor(boss)
    client = Client()
    enter(client, boss)
    assert AGAIN in sent_by(client, theme, kept)
    assert KeptUpload.objects.count() == 1


def test_another_session_of_the_same_account_does_not_get_it(editor, editor_client, theme):
    kept = reference(refused(editor_client, theme))
    client = Client()
    enter(client, editor)
    assert AGAIN in sent_by(client, theme, kept)


@pytest.mark.parametrize("how", ["changed", "unsigned", "signed for something else", "nonsense", "zero"])
def test_a_forged_reference_is_refused(editor_client, theme, how):
    kept = reference(refused(editor_client, theme))["image-kept"]
    token = KeptUpload.objects.get().token
    forged = {
        "changed": kept[:-1] + ("a" if kept[-1] != "a" else "b"),
        "unsigned": token,
        "signed for something else": TimestampSigner(salt="other").sign(token),
        "nonsense": "../../secret_key:1:2",
        "zero": "a:b:\N{NULL}",
    }[how]
    assert AGAIN in sent_by(editor_client, theme, {"image-kept": forged})


def test_a_reference_of_another_field_is_refused(editor_client, theme):
    data = form_data(editor_client, NEW_DOCUMENT) | {"slug_nl": "geen adres!", "file": pdf_file(), "_save": "1"}
    kept = reference(editor_client.post(NEW_DOCUMENT, data))["file-kept"]
    assert AGAIN in sent_by(editor_client, theme, {"image-kept": kept})


def test_after_a_day_it_is_chosen_again(editor_client, theme, places, time_machine, django_capture_on_commit_callbacks):
    kept = reference(refused(editor_client, theme))
    KeptUpload.objects.update(created_at=timezone.now() - kept_uploads.KEPT_FOR)
    assert AGAIN in sent_by(editor_client, theme, kept)
    with django_capture_on_commit_callbacks(execute=True):
        assert kept_uploads.forget_old() == 1
    assert stored(places) == []


def test_a_file_that_is_gone_is_chosen_again(editor_client, theme, places):
    kept = reference(refused(editor_client, theme))
    stored(places)[0].unlink()
    assert AGAIN in sent_by(editor_client, theme, kept)


def test_what_was_kept_is_judged_again(editor_client, theme, places):
    kept = reference(refused(editor_client, theme))
    path = stored(places)[0]
    path.write_bytes(b"<" * path.stat().st_size)
    response = again(editor_client, theme, kept)
    assert "Kies een van deze soorten" in response.content.decode()
    assert not theme.image


def test_no_address_leads_to_it_and_nobody_on_the_machine_reads_it(editor_client, theme, places, client):
    refused(editor_client, theme)
    path = stored(places)[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for each in (client, editor_client):
        for name in (path.name, f"kept-uploads/{path.name}", f"../kept/{path.name}"):
            assert each.get(f"/media/{name}").status_code == 404
    assert not default_storage.exists(path.name)


def test_in_a_bucket_only_its_form_finds_it(bucket, editor_client, theme, client):
    kept = reference(refused(editor_client, theme))
    token = KeptUpload.objects.get().token
    assert kept_uploads.storage().exists(token)
    for each in (client, editor_client):
        for name in (f"kept-uploads/{token}", f"x/../kept-uploads/{token}"):
            assert each.get(f"/media/{name}").status_code == 404
    assert not [name for name in archive.stored_files(default_storage) if token in name]
    assert not [name for name in orphans.all_files(default_storage) if token in name]
    assert again(editor_client, theme, kept).status_code == 302
    assert default_storage.exists(theme.image.name)


def test_a_backup_has_none_of_it(editor_client, theme, tmp_path):
    refused(editor_client, theme)
    manifest = archive.write(tmp_path / "backup.zip")
    assert "publishing.keptupload" not in manifest.rows
    assert not [name for name in manifest.members if KeptUpload.objects.get().token in name]


# When it goes


def test_who_signs_out_leaves_nothing(editor_client, theme, places, django_capture_on_commit_callbacks):
    refused(editor_client, theme)
    with django_capture_on_commit_callbacks(execute=True):
        editor_client.post("/account/logout/")
    assert (stored(places), KeptUpload.objects.count()) == ([], 0)


def test_a_session_that_is_ended_from_elsewhere_leaves_nothing(editor, editor_client, theme):
    refused(editor_client, theme)
    end_sessions(editor.pk)
    assert not KeptUpload.objects.exists()


def test_after_a_session_that_lasted_too_long_the_same_person_goes_on(editor, editor_client, theme, time_machine):
    start = timezone.now()
    kept = reference(refused(editor_client, theme))
    time_machine.move_to(start + timedelta(hours=13))
    assert editor_client.get(address(theme)).status_code == 302
    enter(editor_client, editor)
    assert again(editor_client, theme, kept).status_code == 302
    assert theme.image


def test_who_is_forgotten_leaves_nothing(editor, editor_client, theme, places, django_capture_on_commit_callbacks):
    refused(editor_client, theme)
    with django_capture_on_commit_callbacks(execute=True):
        forget_account(editor)
    assert (stored(places), KeptUpload.objects.count()) == ([], 0)


def test_a_photo_that_was_chosen_for_a_card_goes_with_the_card(editor_client, editor, theme):
    member = StaffMember.objects.create(name="Wie vertrekt")
    other = StaffMember.objects.create(name="Wie blijft")
    for each in (member, other):
        data = form_data(editor_client, address(each)) | {"photo": photo(), "photo_focus_y": "101", "_save": "1"}
        editor_client.post(address(each), data)
    assert KeptUpload.objects.count() == 2
    erase(member)
    assert [row.object_id for row in KeptUpload.objects.all()] == [other.pk]


def test_one_account_has_no_more_than_its_share(
    editor_client, theme, places, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(kept_uploads, "MOST_FILES", 3)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            refused(editor_client, theme, photo(name=f"foto {number}.jpg"))
    assert sorted(row.name for row in KeptUpload.objects.all()) == ["foto 2.jpg", "foto 3.jpg", "foto 4.jpg"]
    assert len(stored(places)) == 3
    monkeypatch.setattr(kept_uploads, "MOST_BYTES", KeptUpload.objects.first().size * 2)
    refused(editor_client, theme, photo(name="laatste.jpg"))
    assert sorted(row.name for row in KeptUpload.objects.all()) == ["foto 4.jpg", "laatste.jpg"]


def test_on_a_full_disk_it_is_said_that_there_is_no_room(editor_client, theme, places, monkeypatch):
    monkeypatch.setattr(Document, "_read_file", lambda self: None)  # which looks at the room of what is saved
    monkeypatch.setattr(limits, "KEPT_FREE", 10**18)
    data = form_data(editor_client, NEW_DOCUMENT) | {"slug_nl": "geen adres!", "file": pdf_file(), "_save": "1"}
    response = editor_client.post(NEW_DOCUMENT, data)
    assert "Er is op de site geen plaats meer voor bestanden." in response.content.decode()
    assert (reference(response), stored(places)) == ({}, [])


def test_what_can_not_be_kept_is_chosen_again(editor_client, theme, places, monkeypatch):
    def away(**values):
        raise DatabaseError("no")

    monkeypatch.setattr(KeptUpload.objects, "create", away)
    response = refused(editor_client, theme)
    assert AGAIN in response.content.decode()
    assert stored(places) == []


def test_a_file_that_no_row_names_goes_once_it_is_old(places, time_machine):
    start = timezone.now()
    kept_uploads.storage().save("a" * 48, pdf_file())
    kept_uploads.forget_old()
    assert len(stored(places)) == 1
    time_machine.move_to(start + timedelta(hours=2))
    kept_uploads.forget_old()
    assert stored(places) == []
