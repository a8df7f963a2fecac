"""What is said when something is away; that it really is away is tested in tests/chaos."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client

from priorities.models import Theme
from publishing.admin import idempotency
from publishing.admin.publishable import buttons
from publishing.cache.outages import is_outage
from staff.models import StaffMember
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, form_data, submit
from tests.publishing.files.photos import photo

pytestmark = pytest.mark.django_db


def gone(execute, *args):
    raise OperationalError("the database system is shutting down")


def cannot_write(execute, sql, *args):
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        raise OperationalError("disk I/O error")
    return execute(sql, *args)


def wrong(execute, *args):
    raise IntegrityError("our own fault")


HOME = {"nl": "/", "fr": "/fr/", "en": "/en/"}


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "speaks", "language", "words"),
    [
        ("/zoeken/?q=thema", "fr", "nl", "Dit werkt even niet"),
        ("/fr/recherche/?q=theme", "nl", "fr", "Cela ne fonctionne pas pour le moment"),
        ("/en/search/?q=theme", "nl", "en", "This isn’t working right now"),
        ("/account/2fa/", "fr", "fr", "Cela ne fonctionne pas pour le moment"),
        ("/mijn-kaart/", "en", "en", "This isn’t working right now"),
        ("/nergens/", "fr", "nl", "Dit werkt even niet"),
    ],
)
def test_while_the_database_is_away_the_reader_is_told_in_the_own_language(visitor, path, speaks, language, words):
    visitor.cookies["sessionid"] = "x" * 32
    with connection.execute_wrapper(gone):
        response = visitor.get(path, headers={"Accept-Language": speaks})
    html = response.content.decode()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "no-store" in response.headers["Cache-Control"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert f'<html lang="{language}"' in html
    assert words in html
    assert set(re.findall(r'<a [^>]*href="([^"]*)"', html)) == {HOME[language]}
    assert visitor.get("/zoeken/?q=thema").status_code == 200


def test_who_sent_something_is_told_that_it_may_not_be_saved(editor, visitor):
    enter(visitor, editor)
    with connection.execute_wrapper(gone):
        html = visitor.post("/admin/priorities/theme/add/", {"title_nl": "x"}).content.decode()
    assert "is misschien niet bewaard" in html
    assert "Je browser bewaarde de teksten ook" in html
    assert "sessionid" not in visitor.get("/").cookies, "the session lives on"
    assert visitor.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/zoeken/?q=thema", "nl", "Er ging iets mis"),
        ("/fr/recherche/?q=theme", "fr", "Un problème est survenu"),
        ("/en/search/?q=theme", "en", "Something went wrong"),
    ],
)
def test_what_is_our_own_fault_stays_a_500(visitor, path, language, words):
    with connection.execute_wrapper(wrong):
        response = visitor.get(path)
    html = response.content.decode()
    assert response.status_code == 500
    assert f'<html lang="{language}"' in html
    assert words in html
    assert set(re.findall(r'<a [^>]*href="([^"]*)"', html)) == {HOME[language]}
    assert not is_outage(IntegrityError())
    assert not is_outage(KeyError())
    assert is_outage(DatabaseError("file is not a database"))


@pytest.mark.parametrize(("language", "words"), [("nl", "is niet bewaard"), ("fr", "n’a pas"), ("en", "could not be")])
def test_where_files_cannot_be_written_the_form_says_so_and_keeps_what_was_typed(
    editor_client, settings, tmp_path, language, words
):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("a file in the place of the folder")
    theme = Theme.objects.get(slug_nl="regiomarketing")
    before = theme.revisions.count()
    editor_client.cookies["language"] = language
    response = submit(
        editor_client, theme, "_publish", title_nl="Wat ik typte", image=photo(size=(90, 60)), image_alt_nl="Foto"
    )
    html = response.content.decode()
    assert response.status_code == 200
    assert words in html
    assert "Wat ik typte" in html
    theme.refresh_from_db()
    assert theme.title_nl != "Wat ik typte"
    assert theme.revisions.count() == before
    settings.MEDIA_ROOT.unlink()
    data = form_data(editor_client, address(theme)) | {"title_nl": "Wat ik typte", "_publish": "1"}
    editor_client.post(address(theme), data | {"image": photo(size=(90, 60)), "image_alt_nl": "Foto"})
    theme.refresh_from_db()
    assert theme.image.storage.exists(theme.image.name)


def test_my_card_says_so_too(client, colleague, settings, tmp_path):
    member = StaffMember.objects.create(user=colleague, name="Johan", slug="johan-x", email="johan@example.org")
    client.force_login(colleague)
    form = client.get("/mijn-kaart/").context["form"]
    data = {bound.html_name: value for bound in form if (value := bound.value())}
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("a file in the place of the folder")
    new = {"function_nl": "Wat ik typte", "photo": photo(size=(90, 60)), "shows_photo": "on"}
    html = client.post("/mijn-kaart/", data | new).content.decode()
    assert "is niet bewaard" in html
    assert "Wat ik typte" in html
    member.refresh_from_db()
    assert not member.photo
    assert not member.revisions.exists()


def test_a_form_opens_though_nothing_can_be_written(editor, visitor):
    """Neither who has it open, nor that a message was read."""
    enter(visitor, editor)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    visitor.post(address(theme), form_data(visitor, address(theme)) | {"_publish": "1"})  # leaves a message
    with connection.execute_wrapper(cannot_write):
        response = visitor.get(address(theme))
    assert response.status_code == 200
    assert "Gepubliceerd: bezoekers zien het nu." in response.content.decode()


def test_what_was_done_but_can_be_told_to_nobody_is_no_success(editor, visitor):
    enter(visitor, editor)

    def no_session(execute, sql, *args):
        if sql.startswith("UPDATE") and "django_session" in sql:
            raise OperationalError("disk I/O error")
        return execute(sql, *args)

    theme = Theme.objects.get(slug_nl="regiomarketing")
    data = form_data(visitor, address(theme)) | {"_publish": "1"}
    with connection.execute_wrapper(no_session):
        response = visitor.post(address(theme), data)
    assert response.status_code == 503
    assert "is misschien niet bewaard" in response.content.decode()


def test_a_session_that_somebody_ended_meanwhile_is_still_told(editor, visitor, monkeypatch):
    enter(visitor, editor)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    data = form_data(visitor, address(theme)) | {"_publish": "1"}
    publish = buttons.publish

    def while_signing_out(*args, **kwargs):
        Session.objects.all().delete()
        return publish(*args, **kwargs)

    monkeypatch.setattr(buttons, "publish", while_signing_out)
    assert visitor.post(address(theme), data).status_code == 400


def test_a_form_that_could_not_be_saved_tells_of_no_success(editor_client, monkeypatch):
    """It may be the commit that fails, after the message was made."""
    theme = Theme.objects.get(slug_nl="regiomarketing")

    def full(*args):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(idempotency, "remember", full)
    html = submit(editor_client, theme, "_publish", title_nl="Wat ik typte").content.decode()
    assert "is niet bewaard" in html
    assert "Wat ik typte" in html
    assert "Gepubliceerd: bezoekers zien het nu." not in html
    theme.refresh_from_db()
    assert theme.title_nl != "Wat ik typte"
