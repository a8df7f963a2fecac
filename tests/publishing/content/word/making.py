"""Word files for tests, written as Word writes them: XML in a zip."""

import io
import zipfile
from collections.abc import Iterable

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)
STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Standaard"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Kop2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Kop3"><w:name w:val="heading 3"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Mijnkop"><w:name w:val="Mijn kop"/><w:basedOn w:val="Kop2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Citaat"><w:name w:val="Quote"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Inhopg1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="character" w:styleId="Geheim"><w:name w:val="Geheim"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Onder"><w:name w:val="Onder"/><w:basedOn w:val="Geheim"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Intern"><w:name w:val="Intern"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Leeg"><w:name w:val="Leeg"/><w:rPr>'
    '<w14:textFill xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w14:noFill/></w14:textFill>'
    "</w:rPr></w:style>"
    '<w:style w:type="character" w:styleId="Zwaar"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>'
)


def numbering(*levels: tuple[str, str], override: int | None = None) -> str:
    """Lists 1 and 2, both made by these levels (form, text); the second may begin anew."""
    made = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for place, (form, text) in enumerate(levels)
    )
    anew = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{override}"/></w:lvlOverride>' if override else ""
    return (
        f'<w:abstractNum w:abstractNumId="7">{made}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{anew}</w:num>'
    )


def run(text: str, look: str = "") -> str:
    """Words, with what is said of how they look."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, style: str = "", number: tuple[int, int] | None = None) -> str:
    """A paragraph of runs, or of plain words; `number` is its list and its level there."""
    said = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        said += f'<w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr>'
    inside = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p><w:pPr>{said}</w:pPr>{inside}</w:p>"


def note_reference(key: int, role: str = "footnote") -> str:
    """The place of a note."""
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{role}Reference w:id="{key}"/></w:r>'


def field(code: str, *shown: str) -> str:
    """A field with its code and what it shows."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        f"{mark.format('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>{mark.format('separate')}"
        f"{''.join(shown)}{mark.format('end')}"
    )


def picture(alt: str) -> str:
    """A run with a picture."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Afbeelding 1" descr="{alt}"/></wp:inline></w:drawing></w:r>'
    )


def cell(inside: str) -> str:
    """A cell of a table, of one paragraph."""
    return inside if inside.startswith("<w:tc") else f"<w:tc>{p(inside)}</w:tc>"


def table(*rows: Iterable[str], heads: int = 0) -> str:
    """A table of cells that are paragraphs; the first `heads` rows are its head."""
    made = ""
    for place, cells in enumerate(rows):
        head = "<w:trPr><w:tblHeader/></w:trPr>" if place < heads else ""
        made += f"<w:tr>{head}{''.join(map(cell, cells))}</w:tr>"
    return f"<w:tbl><w:tblPr/>{made}</w:tbl>"


def docx(
    *blocks: str,
    styles: str = STYLES,
    lists: str = "",
    notes: dict[int, str] | None = None,
    links: dict[str, str] | None = None,
    kind: str = MAIN,
    more: dict[str, str | bytes] | None = None,
    relations: str = "",
) -> bytes:
    """The bytes of a Word file with these blocks."""
    words = "".join(each if each.startswith("<") else p(each) for each in blocks)
    roles = {"styles": f"<w:styles {NAMESPACES}>{styles}</w:styles>"}
    if lists:
        roles["numbering"] = f"<w:numbering {NAMESPACES}>{lists}</w:numbering>"
    if notes:
        made = "".join(f'<w:footnote w:id="{key}">{text}</w:footnote>' for key, text in notes.items())
        line = '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        roles["footnotes"] = f"<w:footnotes {NAMESPACES}>{line}{made}</w:footnotes>"
    related = "".join(f'<Relationship Id="p{role}" Type="{R}/{role}" Target="{role}.xml"/>' for role in roles)
    related += "".join(
        f'<Relationship Id="{key}" Type="{R}/hyperlink" Target="{link}" TargetMode="External"/>'
        for key, link in (links or {}).items()
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="d" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{words}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}{relations}'
        "</Relationships>",
        "docProps/core.xml": "<p>Auteur Geheim</p>",
        **{f"word/{role}.xml": text for role, text in roles.items()},
        **(more or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return file.getvalue()
