import re

import pytest
from django.core import mail
from django.test import Client

from staff.models import StaffMember
from tests.publishing.admin.test_publishable import address, form_data, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


def test_a_double_click_sends_one_invitation_whose_link_works(editor_client, dorine):
    url = address(dorine)
    token = editor_client.get(url).context["form_token"]
    data = form_data(editor_client, url) | {"_form": token, "email": "nieuw@example.org", "_invite": "1"}
    for _click in range(2):
        response = editor_client.post(url, data, follow=True)
    assert "Je eerste poging was wel aangekomen" in response.content.decode()
    (message,) = mail.outbox
    path = re.search(r"http://testserver(/mijn-kaart/uitnodiging/\S+)", message.body)[1]
    assert Client().get(path).status_code == 200


def test_without_an_address_nobody_is_invited(editor_client, dorine):
    response = submit(editor_client, dorine, "_invite", email="")
    assert "Vul eerst een e-mailadres in" in response.content.decode()
    assert mail.outbox == []


def test_only_who_may_edit_cards_invites(client, colleague, dorine):
    client.force_login(colleague)
    client.post(f"/admin/staff/staffmember/{dorine.pk}/change/", {"_invite": "1", "email": "x@example.org"})
    assert mail.outbox == []
