import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from priorities.models import Theme
from publishing.workflow import publish
from tests.publishing.files.photos import variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(theme_with_picture) -> Theme:
    return theme_with_picture


def test_the_command_serves_old_versions_too_and_does_nothing_twice(theme, capsys):
    old = variants(theme.image)
    theme.image_focus_x = 0
    theme.save()
    publish(theme, None)
    for name in old:
        default_storage.delete(name)
    call_command("pictures")
    assert capsys.readouterr().out == "Pictures: 1 made in their sizes.\n"
    assert all(default_storage.exists(name) for name in old)
    call_command("pictures")
    assert capsys.readouterr().out == ""
