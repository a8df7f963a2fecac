import pytest
from django.contrib.auth.models import User
from django.test import Client

from priorities.models import Priority, Theme
from publishing.models import Discarded, Event
from publishing.workflow import repoint, withdraw
from staff.models import StaffMember
from tests.staff.my_card.test_invitations import account, invited, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


def test_what_comes_out_of_the_bin_gets_back_no_account_that_has_rights_by_now(editor_client, dorine, editor):
    withdraw(dorine, editor, "Weg")
    for theme in (*Theme.objects.filter(contact=dorine), *Priority.objects.filter(contact=dorine)):
        repoint(theme, "contact", None, editor)
    for user, expected in ((account("een@example.org"), True), (account("twee@example.org", is_staff=True), False)):
        StaffMember.objects.filter(pk=dorine.pk).update(user=user)
        StaffMember.objects.get(pk=dorine.pk).delete()
        kept = Discarded.objects.filter(object_id=dorine.pk, deleted=True).first()
        editor_client.post(f"/admin/publishing/discarded/{kept.pk}/change/")
        assert (StaffMember.objects.get(pk=dorine.pk).user == user) is expected


def test_linking_inviting_and_coming_in_are_written_down(editor, editor_client, dorine):
    path = invited(editor_client, dorine)
    Client().post(path)
    user = User.objects.get(email="nieuw@example.org")
    told = list(Event.objects.filter(about=user).order_by("pk").values_list("kind", "by__username"))
    for each in (("linked", "dorine"), ("invited", "dorine"), ("let-in", user.username)):
        assert each in told
    dorine.refresh_from_db()
    saved(dorine, user=None)
    assert Event.objects.filter(kind="unlinked", about=user).exists()
