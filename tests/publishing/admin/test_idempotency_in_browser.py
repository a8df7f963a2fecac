"""Back to an empty form, after it was saved, in a real browser."""

import pytest

from priorities.models import Theme
from tests.conftest import listen, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_back_to_the_empty_form_leads_to_what_it_made_and_nothing_is_made_twice(page, editor):
    complaints = listen(page)
    before = Theme.objects.count()
    sign_in(page, "dorine", "/admin/priorities/theme/add/")
    page.locator("#id_title_nl").fill("Eén keer")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    page.wait_for_url("**/change/")
    page.go_back()
    page.get_by_text("Je bewaarde dit al", exact=False).wait_for()
    page.locator("#id_title_nl").fill("Verbeterd")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    page.get_by_text("Bewaard als", exact=False).first.wait_for()
    assert Theme.objects.count() == before + 1
    assert Theme.objects.filter(title_nl="Verbeterd").exists()
    page.goto("/admin/priorities/theme/add/")
    assert page.locator("#id_title_nl").input_value() == "", "another new one is another form"
    assert complaints == []
