"""The registry of work: each app and each higher layer says which kinds it has, and finds them.

A source is a function that yields what there is to do for one user, and nothing about what that user may not change.
The number of its queries may not grow with what it finds.
"""

from collections.abc import Callable, Iterable

from django.core.exceptions import ImproperlyConfigured

from publishing.admin.work_list.entries import Asked, Rest, WorkItem, WorkKind

Source = Callable[[Asked], Iterable[WorkItem | Rest]]

_kinds: dict[str, WorkKind] = {}
_sources: list[Source] = []


def register(*kinds: WorkKind) -> Callable[[Source], Source]:
    """Decorate a source, which finds work of these kinds. Raises ImproperlyConfigured as `add_kind`."""
    for kind in kinds:
        add_kind(kind)

    def add(source: Source) -> Source:
        _sources.append(source)
        return source

    return add


def add_kind(kind: WorkKind) -> None:
    """Make `kind` known. Raises ImproperlyConfigured when another one has its name or its rank."""
    if other := next((each for each in _kinds.values() if kind.name == each.name or kind.rank == each.rank), None):
        raise ImproperlyConfigured(f"{kind} and {other} are two kinds of work with one name or rank.")
    _kinds[kind.name] = kind


def find(asked: Asked) -> list[WorkItem | Rest]:
    """All that there is to do, of all kinds, in no order."""
    return [each for source in _sources for each in source(asked)]


def kinds() -> dict[str, WorkKind]:
    """All kinds of work, by name."""
    return dict(_kinds)
