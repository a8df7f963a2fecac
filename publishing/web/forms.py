"""Forms that remove invisible characters before validation and report a lost upload."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from publishing.files.fields import Companions, PictureField
from publishing.models.values.cleaners import cleaners
from publishing.types import AnyModelForm
from publishing.web.sent_forms.form_data import LOST

NOT_KEPT = _("This file could not be kept, so nothing was saved. Choose it again, and try once more in a while.")


CHOOSE_AGAIN = _("Choose this file again: it could not be kept while the form was not saved.")


def reset_focus(form: AnyModelForm) -> None:
    """Give each new picture in a valid `form` the focus of its kind, unless one was chosen with it: what is there
    now was chosen for the old picture.
    """
    model, changed = type(form.instance), form.changed_data
    for field in model._meta.fields:
        is_replaced = field.name in changed and form.initial.get(field.name) and form.cleaned_data.get(field.name)
        if isinstance(field, PictureField) and is_replaced:
            focus = Companions(field.name).focus
            if not any(name in changed for name in focus):
                form.cleaned_data |= {name: model._meta.get_field(name).get_default() for name in focus}


class CleanedForm(AnyModelForm):
    """A form that removes invisible characters from its data before it validates or renders it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model: object = self._meta.model
        tidy = {}
        for name, clean in cleaners(model).items() if self.is_bound else ():
            typed = self.data.get(key := self.add_prefix(name))
            # A zero byte, which nobody types, is refused as Django does everywhere.
            if name in self.fields and isinstance(typed, str) and "\0" not in typed and clean(typed) != typed:
                tidy[key] = clean(typed)
        if tidy:
            data: Any = self.data
            self.data = data = data.copy()
            for key, text in tidy.items():
                data[key] = text

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        lost = self.data.getlist(LOST) if LOST in self.data else ()  # type: ignore[attr-defined]  # of a request
        for name in self.fields:
            if self.add_prefix(name) in lost and name not in self.errors:
                self.add_error(name, CHOOSE_AGAIN)
