import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from priorities.models import Document
from publishing.files import limits
from tests.priorities.pdf_files import pdf
from tests.publishing.admin.test_publishable import address, form_data
from tests.publishing.files.test_uploads import picture, send, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["files", "bytes"])
def full(request, monkeypatch, media):
    """A site that has no more room, in each of the ways there are."""
    (media / "themes").mkdir()
    (media / "themes" / "old.jpg").write_bytes(bytes(1000))
    monkeypatch.setattr(limits, {"files": "KEPT_FREE_FILES", "bytes": "KEPT_FREE"}[request.param], 2**60)


def test_a_picture_for_which_there_is_no_room_is_refused_beside_its_field(editor_client, theme, media, full):
    response = send(editor_client, theme, "a.png", picture())
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["image"]
    assert "geen plaats meer" in str(errors["image"])
    assert len(stored(media)) == 1


def test_a_document_for_which_there_is_no_room_is_refused_too(media, full):
    with translation.override("fr"), pytest.raises(ValidationError, match="plus de place") as refused:
        Document.objects.create(title_nl="D", slug_nl="d", file=SimpleUploadedFile("d.pdf", pdf()))
    assert list(refused.value.message_dict) == ["file"]
    assert len(stored(media)) == 1


def test_no_upload_looks_at_all_the_files_there_are(editor_client, theme, media, monkeypatch):
    def never(folder, *_arguments, **_options):
        raise AssertionError(folder)

    monkeypatch.setattr("os.walk", never)
    send(editor_client, theme, "a.png", picture())
    assert theme.image


def test_what_is_stored_may_be_saved_again_when_there_is_no_room(editor_client, theme, monkeypatch):
    send(editor_client, theme, "a.png", picture())
    monkeypatch.setattr(limits, "KEPT_FREE", 2**60)
    url = address(theme)
    form = form_data(editor_client, url) | {"title_nl": "Anders", "_save": "1"}
    del form["image"]  # which a browser does not send again
    response = editor_client.post(url, form, follow=True)
    assert response.redirect_chain, response.context["adminform"].form.errors
