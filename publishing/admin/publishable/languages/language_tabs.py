"""The tabs above a form: how far each language is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.forms import BaseForm
from django.utils.translation import gettext as _

from publishing.admin.publishable.languages.source_texts import behind_in
from publishing.i18n.languages import CODES, NATIVE_NAMES, is_blank, localized, translated_fields

PLACES = {name: f"{{{name}}}" for name in ("done", "of", "behind")}


@dataclass(frozen=True)
class Progress:
    """How a tab says how far its language is."""

    sign: str
    icon: str  # the template of its picture
    pattern: str  # with {done}, {of} and {behind}, which a script fills in again while somebody types
    words: str  # "" while it is not what the tab says


@dataclass(frozen=True)
class LanguageTab:
    """How far one language is, counted in texts that exist in any language."""

    code: str
    name: str
    done: int
    of: int
    errors: int
    behind: int = 0  # of those that are done, how many no longer say what the source says

    @property
    def sign(self) -> str:
        """The icon that says the same: empty, behind, partly, complete."""
        if self.behind:
            return "behind"
        return "empty" if not self.done else "full" if self.done == self.of else "half"

    @property
    def shown(self) -> str:
        """Which of `all_progress` is true; "" while the tab tells of errors instead."""
        if self.errors:
            return ""
        return self.sign if self.of else "none"

    @property
    def all_progress(self) -> list[Progress]:
        """All that the tab can say, while somebody types."""
        is_source = self.code == settings.LANGUAGE_CODE
        said = {
            "full": ("full", _("%(done)s of %(of)s, complete")),
            "behind": ("behind", _("%(done)s of %(of)s translated, %(behind)s behind")),
            "half": ("half", _("%(done)s of %(of)s filled in") if is_source else _("%(done)s of %(of)s translated")),
            "empty": ("empty", _("0 of %(of)s, still empty")),
            "none": ("empty", _("empty")),
        }
        return [
            Progress(sign, f"svg/icon-{icon}.svg", pattern % PLACES, pattern % vars(self) if sign == self.shown else "")
            for sign, (icon, pattern) in said.items()
        ]


def language_tabs(forms: Sequence[BaseForm]) -> list[LanguageTab]:
    """One tab a language over the texts of `forms`, which have their sources: of the page and of its child rows."""
    done, errors, texts = Counter[str](), Counter[str](), 0
    for form in forms:
        for name in translated_fields(form._meta.model):  # type: ignore[attr-defined]  # of a model form
            pairs = zip(CODES, localized(name), strict=True)
            columns = {code: column for code, column in pairs if column in form.fields}
            errors.update(code for code, column in columns.items() if form.errors.get(column))
            filled = [code for code, column in columns.items() if not is_blank(form[column].value())]
            if filled and name != "slug":
                texts += 1
                done.update(filled)
    return [
        LanguageTab(code, name, done[code], texts, errors[code], behind_in(forms, code))
        for code, name in NATIVE_NAMES.items()
    ]
