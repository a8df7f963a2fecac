import pytest
from django.conf import settings
from django.contrib.auth.models import User

from priorities.models import Theme
from publishing.models import MissingAddress, OldAddress
from publishing.operations.addresses.address_list import parse, save
from publishing.workflow import publish, withdraw
from publishing.workflow.erasure.objects import erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    theme = Theme.objects.create(title_nl="Haven", slug_nl="haven", title_fr="Port", slug_fr="port")
    publish(theme, editor)
    return theme


def lead(text: str) -> None:
    save(parse(text, "testserver"), None)


def test_an_old_address_leads_to_its_page_in_the_language_that_it_names(client, theme):
    lead("/oud.html /themas/haven/\n/fr/vieux /themas/haven/\n/bureau.php /contact/")
    for address, right in (
        ("/oud.html", "/themas/haven/"),
        ("/Oud", "/themas/haven/"),
        ("/oud/index.php", "/themas/haven/"),
        ("/oud/?utm_source=x", "/themas/haven/"),
        ("/fr/Vieux/", "/fr/themes/port/"),
        ("/bureau.php", "/contact/"),
    ):
        response = client.get(address)
        assert (response.status_code, response.headers["Location"]) == (301, right)
    assert client.head("/oud.html").status_code == 301
    assert client.post("/oud.html").status_code in (403, 404)


def test_a_query_tells_pages_of_a_former_site_apart(client, theme):
    lead("/index.php?id=1 /themas/haven/\n/index.php?id=2 /contact/")
    assert client.get("/index.php?id=1").headers["Location"] == "/themas/haven/"
    assert client.get("/index.php?id=2&fbclid=x").headers["Location"] == "/contact/"
    assert client.get("/index.php?id=3").status_code == 404


def test_it_follows_a_page_whose_address_changes(client, theme, editor):
    lead("/oud /themas/haven/")
    theme.slug_nl = "zeehaven"
    theme.save()
    publish(theme, editor)
    assert client.get("/oud").headers["Location"] == "/themas/zeehaven/"


def test_a_withdrawn_page_is_gone_by_its_old_address_too(client, theme, editor):
    lead("/oud /themas/haven/")
    withdraw(theme, editor, "Het project is afgelopen")
    response = client.get("/oud")
    assert response.status_code == 410
    assert "Het project is afgelopen" in response.content.decode()


def test_no_draft_is_told_by_an_old_address(client, theme):
    draft = Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    OldAddress.objects.create(address="/oud/", language="nl", model="priorities.theme", object_id=draft.pk)
    OldAddress.objects.create(address="/twee/", language="nl", model="geen.model", object_id=1)
    OldAddress.objects.create(address="/drie/", language="nl", view="bestaat-niet")
    for address in ("/oud/", "/twee/", "/drie/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "Geheim" not in response.content.decode()


def test_a_page_that_is_there_asks_nothing_of_the_old_addresses(client, theme, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/themas/haven/")
    assert not [each for each in asked.captured_queries if "oldaddress" in each["sql"]]


def test_what_an_erased_page_had_goes_with_it(theme, editor):
    lead("/oud /themas/haven/")
    MissingAddress.objects.create(address="/x/haven/", first_on="2026-01-01", last_on="2026-01-01")
    MissingAddress.objects.create(address="/havenweg/", first_on="2026-01-01", last_on="2026-01-01")
    withdraw(theme, editor, "Weg")
    erase(theme)
    assert not OldAddress.objects.exists()
    assert list(MissingAddress.objects.values_list("address", flat=True)) == ["/havenweg/"]


def test_strange_bytes_lead_nowhere(client):
    lead("/oud /contact/")
    for address in ("/%00oud", "/oud%0d%0aLocation:x", "/" + "a" * 3000, "/oud/%2f%2fevil.example"):
        assert client.get(address).status_code in (301, 404)
        assert "evil" not in client.get(address).headers.get("Location", "")


def test_who_saved_it_is_forgotten_with_the_account(theme):
    user = User.objects.create(username="weg")
    save(parse("/oud /themas/haven/", "testserver"), user)
    user.delete()
    assert OldAddress.objects.get().made_by is None
    assert OldAddress.objects.get().language == settings.LANGUAGE_CODE
