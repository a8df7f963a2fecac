"""The database backend that the site runs on; the tests themselves run on Django's own."""

import os

import pytest
from django.db import OperationalError

from publishing.db.sqlite.base import DatabaseWrapper


@pytest.fixture
def connection(tmp_path, django_db_blocker, monkeypatch):
    monkeypatch.setattr(DatabaseWrapper, "creates", True)  # a test that loads the web server's program says no
    settings = {"NAME": str(tmp_path / "db.sqlite3"), "OPTIONS": {}, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    settings |= {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "TIME_ZONE": None}
    connection = DatabaseWrapper(settings)
    with django_db_blocker.unblock():
        connection.cursor().execute("CREATE TABLE word (text TEXT)")
        yield connection
        connection.close()


def words(connection) -> list[str]:
    connection.close_if_unusable_or_obsolete()  # as Django does before each request
    with connection.cursor() as cursor:
        return [text for (text,) in cursor.execute("SELECT text FROM word")]


def test_nothing_is_written_into_a_file_that_was_taken_away(connection, tmp_path, monkeypatch):
    monkeypatch.setattr(DatabaseWrapper, "creates", False)
    (tmp_path / "db.sqlite3").rename(tmp_path / "elsewhere")
    for _again in range(2):
        with pytest.raises(OperationalError, match="unable to open"):
            words(connection)
    assert not (tmp_path / "db.sqlite3").exists()
    (tmp_path / "elsewhere").rename(tmp_path / "db.sqlite3")
    assert words(connection) == []


def test_a_file_that_was_put_in_its_place_is_read_at_once(connection, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO word VALUES ('old')")
    assert words(connection) == ["old"]
    (tmp_path / "new").mkdir()
    other = connection.copy()
    other.settings_dict = connection.settings_dict | {"NAME": str(tmp_path / "new" / "db.sqlite3")}
    with other.cursor() as cursor:
        cursor.execute("CREATE TABLE word (text TEXT)")
        cursor.execute("INSERT INTO word VALUES ('new')")
    other.close()
    os.replace(tmp_path / "new" / "db.sqlite3", tmp_path / "db.sqlite3")
    assert words(connection) == ["new"]


def test_a_command_makes_a_database_and_a_web_server_does_not(connection, tmp_path, monkeypatch):
    fresh = connection.copy()
    fresh.settings_dict = connection.settings_dict | {"NAME": str(tmp_path / "fresh.sqlite3")}
    monkeypatch.setattr(DatabaseWrapper, "creates", False)
    with pytest.raises(OperationalError, match="unable to open"):
        fresh.ensure_connection()
    monkeypatch.setattr(DatabaseWrapper, "creates", True)
    fresh.ensure_connection()
    fresh.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_database_and_what_lies_beside_it_are_for_their_owner_only(connection, tmp_path, umask):
    before = os.umask(umask)
    try:
        fresh = connection.copy()
        fresh.settings_dict = connection.settings_dict | {"NAME": str(tmp_path / "fresh.sqlite3")}
        with fresh.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("CREATE TABLE word (text TEXT)")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("fresh.sqlite3*")}
        fresh.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["fresh.sqlite3", "fresh.sqlite3-wal", "fresh.sqlite3-shm"], 0o600)
