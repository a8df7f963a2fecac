"""The one of every kind that `manage.py demo --full` adds."""

import pytest
from django.core.management import CommandError, call_command

from pages.models import MissionPage
from priorities.models import Document, Priority, Theme
from publishing.models import Revision
from publishing.workflow import publish
from resoc.demo import content as demo_content
from resoc.demo.content import NOTE
from staff.models import StaffMember
from tests.site.crawl import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.mark.usefixtures("_files")
def test_each_kind_has_a_full_page_in_each_language_that_says_what_it_is(client):
    call_command("demo", scale=0, full=True, verbosity=0)
    first, *_others, last = Priority.published()
    person = StaffMember.published().get(slug_nl="demo-demonstratie") if hasattr(StaffMember, "slug_nl") else None
    for code, label in (("nl", "Demonstratie"), ("fr", "Démonstration"), ("en", "Demonstration")):
        prefix = "" if code == "nl" else f"/{code}"
        theme = Theme.published().get(pk=Revision.objects.filter(note=NOTE, model="priorities.theme").get().object_id)
        for page in (first, theme):
            said = client.get(page.get_absolute_url(code)).content.decode()
            assert label in words(said)
            assert "<table" in said
            assert ".pdf" in said
        assert client.get(f"{prefix}/demo-pagina-{code}/").status_code == 200
        assert label in words(client.get(f"{prefix}/").content.decode())  # the notice
    assert last.is_sparse
    assert Document.published().count() == 2
    assert "image/" in client.get(theme.get_absolute_url("nl")).content.decode()
    assert person is None or person.name == "Demo Demonstratie"


@pytest.mark.usefixtures("_files")
def test_the_home_page_an_opinion_a_meeting_and_an_update_have_their_documents(client):
    call_command("demo", scale=0, full=True, verbosity=0)
    for address in ("/", "/adviezen/demo-advies-nl/", "/agenda/demo-vergadering-nl/", "/nieuws/demo-thema-10-nl/"):
        said = client.get(address).content.decode().split("<main")[1]
        assert ".pdf" in said, address
        assert "Demonstratie" in words(said), address
    home = client.get("/").content.decode().split("<main")[1]
    assert "demonstratie-missie" in home
    assert "Demonstratie: hier staat in enkele zinnen" in words(home)


@pytest.mark.usefixtures("_files")
def test_a_document_is_among_the_news(client):
    call_command("demo", scale=0, full=True, verbosity=0)
    for address in ("/nieuws/", "/"):
        said = client.get(address).content.decode().split("<main")[1]
        assert "Demonstratie: een verslag" in words(said), address


@pytest.mark.usefixtures("_files")
def test_what_the_home_page_says_already_stays(client):
    mission = MissionPage.objects.get()
    role = mission.roles.first()
    role.description_nl = "Wij spreken voor de streek."
    role.save()
    publish(mission, None, note="Seed")
    demo_content.fill()
    role.refresh_from_db()
    assert role.description_nl == "Wij spreken voor de streek."
    assert role.description_fr.startswith("Démonstration")


@pytest.mark.usefixtures("_files")
def test_a_second_run_adds_nothing_and_own_work_is_left_alone(editor):
    call_command("demo", scale=0, full=True, verbosity=0)
    before = Revision.objects.count()
    call_command("demo", scale=0, full=True, verbosity=0)
    assert Revision.objects.count() == before
    publish(Priority.objects.order_by("number").last(), editor)
    with pytest.raises(CommandError):
        call_command("demo", scale=0, full=True, verbosity=0)


def test_the_seed_has_none_of_it():
    assert not Revision.objects.filter(note=NOTE).exists()
    assert not Document.objects.exists()
