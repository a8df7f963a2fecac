"""What visitors ask for in vain is counted, and nothing of who asked."""

from datetime import date

import pytest
import time_machine

from publishing.models import MissingAddress
from publishing.operations.addresses import missing_addresses
from publishing.operations.addresses.missing_addresses import (
    MOST,
    MOST_WAITING,
    MOST_WRITTEN,
    forget_old,
    is_kept,
    note,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_waits():
    missing_addresses._waiting.clear()
    yield
    missing_addresses._waiting.clear()


def test_an_address_is_counted_without_its_query_and_without_who_asked(client):
    for address in ("/Weg.html?naam=jan", "/weg/", "/weg"):
        headers = {"user-agent": "x", "referer": "https://a.example/"}
        assert client.get(address, headers=headers, follow=True).status_code == 404
    assert not MissingAddress.objects.exists()  # nothing is written while somebody waits for a page
    assert write() == 1
    row = MissingAddress.objects.values().get()
    row.pop("id")
    today = row.pop("first_on")
    assert row == {"address": "/weg/", "count": 3, "last_on": today, "is_dismissed": False}


def test_what_exists_redirects_or_is_gone_is_not_counted(client):
    for address in ("/contact/", "/Contact.html", "/contact"):
        client.get(address)
    assert write() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/wp-login.php",
        "/.env",
        "/a/.git/config",
        "/xmlrpc.php",
        "/x.sql",
        "/favicon2.ico",
        "/cgi-bin/x",
        "/jan.peeters@example.org",
        "/mail/jan%40example.org",
        "/0494535478",
        "/bel/0494 53 54 78",
        "/token/9f86d081884c7d659a2feaa0c55ad015",
        "/<script>",
        "/a\nb",
        "/admin/x",
        "/account/x",
        "/voorbeeld/abcdef/",
        "/VOORBEELD/abcdef",
        "/" + "a" * 300,
        "/$(id)",
    ],
)
def test_probes_secrets_and_what_may_be_about_a_person_are_not_kept(path):
    note(path)
    assert write() == 0


@pytest.mark.parametrize("path", ["/over-ons", "/nieuws/2024/03/", "/tewerkstellingsbeleidsplannen/", "/brochure.pdf"])
def test_addresses_of_pages_are_kept(path):
    assert is_kept(path)


def test_a_flood_takes_little_memory_and_few_writes(django_assert_max_num_queries):
    for number in range(5_000):
        note(f"/flood-{number}/")
    assert len(missing_addresses._waiting) == MOST_WAITING
    with django_assert_max_num_queries(12):
        assert write() == MOST_WRITTEN
    assert MissingAddress.objects.count() == MOST_WRITTEN


def test_what_is_asked_for_most_stays_when_there_is_much():
    today = date(2026, 1, 1)
    MissingAddress.objects.create(address="/vaak/", count=50, first_on=today, last_on=today)
    rows = [MissingAddress(address=f"/x-{n}/", count=1, first_on=today, last_on=today) for n in range(MOST)]
    MissingAddress.objects.bulk_create(rows)
    note("/nieuw/")
    write()
    assert MissingAddress.objects.count() == MOST
    assert MissingAddress.objects.filter(address="/vaak/").exists()


def test_counting_again_adds_up_and_what_is_old_goes():
    with time_machine.travel("2026-01-05 10:00"):
        note("/weg/")
        write()
    with time_machine.travel("2026-02-05 10:00"):
        note("/weg/")
        note("/weg/")
        write()
        forget_old()
        assert MissingAddress.objects.values_list("count", "first_on", "last_on").get() == (
            3,
            date(2026, 1, 5),
            date(2026, 2, 5),
        )
    with time_machine.travel("2026-06-05 10:00"):
        forget_old()
    assert not MissingAddress.objects.exists()


def test_who_edits_the_site_is_not_counted(editor_client):
    editor_client.get("/weg/")
    assert write() == 0
