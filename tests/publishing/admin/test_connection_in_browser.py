"""A connection that is away, and a link that is copied, as the person at the desk sees them."""

import pytest
from playwright.sync_api import expect

from priorities.models import Theme
from publishing.i18n.urls import desk_address
from publishing.models import ShareLink

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_without_a_connection_the_form_stays_and_says_what_to_do(signed_in):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    signed_in.goto(desk_address(theme))
    field = signed_in.get_by_label("Samenvatting (nl):")
    field.fill("Getypt in de trein.")
    signed_in.context.set_offline(True)
    signed_in.get_by_role("button", name="Bewaar").first.click()
    expect(signed_in.get_by_text("Er is geen verbinding, dus er is nog niets verstuurd.")).to_be_visible()
    expect(field).to_have_value("Getypt in de trein.")
    signed_in.context.set_offline(False)
    signed_in.get_by_role("button", name="Bewaar").first.click()
    signed_in.get_by_text("Bewaard als werkversie").wait_for()
    theme.refresh_from_db()
    assert theme.summary_nl == "Getypt in de trein."


def test_a_network_that_leads_nowhere_is_noticed_too(signed_in):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    signed_in.goto(desk_address(theme))
    signed_in.get_by_label("Samenvatting (nl):").fill("Getypt.")
    signed_in.evaluate("document.documentElement.toggleAttribute('data-unreachable', true)")
    signed_in.route("**/favicon.svg*", lambda route: route.abort())
    signed_in.get_by_role("button", name="Bewaar").first.click()
    expect(signed_in.get_by_text("Er is geen verbinding")).to_be_visible()
    signed_in.unroute("**/favicon.svg*")
    signed_in.get_by_role("button", name="Bewaar").first.click()
    signed_in.get_by_text("Bewaard als werkversie").wait_for()


def test_to_copy_a_link_gives_a_sign(signed_in):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    ShareLink.objects.renew(theme, None)
    signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    signed_in.goto(desk_address(theme))
    signed_in.get_by_role("button", name="Kopieer").click()
    expect(signed_in.get_by_role("status").filter(has_text="Gekopieerd")).to_be_visible()
