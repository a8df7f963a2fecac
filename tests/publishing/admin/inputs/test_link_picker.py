import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission, User
from django.test import Client

from pages.models import MissionPage, TextPage
from priorities.models import Theme
from publishing.content.internal_links import reference
from publishing.workflow import withdraw
from tests.conftest import staff_user
from tests.desk import enter

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/link-targets/"


def ask(client, **query) -> list[dict[str, str]]:
    response = client.get(ADDRESS, query)
    assert response.status_code == 200
    return response.json()["pages"]


def signed_in(user: User) -> Client:
    client = Client()
    enter(client, user)
    return client


@pytest.mark.parametrize("query", ["regiomarketing", "MARKETING regio", "Régiomarketing", "marketing territorial"])
def test_a_page_is_found_by_words_of_its_name_in_any_language_and_writing(editor_client, query):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    assert reference(theme) in [page["href"] for page in ask(editor_client, q=query)]


def test_the_name_that_was_found_is_the_name_that_is_shown(editor_client):
    Theme.objects.create(title_nl="Oogst", title_fr="Récolte d’été", slug_nl="oogst")
    (page,) = ask(editor_client, q="recolte")
    assert page["title"] == "Récolte d’été"
    assert page["kind"] == "Thema"


def test_who_begins_with_the_words_comes_first_and_ten_are_enough(editor_client):
    for number in range(12):
        Theme.objects.create(title_nl=f"Nieuwe oogst {number}")
    Theme.objects.create(title_nl="Oogst van het jaar")
    pages = ask(editor_client, q="oogst")
    assert len(pages) == 10
    assert pages[0]["title"] == "Oogst van het jaar"


def test_what_visitors_do_not_see_says_so(editor_client, editor):
    Theme.objects.create(title_nl="Nog geheim")
    withdraw(Theme.objects.get(slug_nl="regiomarketing"), editor, "Weg")
    assert ask(editor_client, q="geheim")[0]["state"] == "niet zichtbaar voor bezoekers"
    assert ask(editor_client, q="regiomarketing")[0]["state"]
    assert ask(editor_client, q="privacy")[0]["state"] == ""


def test_a_reference_is_described_and_an_odd_one_is_nothing(editor_client):
    page = TextPage.objects.get(slug_nl="privacy")
    assert ask(editor_client, href=reference(page))[0]["title"] == "Privacy"
    for odd in ("", "page:x", "page:pages.textpage/987654", "page:auth.user/1", "page:pages.organisation/1"):
        assert ask(editor_client, href=odd) == []


@pytest.mark.parametrize("query", ["", " ", "%", "qqqq", "\0", "'\"", "a" * 5000])
def test_a_query_without_an_answer_gets_an_empty_list(editor_client, query):
    assert ask(editor_client, q=query) == []


def test_the_home_page_and_people_can_be_linked_to_and_bodies_without_a_page_not(editor_client):
    motto = MissionPage.objects.get()
    assert ask(editor_client, q=motto.motto_nl[:20])[0]["href"] == reference(motto)
    assert ask(editor_client, q="dorine")[0]["kind"] == "Medewerker"
    assert ask(editor_client, q="VDAB") == []


def test_nobody_but_editors_gets_an_answer(client, colleague):
    clerk = staff_user("clerk")
    for visitor in (client, signed_in(colleague), signed_in(clerk)):
        response = visitor.get(ADDRESS, {"q": "privacy"})
        assert response.status_code == 403
        assert response.json() == {"pages": []}


def test_who_did_not_prove_with_a_second_factor_who_they_are_gets_no_names(client, editor):
    Theme.objects.create(title_nl="Nog geheim")
    Authenticator.objects.filter(user=editor).delete()
    response = signed_in(editor).get(ADDRESS, {"q": "geheim"})
    assert response.status_code == 403
    assert response.json() == {"pages": []}


def test_nobody_keeps_an_answer(editor_client, client):
    for visitor in (editor_client, client):
        assert "no-store" in visitor.get(ADDRESS, {"q": "privacy"}).headers["Cache-Control"]


def test_an_editor_sees_only_kinds_that_the_admin_shows(client):
    clerk = staff_user("clerk")
    clerk.user_permissions.add(Permission.objects.get(codename="view_textpage"))
    assert ask(signed_in(clerk), q="privacy")
    assert ask(signed_in(clerk), q="regiomarketing") == []


@pytest.mark.parametrize("extra", [1, 30])
def test_it_asks_as_often_for_many_pages_as_for_few(editor_client, django_assert_num_queries, extra):
    for number in range(extra):
        Theme.objects.create(title_nl=f"Oogst {number}")
    with django_assert_num_queries(16):
        ask(editor_client, q="oogst")
