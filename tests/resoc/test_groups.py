import pytest
from django.contrib.auth.models import Group

from resoc.groups import SECRETARIAT, STAFF

pytestmark = pytest.mark.django_db


def test_the_secretariat_may_do_everything_with_content_and_nothing_else(editor):
    apps = {permission.split(".")[0] for permission in editor.get_all_permissions()}
    assert apps == {"pages", "staff", "priorities", "publishing"}
    shared = {each for each in editor.get_all_permissions() if each.startswith("publishing.")}
    assert shared == {f"publishing.{may}_{what}" for may in ("view", "delete") for what in ("mail", "policyreport")}
    assert editor.has_perms(["priorities.add_theme", "pages.change_missionpage", "staff.change_staffmember"])
    assert not editor.is_superuser


def test_staff_may_do_nothing_in_the_admin():
    assert Group.objects.get(name=STAFF).permissions.count() == 0
    assert Group.objects.get(name=SECRETARIAT).permissions.count() > 0
