"""The description of a page for search engines, and for whoever shares its address."""

import re
from dataclasses import replace

from django.utils.text import capfirst

from publishing.content.html import to_text
from publishing.i18n.languages import Text, resolve
from publishing.models import Publishable
from publishing.text.shortening import at_a_word, first_sentences

NAME = "RESOC Westhoek"
SITE = f" · {NAME}"  # the end of every title
SPACES = re.compile(r"[ \t\n\r\f]+")  # of HTML, not the ones that keep words together
LONGEST_DESCRIPTION = 160  # characters that a search engine shows
HEADING = re.compile(r"<h([2-6])\b[^>]*>.*?</h\1>", re.DOTALL)  # no sentence: it would run on into the next text
ANNOUNCING = re.compile(r"\s*:\s*\Z")  # a text that announces a list, which does not follow here


def about(obj: Publishable, *fields: str) -> Text:
    """The beginning of the first of these fields that has a text, by default of those that sum it up.

    Else a sentence with its name, and where that is in another language, just its name.
    """
    found = next((each for each in (resolve(obj, field) for field in fields or obj.summary_fields) if each), None)
    if found is None:
        found = resolve(obj, obj.title_field)
        if not found.fallback and (sentence := obj.in_a_sentence):
            return replace(found, value=at_a_word(sentence, LONGEST_DESCRIPTION))
        kind = "" if found.fallback else f"{obj.page_kind} · "
        return replace(found, value=at_a_word(f"{kind}{capfirst(found.shown)}{SITE}", LONGEST_DESCRIPTION))
    said = to_text(HEADING.sub("", found.value)) or to_text(found.value)
    said = SPACES.sub(" ", said).strip(" ")
    shown = ANNOUNCING.sub("", replace(found, value=said).shown)
    return replace(found, value=first_sentences(shown, LONGEST_DESCRIPTION))
