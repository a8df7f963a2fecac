"""The template tag that shows a picture of published content."""

from django import template
from django.db import models
from django.template import Context
from django.utils.html import format_html

from publishing.files.fields import Companions, PictureFile
from publishing.files.variants import FORMATS
from publishing.i18n.languages import Text, resolve

register = template.Library()
BARE_WIDTH = 320  # CSS pixels; the sheet makes a picture as wide as its place


@register.inclusion_tag("includes/picture.html", takes_context=True)
def picture(context: Context, obj: models.Model, field: str, sizes: str, first: bool = False) -> dict[str, object]:
    """The picture in `field` of `obj`, which has one; no picture is opened for it.

    `sizes` is how wide it is shown, as in HTML. `first` is for what stands in the first view:
    it is fetched at once. The description comes from `<field>_alt`; it is empty when there is
    none or the picture is decorative. Whether its sizes were made nobody asks: `media` makes what
    is missing, and knows the largest size of a picture whose own size no column tells.
    """
    file: PictureFile = getattr(obj, field)
    beside = Companions(field)
    alt = Text("") if getattr(obj, beside.decorative, False) else resolve(obj, beside.description)
    shown: dict[str, object] = {"sizes": sizes, "first": first, "alt": alt.value}
    shown["lang"] = format_html(' lang="{}"', alt.language) if alt and alt.fallback else ""
    # Readers of a draft by a share link may see its pictures by the same link.
    share = f"?share={context['share'].token}" if context.get("share") else ""
    cut = file.cut
    if not cut:
        return shown | {"url": file.url + share}

    def url(name: str) -> str:
        return file.storage.url(name) + share

    # What a browser goes by before, or without, a style sheet: its shape, no wider than a telephone.
    width, height = cut.sizes[-1]
    if width > BARE_WIDTH:
        width, height = BARE_WIDTH, round(height * BARE_WIDTH / width)
    sources = [
        (f"image/{kind}", ", ".join(f"{url(cut.name(each, kind))} {each}w" for each, _height in cut.sizes))
        for kind in FORMATS
    ]
    return shown | {"url": url(cut.largest), "width": width, "height": height, "sources": sources}
