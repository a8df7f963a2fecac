"""How often a page asks the database: a number that does not grow with the content."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.models import Organisation
from priorities.models import Document, Priority, Theme
from publishing.workflow import publish, publish_new
from staff.models import StaffMember
from tests.priorities.pdf_files import pdf, upload
from tests.updates import update_on

pytestmark = pytest.mark.django_db

QUERIES = {"/": 8, "/prioriteiten/": 5, "/themas/": 5, "/contact/": 3, "/privacy/": 4, "/contact/dorine-sioen/": 3}
# One of those of the home page asks for members, also while there are none.


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_asks_a_fixed_number_of_times(client, django_assert_num_queries, address):
    with django_assert_num_queries(QUERIES[address]):
        client.get(address)


def test_the_home_page_asks_as_often_with_3_as_with_300_themes(client, editor, django_assert_num_queries):
    for wanted in (0, 3, 297):
        there = Theme.objects.filter(title_nl__startswith="T-").count()
        numbers = range(there, wanted)
        publish_new([Theme.objects.create(title_nl=f"T-{n}", slug_nl=f"t-{n}") for n in numbers], editor)
        with django_assert_num_queries(QUERIES["/"]):
            client.get("/")


@pytest.fixture
def full_pages(full_theme, settings, tmp_path):
    """A theme and a priority with everything that their pages may show."""
    settings.MEDIA_ROOT = tmp_path
    theme, priority = Theme.objects.get(slug_nl="regiomarketing"), Priority.objects.get(number=2)
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    publish(document, None)
    theme.priority, theme.contact = priority, StaffMember.objects.first()
    priority.lead, priority.contact = Organisation.objects.first(), StaffMember.objects.last()
    priority.partners.create(organisation=Organisation.objects.last())
    for subject in (theme, priority):
        subject.body_nl = '<p><a href="page:priorities.priority/1">Prioriteit</a></p>'
        subject.save()
        subject.documents.create(document=document)
        publish(subject, None)
        update = update_on(subject, title_nl="Bericht")
        update.documents.create(document=document)
        publish(update, None)


@pytest.mark.parametrize(
    ("address", "times"), [("/themas/regiomarketing/", 7), ("/prioriteiten/tewerkstellingsbeleid/", 8)]
)
def test_a_page_with_everything_asks_a_few_times(client, full_pages, django_assert_num_queries, address, times):
    with django_assert_num_queries(times):
        response = client.get(address)
    html = response.content.decode()
    assert html.count('href="/documenten/verslag.pdf"') == (3 if times == 8 else 2)  # with the update of its theme
    assert ">Prioriteit</a>" in html
    assert 'href="/contact/' in html


LIKELY_TO_GROW = {
    "/": 0,
    "/themas/": 0,
    "/themas/demonstratie-2/": 0,
    "/prioriteiten/tewerkstellingsbeleid/": 0,
    "/nieuws/": 0,
    "/nieuws/demonstratie-bericht-2/": 0,
    "/feed/": 0,
    "/zoeken/?q=berichten": 1,  # the index again, for the best of very many
}


def test_a_page_asks_as_often_on_a_large_site_as_on_a_small_one(client):
    """One site for all these pages: to fill it takes a hundred times as long as to ask for them."""
    asked: list[dict[str, int]] = []
    for scale in (1, 8):
        call_command("demo", scale=scale, verbosity=0)
        asked.append({})
        for address in LIKELY_TO_GROW:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            asked[-1][address] = len(queries)
    small, large = asked
    grown = {address: (small[address], large[address]) for address in small if large[address] > small[address]}
    assert {address for address, (few, many) in grown.items() if many > few + LIKELY_TO_GROW[address]} == set(), grown
