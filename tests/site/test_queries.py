"""How often a page asks the database: a number that does not grow with the content."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from priorities.models import Theme
from publishing.workflow import publish

pytestmark = pytest.mark.django_db

QUERIES = {"/": 6, "/prioriteiten/": 3, "/contact/": 2, "/privacy/": 3, "/contact/dorine-sioen/": 4}


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_asks_a_fixed_number_of_times(client, django_assert_num_queries, address):
    with django_assert_num_queries(QUERIES[address]):
        client.get(address)


@pytest.mark.parametrize("extra", [0, 3, 297])
def test_the_home_page_asks_as_often_with_3_as_with_300_themes(client, editor, django_assert_num_queries, extra):
    for number in range(extra):
        publish(Theme.objects.create(title_nl=f"T{number}", slug_nl=f"t{number}"), editor)
    with django_assert_num_queries(QUERIES["/"]):
        client.get("/")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/themas/",
        "/themas/demonstratie-2/",
        "/prioriteiten/tewerkstellingsbeleid/",
        "/feed/",
        "/zoeken/?q=berichten",
    ],
)
def test_a_page_asks_as_often_on_a_large_site_as_on_a_small_one(client, address):
    asked = []
    for scale in (1, 8):
        call_command("demo", scale=scale, verbosity=0)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        asked.append(len(queries))
    assert asked[1] <= asked[0]
