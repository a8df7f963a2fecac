"""Makes updates as they were before they had pages: `python -m tests.priorities.old_updates`.

The database holds the rows of the first release. It is migrated to just before, and gets updates in every state.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
BEFORE = [("priorities", "0005_subjects"), ("publishing", "0027_taken_back_by")]


class Before:
    """The models as they were."""

    def __init__(self, apps: Any) -> None:
        for app, names in {
            "priorities": ("Priority", "Theme", "Update"),
            "publishing": ("Revision", "RevisionReference", "Draft", "Discarded", "Act", "ActLine"),
        }.items():
            for name in names:
                setattr(self, name, apps.get_model(app, name)._base_manager)

    def update(self, title: str, **extra: Any) -> Any:
        """A working copy."""
        return self.Update.create(**{"date": date(2026, 5, 1), "title": title, "title_nl": title} | extra)

    def commit(self, obj: Any, label: str = "priorities.update", **extra: Any) -> Any:
        """A version that says what the working copy says."""
        columns = [f"{name}_{code}" for name in ("title", "body") for code in ("nl", "fr", "en")]
        data = {name: getattr(obj, name) or "" for name in columns}
        if label == "priorities.update":
            data |= {"date": str(obj.date), "priority_id": obj.priority_id, "theme_id": obj.theme_id, "documents": []}
        values = {"live_from": NOW - 9 * DAY, "checked_at": NOW - 9 * DAY, "created_at": NOW - 9 * DAY, "sort_key": "1"}
        made = self.Revision.create(model=label, object_id=obj.pk, data=data, **values | extra)
        for kind in ("priority", "theme"):
            if target := data.get(f"{kind}_id"):
                label_of = f"priorities.{kind}"
                self.RevisionReference.create(revision=made, field=kind, model=label_of, object_id=target)
        return made


def fill(before: Before) -> None:
    """Updates in every state, each with its state in its title."""
    priority, theme = before.Priority.get(number=2), before.Theme.get(slug_nl="regiomarketing-westhoek")
    hidden = before.Theme.create(title_nl="Teruggetrokken", slug_nl="teruggetrokken")
    coming = before.Theme.create(title_nl="Komt nog", slug_nl="komt-nog")
    before.commit(hidden, "priorities.theme", live_from=NOW - 9 * DAY, withdrawn=True, reason="Weg")
    before.commit(coming, "priorities.theme", live_from=NOW + 3 * DAY)

    for _number in range(2):
        before.commit(before.update("Zelfde titel", theme=theme))
    planned = before.update("Gepland", priority=priority)
    before.commit(planned, live_from=NOW + 2 * DAY)
    moved = before.update("Verhuisd", theme=theme)
    before.commit(moved, superseded_at=NOW - 5 * DAY)
    moved.theme, moved.priority = None, priority
    moved.save()
    before.commit(moved, live_from=NOW - 5 * DAY)
    withdrawn = before.update("Ingetrokken", theme=theme)
    before.commit(withdrawn, superseded_at=NOW - 5 * DAY)
    before.commit(withdrawn, live_from=NOW - 5 * DAY, withdrawn=True, reason="Ging niet door.")
    before.commit(before.update("Verborgen", theme=hidden))
    before.commit(before.update("Wacht op zijn thema", theme=coming))
    before.commit(before.update("Voorbij voor zijn thema komt", theme=coming), live_until=NOW + DAY)
    both = before.update("Kladje over twee", theme=theme, priority=priority)
    empty = before.Update.create(date=date(2026, 5, 1), title_nl=None)
    binned = {"date": "2026-05-01", "title_nl": "Weggegooid", "body_nl": "", "theme_id": theme.pk, "priority_id": None}
    before.Discarded.create(model="priorities.update", object_id=900, title="Weggegooid", deleted=True, data=binned)
    kept = binned | {"title_nl": "Bewaard", "theme_id": None, "priority_id": priority.pk}
    moments = {"first_at": NOW - DAY, "last_at": NOW - DAY}
    before.Draft.create(model="priorities.update", object_id=both.pk, title="x", digest="", data=kept, **moments)
    act = before.Act.create(kind="restored", at=NOW - DAY)
    line = {"was_there": True, "before": 0, "after": 0, "waiting": [], "dropped": [], "digest": "", "digest_before": ""}
    working = {"theme_id": theme.pk, "priority_id": None}
    before.ActLine.create(act=act, model="priorities.update", object_id=empty.pk, title="x", working=working, **line)


def main() -> None:
    """Migrate to just before, and fill."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    fill(Before(MigrationExecutor(connection).loader.project_state(BEFORE).apps))


if __name__ == "__main__":
    import django

    django.setup()
    main()
