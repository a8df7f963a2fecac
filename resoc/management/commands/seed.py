"""`manage.py seed`: RESOC Westhoek's own words as published content, in three languages."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand
from django.db import transaction

from pages.models import AccessibilityStatement, Aim, ContactDetails, MissionPage, Organisation, Role, Seat, TextPage
from priorities.models import Priority, Theme
from publishing.i18n.languages import translated_fields
from publishing.models import Publishable, Revision
from publishing.workflow import publish
from staff.models import StaffMember

NOTE = "Bronteksten van RESOC Westhoek"  # of every revision that it makes
CONTENT = Path(__file__).resolve().parents[2] / "content" / "source.toml"

P = TypeVar("P", bound=Publishable)


class Command(BaseCommand):
    """Adds what was never there; never touches what is, or what an editor removed."""

    help = "Load the source content. Safe to run again: it keeps every edit."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        content = tomllib.loads(CONTENT.read_text())
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
        self.stdout.write(f"Seed: {self.added} added and published." if self.added else "Seed: nothing to add.")

    def add(self, model: type[P], row: dict[str, Any], key: str, **extra: Any) -> P | None:
        """Save and publish one object, unless one with this `key` was ever published."""
        obj = model(**_columns(model, row), **extra, needs_check_fr=True, needs_check_en=True)
        if Revision.objects.of(model).filter(**{f"data__{key}": getattr(obj, key)}).exists():
            return model._base_manager.filter(**{key: getattr(obj, key)}).first()
        obj.save()
        self.publish(obj)
        return obj

    def add_mission(self, content: dict[str, Any], organisations: dict[str, Organisation | None]) -> None:
        """Save and publish the mission page with its child rows, unless there ever was one."""
        if Revision.objects.of(MissionPage).exists():
            return
        page = MissionPage(**_columns(MissionPage, content["mission"]), needs_check_fr=True, needs_check_en=True)
        page.save()
        _add_rows(Role, page, content["role"])
        _add_rows(Aim, page, [{"text": row} for row in content["aim"]])
        _add_rows(
            Seat,
            page,
            [row | {"organisation": organisations.get(row.get("organisation", ""))} for row in content["seat"]],
        )
        self.publish(page)

    def add_statement(self, row: dict[str, Any]) -> None:
        """Save and publish what goes around a new accessibility statement; a site in use says it in its text."""
        ours = Revision.objects.of(TextPage).filter(slugs__slug=AccessibilityStatement.slug)
        if not ours.exists() and not Revision.objects.of(AccessibilityStatement).exists():
            statement = AccessibilityStatement(**_columns(AccessibilityStatement, row))
            statement.save()
            self.publish(statement)

    def publish(self, obj: Publishable) -> None:
        """Publish through the ordinary workflow, as nobody in particular."""
        publish(obj, author=None, note=NOTE)
        self.added += 1


def _add_rows(model: Any, page: MissionPage, rows: list[dict[str, Any]]) -> None:
    for position, row in _numbered(rows):
        model._base_manager.create(page=page, position=position, **_columns(model, row))


def _numbered(rows: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(rows, start=1))


def _columns(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    """The columns of one row of the content file: `title.fr` there is `title_fr` here."""
    columns: dict[str, Any] = {}
    for name, value in row.items():
        if name in translated_fields(model):
            columns |= {f"{name}_{code}": text.strip() for code, text in value.items()}
        else:
            columns[name] = value
    return columns
