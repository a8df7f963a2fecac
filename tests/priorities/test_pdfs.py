import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from pypdf.generic import (
    NameObject,
)

from tests.priorities.pdf_files import (
    SHARE,
    URI,
    annotated,
    document,
    hidden_behind_a_number,
    made,
    on_page,
    opens_with,
    pdf,
    script,
    upload,
    xmp,
    zipped,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "change",
    [
        opens_with(S="/URI", URI="https://example.org"),
        opens_with(S="/GoToR", F="other.pdf"),
        opens_with(S="/GoTo", D=[], Next=URI),
        opens_with(S="/GoTo", D=[], Next=[{"/S": "/Named", "/N": "/Print"}, URI]),
        opens_with(S="/SubmitForm", F="https://example.org"),
        hidden_behind_a_number,
        on_page(AA={"/O": URI}),
        annotated(Subtype="/Widget", AA={"/E": URI}),
        annotated(Subtype="/Link", A={"/S": "/SubmitForm", "/F": "https://example.org"}),
        annotated(Subtype="/Link", A={"/S": "/GoToE", "/F": "a.pdf"}),
        annotated(Subtype="/Link", A={"/S": "/GoToR", "/F": SHARE}),
        annotated(Subtype="/Link", A={"/S": "/GoToR", "/F": {"/Type": "/Filespec", "/UF": SHARE}}),
        annotated(Subtype="/Link", A={"/S": "/URI", "/URI": "file://host/share"}),
        annotated(Subtype="/Link", A={"/S": "/URI", "/URI": "FILE:" + SHARE}),
        annotated(Subtype="/RichMedia"),
        annotated(Subtype="/Screen"),
        annotated(Subtype="/3D"),
        lambda writer: writer.root_object.update({NameObject("/AcroForm"): made({"/XFA": ["template", "<script>"]})}),
    ],
)
def test_a_pdf_that_does_more_than_being_read_is_refused(change):
    with translation.override("en"), pytest.raises(ValidationError, match="action that starts by itself"):
        document(file=upload(pdf(change=change)))


@pytest.mark.parametrize(
    "change",
    [
        opens_with(S="/GoTo", D=["/Fit"]),
        opens_with(S="/Named", N="/FirstPage"),
        annotated(Subtype="/Link", A=URI),
        annotated(Subtype="/Link", A={"/S": "/URI", "/URI": "file:///C:/verslag.docx"}),
        annotated(Subtype="/Link", A={"/S": "/GoToR", "/F": "bijlage.pdf"}),
        annotated(Subtype="/Widget", FT="/Tx"),
    ],
)
def test_a_pdf_with_links_and_a_place_to_begin_is_taken(change):
    assert document(file=upload(pdf(change=change))).page_count == 3


def test_a_pdf_tells_its_title_language_size_and_pages():
    data = pdf(12, "Evaluatie van het Streekpact", "fr-BE")
    found = document(title_nl="", slug_nl=None, file=upload(data))
    assert (found.title_nl, found.slug_nl) == ("Evaluatie van het Streekpact", "evaluatie-van-het-streekpact")
    assert (found.language, found.page_count, found.size) == ("fr", 12, len(data))


@pytest.mark.parametrize(
    ("data", "title", "language"),
    [
        (xmp({"x-default": "Verslag uit XMP"}, "fr"), "Verslag uit XMP", "fr"),
        (xmp({"x-default": "A b", "nl-BE": "Het verslag"}, "nl"), "Het verslag", "nl"),
        (xmp({"de": "Der Bericht"}), "Der Bericht", ""),
        (xmp({"x-default": "Verslag uit XMP"}, "en-GB", info="Naamloos"), "Verslag uit XMP", "en"),
        (xmp({"x-default": "Uit XMP"}, info="Eigen titel"), "Eigen titel", ""),
        (xmp({"x-default": "nota.docx"}), "", ""),
        (xmp({"x-default": "a & b"}), "", ""),  # no XML
    ],
)
def test_title_and_language_are_read_from_xmp_too(data, title, language):
    found = document(title_nl="", slug_nl=None, file=upload(data))
    assert (found.title_nl, found.language, found.page_count) == (title, language, 3)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_opens_for_everybody_is_taken_although_it_may_not_be_changed(algorithm):
    data = pdf(
        title="Jaarverslag 2026", language="nl", change=lambda writer: writer.encrypt("", "geheim", algorithm=algorithm)
    )
    found = document(title_nl="", slug_nl=None, file=upload(data))
    assert (found.title_nl, found.language, found.page_count) == ("Jaarverslag 2026", "nl", 3)
    with pytest.raises(ValidationError):
        document(file=upload(pdf(change=lambda writer: (script(writer), writer.encrypt("", "x", algorithm=algorithm)))))


@pytest.mark.parametrize("before", [b"", b"\n", b"\r\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\0" * 20])
@pytest.mark.parametrize("after", [b"", b"\0" * 3000, b"\r\n" * 600, b" \n\0" * 70_000])
def test_blank_bytes_around_a_pdf_do_no_harm(before, after):
    assert document(file=upload(before + pdf() + after)).page_count == 3


@pytest.mark.parametrize(
    "after", [b"% " + b"x" * 3000, b"\n<!-- " + b"served in 3 ms " * 200 + b" -->\n", b"\xff" * 4000]
)
def test_rubbish_behind_a_pdf_that_readers_pass_over_does_no_harm(after):
    assert document(file=upload(pdf() + after)).page_count == 3


@pytest.mark.parametrize(
    "data", [pdf() + b"x" * 5000, pdf()[:-40] + b"x" * 3000, pdf() + zipped(), pdf() + zipped() + b"\n" * 9000]
)
def test_a_pdf_that_may_be_cut_off_or_is_an_archive_too_is_refused(data):
    with translation.override("en"), pytest.raises(ValidationError, match="damaged"):
        document(file=upload(data))
