"""Apps extend each other by what is public: a private name belongs to one app."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import publishing.admin

APPS = ("resoc", "consultation", "priorities", "pages", "staff", "publishing")
MOST_METHODS = 25
MOST_LINES = 500


def classes() -> Iterator[type]:
    """Every class of our apps; settings and commands, which are run and not extended, left out."""
    seen = set()
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if {"migrations", "management", "settings", "wsgi", "serving", "s3"} & set(module.name.split(".")):
                continue
            for found in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(found) and found.__module__.split(".")[0] in APPS and found not in seen:
                    seen.add(found)
                    yield found


def private(each: type) -> set[str]:
    """The private functions that a class itself defines."""
    return {
        name
        for name, value in vars(each).items()
        if name.startswith("_") and not name.startswith("__") and inspect.isfunction(value)
    }


def test_no_app_overrides_a_private_method_of_another():
    wrong = [
        f"{each.__module__}.{each.__qualname__}.{name} of {base.__module__}"
        for each in classes()
        for base in each.__mro__[1:]
        if base.__module__.split(".")[0] in APPS and base.__module__.split(".")[0] != each.__module__.split(".")[0]
        for name in private(each) & private(base)
    ]
    assert wrong == []


def test_no_class_has_more_methods_than_one_can_oversee():
    sizes = {
        each.__qualname__: sum(
            inspect.isfunction(value) and value.__name__ == name for name, value in vars(each).items()
        )
        for each in classes()
    }
    assert {"PublishableAdmin", "RevisionQuerySet"} <= sizes.keys()
    assert {name: size for name, size in sizes.items() if size > MOST_METHODS} == {}


@pytest.mark.parametrize("path", sorted(Path(publishing.admin.__path__[0]).rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_of_the_admin_is_longer_than_one_reads_at_a_sitting(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES
