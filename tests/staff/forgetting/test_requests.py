"""Asking to be forgotten: who asks, who hears of it, and when it is over."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.utils import timezone

from publishing.models import Event, Mail
from staff.forgetting.requests import open_requests
from staff.models import ForgetRequest, StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import form_data

pytestmark = pytest.mark.django_db
PAGE, WORDS = "/mijn-kaart/gegevens/", "Ik werk hier niet meer."


@pytest.fixture(autouse=True)
def _mails_at_once(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def desk(client, editor) -> Client:
    editor.email = "dorine@example.org"
    editor.save()
    enter(client, editor)
    return client


def ask(his: Client, **extra):
    return his.post(PAGE, {"ask": "1", "words": WORDS} | extra, follow=True)


def card(member: StaffMember) -> str:
    return f"/admin/staff/staffmember/{member.pk}/change/"


def answer(desk: Client, member: StaffMember, words: str):
    data = form_data(desk, card(member)) | {"forget_answer": words, "_answer_forget": "1"}
    return desk.post(card(member), data, follow=True)


# Asking


def test_asking_is_told_to_the_secretariat_and_to_the_person(his, johan, desk):
    html = ask(his).content.decode()
    assert "Het secretariaat kreeg een mail, en jij ook." in html
    assert WORDS in html
    (request,) = open_requests()
    assert (request.member, request.words) == (johan, WORDS)
    by_address = {message.to[0]: message for message in mail.outbox}
    assert set(by_address) == {"dorine@example.org", "johan@example.org"}
    told, copy = by_address["dorine@example.org"], by_address["johan@example.org"]
    assert told.subject == "Johan Halsberghe vraagt om vergeten te worden"
    assert told.reply_to == ["johan@example.org"]
    assert WORDS in told.body
    assert WORDS in copy.body
    assert f"/admin/staff/staffmember/{johan.pk}/leave/" in told.body
    assert f"/admin/staff/staffmember/{johan.pk}/leave/" not in copy.body
    assert PAGE in copy.body
    for message in (told, copy):
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"
        assert message.alternatives
    assert Event.objects.get(kind=Event.Kind.FORGET).by == johan.user


def test_there_is_one_open_request_of_a_person(his, johan, desk):
    ask(his)
    ask(his, words="Nog eens.")
    assert [each.words for each in open_requests()] == [WORDS]
    assert len(mail.outbox) == 2
    assert 'name="ask"' not in his.get(PAGE).content.decode()


def test_words_need_not_be_said_and_are_not_endless(his, johan):
    response = ask(his, words="x" * 2001)
    assert list(response.context["form"].errors) == ["words"]
    assert "<title>Fout: " in response.content.decode()
    assert not open_requests().exists()
    ask(his, words="")
    assert open_requests().get().words == ""


def test_what_was_typed_is_words_and_no_markup(his, johan, desk):
    ask(his, words="<b>weg</b> {{ asks }}")
    for page in (his.get(PAGE), desk.get(card(johan))):
        assert "&lt;b&gt;weg&lt;/b&gt; {{ asks }}" in page.content.decode()
    (told,) = (message for message in mail.outbox if message.to == ["dorine@example.org"])
    assert "<b>weg</b> {{ asks }}" in told.body
    assert "<b>weg" not in told.alternatives[0][0]


def test_a_form_of_somebody_else_who_signed_in_here_asks_nothing(his, johan):
    html = ask(his, whose=str(johan.pk + 1)).content.decode()
    assert "Dit formulier was van iemand anders" in html
    assert not open_requests().exists()


def test_whoever_has_no_card_has_nothing_to_ask(editor):
    client = Client()
    enter(client, editor)
    assert 'name="ask"' not in client.get(PAGE).content.decode()
    client.post(PAGE, {"ask": "1"})
    assert not ForgetRequest.objects.exists()


def test_a_visitor_asks_nothing(client, johan):
    assert client.post(PAGE, {"ask": "1", "words": WORDS}).status_code == 403
    assert not ForgetRequest.objects.exists()


def test_without_an_address_or_a_secretariat_it_is_noted_all_the_same(his, johan):
    johan.user.email = ""
    johan.user.save()
    StaffMember._base_manager.filter(pk=johan.pk).update(email="")
    ask(his)
    assert open_requests().get().member == johan
    assert not mail.outbox


# Taking it back


def test_the_person_takes_it_back(his, johan, desk):
    ask(his)
    mail.outbox.clear()
    html = his.post(PAGE, {"take_back": "1", "whose": johan.pk}, follow=True).content.decode()
    assert "Je vraagt niet langer om vergeten te worden." in html
    assert not open_requests().exists()
    assert [message.to for message in mail.outbox] == [["dorine@example.org"]]
    assert Event.objects.filter(kind=Event.Kind.STAYS).exists()
    his.post(PAGE, {"take_back": "1"})
    assert len(mail.outbox) == 1, "there was nothing to take back"


# The desk


def test_the_desk_shows_it_with_a_link_to_the_page_on_which_somebody_leaves(his, johan, desk):
    leave = f'href="/admin/staff/staffmember/{johan.pk}/leave/"'
    assert leave not in desk.get("/admin/").content.decode()
    ask(his)
    index, form = desk.get("/admin/").content.decode(), desk.get(card(johan)).content.decode()
    assert "Vraagt om vergeten te worden" in index
    assert leave in index
    assert WORDS in form
    assert form.count(leave) == 2, "at the request, and where it always is"


def test_the_desk_says_by_when_the_law_wants_an_answer(his, johan, desk):
    with time_machine.travel("2026-03-02T12:00:00+01:00"):
        ask(his)
    assert "antwoord ten laatste op 1\xa0april" in desk.get("/admin/").content.decode()


def test_whoever_has_no_rights_on_cards_does_not_read_of_it(his, johan):
    ask(his)
    other = Client()
    enter(other, staff_user("piet"))
    assert "Johan" not in other.get("/admin/").content.decode()


def test_who_may_change_cards_and_not_delete_them_reads_it_and_decides_nothing(his, johan):
    ask(his)
    user = staff_user("piet")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_staffmember", "change_staffmember"]))
    other = Client()
    enter(other, user)
    html = other.get(card(johan)).content.decode()
    assert WORDS in html
    assert "_answer_forget" not in html
    assert "/leave/" not in html + other.get("/admin/").content.decode()
    assert answer(other, johan, "Neen.").status_code == 403
    assert open_requests().exists()


def test_nobody_decides_about_themselves(johan, editor, desk):
    StaffMember._base_manager.filter(pk=johan.pk).update(user=editor, email=editor.email)
    ForgetRequest.objects.create(member=johan)
    assert "/leave/" not in desk.get("/admin/").content.decode()
    assert "_answer_forget" not in desk.get(card(johan)).content.decode()
    assert answer(desk, johan, "Neen.").status_code == 403


def test_an_answer_ends_it_and_goes_to_the_person(his, johan, desk):
    ask(his)
    mail.outbox.clear()
    html = answer(desk, johan, "Je dossier loopt nog tot maart.").content.decode()
    assert "Bewaard, en geantwoord" in html
    assert not open_requests().exists()
    (message,) = mail.outbox
    assert message.to == ["johan@example.org"]
    assert message.reply_to == ["dorine@example.org"]
    assert "Je dossier loopt nog tot maart." in message.body
    assert "Gegevensbeschermingsautoriteit" in message.body
    assert Event.objects.filter(kind=Event.Kind.ANSWERED, about=johan.user).exists()
    assert 'name="ask"' in his.get(PAGE).content.decode()


@pytest.mark.parametrize("words", ["", " \u200b", "x" * 2001])
def test_an_answer_says_something_and_not_everything(his, johan, desk, words):
    ask(his)
    mail.outbox.clear()
    assert 'class="error"' in answer(desk, johan, words).content.decode()
    assert open_requests().exists()
    assert not mail.outbox


def test_answering_what_was_taken_back_meanwhile_sends_nothing(his, johan, desk):
    assert "is er niet meer" in answer(desk, johan, "Neen.").content.decode()
    assert not mail.outbox


def test_it_goes_when_the_person_is_forgotten(his, johan, desk):
    ask(his)
    page = f"/admin/staff/staffmember/{johan.pk}/leave/"
    form = desk.get(page).context["form"]
    data = dict.fromkeys(form.fields, "") | {"reason": "Werkt hier niet meer.", "sure": "on"}
    assert desk.post(page, data).status_code == 200
    assert not StaffMember._base_manager.filter(pk=johan.pk).exists()
    assert not ForgetRequest.objects.exists()
    assert "vergeten te worden" not in desk.get("/admin/").content.decode()
    assert not Mail.objects.filter(subject__icontains="je vroeg").exists()


def test_meanwhile_the_card_does_not_go_in_the_bin(desk):
    member = StaffMember.objects.create(name="Nieuwe Nele", slug="nieuwe-nele")
    asked = ForgetRequest.objects.create(member=member)
    delete = f"/admin/staff/staffmember/{member.pk}/delete/"
    assert desk.post(delete, {"post": "yes"}).status_code == 403
    assert "/leave/" in desk.get(card(member)).content.decode()
    asked.delete()
    assert desk.post(delete, {"post": "yes"}).status_code == 302
    assert not StaffMember._base_manager.filter(pk=member.pk).exists()


def test_many_wait_in_the_order_in_which_they_asked(johan):
    other = StaffMember.objects.get(slug="dorine-sioen")
    ForgetRequest.objects.create(member=johan)
    ForgetRequest.objects.create(member=other, asked_at=timezone.now() - timedelta(days=3))
    assert [each.member for each in open_requests()] == [other, johan]
    assert re.fullmatch(r"Dorine Sioen, \d{4}-\d\d-\d\d", str(open_requests()[0]))
