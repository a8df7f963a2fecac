import pytest

from pages.models import TextPage
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


def test_a_dutch_address_that_begins_like_a_language_is_dutch(client, editor):
    publish(TextPage.objects.create(title_nl="En nu?", slug_nl="en-nu"), editor)
    response = client.get("/en-nu/")
    assert (response.status_code, response.headers["Content-Language"]) == (200, "nl")
