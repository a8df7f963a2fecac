"""Nobody's photo or mobile number becomes public without that person, or an answer to how they agreed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from publishing.admin import site_mode
from publishing.models import Discarded
from publishing.workflow import publish, restore
from staff.cards.consent import TEXTS, follow_plans
from staff.models import CardLink, Consent, StaffMember
from tests.desk import enter
from tests.publishing.admin.test_publishable import form_data
from tests.staff.conftest import photo_file, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, editor) -> Client:
    enter(client, editor)
    return client


def row(member) -> StaffMember:
    return StaffMember._base_manager.get(pk=member.pk)


def send(desk, member, button="_publish", **changes):
    """Send the form of the desk with only `changes`; None unticks."""
    address = f"/admin/staff/staffmember/{member.pk}/change/"
    data = form_data(desk, address) | {"photo": None} | changes | {button: changes.get(button, "1")}
    return desk.post(address, {name: value for name, value in data.items() if value is not None}, follow=True)


def visible(member) -> StaffMember:
    return StaffMember.published().get(pk=member.pk)


def test_a_card_that_is_added_with_a_photo_shows_none(desk, client):
    address = "/admin/staff/staffmember/add/"
    data = form_data(desk, address) | {"name": "Nieuwe Nele", "slug": "nieuwe-nele", "photo": photo_file()}
    assert "shows_photo" not in data, "nothing is ticked in advance"
    assert "shows_mobile" not in data
    response = desk.post(address, data | {"_publish": "1"}, follow=True)
    nele = StaffMember.objects.get(slug="nieuwe-nele")
    assert nele.photo
    assert not visible(nele).photo
    assert not Consent.objects.filter(member=nele).exists()
    assert "maar bezoekers zien ze niet" in response.content.decode()
    assert Client().get(f"/media/{nele.photo.name}").status_code == 404


def test_whoever_ticks_a_box_for_somebody_else_says_how_they_agreed(desk, editor, johan):
    response = send(desk, johan, photo=photo_file(), shows_photo="on")
    assert "Zeg hoe" in response.content.decode()
    assert not row(johan).photo, "nothing is saved"
    send(desk, johan, photo=photo_file(), shows_photo="on", photo_agreed="op papier, 12 november")
    (consent,) = Consent.objects.filter(member=johan)
    assert (consent.how, consent.given_by, consent.detail) == ("op papier, 12 november", editor, "photo")
    assert visible(johan).photo
    assert "op papier, 12 november" in desk.get(f"/admin/staff/staffmember/{johan.pk}/change/").content.decode()
    assert "photo_agreed" not in form_data(desk, f"/admin/staff/staffmember/{johan.pk}/change/"), "asked anew"


def test_the_same_holds_for_a_mobile_number(desk, johan):
    assert "Zeg hoe" in send(desk, johan, mobile="0470 11 22 33", shows_mobile="on").content.decode()
    send(desk, johan, mobile="0470 11 22 33", shows_mobile="on", mobile_agreed="aan de telefoon")
    assert Consent.objects.get(member=johan).how == "aan de telefoon"
    assert str(visible(johan).mobile) == "+32470112233"


def test_another_photo_needs_another_answer_and_a_change_of_anything_else_needs_none(desk, johan):
    send(desk, johan, photo=photo_file(), shows_photo="on", photo_agreed="op papier")
    before = visible(johan).photo.name
    assert "Zeg hoe" not in send(desk, johan, function_nl="Iets anders").content.decode()
    assert visible(johan).function_nl == "Iets anders"
    assert "Zeg hoe" in send(desk, johan, photo=photo_file()).content.decode()
    assert visible(johan).photo.name == before
    send(desk, johan, photo=photo_file(), photo_agreed="per mail")
    assert visible(johan).photo.name != before
    newest, oldest = Consent.objects.filter(member=johan)
    assert (oldest.how, newest.how) == ("op papier", "per mail")
    assert oldest.withdrawn_at == newest.given_at
    assert newest.withdrawn_at is None
    assert row(johan).shows_photo


def test_a_photo_without_the_box_takes_the_old_one_away_and_publishes_nothing(desk, johan):
    send(desk, johan, photo=photo_file(), shows_photo="on", photo_agreed="op papier")
    send(desk, johan, photo=photo_file(), shows_photo=None)
    assert not visible(johan).photo
    assert Consent.objects.get(member=johan).withdrawn_at
    assert row(johan).photo_consent == ""


def test_a_box_without_a_photo_or_number_is_not_ticked(desk, johan):
    send(desk, johan, shows_photo="on", shows_mobile="on")
    assert not row(johan).shows_photo
    assert not row(johan).shows_mobile


def test_an_answer_without_the_box_is_not_lost_in_silence(desk, johan):
    html = send(desk, johan, photo=photo_file(), photo_agreed="op papier").content.decode()
    assert "Vink dit ook aan" in html
    assert "op papier" in html


def test_whoever_edits_their_own_card_in_the_desk_agrees_by_ticking(desk, editor, johan):
    johan.user = editor
    johan.email = editor.email
    johan.save()
    send(desk, johan, photo=photo_file(), shows_photo="on")
    assert Consent.objects.get(member=johan).given_by == editor


def test_what_was_planned_keeps_how_it_was_agreed(desk, johan):
    send(desk, johan, "_save", photo=photo_file(), shows_photo="on", photo_agreed="op papier")
    assert not Consent.objects.exists()
    publish(row(johan), None, live_from=timezone.now() + timedelta(days=1))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        follow_plans()
        assert Consent.objects.get(member=johan).how == "op papier"


@pytest.fixture
def asked(desk, johan) -> str:
    """The path of the link in the mail that asks Johan about a photo."""
    johan.language = "fr"
    johan.save()
    send(desk, johan, photo=photo_file())
    send(desk, johan, "_ask_consent", _ask_consent="photo")
    message = mail.outbox[-1]
    assert message.to == ["johan@example.org"]
    assert message.subject == "Les visiteurs peuvent-ils voir votre photo ?", "in the language of the person"
    return re.search(r"http://testserver(/mijn-kaart/toestemming/\S+)", message.body)[1]


def test_somebody_says_yes_with_a_link_in_a_mail_once(asked, johan, desk):
    page = Client().get(asked)
    assert "data:image/webp;base64," in page.content.decode()
    with translation.override("fr"):
        assert str(TEXTS[Consent.Detail.PHOTO]) in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert not visible(johan).photo, "following the link changes nothing"
    assert "Demandé" not in page.content.decode()
    Client().post(asked, {"answer": "yes"})
    assert visible(johan).photo
    consent = Consent.objects.get(member=johan)
    assert (consent.given_by, consent.how) == (johan.user, "avec un lien dans un e-mail")
    save_after = Client().post(asked, {"answer": "no"})
    assert save_after.status_code == 200
    assert visible(johan).photo, "a link works once"


def test_somebody_says_no_and_the_desk_says_so(asked, johan, desk):
    Client().post(asked, {"answer": "no"})
    assert not visible(johan).photo
    assert not Consent.objects.exists()
    assert "was nee" in desk.get(f"/admin/staff/staffmember/{johan.pk}/change/").content.decode()
    Client().post(asked, {"answer": "yes"})
    assert not visible(johan).photo


@pytest.mark.parametrize("answer", [{}, {"answer": "maybe"}])
def test_an_answer_that_says_nothing_shows_nothing(asked, johan, answer):
    Client().post(asked, answer)
    assert not visible(johan).photo


def test_a_link_is_about_the_photo_that_was_asked_about(asked, johan, desk):
    send(desk, johan, photo=photo_file("PNG"))
    assert Client().get(asked).status_code == 410
    assert Client().post(asked, {"answer": "yes"}).status_code == 410
    assert not visible(johan).photo


def test_a_link_agrees_to_nothing_else_that_is_saved(asked, johan, desk):
    send(desk, johan, "_save", mobile="0470 11 22 33", function_nl="Concept")
    Client().post(asked, {"answer": "yes"})
    card = visible(johan)
    assert card.photo
    assert not card.mobile
    assert card.function_nl != "Concept"


def test_a_link_works_for_a_card_that_is_not_public_yet(desk, johan):
    nele = StaffMember.objects.create(name="Nele", slug="nele", email="nele@example.org", mobile="+32470112233")
    send(desk, nele, "_ask_consent", _ask_consent="mobile")
    message = mail.outbox[-1]
    assert (message.to, "0470" in message.body) == (["nele@example.org"], True)
    Client().post(re.search(r"http://testserver(/mijn-kaart/toestemming/\S+)", message.body)[1], {"answer": "yes"})
    assert row(nele).shows_mobile
    publish(row(nele), None)
    consent = Consent.objects.get(member=nele)
    assert (consent.given_by, consent.how) == (None, "met een link in een mail")


def test_nobody_is_asked_about_nothing_or_without_an_address(desk, johan):
    sent = len(mail.outbox)
    for detail in ("photo", "mobile", "name", "x"):
        assert "Er is niets te vragen" in send(desk, johan, "_ask_consent", _ask_consent=detail).content.decode()
    nele = StaffMember.objects.create(name="Nele", mobile="+32470112233")
    assert "eerst een e-mailadres" in send(desk, nele, "_ask_consent", _ask_consent="mobile").content.decode()
    assert len(mail.outbox) == sent


def test_other_links_do_not_answer(johan):
    for purpose in (CardLink.Purpose.CHECK, CardLink.Purpose.INVITATION, CardLink.Purpose.ADDRESS):
        token = CardLink.objects.make(johan, purpose)[1]
        assert Client().get(f"/mijn-kaart/toestemming/{token}/").status_code == 410
    token = CardLink.objects.make(johan, CardLink.Purpose.PHOTO)[1]
    assert Client().get(f"/mijn-kaart/uitnodiging/{token}/").status_code == 410
    assert Client().get(f"/mijn-kaart/klopt/{token}/").status_code == 410


def test_what_comes_out_of_the_bin_shows_nothing_that_needs_consent(editor):
    nele = StaffMember.objects.create(
        name="Nele", mobile="+32470112233", shows_mobile=True, mobile_consent="op papier", shows_phone=True
    )
    StaffMember.objects.get(pk=nele.pk).delete()
    back = restore(Discarded.objects.get(object_id=nele.pk, model="staff.staffmember"), editor)
    assert str(back.mobile) == "+32470112233"
    assert not back.shows_mobile
    assert back.mobile_consent == ""
    assert back.shows_phone, "needs none"


def test_putting_back_a_version_shows_no_photo_that_was_withdrawn(his, desk, editor, johan):
    save(his, photo=photo_file(), shows_photo="on")
    version = johan.revisions.public().first()
    assert Consent.objects.get(member=johan).how == ""
    save(his, shows_photo=None)
    restore(version, editor)
    publish(row(johan), editor)
    assert not visible(johan).photo
    send(desk, johan, function_nl="Nog eens")
    assert not visible(johan).photo


def test_the_person_ticks_the_box_whatever_was_answered_before(his, desk, johan):
    send(desk, johan, photo=photo_file(), shows_photo="on", photo_agreed="op papier")
    save(his, shows_photo=None)
    save(his, shows_photo="on")
    assert Consent.objects.filter(member=johan).first().how == ""
    assert Consent.objects.filter(member=johan).first().given_by == johan.user


def test_a_correction_of_what_is_public_keeps_how_it_was_agreed_too(desk, johan):
    send(desk, johan, "_save", function_nl="Concept")
    address = f"/admin/staff/staffmember/{johan.pk}/change/?{site_mode.QUERY}"
    data = form_data(desk, address) | {"photo": photo_file(), "shows_photo": "on", "_publish": "1"}
    assert "Zeg hoe" in desk.post(address, data, follow=True).content.decode()
    assert not visible(johan).photo
    data = form_data(desk, address) | {"photo": photo_file(), "shows_photo": "on", "_publish": "1"}
    desk.post(address, data | {"photo_agreed": "op papier"}, follow=True)
    assert visible(johan).photo
    assert visible(johan).function_nl != "Concept"
    assert Consent.objects.get(member=johan).how == "op papier"
