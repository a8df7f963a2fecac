"""The form of a publishable object: what blocks publishing is an error beside its field."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.admin import site_mode
from publishing.admin.inputs.widgets import ChosenFileInput
from publishing.admin.scheduling import ScheduleForm
from publishing.web.error_views import not_saved
from publishing.web.forms import NOT_KEPT, CleanedForm, reset_focus
from publishing.web.sent_forms import form_data
from publishing.workflow import check_publishable, check_reason

CHOICES = (form_data.KEEP, form_data.INSTEAD)


class PublishableForm(CleanedForm):
    """When the button says publish or plan, what blocks it is an error beside its field."""

    always_ends = False  # whether nothing is published without an end

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.schedule = ScheduleForm(self.data if self.is_bound else None, self.instance)
        self.asks = False  # whether it comes back with the question what becomes of what waits, or what is new

    def _post_clean(self) -> None:
        reset_focus(self)
        super()._post_clean()
        if form_data.READ in self.data:
            self._show_what_was_read()
        if site_mode.is_copy(self.instance):
            self._add_errors(self.instance.refused)
            return
        if self.errors:
            return
        times = self.schedule.cleaned_data
        if form_data.PUBLISH in self.data or (form_data.SCHEDULE in self.data and times["live_from"]):
            try:
                check_publishable(self.instance, times["live_from"] or timezone.now(), times["live_until"])
            except ValidationError as error:
                self._add_errors(error)

    def _update_errors(self, errors: ValidationError) -> None:
        """As for all; a field that was refused already is empty to the model, which would say so beside it too."""
        if hasattr(errors, "error_dict"):
            kept = {name: said for name, said in errors.error_dict.items() if name not in self.errors}
            if not kept:
                return
            errors = ValidationError(kept)
        super()._update_errors(errors)  # type: ignore[misc]  # Django's own, which the stubs leave out

    def _show_what_was_read(self) -> None:
        """Show what a file that was just chosen says of itself, which nobody saved yet."""
        for field in self.fields.values():
            if isinstance(field.widget, ChosenFileInput):
                field.widget.remarks = self.instance.remarks
        data: Any = self.data
        data = data.copy()
        for name in self.instance.proposed:
            data[name] = data.get(name) or getattr(self.instance, name) or ""
        self.data = data

    def _add_errors(self, error: ValidationError | None) -> None:
        """Put what `error` says beside the fields that it is about."""
        for field, errors in error.update_error_dict({}).items() if error else ():
            self.add_error(field if field in self.fields else None, errors)

    def clean(self) -> dict[str, object] | None:
        """What stands in the way of doing what the button says, besides the fields themselves."""
        if form_data.NOT_SAVED in self.data:
            raise ValidationError(not_saved())
        if form_data.CONFLICT in self.data:
            raise ValidationError(_("Nothing of yours was saved yet, and nothing is lost."))
        if form_data.NOT_KEPT_FIELDS in self.data:
            for name in self._marks(form_data.NOT_KEPT_FIELDS):
                self.add_error(name if name in self.fields else None, NOT_KEPT)
        for said in self._marks(form_data.WORD_REFUSED):
            name, _space, sentence = said.partition(" ")
            self.add_error(name if name in self.fields else None, sentence)
        if form_data.READ in self.data:
            raise ValidationError(self._marks(form_data.WORD_READ) or _("The file is read. Nothing is saved yet."))
        if form_data.UNSAVED in self.data:
            raise ValidationError(_("This is what you typed earlier. It is not saved yet."))
        if site_mode.is_copy(self.instance):
            if form_data.PUBLISH not in self.data:
                raise ValidationError(
                    _("Nothing is saved yet: this is what visitors see. Click Publish, and they see your correction.")
                )
            self._ask_what_is_new()
            return super().clean()
        if form_data.WITHDRAW in self.data:
            try:
                check_reason(self.data.get(form_data.REASON, ""))
            except ValidationError as error:
                raise ValidationError(error.messages) from error
        asks_to_publish = form_data.asks_to_publish(self.data)
        times = self.schedule.cleaned_data if self.schedule.is_valid() else None
        if asks_to_publish and self.always_ends and times and not times["live_until"]:
            self.schedule.add_error("live_until", _("Say until when: then it goes by itself."))
        if not self.schedule.is_valid() and asks_to_publish:
            raise ValidationError(_("Look at the dates beside the button Plan."))
        if self.schedule.waiting and self.data.get(form_data.PUBLISH, form_data.KEEP) not in CHOICES:
            self.asks = True
            raise ValidationError(_("Nothing is saved yet: something is planned. Choose what happens with that."))
        self._ask_what_is_new()
        return super().clean()

    def _marks(self, name: str) -> list[str]:
        """The values of a mark that the desk put in what was sent."""
        return self.data.getlist(name) if name in self.data else []  # type: ignore[attr-defined]  # of a request

    def _ask_what_is_new(self) -> None:
        """Raise ValidationError when the form must still say what is new for the reader."""
        if form_data.UNANSWERED in self.data:
            self.asks = True
            raise ValidationError(_("Nothing is saved yet: say what is new for the reader."))
