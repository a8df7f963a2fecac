import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from publishing.models import Act
from publishing.workflow import publish
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.history.test_history_views import words
from tests.publishing.admin.test_publishable import submit

pytestmark = pytest.mark.django_db


BUTTON = re.compile(r'<button type="submit" class="undo" form="undo" formaction="/admin/undo/(\d+)/">')


def offered(response) -> int:
    """The act that the page offers to undo."""
    (number,) = BUTTON.findall(response.content.decode())
    return int(number)


def click(client, response):
    return client.post(reverse("undo", args=[offered(response)]), follow=True)


def test_the_button_works_without_script_in_every_language(editor_client, theme, settings):
    for language, label in (("nl", "Maak ongedaan"), ("fr", "Annuler"), ("en", "Undo")):
        editor_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = submit(editor_client, theme, "_publish", title_fr=f"Titre {language}")
        html = response.content.decode()
        assert label in html.split('class="undo"')[1][:90]
        form = html.split('<form id="undo"')[1].split("</form>")[0]
        assert 'method="post"' in form
        assert "csrfmiddlewaretoken" in form


def test_saving_offers_nothing_to_undo(editor_client, theme):
    assert not BUTTON.search(submit(editor_client, theme, "_save", title_nl="X").content.decode())


def test_a_publication_that_failed_offers_nothing(editor_client, theme):
    assert not BUTTON.search(submit(editor_client, theme, "_publish", title_nl="").content.decode())
    assert not Act.objects.exists()


def test_it_is_a_post_for_whoever_may_change_that(editor_client, editor, theme, client, colleague):
    act = offered(submit(editor_client, theme, "_publish", title_nl="Nieuw"))
    url = reverse("undo", args=[act])
    assert editor_client.get(url).status_code == 405
    assert editor_client.post(reverse("undo", args=[act + 1])).status_code == 404
    assert client.post(url).status_code == 302
    client.force_login(colleague)
    assert client.post(url).status_code in (302, 403)
    other = Client()
    enter(other, staff_user("ander"))
    assert other.post(url).status_code == 403
    assert not Act.objects.get(pk=act).undone_at


def test_twice_is_said_and_does_nothing_twice(editor_client, theme):
    published = submit(editor_client, theme, "_publish", title_nl="Nieuw")
    click(editor_client, published)
    count = theme.revisions.count()
    assert "Dit is al ongedaan gemaakt." in words(click(editor_client, published))
    assert theme.revisions.count() == count


def test_undoing_in_the_planning(editor_client, theme, editor):
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    waiting = theme.revisions.pending().get()
    response = editor_client.post(reverse("planning_cancel", args=[waiting.pk]), follow=True)
    assert not theme.revisions.pending().exists()
    click(editor_client, response)
    assert theme.revisions.pending().get().live_from == waiting.live_from
