"""The admin of publishable content: one module for each subject, put together in `PublishableAdmin`.

Not what an object is or when it is public: that is `models` and `workflow`, which this mirrors:
`PublishableAdmin` is for `Publishable`, `ChildInline` for `Child`. Begin with `saving`, the way of a form
that is sent, and `buttons`, what it then does. Content apps set options and extend what is public here:
`buttons`, `panel_context`, and the methods of Django's admin.
"""

from django import forms

from publishing.admin.forms import PublishableForm
from publishing.admin.publishable.buttons import Button, ButtonsMixin, Press
from publishing.admin.publishable.children import ChildInline
from publishing.admin.publishable.copying import CopyMixin
from publishing.admin.publishable.corrections import CorrectionMixin
from publishing.admin.publishable.deletion import DeletionMixin
from publishing.admin.publishable.fields import FieldsMixin, LanguageFieldsMixin
from publishing.admin.publishable.lists import ListMixin
from publishing.admin.publishable.object_views import ObjectViewsMixin
from publishing.admin.publishable.panel import PanelMixin
from publishing.admin.publishable.saving import SavingMixin

__all__ = ["Button", "ChildInline", "FieldsMixin", "Press", "PublishableAdmin"]


class PublishableAdmin(
    FieldsMixin,
    LanguageFieldsMixin,
    ListMixin,
    ObjectViewsMixin,
    CopyMixin,
    PanelMixin,
    ButtonsMixin,
    DeletionMixin,
    CorrectionMixin,  # before SavingMixin: a copy of what is public is never saved
    SavingMixin,
):
    """One form a working copy, its texts grouped by language, with a button to publish it."""

    class Media:
        css = {"all": ["publishing/css/editor.css"]}
        js = (forms.Script("publishing/js/ordering.js", type="module"),)

    form = PublishableForm
    view_on_site = False  # the panel above the form links to the page while there is one
