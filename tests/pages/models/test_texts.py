import pytest
from django.core.exceptions import ValidationError

from pages.models import TextPage
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("slugs", "field"),
    [
        ({"slug_nl": "contact"}, "slug_nl"),
        ({"slug_nl": "prioriteiten"}, "slug_nl"),
        ({"slug_nl": "fr"}, "slug_nl"),
        ({"slug_nl": "versies"}, "slug_nl"),
        ({"slug_nl": "over-ons", "slug_fr": "versions"}, "slug_fr"),
        ({"slug_nl": "over-ons", "slug_fr": "themes"}, "slug_fr"),
        ({"slug_nl": "priorities"}, "slug_nl"),  # what the English page would fall back to
    ],
)
def test_a_text_page_cannot_hide_behind_another_part_of_the_site(editor, slugs, field):
    page = TextPage.objects.create(title_nl="Over ons", **slugs)
    with pytest.raises(ValidationError) as error:
        publish(page, editor)
    assert list(error.value.message_dict) == [field]
    assert not page.revisions.exists()


def test_a_text_page_with_an_address_of_its_own_is_listed_in_the_footer(client, editor):
    page = TextPage.objects.create(title_nl="Over ons", slug_nl="over-ons")
    publish(page, editor)
    assert client.get("/over-ons/").status_code == 200
    assert 'href="/over-ons/"' in client.get("/").content.decode()
