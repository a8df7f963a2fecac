"""Rich text: its permitted HTML and the options of its editor; pure functions on HTML.

`<small>` is a footnote, which stands where it belongs; `long_texts` puts it below the text.

The editor is django-prose-editor; our own parts of it are in `static/publishing/js/editor/` of this app.
"""

import re
from collections import Counter

from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from publishing.content.html import to_text
from publishing.content.internal_links import SCHEME

# The names of the buttons in the bar of the editor, and what its dialogs say.
BUTTONS = {
    "heading2": _("Heading"),
    "heading3": _("Smaller heading"),
    "bulletList": _("List"),
    "orderedList": _("Numbered list"),
    "blockquote": _("Quote"),
    "bold": _("Bold"),
    "italic": _("Italic"),
    "subscript": _("Subscript"),
    "superscript": _("Superscript"),
    "footnote": _("Footnote"),
    "link": _("Link"),
    "table": _("Table"),
    "table:addColumnAfter": _("Add a column"),
    "table:deleteColumn": _("Remove this column"),
    "table:addRowAfter": _("Add a row"),
    "table:deleteRow": _("Remove this row"),
    "table:mergeCells": _("Join these cells"),
    "table:splitCell": _("Split this cell"),
    "table:toggleHeaderCell": _("Header cell"),
    "table:deleteTable": _("Remove the table"),
    "history:undo": _("Undo"),
    "history:redo": _("Redo"),
}
LINK_WORDS = {
    "title": _("Link"),
    "label": _("Page of this site, or web address, e-mail address or telephone number"),
    "help": _("Type a part of the name of the page and choose it from the list."),
    "none": _("No page has this in its name."),
    "count": _("Pages found: %s"),
    "invalid": _("Choose a page from the list, or give a whole address such as https://www.example.org."),
    "failed": _("The list of pages can’t be reached. Try again, or give the address."),
    "save": _("Make link"),
    "remove": _("Remove link"),
    "cancel": _("Cancel"),
}
# What is said of pasted text that was not taken over as it was.
PASTE_WORDS = {
    "title": _("Left out or changed while pasting"),
    "close": _("Close this notice"),
    "comment": _("Comments"),
    "deleted": _("Deleted or crossed-out text"),
    "hidden": _("Hidden text"),
    "picture": _("Pictures"),
    "textbox": _("Text boxes"),
    "embed": _("Videos, forms and other parts that a text can’t hold"),
    "footnote": _("Footnotes, which are ordinary text now"),
    "table": _("Cells that don’t fit in this table. Put the cursor outside the table and paste again"),
    "upload": _("Add it in “%s”"),
    "use": _("Use it as “%s”"),
    "homeless": _("This page has no place for a picture."),
}
# The text of a Word file, and what of it was not taken over.
LARGEST_WORD_FILE = 25_000_000  # bytes; the server refuses what is larger too
WORD_WORDS = {
    **{kind: PASTE_WORDS[kind] for kind in ("comment", "deleted", "hidden", "picture", "textbox", "embed")},
    **{kind: PASTE_WORDS[kind] for kind in ("upload", "use", "homeless", "close")},
    "choose": _("Text from Word…"),
    "reading": _("Reading the file…"),
    "done": _("The text of “%s” stands here now. Nothing is saved yet: read it, then click Save."),
    "whole": _("Everything was taken over."),
    "title": _("Left out:"),
    "back": _("Put back what stood here"),
    "failed": _("The file could not be read by the site. Look whether you are connected and signed in, and try again."),
    "large": _("This file is too large. Choose a Word file of at most 25 MB."),
    "formula": _("Formulas"),
    "name": _("The title: a page has its own above the text"),
    "contents": _("Table of contents: the site makes its own"),
    "header": _("Words at the top or the bottom of each page"),
    "metadata": _("What the file says of itself, such as the name of its author"),
}
FOOTNOTE_WORDS = {"new": _("Text of the note")}
KEYBOARD_WORDS = {"table": _("Tab goes to the next cell. Press Escape and then Tab to leave the text.")}
MENU = ["headings", "lists", "nodes -blockType -lists", "marks", "link", "table", "history"]
EXTENSIONS: dict[str, object] = {
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "Footnote": {"words": FOOTNOTE_WORDS},
    "HardBreak": True,
    "Paragraph": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Link": {
        "enableTarget": False,
        "defaultProtocol": "https",
        "scheme": SCHEME,
        "url": reverse_lazy("link_targets"),
        "words": LINK_WORDS,
    },
    "History": True,
    "NoSpellCheck": False,
    "Menu": {"groups": [{"group": group} for group in MENU], "labels": BUTTONS, "label": _("Layout of the text")},
    "CleanPaste": {"words": PASTE_WORDS},
    "LeaveByTab": {"words": KEYBOARD_WORDS},
    "WordFile": {"words": WORD_WORDS, "most": LARGEST_WORD_FILE},
}

# For who may not see which pages there are: a link takes an address.
GUEST_EXTENSIONS: dict[str, object] = EXTENSIONS | {
    "Link": {
        "enableTarget": False,
        "defaultProtocol": "https",
        "scheme": SCHEME,
        "words": LINK_WORDS
        | {
            "label": _("Web address, e-mail address or telephone number"),
            "help": "",
            "invalid": _("Give a whole address such as https://www.example.org."),
            "own": _("a page of this site"),
        },
    }
}

HEADINGS = re.compile(r"<h[23]\b[^>]*>(.*?)</h[23]>", re.DOTALL)


def with_scrolling_tables(html: str, language: str) -> SafeString:
    """Sanitised `html`, each table in a box of its own that scrolls, also by keyboard, where it is too wide.

    The box is named by the heading above it, so that who hears the page tells one table from another; the second of a
    name has a number.
    """
    if "<table>" not in html:
        return mark_safe(html)  # noqa: S308
    heading, parts = "", []
    seen: Counter[str] = Counter()
    for part in re.split(r"(?=<table>)|(?<=</table>)", html):
        if part.startswith("<table>"):
            with override(language):
                name = gettext("Table: %s") % heading if heading else gettext("Table")
            seen[name] += 1
            name += f" ({seen[name]})" if seen[name] > 1 else ""
            box = format_html('<div class="scroll" tabindex="0" role="region" aria-label="{}">', name)
            parts.append(f"{box}{part}</div>")
        else:
            found = HEADINGS.findall(part)
            heading = to_text(found[-1]).replace("\N{SOFT HYPHEN}", "").strip() if found else heading
            parts.append(part)
    return mark_safe("".join(parts))  # noqa: S308
