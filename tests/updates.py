"""Updates for tests, about whatever they are about."""

from typing import Any

from priorities.models import Priority, Subject, Update


def update_on(*subjects: Any, **fields: Any) -> Update:
    """A saved update about these priorities and themes, in this order."""
    update = Update.objects.create(**fields)
    for subject in subjects:
        kind = "priority" if isinstance(subject, Priority) else "theme"
        Subject.objects.create(update=update, **{kind: subject})
    return update
