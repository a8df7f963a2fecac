"""PDF files for tests, harmless and not."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from priorities.models import Document


def zipped() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "%PDF-1.7")
    return data.getvalue()


def launch(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")})
    writer.root_object[NameObject("/OpenAction")] = action


def script(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")})
    writer.root_object[NameObject("/OpenAction")] = action


def link_launch(writer: PdfWriter) -> None:
    link = Link(rect=(0, 0, 50, 50), url="https://example.org")
    link[NameObject("/A")] = DictionaryObject({NameObject("/S"): NameObject("/Launch")})
    writer.add_annotation(0, link)


def made(value):
    """`value` as the objects of a PDF."""
    if isinstance(value, dict):
        return DictionaryObject({NameObject(key): made(each) for key, each in value.items()})
    if isinstance(value, list):
        return ArrayObject([made(each) for each in value])
    return NameObject(value) if value.startswith("/") and " " not in value else TextStringObject(value)


def opens_with(**action):
    """A change that has this happen when the file is opened."""
    action = {f"/{key}": value for key, value in action.items()}
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): made(action)})


def on_page(**entries):
    """A change that gives the first page these entries."""
    entries = {NameObject(f"/{key}"): made(value) for key, value in entries.items()}
    return lambda writer: writer.pages[0].update(entries)


def annotated(**entries):
    """A change that gives the first page an annotation."""
    return on_page(Annots=[{"/Type": "/Annot"} | {f"/{key}": value for key, value in entries.items()}])


def hidden_behind_a_number(writer: PdfWriter) -> None:
    """The name of the action stands elsewhere in the file."""
    name = writer._add_object(NameObject("/Launch"))
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/S"): name})


URI = {"/S": "/URI", "/URI": "https://example.org"}
SHARE = "\\\\host\\share"


def pdf(pages=3, title="", language="", change=None) -> bytes:
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(100, 100)
    if title:
        writer.add_metadata({"/Title": title})
    if language:
        writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    if change:
        change(writer)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def upload(data: bytes, name="verslag.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/pdf")


def document(**values) -> Document:
    values = {"title_nl": "Jaarverslag één", "slug_nl": "jaarverslag", "file": upload(pdf())} | values
    return Document.objects.create(**values)


def body(response) -> bytes:
    """What was sent; the file is closed, and not the connection to the database of this test."""
    sent = b"".join(response.streaming_content) if response.streaming else response.content
    for close in response._resource_closers:
        close()
    return sent


def xmp(titles: dict[str, str], language: str = "", info: str = "") -> bytes:
    """A PDF that says in XMP what it is called."""
    words = "".join(f'<rdf:li xml:lang="{code}">{title}</rdf:li>' for code, title in titles.items())
    spoken = f"<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>" if language else ""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title><rdf:Alt>{words}</rdf:Alt></dc:title>{spoken}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )

    def change(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(packet.encode())
        stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
        writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)

    return pdf(title=info, change=change)
