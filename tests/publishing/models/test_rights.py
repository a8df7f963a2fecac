import pytest
from django.contrib.auth.models import Permission, User

from priorities.models import Theme
from publishing.models.rights import may, may_change, may_see

pytestmark = pytest.mark.django_db


def test_a_user_may_what_their_permissions_say_of_a_class_or_an_object():
    user = User.objects.create(username="jan")
    user.user_permissions.add(Permission.objects.get(codename="view_theme"))
    assert may(user, "view", Theme)
    assert may(user, "view", Theme())
    assert not may_change(user, Theme)
    assert not may(user, "delete", Theme)


@pytest.mark.parametrize(("right", "sees"), [("view", True), ("change", True), ("add", False), ("delete", False)])
def test_who_may_look_at_it_or_change_it_sees_it(right, sees):
    user = User.objects.create(username="jan")
    user.user_permissions.add(Permission.objects.get(codename=f"{right}_theme"))
    assert (may_see(user, Theme), may_see(user, Theme())) == (sees, sees)


def test_an_account_that_was_closed_may_nothing():
    user = User.objects.create(username="jan", is_active=False, is_superuser=True)
    assert not may_change(user, Theme)
