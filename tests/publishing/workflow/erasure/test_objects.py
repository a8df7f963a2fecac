import pytest

from priorities.models import Theme
from publishing.models import Discarded
from publishing.workflow.erasure.objects import erase
from tests.publishing.secret import SECRET, where_it_stands

pytestmark = pytest.mark.django_db


def test_something_in_the_bin_goes_with_its_history(editor):
    theme = Theme.objects.create(title_nl=SECRET)
    theme.delete()
    assert Discarded.objects.in_bin().exists()
    erase(Theme(pk=Discarded.objects.in_bin()[0].object_id))
    assert where_it_stands(theme) == []
    assert not Discarded.objects.exists()
