"""The child rows of a page in its form."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from publishing.admin.publishable import copying
from publishing.admin.publishable.fields import FieldsMixin
from publishing.admin.submission import submission
from publishing.admin.types import AnyInlineFormSet, AnyStackedInline
from publishing.i18n.languages import translated_fields
from publishing.models import Publishable
from publishing.types import AnyModelForm
from publishing.web.forms import CleanedForm

EXTRA = "extra"  # in the address of a form


class ChildForm(CleanedForm):
    """A child row; a new one of which only the place was filled in is an empty one."""

    made: Publishable | None = None  # what the row makes besides itself: see `companions`

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - (set() if self.instance.pk else {"position"}))


class ChildFormSet(AnyInlineFormSet):
    """The child rows of a form; too many are refused in the words of the desk."""

    default_error_messages = {
        "too_many_forms": gettext_lazy(
            "There are too many of these: at most %(num)d fit. Remove some, then save again."
        )
    }

    @property
    def _public_rows(self) -> object:
        """The rows that are public, where one corrects those; None of a working copy."""
        rows = getattr(self.instance, "site_rows", None)
        return rows if rows is None else rows[self.fk.remote_field.related_name]

    def get_queryset(self) -> Any:
        """The rows of the form; those that are public need not be in the working copy any more."""
        rows = self._public_rows
        return super().get_queryset() if rows is None else rows

    def add_fields(self, form: AnyModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if self._public_rows is not None:  # Django's field knows the rows of the working copy alone
            key = form.instance.pk
            form.fields["id"] = forms.IntegerField(initial=key, required=False, widget=forms.HiddenInput)


class ChildInline(FieldsMixin, AnyStackedInline):
    """The child rows of a page, in their order; the unsuffixed columns stay out of it."""

    form = ChildForm
    formset = ChildFormSet
    template = "publishing/inline.html"
    extra = 0
    max_num = 200

    def get_extra(self, request: HttpRequest, obj: Publishable | None = None, **kwargs: object) -> int:
        """An empty row where somebody without a script asks for one."""
        return max(super().get_extra(request, obj, **kwargs), 1 if EXTRA in request.GET else 0)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """With a bound on what one request may ask of us: rows are checked and drawn one by one."""
        bounds = {"absolute_max": 2 * self.max_num, "validate_max": True}
        rows = copying.rows_of(submission(request).source, self.model)
        return super().get_formset(request, obj, **(bounds | ({"extra": len(rows)} if rows else {}) | kwargs))

    def get_exclude(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return translated_fields(self.model)

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """The place of a row comes after what it says."""
        return sorted(super().get_fields(request, obj), key=lambda name: name == "position")
