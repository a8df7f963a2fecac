import base64
import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from resoc.settings import EDITOR_STYLE_DIGEST


def test_the_one_inline_style_allowed_is_the_one_of_the_installed_editor():
    package = Path(find_spec("django_prose_editor").origin).parent
    script = (package / "static/django_prose_editor/editor.js").read_text()
    styles = re.findall(r"`(\.ProseMirror \{[^`]*)`", script)
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    assert [f"'sha256-{digest}'" for digest in digests] == [EDITOR_STYLE_DIGEST]


def test_the_defaults_are_the_safe_ones():
    assert settings.DEBUG is False
    assert "*" not in settings.ALLOWED_HOSTS


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
