import pytest

from priorities.models import Theme
from tests.publishing.admin.test_publishable import submit
from tests.site.test_letters import ADDRESS, CLEAN_HTML, DIRTY, HTML, LINE

pytestmark = pytest.mark.django_db


def test_the_desk_cleans_what_was_typed_before_it_judges_it(editor_client, theme):
    typed = {"title_nl": DIRTY, "body_nl": HTML, "url": ADDRESS, "slug_nl": "regio\u200bmarketing-nieuw\ufeff"}
    submit(editor_client, theme, "_publish", **typed)
    shown = Theme.published().get(object_id=theme.pk)
    assert (shown.title_nl, shown.body_nl, shown.slug_nl) == (LINE, CLEAN_HTML, "regiomarketing-nieuw")
    assert shown.url == "https://www.example.org/"
    assert shown.revision.data["title_nl"] == LINE


def test_a_value_of_a_form_that_is_shown_again_is_clean(editor_client, theme):
    response = submit(editor_client, theme, "_save", title_nl=DIRTY, url="geen adres\u200b")
    form = response.context["adminform"].form
    assert form["title_nl"].value() == LINE
    assert form["url"].value() == "geen adres"
