from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.workflow import publish, withdraw
from tests.publishing.models.test_snapshots import png

pytestmark = pytest.mark.django_db


def rename(theme: Theme, editor, **slugs: str) -> None:
    Theme.objects.filter(pk=theme.pk).update(**slugs)
    publish(theme, editor)


def test_an_old_address_redirects_for_ever_to_the_current_one_in_each_language(client, theme, editor):
    rename(theme, editor, slug_nl="streekmarketing", slug_fr="promotion")
    for old, new in [
        ("/themas/regiomarketing/", "/themas/streekmarketing/"),
        ("/fr/themes/marketing-territorial/", "/fr/themes/promotion/"),
    ]:
        response = client.get(old)
        assert (response.status_code, response.headers["Location"]) == (301, new)
        assert client.get(new).status_code == 200


def test_a_draft_slug_is_nobodys_address(client, theme):
    Theme.objects.filter(pk=theme.pk).update(slug_nl="nog-geheim")
    assert client.get("/themas/nog-geheim/").status_code == 404
    assert client.get("/themas/regiomarketing/").status_code == 200


def test_a_scheduled_slug_is_no_address_before_its_time(client, theme, editor):
    Theme.objects.filter(pk=theme.pk).update(slug_nl="straks")
    tomorrow = timezone.now() + timedelta(days=1)
    publish(theme, editor, live_from=tomorrow)
    assert client.get("/themas/straks/").status_code == 404
    with time_machine.travel(tomorrow):
        assert client.get("/themas/straks/").status_code == 200
        assert client.get("/themas/regiomarketing/").status_code == 301


def test_the_slug_of_another_language_is_not_an_address_in_this_one(client):
    assert client.get("/themas/marketing-territorial/").status_code == 404


def test_an_untranslated_page_has_the_dutch_slug_until_it_is_translated(client, editor):
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    publish(theme, editor)
    assert client.get("/fr/themes/nieuw/").status_code == 200
    rename(theme, editor, slug_fr="nouveau", title_fr="Nouveau")
    assert client.get("/fr/themes/nieuw/").headers["Location"] == "/fr/themes/nouveau/"


def test_a_withdrawn_page_answers_410_with_its_reason_also_at_older_addresses(client, theme, editor):
    rename(theme, editor, slug_nl="streekmarketing")
    withdraw(theme, editor, "Dit thema is <afgerond>.")
    for address in ("/themas/streekmarketing/", "/themas/regiomarketing/", "/fr/themes/marketing-territorial/"):
        response = client.get(address)
        assert response.status_code == 410
        html = response.content.decode()
        assert "Dit thema is &lt;afgerond&gt;." in html
        assert ('lang="nl">Dit thema' in html) == address.startswith("/fr/")


def test_an_ended_page_answers_410(client, theme, editor):
    end = timezone.now() + timedelta(hours=1)
    publish(theme, editor, live_until=end)
    with time_machine.travel(end):
        assert client.get("/themas/regiomarketing/").status_code == 410


def test_a_slug_taken_over_from_something_withdrawn_leads_to_its_new_owner(client, theme, editor):
    withdraw(theme, editor, "Weg")
    other = Theme.objects.create(title_nl="Opvolger", slug_nl="regiomarketing")
    publish(other, editor)
    assert "Opvolger" in client.get("/themas/regiomarketing/").content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_page_can_only_be_read(client, method):
    assert getattr(client, method)("/themas/regiomarketing/").status_code == 405


def test_an_uploaded_file_is_public_only_while_something_published_uses_it(
    client, editor_client, editor, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    page = MissionPage.objects.get()
    page.image.save("beeld.png", ContentFile(png()), save=True)
    address = page.image.url
    assert client.get(address).status_code == 404
    response = editor_client.get(address)
    assert (response.status_code, read(response)) == (200, png())
    publish(page, editor)
    response = client.get(address, follow=True)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert read(response) != png()
    page.image = ""
    page.save()
    publish(page, editor)
    assert client.get(address).status_code == 404


def test_a_file_of_a_draft_is_for_who_may_edit_here_and_is_kept_by_no_browser(
    client, editor_client, editor, colleague, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    page = MissionPage.objects.get()
    page.image.save("beeld.png", ContentFile(png()), save=True)
    response = editor_client.get(page.image.url)
    read(response)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    client.force_login(colleague)
    assert client.get(page.image.url).status_code == 404
    Authenticator.objects.filter(user=editor).delete()
    client.force_login(editor)
    assert client.get(page.image.url).status_code == 404, "without a second factor"
    publish(page, editor)
    assert client.get(page.image.url).status_code == 302
    response = client.get(page.image.url, follow=True)
    read(response)
    assert response.headers["Cache-Control"] == "public, max-age=3600, s-maxage=1, immutable"


def read(response) -> bytes:
    """The whole file; the test client closes it after the last byte."""
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    "path", ["../manage.py", "..%2fmanage.py", "%2e%2e/var/secret_key", "nothing.png", "%00", "a%00b.png"]
)
def test_no_other_file_can_be_read(editor_client, path):
    assert editor_client.get(f"/media/{path}").status_code == 404
