import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

from publishing.models import Event
from publishing.models.records.events import record
from staff.accounts.reset_tokens import ResetTokenGenerator

pytestmark = pytest.mark.django_db


@pytest.fixture
def works(colleague):
    """A function that says whether a link made now still lets one choose a password."""
    tokens = ResetTokenGenerator()
    token = tokens.make_token(colleague)
    return lambda: tokens.check_token(User.objects.get(pk=colleague.pk), token)


def test_a_link_works_until_something_changes(works):
    assert works()


@pytest.mark.parametrize(
    "change",
    [
        lambda user: (user.set_password("een ander lang wachtwoord"), user.save()),
        lambda user: User.objects.filter(pk=user.pk).update(email="nieuw@example.org"),
        lambda user: EmailAddress.objects.create(user=user, email="tweede@example.org"),
        lambda user: record(Event.Kind.RESTORED),
    ],
    ids=["password", "address", "another address", "restore"],
)
def test_a_link_ends_with_the_password_an_address_or_a_restore(works, colleague, change):
    change(colleague)
    assert not works()
