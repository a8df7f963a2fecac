"""Widgets of forms about published content; they work without a script, and outside the admin."""

import re
from typing import Any

from django.contrib.admin.widgets import AdminFileWidget
from django.forms import Media, Textarea
from django.forms.widgets import Script
from phonenumber_field.phonenumber import to_python
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from publishing import phones
from publishing.fields import PictureFile
from publishing.models import Revision, RevisionFile


class LongLine(Textarea):
    """A box in which one sees all of a text that is one line, such as a title, however long."""

    def __init__(self) -> None:
        super().__init__({"class": "vTextField", "rows": 1})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return re.sub(r"\s*[\r\n]+\s*", " ", value.strip()) if value else value


class PictureInput(AdminFileWidget):
    """A file input that shows the picture it holds, and whether visitors see it.

    A script lets one click on the middle of the picture, for which there are two number
    fields beside this one: `photo_focus_x` and `photo_focus_y` of `photo`.
    """

    ratio = (3, 2)
    middle = (50, 50)  # per cent from the left and from the top, of a picture that was just chosen
    template_name = "widgets/picture.html"

    @property
    def media(self) -> Media:
        return Media(css={"all": ["css/focus.css"]}, js=[Script("js/focus.js", type="module")])  # type: ignore[list-item]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["ratio"] = "{}/{}".format(*self.ratio)
        context["widget"]["middle"] = "{}/{}".format(*self.middle)
        if isinstance(value, PictureFile) and value:
            public = RevisionFile.objects.filter(name=value.name, revision__in=Revision.objects.public())
            users = [revision.thaw() for revision in Revision.objects.filter(pk__in=public.values("revision"))]
            context["widget"]["users"] = users
        return context


class PhoneInput(RegionalPhoneNumberWidget):
    """A number as readers here write it; what was typed and is no valid number stays as it was typed."""

    def format_value(self, value: Any) -> Any:
        phone = to_python(value, region=self.region) if isinstance(value, str) else value
        return phones.written(phone) if phones.is_valid(phone) else getattr(value, "raw_input", value)
