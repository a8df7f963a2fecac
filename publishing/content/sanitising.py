"""The HTML that rich text may have; anything else that is typed, pasted or sent goes."""

import re
from functools import cache
from typing import Any
from urllib.parse import unquote

from publishing.content.internal_links import SCHEME, target_of
from publishing.i18n.languages import is_blank
from publishing.text import phones
from publishing.text.cleaning import EMPTY_PARAGRAPH, clean_html, clean_reference

# What others write for what we have: the words keep their meaning.
SAME = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
OTHER_TAG = re.compile(rf"(</?)({'|'.join(SAME)})(?=[\s/>])", re.IGNORECASE)
BARE = re.compile(r"www\.[\w-]+\.", re.IGNORECASE)  # what browsers would take for a page of this site
LINK_WITHOUT_ADDRESS = re.compile(r"<a>((?:(?!<a[ >]).)*?)</a>", re.DOTALL)  # with no other link in it
PASSES = 10  # more than any text needs to stay as it is


def sanitised(html: str) -> str:
    """`html` without anything but the elements that `EXTENSIONS` makes; "" when nothing would be read."""
    clean = OTHER_TAG.sub(lambda tag: tag[1] + SAME[tag[2].lower()], clean_html(html))
    for _pass in range(PASSES):  # what a link stood around may be read otherwise without it
        before = clean
        clean = clean_html(_cleaner().clean(clean))
        clean = EMPTY_PARAGRAPH.sub("", LINK_WITHOUT_ADDRESS.sub(r"\1", clean))
        if clean == before:
            break
    return "" if is_blank(clean) else clean.strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value that an attribute keeps; None takes it away."""
    if name == "href" and (plain := _as_browsers_read(value)).casefold().startswith(f"{SCHEME}:"):
        href = f"{SCHEME}:{plain.partition(':')[2]}"
        return href if target_of(href) else None
    if name == "href":
        return _whole(clean_reference(value)) or None
    if name == "type":  # of a numbered list: letters or Roman numbers
        return value if value in ("a", "A", "i", "I") else None
    most = 6 if name == "start" else 3  # digits
    if name in ("colspan", "rowspan", "start") and not (value.isdecimal() and len(value) <= most):
        return None
    return value


def _whole(address: str) -> str:
    """`address` with the scheme that a web address lacks; a telephone number as it is dialled from anywhere."""
    plain = _as_browsers_read(address)
    if BARE.match(plain):
        return f"https://{plain}"
    scheme, _colon, number = plain.partition(":")
    if scheme.casefold() != "tel":
        return address
    return phones.dialled(unquote(number)) or address


def _as_browsers_read(address: str) -> str:
    """`address` without what browsers skip in one (WHATWG URL 4.4)."""
    return re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))


@cache
def _cleaner() -> Any:
    import nh3  # only now: a worker that only serves pages sanitises nothing

    return nh3.Cleaner(
        tags={"p", "br", "strong", "em", "h2", "h3", "ul", "ol", "li", "blockquote", "a", "sup", "sub", "small"}
        | {"table", "thead", "tbody", "tr", "th", "td"},
        attributes={
            "*": set(),
            "a": {"href"},
            "ol": {"start", "type"},
            "th": {"colspan", "rowspan"},
            "td": {"colspan", "rowspan"},
        },
        url_schemes={"http", "https", "mailto", "tel", SCHEME},
        link_rel=None,
        attribute_filter=_attribute,
    )
