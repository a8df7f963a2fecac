"""The template tag that shows a picture of published content."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html

from publishing.fields import PictureFile
from publishing.languages import Text, resolve
from publishing.pictures import FORMATS
from publishing.storage import is_remote

register = template.Library()


@register.inclusion_tag("includes/picture.html", takes_context=True)
def picture(context: Context, obj: Any, field: str, sizes: str, first: bool = False) -> dict[str, Any]:
    """The picture in `field` of `obj`, which has one; no picture is opened for it.

    `sizes` is how wide it is shown, as in HTML. `first` is for what stands in the first view:
    it is fetched at once. The description comes from `<field>_alt`; it is empty when there is
    none or the picture is decorative. Whether its sizes were made is asked of a folder only: no
    page waits for a bucket, and who asks for a size that is not there gets the original.
    """
    file: PictureFile = getattr(obj, field)
    alt = Text("") if getattr(obj, f"{field}_is_decorative", False) else resolve(obj, f"{field}_alt")
    shown: dict[str, Any] = {"sizes": sizes, "first": first, "alt": alt.value}
    shown["lang"] = format_html(' lang="{}"', alt.language) if alt and alt.fallback else ""
    # Who reads a draft by a share link may see its pictures by the same link.
    share = f"?share={context['share'].token}" if context.get("share") else ""
    cut = file.cut
    if not (cut and (is_remote(file.storage) or cut.is_made(file.storage))):
        width, height = cut.size if cut else (None, None)
        return shown | {"url": file.url + share, "width": width, "height": height}

    def url(name: str) -> str:
        return file.storage.url(name) + share

    width, height = cut.sizes[-1]
    sources = [
        (f"image/{kind}", ", ".join(f"{url(cut.name(each, kind))} {each}w" for each, _height in cut.sizes))
        for kind in FORMATS
    ]
    return shown | {"url": url(cut.name(width, "jpg")), "width": width, "height": height, "sources": sources}
