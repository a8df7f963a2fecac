import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from publishing.models import Erasure
from publishing.workflow.erasure.memory import mark
from publishing.workflow.signals import erased_again

pytestmark = pytest.mark.django_db


def erased(user: User, made_at, model: str = "auth.user") -> Erasure:
    return Erasure(kind=Erasure.Kind.ACCOUNT, model=model, object_id=user.pk, marks=[mark("u", user.pk, made_at)])


def test_a_forgotten_account_that_a_backup_brought_back_is_closed(colleague):
    erased_again.send(None, erasure=erased(colleague, colleague.date_joined))
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.username, colleague.email) == (False, f"forgotten-{colleague.pk}", "")


def test_somebody_else_with_its_number_stays(colleague):
    erased_again.send(None, erasure=erased(colleague, timezone.now()))
    erased_again.send(None, erasure=erased(colleague, colleague.date_joined, model="staff.staffmember"))
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.username) == (True, "johan")
