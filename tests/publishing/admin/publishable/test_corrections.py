import pytest

from priorities.models import Theme
from tests.publishing.admin.test_publishable import address
from tests.publishing.admin.test_site_mode import SITE, correct, pending, public, text
from tests.publishing.saved import plan, public_theme, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    return public_theme(editor)


def test_a_correction_goes_online_alone_and_plan_and_draft_stay(editor_client, editor, theme):
    plan(theme, 3, editor, title_nl="Maandag")
    save(theme, summary_nl="Bewaard")
    page = text(correct(editor_client, theme, body_nl="<p>Verbeterd</p>"))
    assert "Gepubliceerd: bezoekers zien het nu." in page
    assert "blijft gepland." in page
    assert "andere versies" not in page
    assert (public(theme)["title_nl"], public(theme)["summary_nl"]) == ("Eerste", "Kort")
    assert public(theme)["body_nl"] == "<p>Verbeterd</p>"
    [waiting] = pending(theme)
    assert (waiting["title_nl"], waiting["body_nl"]) == ("Maandag", "<p>Verbeterd</p>")
    theme.refresh_from_db()
    assert (theme.title_nl, theme.summary_nl, theme.body_nl) == ("Maandag", "Bewaard", "<p>Verbeterd</p>")


def test_a_correction_that_changes_nothing_publishes_nothing(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    before = theme.revisions.count()
    assert "Bezoekers zien dit al" in text(correct(editor_client, theme))
    assert theme.revisions.count() == before


def test_after_a_correction_one_is_still_at_what_is_on_the_site(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    response = correct(editor_client, theme, summary_nl="Beter")
    assert response.redirect_chain == [(address(theme) + SITE, 302)]
    assert response.context["adminform"].form["summary_nl"].value() == "Beter"


def test_a_place_is_shown_and_not_changed(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    form = editor_client.get(address(theme) + SITE).context["adminform"].form
    assert "position" not in form.fields
    assert "Gepubliceerd" in text(correct(editor_client, theme, summary_nl="Beter", position="99"))
    assert public(theme)["position"] != 99
