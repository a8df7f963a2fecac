"""Widgets of forms about published content; they work without a script, and outside the admin.

A form outside the admin that uses `PictureInput` needs its `media`, and the two fields of the focus.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AdminFileWidget
from django.forms import Media, Textarea
from django.forms.widgets import Script
from phonenumber_field.phonenumber import to_python
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from publishing.files.fields import PictureFile
from publishing.models import Revision, RevisionFile
from publishing.text import phones
from publishing.web.sent_forms.kept_uploads import Shown


class LongLine(Textarea):
    """A box in which one sees all of a text that is one line, such as a title, however long."""

    def __init__(self) -> None:
        super().__init__({"class": "vTextField", "rows": 1})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> object:
        value = super().value_from_datadict(data, files, name)
        return re.sub(r"\s*[\r\n]+\s*", " ", value.strip()) if value else value


class ChosenFileInput(AdminFileWidget):
    """A file input that goes on holding the file that was chosen, while its form comes back."""

    template_name = "publishing/widgets/file.html"
    kept: Shown | None = None  # what `kept_uploads.keep_chosen` put here
    remarks: Sequence[str] = ()  # on the file that was chosen

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        reads = "data-reads" in context["widget"]["attrs"]  # whether a button reads it before the form is saved
        return context | {"kept": self.kept, "remarks": self.remarks, "reads": reads}


class PictureInput(ChosenFileInput):
    """A file input that shows the picture it holds, and whether visitors see it.

    A script lets one click on the middle of the picture, for which there are two number
    fields beside this one: `photo_focus_x` and `photo_focus_y` of `photo`.
    """

    ratio = (3, 2)
    middle = (50, 50)  # per cent from the left and from the top, of a picture that was just chosen
    template_name = "publishing/widgets/picture.html"

    @property
    def media(self) -> Media:
        return Media(css={"all": ["publishing/css/focus.css"]}, js=[Script("publishing/js/focus.js", type="module")])  # type: ignore[list-item]

    def get_context(self, name: str, value: object, attrs: object) -> dict[str, object]:
        context = super().get_context(name, value, attrs)
        context["widget"]["ratio"] = "{}/{}".format(*self.ratio)
        context["widget"]["middle"] = "{}/{}".format(*self.middle)
        if isinstance(value, PictureFile) and value:
            public = RevisionFile.objects.filter(name=value.name, revision__in=Revision.objects.public())
            users = [revision.thaw() for revision in Revision.objects.filter(pk__in=public.values("revision"))]
            context["widget"]["users"] = users
        return context


class PhoneInput(RegionalPhoneNumberWidget):  # type: ignore[misc]  # a library without types
    """A number as readers here write it; what was typed and is no valid number stays as it was typed."""

    def format_value(self, value: object) -> object:
        phone = to_python(value, region=self.region) if isinstance(value, str) else value
        return phones.written(phone) if phones.is_valid(phone) else getattr(value, "raw_input", value)
