"""Documents: what is read from a PDF, what is refused, and who gets the file at which address."""

import xml.etree.ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIHandler
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import translation
from pypdf import PdfWriter
from pypdf.generic import (
    BooleanObject,
    DictionaryObject,
    NameObject,
)

from priorities.models import Document, Priority, Theme, ThemeDocument, UpdateDocument
from publishing.cache.wsgi import PageCache
from publishing.files.limits import MAX_UPLOAD
from publishing.workflow import live_users, publish, withdraw
from tests.priorities.pdf_files import body, document, launch, link_launch, made, pdf, script, upload, zipped
from tests.publishing.admin.test_publishable import form_data
from tests.publishing.cache.reader import Reader
from tests.updates import update_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_title_that_was_typed_stays_and_a_file_name_is_no_title():
    assert document(file=upload(pdf(title="Uit het bestand"))).title_nl == "Jaarverslag één"
    assert document(title_nl="", slug_nl=None, file=upload(pdf(title="Microsoft Word - nota.docx"))).title_nl == ""


def with_words(writer: PdfWriter) -> None:
    writer._add_object(made({"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}))


def tagged(writer: PdfWriter) -> None:
    with_words(writer)
    root = writer.root_object
    root[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
    root[NameObject("/StructTreeRoot")] = writer._add_object(made({"/Type": "/StructTreeRoot"}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, ["OCR", "stem"]),
        ({"change": with_words}, ["tags", "stem"]),
        ({"change": with_words, "language": "nl"}, ["tags"]),
        ({"change": tagged, "language": "nl"}, []),
    ],
)
def test_what_keeps_people_from_reading_a_pdf_is_told_and_the_file_is_kept(editor_client, options, words):
    url = reverse("admin:priorities_document_add")
    form = form_data(editor_client, url) | {"title_nl": "Verslag", "file": upload(pdf(**options)), "_save": "1"}
    response = editor_client.post(url, form, follow=True)
    found = Document.objects.get(title_nl="Verslag")
    told = [str(each) for each in response.context["messages"] if each.level_tag == "warning"]
    assert len(told) == len(words)
    assert all(word in text for word, text in zip(words, told, strict=True))
    url = reverse("admin:priorities_document_change", args=[found.pk])
    form = {name: value for name, value in form_data(editor_client, url).items() if name != "file"} | {"_save": "1"}
    again = editor_client.post(url, form | {"title_nl": "Anders"}, follow=True)  # nothing is said of the file again
    assert not [each for each in again.context["messages"] if each.level_tag == "warning"]


@pytest.mark.django_db(transaction=True)  # the end of a request may close its connection
@pytest.mark.parametrize("method", ["get", "head"])
def test_who_has_the_file_gets_it_no_second_time(client, editor_client, editor, method):
    found = document()
    publish(found, editor)
    cache = PageCache(WSGIHandler())

    def closed(environ, start_response):
        parts = cache(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            if hasattr(parts, "close"):
                parts.close()

    reader = Reader(closed)

    def ask(**headers) -> tuple[int, dict[str, str], bytes]:
        reader.get("/documenten/jaarverslag.pdf", method=method.upper(), **headers)
        return reader.status, reader.headers, reader.body

    status, headers, sent = ask()
    assert status == 200
    assert bool(sent) == (method == "get")
    for asked in (
        {"HTTP_IF_NONE_MATCH": headers["etag"]},
        {"HTTP_IF_NONE_MATCH": f'"a",W/{headers["etag"]}'},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_MODIFIED_SINCE": headers["last-modified"]},
        {"HTTP_IF_MODIFIED_SINCE": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ):
        status, again, sent = ask(**asked)
        assert (status, sent, again["etag"]) == (304, b"", headers["etag"])
        assert "content-length" not in again
        for each in (client, editor_client):
            assert getattr(each, method)("/documenten/jaarverslag.pdf", **asked).status_code == 304
    for asked in ({"HTTP_IF_NONE_MATCH": '"other"'}, {"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 2015 00:00:00 GMT"}):
        assert ask(**asked)[0] == 200


def test_who_has_a_picture_gets_it_no_second_time(client, editor):
    found = document()
    publish(found, editor)
    response = client.get(found.file.url)
    assert body(response)
    assert client.get(found.file.url, HTTP_IF_NONE_MATCH=response.headers["ETag"]).status_code == 304


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html><script>alert(1)</script>%PDF-1.7 %%EOF</html>", "is not a PDF"),
        (zipped(), "is not a PDF"),
        (b"", "is not a PDF"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (pdf()[:-40], "damaged"),
        (pdf()[: len(pdf()) // 2], "damaged"),
        (pdf(0), "damaged"),
        (b"%PDF-1.7" + b"\0" * MAX_UPLOAD, "too large"),
        (pdf(change=lambda writer: writer.encrypt("geheim")), "password"),
        (pdf(change=lambda writer: writer.encrypt("geheim", "ander", algorithm="AES-256")), "password"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + pdf(), "is not a PDF"),
        (b"PK\3\4" + pdf(), "is not a PDF"),
        (b"\n" * 2000 + pdf(), "is not a PDF"),
        (pdf() + b"<script>" * 800, "damaged"),
        (pdf(change=script), "script"),
        (pdf(change=lambda writer: writer.add_attachment("a.exe", b"MZ")), "attached"),
        (pdf(change=launch), "action"),
        (pdf(change=link_launch), "action"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_safe_pdf_is_refused_whatever_its_name(data, message):
    with translation.override("en"), pytest.raises(ValidationError, match=message) as refused:
        document(file=upload(data))
    assert list(refused.value.message_dict) == ["file"]
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "x.html", "één rare naam\u202e.exe", "a" * 200 + ".pdf", "….pdf"])
def test_of_an_odd_name_only_what_is_harmless_remains(name):
    stored = document(file=upload(pdf(), name)).file.name
    assert stored.startswith("documents/")
    assert stored.endswith(".pdf")
    assert stored.isascii()
    assert ".." not in stored


def test_the_file_is_a_download_that_can_run_nothing(client, editor):
    data = pdf()
    publish(document(file=upload(data)), editor)
    response = client.get("/documenten/jaarverslag.pdf")
    assert body(response) == data
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''Jaarverslag%20%C3%A9%C3%A9n.pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Content-Length"] == str(len(data))
    again = client.get("/documenten/jaarverslag.pdf", headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304
    head = client.head("/documenten/jaarverslag.pdf")
    assert (head.status_code, head.headers["Content-Length"], body(head)) == (200, str(len(data)), b"")
    assert body(client.get("/fr/documents/jaarverslag.pdf")) == data


def test_the_raw_address_of_a_file_is_no_page_either_and_a_drafts_file_is_private(client, editor):
    one = document()
    raw = f"/media/{one.file.name}"
    assert client.get(raw).status_code == 404
    assert client.get("/documenten/jaarverslag.pdf").status_code == 404
    publish(one, editor)
    response = client.get(raw)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    response.close()


def test_replacing_the_file_keeps_the_address_and_shows_only_when_published(client, editor):
    old, new = pdf(1), pdf(2)
    one = document(file=upload(old))
    publish(one, editor)
    first = client.get("/documenten/jaarverslag.pdf")
    etag = first.headers["etag"]
    assert body(first) == old
    one.file = upload(new)
    one.save()
    assert body(client.get("/documenten/jaarverslag.pdf")) == old
    publish(one, editor)
    response = client.get("/documenten/jaarverslag.pdf", headers={"if-none-match": etag})
    assert body(response) == new
    assert Document.published().get().page_count == 2


def test_an_old_address_redirects_and_a_withdrawn_document_says_why(client, editor):
    one = document()
    publish(one, editor)
    one.slug_nl = "verslag"
    one.save()
    publish(one, editor)
    response = client.get("/documenten/jaarverslag.pdf")
    assert (response.status_code, response.headers["Location"]) == (301, "/documenten/verslag.pdf")
    withdraw(one, editor, "Er stond een fout in.")
    response = client.get("/documenten/verslag.pdf")
    assert response.status_code == 410
    assert "Er stond een fout in." in response.content.decode()
    assert client.get(f"/media/{one.file.name}").status_code == 404


def test_a_file_that_was_lost_is_a_404(client, editor):
    one = document()
    publish(one, editor)
    one.file.storage.delete(one.file.name)
    assert client.get("/documenten/jaarverslag.pdf").status_code == 404


def test_nothing_is_published_without_a_file(editor):
    with pytest.raises(ValidationError) as refused:
        publish(document(file=""), editor)
    assert "file" in refused.value.message_dict


def attached(editor) -> tuple[Theme, Document]:
    theme, one = Theme.objects.get(slug_nl="regiomarketing"), document(file=upload(pdf(12, language="fr")))
    Document.objects.filter(pk=one.pk).update(size=1_800_000)
    one.refresh_from_db()
    ThemeDocument.objects.create(theme=theme, document=one)
    publish(theme, editor)
    return theme, one


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        ("nl", "pdf, 1,8\xa0MB, 12 bladzijden, frans"),
        ("fr", "pdf, 1,8\xa0Mo, 12 pages<"),
        ("en", "pdf, 1.8\xa0MB, 12 pages, French"),
    ],
)
def test_a_theme_lists_its_public_documents_in_the_terms_of_the_reader(client, editor, language, facts):
    theme, one = attached(editor)
    address = theme.get_absolute_url(language)
    assert "documents/jaarverslag.pdf" not in client.get(address).content.decode()
    assert "<dt>Document" not in client.get(address).content.decode()
    publish(one, editor)
    page = client.get(address).content.decode()
    assert "jaarverslag.pdf" in page
    assert facts in page


def test_an_update_shows_its_document_and_the_feed_encloses_it(client, editor):
    one = document()
    publish(one, editor)
    priority = Priority.objects.first()
    update = update_on(priority, title_nl="Nieuws")
    UpdateDocument.objects.create(update=update, document=one)
    publish(update, editor)
    assert "/documenten/jaarverslag.pdf" in client.get(priority.get_absolute_url("nl")).content.decode()
    tree = ET.fromstring(client.get("/feed/").content)  # noqa: S314  (our own answer)
    (link,) = tree.findall(".//{http://www.w3.org/2005/Atom}link[@rel='enclosure']")
    assert link.get("href").endswith("/documenten/jaarverslag.pdf")
    assert (link.get("type"), link.get("length")) == ("application/pdf", str(one.size))


def test_search_finds_a_document_by_its_title(client, editor):
    one = document()
    assert "jaarverslag.pdf" not in client.get("/zoeken/?q=jaarverslag").content.decode()
    publish(one, editor)
    assert "/documenten/jaarverslag.pdf" in client.get("/zoeken/?q=jaarverslag").content.decode()


def test_a_document_that_is_used_cannot_be_deleted(editor, editor_client):
    theme, one = attached(editor)
    assert live_users(one) == [theme]
    with pytest.raises(ProtectedError):
        one.delete()
    assert editor_client.post(f"/admin/priorities/document/{one.pk}/delete/", {"post": "yes"}).status_code == 403
    assert str(theme) in editor_client.get(f"/admin/priorities/document/{one.pk}/change/").content.decode()


@pytest.mark.parametrize("number", [1, 9])
def test_a_page_asks_as_often_with_one_as_with_nine_documents(client, editor, django_assert_max_num_queries, number):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    for each in range(number):
        one = document(slug_nl=f"d{each}")
        publish(one, editor)
        ThemeDocument.objects.create(theme=theme, document=one)
    publish(theme, editor)
    with django_assert_max_num_queries(7):
        assert client.get("/themas/regiomarketing/").content.decode().count(".pdf") == number
