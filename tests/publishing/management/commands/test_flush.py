import pytest
from django.core.management import call_command

from publishing.models import Revision
from publishing.models.immutability import faults

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_tables_and_leaves_them_protected():
    call_command("flush", interactive=False, verbosity=0)
    assert not Revision.objects.exists()
    assert faults() == []
