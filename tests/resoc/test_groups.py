import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from resoc.groups import SECRETARIAT, STAFF

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def test_the_secretariat_may_do_everything_with_content_and_nothing_else(editor):
    apps = {permission.split(".")[0] for permission in editor.get_all_permissions()}
    assert apps == {"pages", "staff", "priorities", "consultation", "publishing"}
    shared = {each for each in editor.get_all_permissions() if each.startswith("publishing.")}
    looked_at = {f"publishing.{may}_{what}" for may in ("view", "delete") for what in ("mail", "policyreport")}
    assert shared == looked_at | {f"publishing.{may}_oldaddress" for may in ("view", "add", "delete")}
    assert editor.has_perms(["priorities.add_theme", "pages.change_missionpage", "staff.change_staffmember"])
    assert not editor.is_superuser


def test_staff_may_do_nothing_in_the_admin():
    assert Group.objects.get(name=STAFF).permissions.count() == 0
    assert Group.objects.get(name=SECRETARIAT).permissions.count() > 0


@pytest.mark.parametrize("target", [("publishing", "0013"), ("priorities", "0001"), ("auth",)])
def test_some_of_the_migrations_run_on_an_empty_database_and_then_the_rest(tmp_path, target):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert result.returncode == 0, result.stderr
        return result.stdout

    manage("migrate", *target)
    manage("migrate")
    said = "from resoc.groups import *; print(Group.objects.get(name=SECRETARIAT).permissions.count())"
    assert int(manage("shell", "--no-imports", "--command", said)) > 30
