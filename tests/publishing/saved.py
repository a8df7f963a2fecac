"""What is saved or planned beside what is public, for tests of both."""

from datetime import timedelta

from django.utils import timezone

from priorities.models import Theme
from publishing.models import Revision
from publishing.workflow import publish

DAY = timedelta(days=1)


def public_theme(editor) -> Theme:
    """A theme that is public as “Eerste”, with a summary."""
    theme = Theme.objects.create(title_nl="Eerste", slug_nl="eerste", summary_nl="Kort", body_nl="<p>Tekst</p>")
    publish(theme, editor)
    return theme


def save(obj, **values):
    """Save `values` in the working copy of `obj`."""
    row = type(obj)._base_manager.get(pk=obj.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def plan(obj, days: float, author=None, note: str = "", **values) -> Revision:
    return publish(save(obj, **values), author, note, live_from=timezone.now() + days * DAY)


def retitle(theme: Theme, text: str) -> None:
    theme.title_nl = text
    theme.save()


def title(theme: Theme, days: float = 0) -> str | None:
    """The title that visitors read, or will so many days from now."""
    found = Theme.published(timezone.now() + days * DAY).filter(object_id=theme.pk).first()
    return found and found.title_nl
