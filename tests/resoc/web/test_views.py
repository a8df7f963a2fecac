from threading import Event

import pytest
from django.urls import reverse
from django.utils.translation import override

from publishing.cache import failures
from publishing.models.immutability import permit
from tests.site.crawl import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "words_"), [("/", "Er ging iets mis"), ("/fr/", "Un problème est survenu")])
def test_the_500_speaks_the_language_of_the_address_and_asks_nothing_of_the_database(
    client, monkeypatch, django_assert_num_queries, address, words_
):
    def broken(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("resoc.web.views.shown_at", broken)
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        response = client.get(address)
    assert response.status_code == 500
    assert words_ in words(response.content.decode())


def test_a_site_without_any_content_still_answers(client, editor):
    from publishing.models import Revision

    with permit():
        Revision.objects.all().delete()
    for name in ("home", "priority_list", "theme_list", "contact"):
        with override("fr"):
            assert client.get(reverse(name)).status_code == 200


def test_healthz_that_looks_deeper_names_the_pages_that_fail(client, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    assert client.get("/healthz?deep=1").json() == {"status": "ok"}
    for host in ("localhost", "127.0.0.1"):
        failures.note(("http", host, "/themas/", "page=2"), is_withheld=False)
    assert client.get("/healthz").status_code == 200, "the site as a whole works"
    response = client.get("/healthz?deep=1")
    assert response.status_code == 503
    assert response.json() == {"status": "failing", "part": "pages", "pages": ["/themas/"]}


def test_healthz_names_the_part_that_fails(client, monkeypatch):
    assert client.get("/healthz").json() == {"status": "ok"}
    from django.db import DatabaseError

    def down(*args):
        raise DatabaseError

    monkeypatch.setattr("resoc.web.views.stamp.number", down)
    response = client.get("/healthz")
    assert (response.status_code, response.json()["part"]) == (503, "database")


def test_healthz_fails_while_migrations_wait_and_asks_no_more_once_none_does(client, monkeypatch):
    asked = []
    monkeypatch.setattr("resoc.web.views._seen", Event())
    monkeypatch.setattr("resoc.web.views.schema.waiting", lambda: asked.append(1) or [("pages", "0099_later")])
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "failing", "part": "migrations"})
    monkeypatch.setattr("resoc.web.views.schema.waiting", lambda: asked.append(2) or [])
    assert [client.get("/healthz").status_code for _ in range(3)] == [200, 200, 200]
    assert asked == [1, 2]
