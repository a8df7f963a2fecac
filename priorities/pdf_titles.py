"""Recognises meaningless titles in PDF files: a file name, a path, or what a program writes by itself."""

import re
import unicodedata

from publishing.search.text import tidy
from publishing.text.transliteration import to_ascii

MAX_TITLE = 200  # characters

BY_PROGRAM = re.compile(r"^(microsoft (office )?)?(word|excel|powerpoint|publisher|visio)\s+-\s+", re.I)
# What the title of a window has behind the name of a file.
BEHIND = re.compile(
    r"\s+[-–—]\s+(google\s\w+|((microsoft|libreoffice|openoffice(\.org)?)\s)?(word|excel|powerpoint|writer|calc|impress"
    r"|kladblok|notepad|wordpad))$"
    r"|\s*\[(alleen-lezen|compatibiliteitsmodus|beveiligde weergave|read-only|compatibility mode|protected view"
    r"|lecture seule|mode de compatibilité|mode protégé|schreibgeschützt|kompatibilitätsmodus)\]$",
    re.I,
)
ENDING = re.compile(
    r"\.(pdf|docx?|docm|dotx?|odt|ott|rtf|txt|md|pages|wp[ds]|tex|dvi|e?ps|ai|indd|idml|inx|indt|qx[dp]|pub|psd|svg|cdr"
    r"|af(pub|design|photo)|sla|pp[ts]x?|pptm|odp|key|xls[xmb]?|od[sg]|gdoc|gsheet|gslides|numbers|csv|html?|xml|xps|oxps|epub"
    r"|jpe?g|png|gif|tiff?|bmp|webp|hei[cf]|vsdx?|dwg|dxf|msg|eml|tmp|bak|wmf|emf|mdi|php|aspx?|jsp|zip)(\s*\(?\d*\)?)?\.?$",
    re.I,
)
PATH = re.compile(r"^([a-z]:[\\/]|\\\\|\.{0,2}/|~/|file:|https?:|about:|www\.\S+$)|\\|\S%20\S", re.I)
HYPHENS_FOR_SPACES = re.compile(r"[^\W_A-Z]+(-[^\W_A-Z]+){2,}")  # a file name for the web: `advies-mobiliteit-def`
# What a model says where the title will stand: "Klik om de titel te bewerken".
PLACE_FOR_TITLE = re.compile(
    r"^\W*(klik|click|cliquez|typ|type|tapez|entrez|voer|enter|insert)\b.*\b(titel|title|titre)\b", re.I
)
# What scanners and cameras call what they make.
NUMBERED = re.compile(
    r"^((scan|scn|skm|kmbt|img|dsc|ccf|fax|mfp|mfd|xerox|doc|document|sharp|canon|hp|epson)[\s_-]?\w*\d{3,}\w*"
    r"|d:?\d{8,}\S*)$"
)
MONTHS = set(
    """
    januari februari maart april mei juni juli augustus september oktober november december jan feb mrt apr jun jul aug
    sep sept okt nov dec janvier fevrier mars avril mai juin juillet aout octobre novembre decembre january february
    march may june july august october
""".split()  # noqa: SIM905
)
PROGRAMS = set("microsoft office word excel powerpoint adobe acrobat distiller libreoffice openoffice".split())  # noqa: SIM905
OF_PEOPLE = set("presentatie presentation publicatie publication test".split())  # noqa: SIM905  (with a date a title)
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
    template sjabloon modele vorlage feuil opmaak ontwerp design naam name van het the een distiller camscanner
    genius lens outlook memo style kladblok notepad bloc notes wordpad to sin titulo senza titolo
""".split()  # noqa: SIM905  (as a list it fills ninety lines)
)


def meaningful(title: str) -> str:
    """`title` as one line, without what a program put before it; "" when it is none that a reader could use."""
    text = "".join(letter for letter in tidy(title) if letter.isprintable()).strip()[:MAX_TITLE]
    text = BY_PROGRAM.sub("", text).strip()
    while (shorter := BEHIND.sub("", text)) != text:
        text = shorter
    plain = to_ascii(unicodedata.normalize("NFKC", text)).casefold().strip(" \t<>()[]{}\"'.-_*")
    if any(pattern.search(text) for pattern in (ENDING, PATH, PLACE_FOR_TITLE)) or NUMBERED.match(plain):
        return ""
    if ("_" in text and " " not in text) or HYPHENS_FOR_SPACES.fullmatch(text):  # a file name that lost its ending
        return ""
    return "" if _says_nothing(plain) else text


def _says_nothing(plain: str) -> bool:
    """Whether a title in small letters has only words of programs, and no number that people would name it by."""
    words = re.findall(r"[^\W\d_]+", plain)
    number = "".join(re.findall(r"\d+", plain))
    if not words or all(word in PROGRAMS for word in words):
        return True
    undated = [word for word in words if word not in MONTHS]
    is_dated = len(number) >= 8 or (len(number) >= 5 and len(undated) < len(words))  # by the day it was scanned
    known = PROGRAMS_WORDS - OF_PEOPLE if is_dated else PROGRAMS_WORDS
    return (is_dated or len(number) < 4) and all(word in known for word in undated)
