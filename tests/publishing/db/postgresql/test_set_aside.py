"""What the way back of `deploy/install` does with the tables of now, on a real PostgreSQL: aside, back, gone."""

import sys

import pytest
from django.db import connection

from priorities.models import Theme
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db(databases=["default"])


@pytest.fixture
def run(monkeypatch):
    """Runs the commands of `deploy/installer/aside.py`, as `manage.py shell` does."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "deploy")])
    from installer import aside  # type: ignore[import-not-found, unused-ignore]

    def run(name: str) -> None:
        commands = getattr(aside, name).replace("SCHEMA", aside.SCHEMA)
        exec(aside.IN_ONE_MOMENT.format(schema=aside.SCHEMA, commands=commands), {})  # noqa: S102

    run.may = aside.MAY  # type: ignore[attr-defined]
    return run


def test_the_tables_of_now_go_aside_and_come_back_whole(run, capsys):
    exec(run.may, {})  # noqa: S102
    assert "may: (True,)" in capsys.readouterr().out
    run("UNDO")  # nothing is aside: nothing happens
    before = Theme.objects.count()
    run("SET")
    assert connection.introspection.table_names() == []
    with connection.cursor() as cursor:
        cursor.execute("create table half (x integer)")
    run("UNDO")
    assert (Theme.objects.count(), "half" in connection.introspection.table_names()) == (before, False)


def test_the_tables_of_now_are_let_go_once_others_serve(run):
    run("SET")
    run("FORGET")
    run("FORGET")
    with connection.cursor() as cursor:
        cursor.execute("select to_regnamespace('resoc_set_aside')")
        assert cursor.fetchone() == (None,)
