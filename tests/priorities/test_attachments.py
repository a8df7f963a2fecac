"""A new PDF in the form of the page that needs it."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from priorities.attachments import free_slug
from priorities.models import Document, Theme, ThemeDocument
from publishing.i18n.urls import desk_address
from publishing.models import Act, KeptUpload
from publishing.workflow import publish, undo
from tests.conftest import staff_user
from tests.desk import enter
from tests.priorities.pdf_files import document, pdf, upload
from tests.publishing.admin.test_publishable import form_data

pytestmark = pytest.mark.django_db


RIGHTS = ("change_theme", "view_document", "add_themedocument", "change_themedocument", "view_themedocument")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def send(client, theme, button: str, *, file=None, **row):
    """The form of `theme` with one new row."""
    address = f"{desk_address(theme)}?extra=1"
    data = form_data(client, address)
    number = int(data["documents-TOTAL_FORMS"]) - 1
    data |= {f"documents-{number}-{name}": value for name, value in row.items()}
    if file is not None:
        data[f"documents-{number}-new_file"] = file
    name, _sign, value = button.partition("=")
    return client.post(desk_address(theme), data | {name: value.format(number) or "1"}, follow=True)


def test_to_publish_the_page_publishes_its_new_pdf_with_the_title_that_it_gives(editor_client, client, theme):
    response = send(editor_client, theme, "_publish", file=upload(pdf(4, "Jaarverslag 2025", "nl")))
    assert "Mee gepubliceerd: Jaarverslag 2025." in response.content.decode()
    made = Document.objects.get()
    assert (made.title_nl, made.slug_nl, made.page_count) == ("Jaarverslag 2025", "jaarverslag-2025", 4)
    assert Theme.published().get(pk=theme.pk).shown_documents == [made]
    assert "Jaarverslag 2025" in client.get("/themas/regiomarketing/").content.decode()


def test_to_save_the_page_makes_a_draft_of_it(editor_client, client, theme):
    send(editor_client, theme, "_save", file=upload(pdf(1, "Jaarverslag 2025")), new_title="Mijn titel")
    made = Document.objects.get()
    assert (made.title_nl, made.revisions.count()) == ("Mijn titel", 0)
    assert [row.document for row in theme.documents.all()] == [made]
    assert "Mijn titel" not in client.get("/themas/regiomarketing/").content.decode()


def test_what_a_scan_lacks_is_said(editor_client, theme):
    response = send(editor_client, theme, "_save", file=upload(pdf(1, "Jaarverslag 2025")))
    assert "Jaarverslag 2025: Deze pdf heeft geen tekst" in response.content.decode()


def test_undo_takes_back_the_pdf_with_the_page(editor, editor_client, theme):
    send(editor_client, theme, "_publish", file=upload(pdf(1, "Jaarverslag 2025")))
    act = Act.objects.get()
    assert act.lines.count() == 2
    undo(act, editor)
    assert not Document.published().exists()
    assert not theme.documents.exists()
    assert Theme.published().get(pk=theme.pk).shown_documents == []


def test_without_a_title_the_form_comes_back_and_the_file_stays_chosen(editor_client, theme):
    response = send(editor_client, theme, "_save", file=upload(pdf()))
    html = response.content.decode()
    assert "Deze pdf heeft geen titel." in html
    assert KeptUpload.objects.count() == 1
    assert not Document.objects.exists()
    reference = response.context["inline_admin_formsets"][0].formset.forms[-1].fields["new_file"].widget.kept.reference
    send(editor_client, theme, "_save", new_title="Verslag", **{"new_file-kept": reference})
    assert Document.objects.get().title_nl == "Verslag"
    assert not KeptUpload.objects.exists()


def test_without_a_script_a_button_reads_the_file_and_saves_nothing(editor_client, theme):
    response = send(editor_client, theme, "_read=documents-{}-new_file", file=upload(pdf(1, "Jaarverslag 2025")))
    html = response.content.decode()
    assert "Het bestand is gelezen. Er is nog niets bewaard." in html
    assert 'value="Jaarverslag 2025"' in html
    assert "Deze pdf heeft geen tekst" in html
    assert "Chosen" not in html
    assert not Document.objects.exists()
    assert KeptUpload.objects.count() == 1


def test_in_the_form_of_a_document_too(editor_client):
    address = desk_address(Document, "add")
    data = form_data(editor_client, address)
    response = editor_client.post(address, data | {"file": upload(pdf(1, "Jaarverslag 2025")), "_read": "file"})
    form = response.context["adminform"].form
    assert (form["title_nl"].value(), form["slug_nl"].value()) == ("Jaarverslag 2025", "jaarverslag-2025")
    assert not Document.objects.exists()
    html = response.content.decode()
    assert html.index('name="file"') < html.index('name="title_nl"')


@pytest.mark.parametrize(
    ("file", "message"),
    [(b"<html>", "Dit bestand is geen pdf"), (pdf()[:400], "beschadigd of onvolledig")],
)
def test_what_is_no_good_pdf_is_refused_beside_the_field_and_nothing_is_saved(editor_client, theme, file, message):
    theme_before = theme.title_nl
    response = send(editor_client, theme, "_publish", file=upload(file), new_title="Verslag")
    assert message in response.content.decode()
    assert not Document.objects.exists()
    assert not KeptUpload.objects.exists()
    theme.refresh_from_db()
    assert theme.title_nl == theme_before


def test_a_file_and_a_document_at_once_are_refused(editor_client, theme):
    other = document()
    response = send(editor_client, theme, "_save", file=upload(pdf(1, "T")), document=other.pk)
    assert "niet allebei" in response.content.decode()
    assert Document.objects.get() == other


def test_a_document_that_is_there_is_chosen_as_before(editor_client, theme):
    other = document()
    send(editor_client, theme, "_save", document=other.pk)
    assert [row.document for row in theme.documents.all()] == [other]


def test_a_saved_row_offers_no_other_file(editor_client, theme):
    ThemeDocument.objects.create(theme=theme, document=document())
    html = editor_client.get(desk_address(theme)).content.decode()
    assert 'name="documents-0-document"' in html
    assert '<input type="file" name="documents-0-new_file"' not in html


def test_two_with_one_title_get_two_addresses(editor, editor_client, theme):
    publish(document(title_nl="Jaarverslag 2025", slug_nl="jaarverslag-2025"), editor)
    assert free_slug("Jaarverslag 2025") == "jaarverslag-2025-2"
    send(editor_client, theme, "_publish", file=upload(pdf(1, "Jaarverslag 2025")))
    assert {each.slug_nl for each in Document.published()} == {"jaarverslag-2025", "jaarverslag-2025-2"}


def test_a_correction_of_what_is_public_publishes_it_at_once(editor, editor_client, theme):
    theme.summary_nl = "Nog een concept."
    theme.save()
    address = f"{desk_address(theme)}?op=site"
    data = form_data(editor_client, f"{address}&extra=1")
    number = int(data["documents-TOTAL_FORMS"]) - 1
    data[f"documents-{number}-new_file"] = upload(pdf(1, "Jaarverslag 2025"))
    response = editor_client.post(address, data | {"_publish": "1"}, follow=True)
    assert response.status_code == 200
    assert [str(each) for each in Theme.published().get(pk=theme.pk).shown_documents] == ["Jaarverslag 2025"]
    theme.refresh_from_db()
    assert theme.summary_nl == "Nog een concept."


def test_who_may_make_no_documents_sends_none(db, theme):
    user = staff_user("beperkt")
    user.user_permissions.add(*Permission.objects.filter(codename__in=RIGHTS))
    client = Client()
    enter(client, user)
    html = client.get(f"{desk_address(theme)}?extra=1").content.decode()
    assert "new_file" not in html
    send(client, theme, "_save", file=upload(pdf(1, "Jaarverslag 2025")), new_title="X")
    assert not Document.objects.exists()
