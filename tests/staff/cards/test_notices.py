import pytest
from django.core import mail

from publishing.workflow import publish
from staff.models import StaffMember
from tests.staff.my_card.test_invitations import invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


def test_the_mail_says_who_invites_and_whom_to_ask(editor, editor_client, dorine):
    editor.first_name, editor.last_name, editor.email = "Dorine", "Sioen", "dorine@resoc.example"
    editor.save()
    invited(editor_client, dorine)
    (message,) = mail.outbox
    assert "Dorine Sioen" in message.subject
    assert message.reply_to == ["dorine@resoc.example"]
    for text in ("Dorine Sioen", "dorine@resoc.example", "http://testserver/"):
        assert text in message.body
    wire = message.message()
    assert wire["Auto-Submitted"] == "auto-generated"
    assert wire["Reply-To"] == "dorine@resoc.example"


def test_who_has_no_address_lets_the_card_of_the_secretariat_answer(editor, editor_client, dorine):
    answers = StaffMember.objects.get(slug="johan-halsberghe")
    answers.is_secretariat, answers.email, answers.phone = True, "secretariaat@resoc.example", "+3251519356"
    answers.save()
    publish(answers, None)
    invited(editor_client, dorine)
    (message,) = mail.outbox
    assert message.reply_to == ["secretariaat@resoc.example"]
    assert "051 51 93 56" in message.body


@pytest.mark.parametrize(("language", "number"), [("nl", "051 51 93 56"), ("fr", "+32 51 51 93 56"), ("en", "+32 51")])
def test_the_number_to_ask_is_written_for_who_reads_the_mail_and_not_for_who_sends_it(
    editor_client, dorine, language, number
):
    dorine.language = language
    dorine.save()
    invited(editor_client, dorine)
    body = mail.outbox[-1].body
    assert number in body
    assert ("051 51" in body) == (language == "nl")


def test_a_name_with_a_line_break_makes_no_header(editor, editor_client, dorine):
    editor.first_name, editor.email = "A\nBcc: x@example.org", "dorine@resoc.example"
    editor.save()
    invited(editor_client, dorine)
    assert "Bcc" not in mail.outbox[-1].message()
