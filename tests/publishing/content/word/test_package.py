"""Files that are no Word file, or that would do harm: a sentence, and no more memory than a text needs."""

import io
import struct
import zipfile

import pytest
from django.utils.translation import override

from publishing.content.word import RefusedError, convert, package, reading
from tests.publishing.content.word.making import docx, note_reference, p, table

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "{}">]><a>&b;</a>'
OUTSIDE = BOMB.replace('b "{}"', 'b SYSTEM "file:///etc/passwd"')


def sentence(data: bytes) -> str:
    with pytest.raises(RefusedError) as raised:
        convert(data)
    return str(raised.value)


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return file.getvalue()


KINDS = {
    "a .doc": (OLE + "WordDocument".encode("utf-16-le"), package.OLD_WORD),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), package.PASSWORD),
    "an older sheet": (OLE + "Workbook".encode("utf-16-le"), package.NO_WORD_FILE),
    "macros": (docx("a", kind=MACROS), package.MACROS),
    "macros by another name": (docx("a", more={"word/vbaProject.bin": b"x"}), package.MACROS),
    "a PDF": (b"%PDF-1.7", package.NO_WORD_FILE),
    "nothing": (b"", package.NO_WORD_FILE),
    "text": (b"Beste", package.NO_WORD_FILE),
    "another zip": (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), package.NO_WORD_FILE),
    "half a file": (docx("a")[:300], package.BROKEN),
    "broken XML": (docx("a", more={"word/document.xml": "<w:document"}), package.BROKEN),
    "an entity": (docx("a", more={"word/document.xml": BOMB.format("x")}), package.BROKEN),
    "a file outside": (docx("a", more={"word/styles.xml": OUTSIDE}), package.BROKEN),
}


@pytest.mark.parametrize(("data", "expected"), KINDS.values(), ids=KINDS)
def test_each_other_file_has_a_sentence(data, expected):
    assert sentence(data) == str(expected)


def test_the_sentences_are_in_the_language_of_the_reader():
    said = (package.NO_WORD_FILE, package.OLD_WORD, package.PASSWORD, package.MACROS, package.BROKEN, package.TOO_MUCH)
    for language in ("nl", "fr"):
        for each in said:
            with override("en"):
                english = str(each)
            with override(language):
                assert str(each) != english


def test_a_file_that_is_too_large_is_not_opened():
    assert "25 MB" in sentence(b"PK" + b"\0" * 25_000_001)


def test_a_part_that_unpacks_to_too_much_is_not_read():
    parts = {"word/styles.xml": b" " * (package.MAX_PART + 1)}
    assert sentence(docx("a", more=parts)) == str(package.TOO_MUCH)


def test_one_part_that_is_named_a_thousand_times_is_not_read_so_often():
    role = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"
    named = "".join(f'<Relationship Id="h{n}" Type="{role}" Target="header1.xml"/>' for n in range(1000))
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{named}</Relationships>'
    )
    header = b"<w>" + b" " * 10_000_000 + b"</w>"
    large = docx("a", more={"word/_rels/document.xml.rels": rels, "word/header1.xml": header})
    assert sentence(large) == str(package.TOO_MUCH)


def test_a_part_that_lies_about_its_size_is_read_no_further_than_it_says():
    data = bytearray(docx("a", more={"word/styles.xml": b" " * 3_000_000}))
    place = data.index(b"PK\x01\x02")
    while data[place + 46 : place + 46 + 15] != b"word/styles.xml":
        place = data.index(b"PK\x01\x02", place + 4)
    struct.pack_into("<I", data, place + 24, 100)
    assert sentence(bytes(data)) == str(package.BROKEN)


def test_many_parts_and_much_that_is_not_read_are_refused():
    assert sentence(docx("a", more={f"x/{n}": b"" for n in range(package.MAX_PARTS)})) == str(package.TOO_MUCH)
    assert sentence(docx("a", more={"x": b"\0" * 60_000_000})) == str(package.TOO_MUCH)


def test_a_list_of_parts_that_claims_to_be_huge_is_not_read():
    data = bytearray(docx("a"))
    struct.pack_into("<I", data, data.rindex(b"PK\x05\x06") + 12, 0xFFFFFFFF)
    assert sentence(bytes(data)) == str(package.TOO_MUCH)


def test_elements_too_deep_in_each_other_and_too_many_are_refused(monkeypatch):
    deep = "<w:smartTag>" * 1000 + "</w:smartTag>" * 1000
    assert sentence(docx("a", deep)) == str(package.TOO_LONG)
    monkeypatch.setattr(package, "MAX_ELEMENTS", 100)
    assert sentence(docx(*["a"] * 50)) == str(package.TOO_LONG)


def test_a_text_of_more_pieces_than_a_page_holds_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_PIECES", 20)
    assert sentence(docx(*["a"] * 11)) == str(package.TOO_LONG)
    assert sentence(docx(table(["a"] * 7))) == str(package.TOO_LONG)
    assert sentence(docx(p("a", *[note_reference(1)] * 10), notes={1: p("n")})) == str(package.TOO_LONG)


def test_tables_within_tables_within_tables_end_as_paragraphs():
    nested = p("binnen")
    for _depth in range(30):
        nested = f"<w:tbl><w:tr><w:tc>{nested}</w:tc></w:tr></w:tbl>"
    assert convert(docx(nested)).html.count("<table>") == 3


def test_values_that_no_document_has_do_no_harm():
    odd = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="99999999999"/><w:numId w:val="-1"/></w:numPr>'
        '<w:outlineLvl w:val="x"/></w:pPr>'
        '<w:r><w:rPr><w:sz w:val="∞"/><w:vertAlign/><w:rStyle/></w:rPr><w:t>a</w:t><w:sym w:char="ZZ"/>'
        '<w:footnoteReference/><w:fldChar/><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        '<w:tbl><w:tr/><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000"/><w:vMerge/></w:tcPr></w:tc></w:tr></w:tbl>'
    )
    assert convert(docx(odd)).html.startswith("<p>a</p>")


def test_styles_based_on_each_other_come_to_an_end():
    style = '<w:style w:type="paragraph" w:styleId="{}"><w:basedOn w:val="{}"/></w:style>'
    made = convert(docx(p("a", style="A"), styles=style.format("A", "B") + style.format("B", "A")))
    assert made.html == "<p>a</p>"
