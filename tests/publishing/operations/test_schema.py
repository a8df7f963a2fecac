import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from publishing.operations import schema

pytestmark = pytest.mark.django_db


def test_the_names_of_files_are_the_migrations_that_django_knows():
    assert schema.brought() == MigrationLoader(None).disk_migrations.keys()


def test_a_database_of_this_version_has_nothing_waiting_and_nothing_unknown():
    assert (schema.waiting(), schema.unknown()) == ([], [])


def test_what_the_database_has_not_seen_waits():
    MigrationRecorder(connection).record_unapplied("publishing", "0001_initial")
    assert schema.waiting() == [("publishing", "0001_initial")]


def test_only_migrations_of_our_own_apps_tell_of_a_newer_version():
    for app in ("publishing", "account", "an_app_of_before"):
        MigrationRecorder(connection).record_applied(app, "9999_later")
    assert schema.unknown() == [("publishing", "9999_later")]
