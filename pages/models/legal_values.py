"""What the law asks cannot be said by some values: a day that is yet to come, a link that is not read over HTTPS."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _


def refuse_days_to_come(row: models.Model, *names: str) -> dict[str, str]:
    """An error for each of these dates of `row` that lies after today."""
    today = timezone.localdate()
    late = [name for name in names if (day := getattr(row, name)) and day > today]
    return dict.fromkeys(late, _("This day is yet to come."))


def refuse_open_links(row: models.Model, *names: str) -> dict[str, str]:
    """An error for each of these addresses of `row` that is not read over HTTPS."""
    links = [name for name in names if (url := getattr(row, name)) and not url.lower().startswith("https://")]
    return dict.fromkeys(links, _("An address that begins with https:// is expected."))


def raise_if_any(errors: dict[str, str]) -> None:
    """Raise ValidationError for `errors`, by field."""
    if errors:
        raise ValidationError(errors)
