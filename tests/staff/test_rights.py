import pytest
from django.contrib.auth.models import User
from django.core import mail

from publishing.models import Event
from staff.models import CardLink, StaffMember
from tests.publishing.admin.test_publishable import address, submit
from tests.staff.my_card.test_invitations import HOW, account, given_rights, invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


@pytest.mark.parametrize("button", ["_invite", "_link"])
@pytest.mark.parametrize("how", HOW)
def test_a_secretary_connects_nobody_with_rights(editor_client, dorine, how, button):
    user = given_rights(account(), how)
    response = submit(editor_client, dorine, button, email="nieuw@example.org")
    assert "Alleen een superuser" in response.content.decode()
    assert mail.outbox == []
    dorine.refresh_from_db()
    assert dorine.user is None
    assert not Event.objects.filter(kind__in=("linked", "invited"), about=user).exists()
    html = editor_client.get(address(dorine)).content.decode()
    assert 'name="_link"' not in html
    assert 'name="_invite"' not in html


@pytest.mark.parametrize("how", HOW)
def test_a_secretary_invites_nobody_who_has_rights(editor_client, dorine, how):
    invited(editor_client, dorine)
    given_rights(User.objects.get(email="nieuw@example.org"), how)
    mail.outbox.clear()
    response = submit(editor_client, dorine, "_invite")
    assert "Alleen een superuser" in response.content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("how", HOW)
def test_a_superuser_does_and_even_then_no_link_signs_them_in(boss_client, dorine, how):
    user = given_rights(account(), how)
    StaffMember.objects.filter(pk=dorine.pk).update(email="nieuw@example.org")
    submit(boss_client, dorine, "_link")
    dorine.refresh_from_db()
    assert dorine.user == user
    (message,) = mail.outbox
    assert message.to == ["nieuw@example.org"]
    assert "/uitnodiging/" not in message.body
    assert "http://testserver/mijn-kaart/" in message.body
    assert not CardLink.objects.exists()
