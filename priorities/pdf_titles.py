"""Recognises meaningless titles in PDF files: a file name, a path, or what a program writes by itself."""

import re
import unicodedata

from publishing.search.text import tidy
from publishing.text.transliteration import to_ascii

MAX_TITLE = 200  # characters

BY_PROGRAM = re.compile(r"^(microsoft (office )?)?(word|excel|powerpoint|publisher|visio)\s+-\s+", re.I)
ENDING = re.compile(
    r"\.(pdf|docx?|docm|dotx?|odt|ott|rtf|txt|md|pages|wp[ds]|tex|dvi|e?ps|ai|indd|idml|inx|indt|qx[dp]|pub|psd|svg|cdr"
    r"|af(pub|design|photo)|sla|pp[ts]x?|pptm|odp|key|xls[xmb]?|od[sg]|numbers|csv|html?|xml|xps|oxps|epub|jpe?g|png|gif"
    r"|tiff?|bmp|webp|hei[cf]|vsdx?|dwg|dxf|msg|eml|tmp|bak|wmf|emf|mdi|php|aspx?|jsp|zip)(\s*\(?\d*\)?)?$",
    re.I,
)
PATH = re.compile(r"^([a-z]:[\\/]|\\\\|\.{0,2}/|~/|file:|https?:|about:)|\\", re.I)
# What scanners and cameras call what they make.
NUMBERED = re.compile(
    r"^(scan|scn|skm|kmbt|img|dsc|ccf|fax|mfp|mfd|xerox|doc|document|sharp|canon|hp|epson)[\s_-]?\w*\d{3,}\w*$"
)
# Programs name a new file in the language of their menus: here in Dutch, French, English and German.
PROGRAMS_WORDS = set(
    """
    naamloos naamloze zonder titel titelloos nieuw nieuwe nieuwste afdruk afdrukken afdruktaak gescand gescande
    tekening afbeelding map werkmap werkblad blad rekenblad dia diavoorstelling publicatie presentatie document
    documenten sans titre nom nouveau nouvelle diapositive diaporama classeur feuille calcul de numerise
    numerisee numerisation impression imprimer dessin presentation image publication untitled no title of
    unnamed unspecified anonymous new blank slide workbook worksheet spreadsheet sheet book print printing
    printout job scan scanned drawing layout page pages file copy kopie copie fax test word excel powerpoint
    microsoft office openoffice libreoffice writer impress calc google docs pdf doc docx ppt adobe indesign
    illustrator photoshop acrobat canva quarkxpress publisher keynote numbers remote desktop redirected printer
    unbenannt unbenannte unbenanntes ohne namenlos neue neues neuer dokument prasentation folie mappe
    arbeitsmappe tabelle blatt drucken druckauftrag druck gescanntes zeichnung bild kein none null default
    template sjabloon modele vorlage
""".split()  # noqa: SIM905  (as a list it fills ninety lines)
)


def meaningful(title: str) -> str:
    """`title` as one line, without what a program put before it; "" when it is none that a reader could use."""
    text = "".join(letter for letter in tidy(title) if letter.isprintable()).strip()[:MAX_TITLE]
    text = BY_PROGRAM.sub("", text).strip()
    plain = to_ascii(unicodedata.normalize("NFKC", text)).casefold().strip(" \t<>()[]{}\"'.-_*")
    if ENDING.search(text) or PATH.search(text) or NUMBERED.match(plain):
        return ""
    if "_" in text and " " not in text:  # a file name that lost its ending
        return ""
    words = re.findall(r"[^\W\d_]+", plain)
    number = "".join(re.findall(r"\d+", plain))
    says_nothing = all(word in PROGRAMS_WORDS for word in words) and len(number) < 4
    return "" if says_nothing or not words else text
