import pytest
from django.test import Client

from pages.models import TextPage
from publishing.files.limits import MAX_UPLOAD
from publishing.web.middleware import MAX_BODY
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


def test_a_dutch_address_that_begins_like_a_language_is_dutch(client, editor):
    publish(TextPage.objects.create(title_nl="En nu?", slug_nl="en-nu"), editor)
    response = client.get("/en-nu/")
    assert (response.status_code, response.headers["Content-Language"]) == (200, "nl")


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/admin/priorities/document/add/", "nl", "Dit is te groot"),
        ("/admin/priorities/document/add/", "fr", "C’est trop volumineux"),
        ("/admin/priorities/document/add/", "en", "This is too large"),
        ("/", "fr", "Dit is te groot"),
        ("/fr/", "nl", "C’est trop volumineux"),
    ],
)
def test_a_body_that_is_too_large_is_refused_unread_in_the_language_of_the_reader(editor_client, path, language, words):
    class Unread:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    response = editor_client.generic(
        "POST",
        path,
        content_type="multipart/form-data; boundary=x",
        headers={"accept-language": language},
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(MAX_BODY + 1)},
    )
    assert response.status_code == 413
    assert words in response.content.decode()
    assert "25" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_a_length_of_many_digits_is_too_large(client):
    assert client.generic("POST", "/nergens/", b"a=1", CONTENT_LENGTH="9" * 30).status_code == 413


@pytest.mark.parametrize("length", ["", "x", "-1", str(MAX_BODY)])
def test_any_other_body_is_taken_as_it_comes(client, length):
    response = client.generic("POST", "/nergens/", b"a=1", CONTENT_LENGTH=length)
    assert response.status_code == 405  # no page takes it


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "OPTIONS", "CONNECT", "MADEUP", ""])
@pytest.mark.parametrize("path", ["/", "/contact/", "/zoeken/", "/static/x", "/admin/", "/nergens/", "*"])
def test_no_address_can_be_asked_in_another_way_than_a_browser_does(editor_client, path, method):
    response = editor_client.generic(method, path, PATH_INFO=path)
    assert (response.status_code, response.content) == (405, b"")
    assert response.headers["Allow"] == "GET, HEAD, POST"


def test_a_path_without_a_slash_is_no_error(client):
    assert client.get("/", PATH_INFO="*").status_code == 404


def test_there_is_room_for_the_largest_file_with_its_texts():
    assert MAX_BODY >= MAX_UPLOAD + 2_500_000  # what Django takes of texts


@pytest.mark.parametrize(
    "cookies", ["sessionid=x", "a=b,sessionid=x", "a=b;sessionid = x", "sessionid=x,a=b", "a=b, sessionid=x; c=d"]
)
def test_nobody_keeps_what_was_asked_with_a_session_however_it_is_written(cookies):
    response = Client().generic("GET", "/contact/", HTTP_COOKIE=cookies)
    assert "no-store" in response.headers["Cache-Control"]
