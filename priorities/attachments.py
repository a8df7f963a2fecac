"""A new PDF in the form of the page that needs it: file first, its title read from it."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from priorities.models import Document
from publishing.admin import ChildInline
from publishing.admin.inputs.widgets import ChosenFileInput
from publishing.admin.publishable.children import ChildForm
from publishing.i18n.languages import is_blank
from publishing.models.rights import may
from publishing.text.transliteration import to_slug
from publishing.web.sent_forms import form_data

LONGEST_SLUG = 100
NEW = ("new_file", "new_title")


class AttachmentForm(ChildForm):
    """A document of a page: one that there is, or a PDF that becomes one when the page is saved."""

    made_for = "document"

    new_file = forms.FileField(
        label=gettext_lazy("New PDF"),
        required=False,
        widget=ChosenFileInput(attrs={"accept": "application/pdf,.pdf", "data-reads": "new_title"}),
        help_text=gettext_lazy("It becomes a document of its own, and is published with this page."),
    )
    new_title = forms.CharField(
        label=gettext_lazy("Title of the new PDF"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("In Dutch. Empty: the title that the PDF gives itself."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # another file for a document is chosen in its own form: there its address stays
            for name in NEW:
                if name in self.fields:
                    self.fields[name].widget, self.fields[name].disabled = forms.HiddenInput(), True
        else:
            self.fields["document"].required = "new_file" not in self.fields
            self.fields["document"].label = _("Or a document that is there already")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload, document = cleaned.get("new_file"), cleaned.get("document")
        if upload and document:
            self.add_error("new_file", _("Choose a new PDF or a document, not both."))
        elif upload:
            self._read(upload, cleaned.get("new_title", ""))
        elif "new_file" in self.fields and not document and not self.errors and self.has_changed():
            self.add_error("new_file", _("Choose a PDF, or a document that is there already."))
        return cleaned

    def _read(self, upload: Any, title: str) -> None:
        """Make a document of `upload`, and say what is the matter with it."""
        made: Any = Document(file=upload)
        made.title_nl = title
        try:
            made.clean()
        except ValidationError as error:
            self.add_error("new_file", error.messages)
            return
        self.fields["new_file"].widget.remarks = made.remarks
        if form_data.READ in self.data:
            data: Any = self.data
            data = data.copy()
            data[self.add_prefix("new_title")] = made.title_nl or ""
            self.data = data
        elif is_blank(made.title_nl):
            self.add_error("new_title", _("This PDF does not say its title. Type one: readers know by it what it is."))
        else:
            made.slug_nl = free_slug(made.title_nl)
            self.made = made


class AttachmentInline(ChildInline):
    """The documents of a page; who may not make documents chooses among those that there are."""

    form = AttachmentForm
    fields: ClassVar[Any] = (*NEW, "document", "position")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        is_allowed = may(request.user, "add", Document)
        return super().get_formset(request, obj, **(kwargs if is_allowed else {"form": ChildForm} | kwargs))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_fields(request, obj)
        return names if may(request.user, "add", Document) else [name for name in names if name not in NEW]


def free_slug(title: str) -> str:
    """The last part of the address of a new document with this title, which no other document has."""
    slug = base = to_slug(title, "document")[: LONGEST_SLUG - 4]
    taken = set(Document._base_manager.filter(slug_nl__startswith=base).values_list("slug_nl", flat=True))
    number = 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
