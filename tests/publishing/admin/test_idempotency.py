"""A form that comes twice, because its first answer got lost on the way: saved once, without a conflict."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Document, Theme
from publishing.admin import idempotency
from publishing.models import SentForm
from publishing.workflow.erasure.objects import erase
from tests.desk import enter
from tests.priorities.pdf_files import pdf
from tests.publishing.admin.test_edit_conflicts import opened, other, other_client  # noqa: F401  (fixtures)
from tests.publishing.admin.test_publishable import address, form_data

pytestmark = pytest.mark.django_db

ADD = "/admin/priorities/theme/add/"


def new_form(client, url: str = ADD) -> dict[str, str]:
    return form_data(client, url) | {"_form": client.get(url).context["form_token"]}


def sent(client, obj) -> dict[str, str]:
    data = opened(client, obj)
    return data | {"_form": client.get(address(obj)).context["form_token"]}


def test_the_same_again_says_that_it_was_saved_and_publishes_once(editor_client, theme):
    data = sent(editor_client, theme) | {"title_nl": "Nieuw", "body_nl": '<p style="x">Tekst</p>', "_publish": "1"}
    assert editor_client.post(address(theme), data).status_code == 302
    response = editor_client.post(address(theme), data, follow=True)
    assert "Je eerste poging was wel aangekomen" in response.content.decode()
    assert theme.revisions.count() == 2
    theme.refresh_from_db()
    assert theme.title_nl == "Nieuw"


def test_a_new_page_that_is_sent_twice_is_one_page(editor_client):
    data = new_form(editor_client) | {"title_nl": "Eén keer", "slug_nl": "een-keer", "_publish": "1"}
    for _attempt in range(2):
        response = editor_client.post(ADD, data, follow=True)
    theme = Theme.objects.get(title_nl="Eén keer")
    assert response.redirect_chain[-1][0] == address(theme)
    assert theme.revisions.count() == 1


def test_what_was_typed_between_two_tries_at_a_new_page_is_saved_in_that_page(editor_client):
    data = new_form(editor_client) | {"title_nl": "Eerst", "_save": "1"}
    editor_client.post(ADD, data)
    editor_client.post(ADD, data | {"title_nl": "Daarna"}, follow=True)
    assert list(Theme.objects.filter(title_nl__in=["Eerst", "Daarna"]).values_list("title_nl", flat=True)) == ["Daarna"]


def test_a_second_try_with_more_text_is_no_conflict_with_oneself(editor_client, theme):
    data = sent(editor_client, theme) | {"title_nl": "Eerst", "_save": "1"}
    editor_client.post(address(theme), data)
    assert editor_client.post(address(theme), data | {"title_nl": "Daarna"}).status_code == 302
    theme.refresh_from_db()
    assert theme.title_nl == "Daarna"


def test_rows_that_the_first_try_added_or_removed_are_not_added_or_missed_by_the_second(editor_client):
    page = MissionPage.objects.get()
    rows = page.aims.count()
    gone = page.aims.first().pk
    data = sent(editor_client, page) | {
        "aims-TOTAL_FORMS": rows + 2,
        f"aims-{rows}-position": "0",
        f"aims-{rows + 1}-position": "0",
        f"aims-{rows + 1}-text_nl": "Een nieuw doel",
        "aims-0-DELETE": "on",
        "_save": "1",
    }
    assert editor_client.post(address(page), data).status_code == 302
    again = editor_client.post(address(page), data | {"intro_nl": "Ook dit", f"aims-{rows + 1}-text_fr": "Un but"})
    assert again.status_code == 302
    assert list(page.aims.filter(text_nl="Een nieuw doel").values_list("text_fr", flat=True)) == ["Un but"]
    assert page.aims.count() == rows
    assert not page.aims.filter(pk=gone).exists()
    page.refresh_from_db()
    assert page.intro_nl == "Ook dit"


def test_a_removed_row_that_the_second_try_wants_back_comes_back(editor_client):
    page = MissionPage.objects.get()
    text = page.aims.first().text_nl
    data = sent(editor_client, page) | {"_save": "1"}
    editor_client.post(address(page), data | {"aims-0-DELETE": "on"})
    assert not page.aims.filter(text_nl=text).exists()
    editor_client.post(address(page), data)
    assert page.aims.filter(text_nl=text).exists()


def test_a_file_is_uploaded_once(editor_client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    url = reverse("admin:priorities_document_add")

    def posted() -> dict:
        return data | {"file": ContentFile(pdf(), name="verslag.pdf")}

    data = new_form(editor_client, url) | {"title_nl": "Verslag", "_publish": "1"}
    editor_client.post(url, posted())
    name = Document.objects.get().file.name
    editor_client.post(url, posted(), follow=True)
    assert Document.objects.get().file.name == name
    # With another text it is no conflict either, although the file has another name each time.
    with_more = posted() | {"title_nl": "Verslag van mei"}
    response = editor_client.post(url, with_more)
    assert response.status_code == 307  # upon which a browser sends the same there
    with_more["file"].seek(0)
    assert editor_client.post(response.headers["Location"], with_more).status_code == 302
    assert Document.objects.get().title_nl == "Verslag van mei"


def test_what_somebody_else_saved_after_the_first_try_is_still_a_conflict(editor_client, other_client, theme):  # noqa: F811
    data = sent(editor_client, theme) | {"title_nl": "Van Dorine", "_save": "1"}
    editor_client.post(address(theme), data)
    other_client.post(address(theme), opened(other_client, theme) | {"title_nl": "Van Sigrid", "_save": "1"})
    response = editor_client.post(address(theme), data)
    assert "Sigrid Verhaeghe bewaarde deze pagina" in response.content.decode()
    theme.refresh_from_db()
    assert theme.title_nl == "Van Sigrid"


def test_a_window_of_its_own_closes_at_the_second_try_too(editor_client):
    url = reverse("admin:pages_organisation_add") + "?_popup=1"
    data = {"name": "Nieuw", "_popup": "1", "_save": "1", "_form": editor_client.get(url).context["form_token"]}
    first, second = (editor_client.post(url, data) for _attempt in range(2))
    assert first.context["popup_response_data"] == second.context["popup_response_data"]


def test_what_was_deleted_since_is_made_anew(editor_client):
    data = new_form(editor_client) | {"title_nl": "Weg en terug", "_save": "1"}
    editor_client.post(ADD, data)
    Theme.objects.get(title_nl="Weg en terug").delete()
    editor_client.post(ADD, data)
    assert Theme.objects.filter(title_nl="Weg en terug").count() == 1


@pytest.mark.parametrize("token", ["", "\0", "x", "9" * 5000])
def test_an_odd_token_never_fails(editor_client, theme, token):
    data = sent(editor_client, theme) | {"_form": token, "_save": "1"}
    assert editor_client.post(address(theme), data).status_code == 302
    assert editor_client.post(ADD, new_form(editor_client) | {"_form": f"{token}+", "_save": "1"}).status_code == 302


def test_what_is_too_old_is_forgotten(editor, editor_client, theme, time_machine):
    editor_client.post(address(theme), sent(editor_client, theme) | {"title_nl": "Oud", "_save": "1"})
    time_machine.move_to(timezone.now() + idempotency.KEPT_FOR + timedelta(minutes=1))
    enter(editor_client, editor)
    editor_client.post(address(theme), sent(editor_client, theme) | {"title_nl": "Nieuw", "_save": "1"})
    assert SentForm.objects.count() == 1


def test_the_same_form_in_a_new_session_is_saved_once(editor, editor_client):
    data = new_form(editor_client) | {"title_nl": "Eén keer", "slug_nl": "een-keer", "_publish": "1"}
    editor_client.post(ADD, data)
    editor_client.logout()
    enter(editor_client, editor)
    response = editor_client.post(ADD, data, follow=True)
    theme = Theme.objects.get(title_nl="Eén keer")
    assert response.redirect_chain[-1][0] == address(theme)
    assert theme.revisions.count() == 1


def test_the_form_of_somebody_else_is_another_one(editor_client, other_client):  # noqa: F811
    data = new_form(editor_client) | {"title_nl": "Van Dorine", "_save": "1"}
    editor_client.post(ADD, data)
    response = other_client.post(ADD, data | {"title_nl": "Van Sigrid"})
    assert response.status_code == 302
    assert set(Theme.objects.filter(title_nl__startswith="Van").values_list("title_nl", flat=True)) == {
        "Van Dorine",
        "Van Sigrid",
    }


def test_back_to_an_empty_form_that_made_a_page_leads_to_that_page(editor_client):
    data = new_form(editor_client) | {"title_nl": "Eén keer", "_save": "1"}
    back = {"_form": data["_form"]}
    assert editor_client.get(ADD, back).context["form_token"] == data["_form"], (
        "a form that is opened anew stays itself"
    )
    editor_client.post(ADD, data)
    response = editor_client.get(ADD, back, follow=True)
    assert response.redirect_chain[-1][0] == address(Theme.objects.get(title_nl="Eén keer"))
    assert "Je bewaarde dit al" in response.content.decode()
    assert editor_client.get(ADD).status_code == 200
    Theme.objects.get(title_nl="Eén keer").delete()
    assert editor_client.get(ADD, back).status_code == 200


def test_who_forgets_an_object_forgets_what_forms_saved_of_it(editor_client):
    editor_client.post(ADD, new_form(editor_client) | {"title_nl": "Weg", "_save": "1"})
    assert SentForm.objects.count() == 1
    erase(Theme.objects.get(title_nl="Weg"))
    assert SentForm.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_new_form_three_times_at_the_same_moment_is_published_once(at_once, editor, editor_client):
    data = new_form(editor_client) | {"title_nl": "Eén keer", "slug_nl": "een-keer", "_publish": "1"}
    clients = [Client() for _each in range(3)]
    for client in clients:
        enter(client, editor)
    answers = at_once([partial(client.post, ADD, data) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 307, 307], "the others are led to the page"
    theme = Theme.objects.get(title_nl="Eén keer")
    assert theme.revisions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_change_three_times_at_the_same_moment_is_published_once(at_once, editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    before = theme.revisions.count()
    data = sent(editor_client, theme) | {"title_nl": "Nieuw", "_publish": "1"}
    clients = [Client() for _each in range(3)]
    for client in clients:  # of one session, as the taps of one person are
        client.cookies = editor_client.cookies
    answers = at_once([partial(client.post, address(theme), data) for client in clients])
    assert [answer.status_code for answer in answers] == [302] * 3
    assert theme.revisions.count() == before + 1
