"""An organisation gets another name everywhere, by the visible words, in at most eight clicks."""

import pytest

from pages.models import Organisation, TextPage
from priorities.models import Theme
from publishing.workflow import publish
from tests.axe import violations
from tests.conftest import listen
from tests.site.test_tasks import Secretary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def texts() -> tuple[Theme, TextPage]:
    organisation = Organisation.objects.create(name="Oud Overleg")
    publish(organisation, None)
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.summary_nl = "Het Oud Overleg werkt mee."
    theme.body_fr = "<p>Le <strong>Oud Overleg</strong>.</p>"
    theme.save()
    publish(theme, None)
    page = TextPage.objects.first()
    page.body_en = "<p>Oud Overleg’s plan.</p>"
    page.save()
    return theme, page


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_rename_an_organisation_everywhere(signed_in, texts, size):
    complaints = listen(signed_in)
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    secretary = Secretary(signed_in)
    secretary.click("link", "Organisaties")
    secretary.click("link", "Oud Overleg")
    secretary.type("Naam:", "Nieuw Overleg")
    secretary.click("button", "Publiceer")
    secretary.click("link", "Bekijk en vervang")
    secretary.sees("Pas deze zelf aan")
    assert violations(signed_in) == []
    secretary.click("button", "Vervang waar aangevinkt")
    secretary.sees("Vervangen in 1 werkversie.")
    assert signed_in.locator(".told").first.bounding_box()["y"] < size[1]
    assert violations(signed_in) == []
    theme, page = texts
    theme.refresh_from_db()
    assert (theme.summary_nl, theme.body_fr) == (
        "Het Nieuw Overleg werkt mee.",
        "<p>Le <strong>Nieuw Overleg</strong>.</p>",
    )
    page.refresh_from_db()
    assert page.body_en == "<p>Oud Overleg’s plan.</p>"
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert secretary.clicks <= 8
    assert complaints == []
