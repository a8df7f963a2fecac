"""`manage.py seed`: RESOC Westhoek's own words in three languages, as published content of a new site.

On a site that has published anything, what a newer version brings comes as a draft, which the list of work names:
nothing gets before visitors that nobody of the secretariat read.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand
from django.db import transaction

from pages.models import AccessibilityStatement, Aim, ContactDetails, MissionPage, Organisation, Role, Seat, TextPage
from priorities.models import Priority, Theme
from publishing.i18n.languages import translated_fields
from publishing.models import Discarded, Draft, Publishable, Revision
from publishing.workflow import publish
from publishing.workflow.working_copies.drafts import keep
from staff.models import StaffMember

NOTE = "Bronteksten van RESOC Westhoek"  # of every revision that it makes
CONTENT = Path(__file__).resolve().parents[2] / "content" / "source.toml"

KEYS: tuple[tuple[type[Publishable], str, str], ...] = (  # a table of that file, and by what its rows are known
    (Organisation, "organisation", "name"),
    (StaffMember, "staff", "slug"),
    (ContactDetails, "contact", "name"),
    (Priority, "priority", "number"),
    (Theme, "theme", "slug_nl"),
    (TextPage, "text_page", "slug_nl"),
)

P = TypeVar("P", bound=Publishable)


class Command(BaseCommand):
    """Adds what was never there; never touches what is, or what an editor removed."""

    help = "Load the source content. Safe to run again: it keeps every edit."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        content = tomllib.loads(CONTENT.read_text())
        self.is_in_use = Revision.objects.exists()
        self.added = 0
        organisations = {row["name"]: self.add(Organisation, row, key="name") for row in content["organisation"]}
        staff = {
            row["slug"]: self.add(StaffMember, row, key="slug", position=n) for n, row in _numbered(content["staff"])
        }
        self.add_mission(content, organisations)
        self.add(ContactDetails, content["contact"], key="name")
        for row in content["priority"]:
            self.add(Priority, row, key="number", contact=staff.get(row.pop("contact", "")))
        for n, row in _numbered(content["theme"]):
            self.add(Theme, row, key="slug_nl", position=n, contact=staff.get(row.pop("contact", "")))
        self.add_statement(content["accessibility"])
        for n, row in _numbered(content["text_page"]):
            self.add(TextPage, row, key="slug_nl", position=n)
        how = "as drafts: see the first page of the desk" if self.is_in_use else "and published"
        self.stdout.write(f"Seed: {self.added} added {how}." if self.added else "Seed: nothing to add.")

    def add(self, model: type[P], row: dict[str, Any], key: str, **extra: Any) -> P | None:
        """Save and offer one object, unless one with this `key` is there, or ever was."""
        obj = model(**columns_of(model, row), **extra, needs_check_fr=True, needs_check_en=True)
        found = model._base_manager.filter(**{key: getattr(obj, key)}).first()
        if found or was_there(model, key, getattr(obj, key)):
            return found
        obj.save()
        self.offer(obj)
        return obj

    def add_mission(self, content: dict[str, Any], organisations: dict[str, Organisation | None]) -> None:
        """Save and offer the mission page with its child rows, unless there ever was one."""
        if Revision.objects.of(MissionPage).exists() or MissionPage._base_manager.exists():
            return
        page = MissionPage(**columns_of(MissionPage, content["mission"]), needs_check_fr=True, needs_check_en=True)
        page.save()
        _add_rows(Role, page, content["role"])
        _add_rows(Aim, page, [{"text": row} for row in content["aim"]])
        _add_rows(
            Seat,
            page,
            [row | {"organisation": organisations.get(row.get("organisation", ""))} for row in content["seat"]],
        )
        self.offer(page)

    def add_statement(self, row: dict[str, Any]) -> None:
        """Save and offer what goes around a new accessibility statement; a site in use says it in its text."""
        ours = Revision.objects.of(TextPage).filter(slugs__slug=AccessibilityStatement.slug)
        said = Revision.objects.of(AccessibilityStatement).exists() or AccessibilityStatement._base_manager.exists()
        if not ours.exists() and not said:
            statement = AccessibilityStatement(**columns_of(AccessibilityStatement, row))
            statement.save()
            self.offer(statement)

    def offer(self, obj: Publishable) -> None:
        """Publish through the ordinary workflow, as nobody in particular; on a site in use leave it as a draft."""
        if self.is_in_use:
            keep(obj, None)
        else:
            publish(obj, author=None, note=NOTE)
        self.added += 1


def was_there(model: type[Publishable], key: str, value: object) -> bool:
    """Whether something with this value was ever published, saved, or thrown in the bin."""
    said = {f"data__{key}": value}
    kept = (each.objects.filter(model=model._meta.label_lower, **said).exists() for each in (Draft, Discarded))
    return Revision.objects.of(model).filter(**said).exists() or any(kept)


def is_from_source(obj: Publishable) -> bool:
    """Whether the source content has something of this name."""
    for model, _table, key in KEYS:
        if isinstance(obj, model):
            return getattr(obj, key) in named(CONTENT)[model]
    return isinstance(obj, MissionPage | AccessibilityStatement)


@cache
def named(content: Path) -> dict[type[Publishable], list[Any]]:
    """By what the rows of a content file are known."""
    found, said = {}, tomllib.loads(content.read_text())
    for model, table, key in KEYS:
        rows = said.get(table, [])
        found[model] = [columns_of(model, row).get(key) for row in ([rows] if isinstance(rows, dict) else rows)]
    return found


def _add_rows(model: Any, page: MissionPage, rows: list[dict[str, Any]]) -> None:
    for position, row in _numbered(rows):
        model._base_manager.create(page=page, position=position, **columns_of(model, row))


def _numbered(rows: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(rows, start=1))


def columns_of(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    """The columns of one row of the content file: `title.fr` there is `title_fr` here."""
    columns: dict[str, Any] = {}
    for name, value in row.items():
        if name in translated_fields(model):
            columns |= {f"{name}_{code}": text.strip() for code, text in value.items()}
        else:
            columns[name] = value
    return columns
