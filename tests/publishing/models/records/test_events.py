import pytest
from django.contrib.auth.models import AnonymousUser

from publishing.context import current_request
from publishing.models import Event
from publishing.models.records.events import acting, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf, editor, colleague):
    """Makes somebody the user of the current request; nothing is in the log yet."""
    Event.objects.all().delete()
    tokens = []

    def make(user) -> None:
        request = rf.get("/")
        request.user = user
        tokens.append(current_request.set(request))

    yield make
    for token in reversed(tokens):
        current_request.reset(token)


def test_an_event_is_by_the_user_of_the_request_unless_another_is_named(request_of, editor, colleague):
    request_of(editor)
    assert acting() == editor
    record(Event.Kind.LINKED, about=colleague)
    record(Event.Kind.LINKED, by=colleague)
    assert list(Event.objects.order_by("pk").values_list("by", "about")) == [
        (editor.pk, colleague.pk),
        (colleague.pk, None),
    ]


def test_a_visitor_and_a_command_are_nobody(request_of):
    assert acting() is None
    request_of(AnonymousUser())
    assert acting() is None
    record(Event.Kind.RESTORED, detail="x" * 300)
    event = Event.objects.latest("pk")
    assert (event.by, event.detail) == (None, "x" * 200)


def test_attempts_in_vain_are_by_nobody_and_one_a_minute_for_each_account(request_of, editor, colleague):
    request_of(editor)
    for about in (colleague, colleague, editor, None, None):
        record(Event.Kind.REFUSED, about=about)
    assert [(each.by, each.about) for each in Event.objects.order_by("pk")] == [
        (None, colleague),
        (None, editor),
        (None, None),
    ]
