import io
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from priorities.models import Priority, Theme
from publishing.cache.stamp import next_change
from publishing.models import KeptUpload, Revision
from publishing.workflow import publish, state, withdraw
from staff.models import Consent, StaffMember
from tests.staff.conftest import form_data, photo_file, save

pytestmark = pytest.mark.django_db


def card(client: Client) -> str:
    return client.get("/contact/johan-halsberghe/").content.decode()


def errors(response) -> dict:
    assert response.status_code == 200, response.headers
    return response.context["form"].errors


def test_what_is_saved_is_public_at_once(his, johan, client):
    response = his.post("/mijn-kaart/", form_data(his, phone="051 12 34 56", function_fr="Directeur"), follow=True)
    assert "Bewaard. Je kaart staat nu op de contactpagina." in response.content.decode()
    assert "051 12 34 56" in card(client)
    assert "Directeur" in client.get("/fr/contact/johan-halsberghe/").content.decode()
    assert johan.revisions.first().author.username == "johan"


def test_somebody_says_when_to_call_them(his, johan, client):
    his.post("/mijn-kaart/", form_data(his, reachable_nl="di en do", reachable_fr="mardi et jeudi"))
    assert "Bereikbaar: di en do" in card(client)
    assert "Joignable\xa0: mardi et jeudi" in client.get("/fr/contact/johan-halsberghe/").content.decode()


def test_the_page_shows_the_card_as_visitors_see_it_and_what_the_person_follows(his, johan):
    theme = Theme.objects.first()
    theme.contact = johan
    theme.save()
    publish(theme, None)
    html = his.get("/mijn-kaart/").content.decode()
    assert "Zo zien bezoekers je kaart" in html
    assert theme.title_nl.lower() in html.lower()


def test_a_wrong_number_is_said_beside_the_field_and_above_and_nothing_is_lost(his, johan, client):
    before = johan.revisions.count()
    response = save(his, phone="051 51 93", name="Johan H.")
    html = response.content.decode()
    assert list(errors(response)) == ["phone"]
    assert "Er klopt nog iets niet" in html
    assert 'href="#id_phone"' in html
    assert 'value="051 51 93"' in html
    assert 'value="Johan H."' in html
    assert "<title>Fout: " in html
    assert johan.revisions.count() == before


def kept(response) -> dict[str, str]:
    """The reference to the photo that stays chosen."""
    return {"photo-kept": re.search(r'name="photo-kept" value="([^"]*)"', response.content.decode())[1]}


def test_a_photo_that_came_with_a_wrong_number_stays_chosen_and_is_shown(his, johan):
    response = save(his, phone="051 51 93", photo=photo_file())
    html = response.content.decode()
    assert list(errors(response)) == ["phone"]
    assert "Kies dit bestand opnieuw" not in html
    assert "Je hoeft het niet opnieuw te kiezen." in html
    assert 'data-saved="data:image/webp;base64,' in html
    response = save(his, phone="051 51 93", **kept(response))
    assert list(errors(response)) == ["phone"]
    assert save(his, phone="051 51 93 56", shows_photo="on", **kept(response)).status_code == 302
    johan.refresh_from_db()
    assert johan.photo
    assert johan.revisions.public().get().data["photo"] == johan.photo.name
    assert not KeptUpload.objects.exists()


def test_a_photo_stays_chosen_while_somebody_signs_in_again(his, johan, colleague, time_machine):
    data, start = form_data(his, photo=photo_file(), shows_photo="on"), timezone.now()
    time_machine.move_to(start + timedelta(days=29))
    his.get("/mijn-kaart/")
    time_machine.move_to(start + timedelta(days=30, hours=1))
    response = his.post("/mijn-kaart/", data)
    assert response.status_code == 403
    assert "Het bestand dat je koos, is ook bewaard." in response.content.decode()
    data.pop("photo")
    other = Client()
    other.force_login(User.objects.create_user("ander"))
    assert other.post("/mijn-kaart/", data | kept(response)).status_code == 404  # has no card
    his.force_login(colleague)
    assert his.post("/mijn-kaart/", data | kept(response)).status_code == 302
    johan.refresh_from_db()
    assert johan.photo


def test_a_photo_of_nobody_is_not_kept(client, johan):
    response = client.post("/mijn-kaart/", {"base": "", "photo": photo_file()})
    assert "Bestanden zijn niet bewaard" in response.content.decode()
    assert not KeptUpload.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "geen adres"}, "email"),
        ({"mobile": "1"}, "mobile"),
        ({"absent_until": "2001-01-01"}, "absent_until"),
        ({"absent_until": "morgen"}, "absent_until"),
        ({"stand_in": "999999"}, "stand_in"),
        ({"photo_focus_x": "101"}, "photo_focus_x"),
        ({"language": "de"}, "language"),
        ({"name": "A\0B"}, "name"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_bad_input_is_refused_beside_its_field(his, johan, changes, field):
    assert list(errors(save(his, **changes))) == [field]


def test_nobody_stands_in_for_themselves(his, johan):
    assert "stand_in" in errors(save(his, stand_in=str(johan.pk)))


def test_a_detail_that_visitors_may_not_see_is_nowhere_public(his, johan, client):
    save(his, phone="051 12 34 56", shows_phone=None, email="geheim@example.org", shows_email=None)
    for address in (
        "/contact/",
        "/contact/johan-halsberghe/",
        "/contact/johan-halsberghe.vcf",
        "/contact/resoc-westhoek.vcf",
    ):
        body = client.get(address).content.decode()
        assert "12 34 56" not in body, address
        assert "51123456" not in body, address
        assert "geheim" not in body, address
    assert "Johan" not in client.get("/zoeken/", {"q": "051123456"}).content.decode().split("<main")[1]
    assert "51123456" not in str(Revision.objects.of(johan).first().data)
    johan.refresh_from_db()
    assert johan.phone.as_national == "051 12 34 56"
    assert 'value="051 12 34 56"' in his.get("/mijn-kaart/").content.decode()


def test_nothing_that_only_the_working_copy_hides_counts_as_an_unpublished_change(his, johan):
    save(his, shows_phone=None)
    assert state(StaffMember.objects.get(pk=johan.pk)) == "published"


# The photo


def test_a_photo_from_a_telephone_is_upright_without_the_place_where_it_was_taken(his, johan, client):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    save(his, photo=photo_file(size=(1200, 800), exif=exif.tobytes()), shows_photo="on")
    johan.refresh_from_db()
    with default_storage.open(johan.photo.name) as file, Image.open(file) as stored:
        assert stored.size == (800, 1200)
        assert not stored.getexif()
    assert "/media/variants/" in card(client)


@pytest.mark.parametrize("kind", ["HEIF", "PNG", "WEBP"])
def test_every_telephone_s_format_is_taken(his, johan, kind, client):
    assert save(his, photo=photo_file(kind), shows_photo="on").status_code == 302
    assert "<picture>" in card(client)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_photo_is_refused(his, johan, content):
    file = io.BytesIO(content)
    file.name = "foto.jpg"
    assert "photo" in errors(save(his, photo=file))


def test_a_bomb_is_refused_by_its_header(his, johan):
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    bomb.seek(0)
    bomb.name = "bom.png"
    assert "veel te groot" in str(errors(save(his, photo=bomb))["photo"])


def test_a_photo_of_more_than_25_megabytes_is_refused(his, johan):
    large = photo_file()
    large.seek(0, io.SEEK_END)
    large.write(b"\0" * 25_000_000)
    large.seek(0)
    assert "25 MB" in str(errors(save(his, photo=large))["photo"])


def test_a_photo_is_private_until_its_person_agrees_and_again_after(his, johan, client):
    save(his, photo=photo_file())
    johan.refresh_from_db()
    assert not Consent.objects.exists()
    assert client.get(johan.photo.url).status_code == 404
    assert "<picture>" not in card(client)
    save(his, shows_photo="on")
    assert client.get(johan.photo.url, follow=True).getvalue()
    consent = Consent.objects.get()
    assert (consent.detail, consent.given_by.username) == ("photo", "johan")
    assert "Mijn foto mag" in consent.text
    file = client.get("/contact/johan-halsberghe.vcf").content.decode()
    assert "PHOTO;ENCODING=b;TYPE=JPEG" in file
    save(his, shows_photo=None)
    assert client.get(johan.photo.url).status_code == 404
    assert "<picture>" not in card(client)
    assert "PHOTO" not in client.get("/contact/resoc-westhoek.vcf").content.decode()
    consent.refresh_from_db()
    assert consent.withdrawn_by.username == "johan"


def test_the_person_sees_their_own_private_photo(his, johan):
    save(his, photo=photo_file())
    assert "data:image/webp;base64," in his.get("/mijn-kaart/").content.decode()


def test_the_previous_photo_can_be_put_back(his, johan):
    save(his, photo=photo_file(), shows_photo="on", photo_focus_y="10")
    johan.refresh_from_db()
    first = johan.photo.name
    save(his, photo=photo_file("PNG"), photo_focus_y="70")
    johan.refresh_from_db()
    assert johan.photo.name != first
    save(his, previous_photo="1", name="Johan Andersnaam")
    johan.refresh_from_db()
    assert (johan.photo.name, johan.photo_focus_y, johan.photo.width) == (first, 10, 800)
    assert johan.name == "Johan Andersnaam"
    assert StaffMember.published().get(object_id=johan.pk).photo.name == first


def test_a_photo_that_comes_back_is_shown_only_when_its_person_says_so(his, johan, client):
    save(his, photo=photo_file(), shows_photo="on")
    save(his, remove_photo="on", shows_photo=None)
    save(his, previous_photo="1")
    johan.refresh_from_db()
    assert johan.photo
    assert "<picture>" not in card(client)


def test_a_photo_that_is_removed_takes_its_consent_with_it(his, johan, client):
    save(his, photo=photo_file(), shows_photo="on")
    save(his, remove_photo="on")
    johan.refresh_from_db()
    assert not johan.photo
    assert not johan.shows_photo
    assert Consent.objects.get().withdrawn_at
    assert "<picture>" not in card(client)


# The secretariat


def test_the_secretariat_reads_what_changed_and_undoes_it(his, johan, editor, editor_client, client):
    editor.email = "dorine@example.org"
    editor.save()
    save(his, phone="051 12 34 56")
    (message,) = mail.outbox
    assert message.to == ["dorine@example.org"]
    assert "Johan Halsberghe" in message.subject
    assert "051 51 93 56" in message.body
    assert "051 12 34 56" in message.body
    address = next(line for line in message.body.splitlines() if line.startswith("http")).removeprefix(
        "http://testserver"
    )
    assert client.get(address).status_code == 302
    assert "051 12 34 56" in editor_client.get(address).content.decode()
    assert "051 12 34 56" in card(client), "reading changes nothing"
    editor_client.post(address)
    assert "051 51 93 56" in card(client)
    assert "051 12 34 56" not in card(client)


def test_what_was_changed_again_since_is_not_undone(his, johan, editor_client, client):
    save(his, phone="051 12 34 56")
    change = johan.revisions.first()
    save(his, name="Johan H.")
    editor_client.post(f"/admin/staff/staffmember/{johan.pk}/undo/{change.pk}/")
    assert "051 12 34 56" in card(client)


def test_undoing_never_brings_back_what_somebody_withdrew_consent_for(his, johan, editor_client, client):
    save(his, mobile="0470 12 34 56", shows_mobile="on")
    assert "0470 12 34 56" in card(client)
    save(his, mobile="", shows_mobile=None)
    change = johan.revisions.first()
    editor_client.post(f"/admin/staff/staffmember/{johan.pk}/undo/{change.pk}/")
    assert "0470" not in card(client)
    johan.refresh_from_db()
    assert johan.mobile.as_national == "0470 12 34 56"


def test_saving_the_same_again_writes_to_nobody(his, johan, editor):
    editor.email = "dorine@example.org"
    editor.save()
    save(his)
    assert mail.outbox == []


def test_what_the_secretariat_published_meanwhile_is_not_overwritten(his, johan, client):
    data = form_data(his, name="Johan Zelf")
    draft(johan, phone="+3251776655")
    publish(johan, None)
    response = his.post("/mijn-kaart/", data)
    assert "Het secretariaat wijzigde je kaart intussen" in response.content.decode()
    html = response.content.decode()
    assert 'value="051 77 66 55"' in html
    assert 'value="Johan Zelf"' in html
    assert "Johan Zelf" not in card(client)
    form = response.context["form"]
    data |= {"base": form["base"].value(), "phone": "051 77 66 55"}
    assert his.post("/mijn-kaart/", data).status_code == 302
    assert "Johan Zelf" in card(client)
    assert "051 77 66 55" in card(client)


def test_a_plan_that_comes_due_while_the_form_is_open_is_not_overwritten(his, johan, client, time_machine):
    time_machine.move_to(timezone.now())
    publish(draft(johan, function_nl="Directeur"), None, live_from=timezone.now() + timedelta(hours=1))
    data = form_data(his, function_nl="Adviseur")
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert "Het secretariaat wijzigde je kaart intussen" in his.post("/mijn-kaart/", data).content.decode()
    assert "Directeur" in card(client)


# What others saved or planned


def draft(member: StaffMember, **values) -> StaffMember:
    """What the secretariat saves in the desk."""
    row = StaffMember._base_manager.get(pk=member.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


SECRET = {
    "function_nl": "VERTROUWELIJK: directeur", "slug": "ceo-in-spe", "is_secretariat": True, "position": 77,
    "email": "ceo@example.org", "mobile": "0470 99 99 99", "shows_mobile": True,
}  # fmt: skip


def test_what_the_secretariat_only_saved_is_neither_shown_nor_published_and_stays_saved(his, johan, editor, client):
    editor.email = "dorine@example.org"
    editor.save()
    draft(johan, **SECRET)
    html = his.get("/mijn-kaart/").content.decode()
    for secret in ("VERTROUWELIJK", "ceo", "0470 99 99 99"):
        assert secret not in html, secret
    before = johan.revisions.public().get()
    save(his, phone="051 12 34 56")
    public = johan.revisions.public().get()
    assert public.data == before.data | {"phone": "+3251123456"}
    assert client.get("/contact/ceo-in-spe/").status_code == 404
    (message,) = mail.outbox
    assert "051 12 34 56" in message.body
    said = re.sub(r"\S*/\d+/\S*", "", message.body)  # an address may have any number
    for secret in ("VERTROUWELIJK", "ceo", "0470 99 99 99", "77"):
        assert secret not in said, secret
    row = StaffMember.objects.get(pk=johan.pk)
    assert {name: getattr(row, name) for name in SECRET if name != "mobile"} == {
        name: value for name, value in SECRET.items() if name != "mobile"
    }
    assert (row.mobile.as_national, row.phone.as_national) == ("0470 99 99 99", "051 12 34 56")


def test_what_the_secretariat_planned_comes_at_its_time_with_the_change(his, johan, editor, client, time_machine):
    proven = SECRET | {"email": johan.email}  # another address is never planned before it is confirmed
    planned = publish(draft(johan, **proven), editor, "Vanaf maandag", live_from=timezone.now() + timedelta(days=1))
    assert "VERTROUWELIJK" not in his.get("/mijn-kaart/").content.decode()
    save(his, phone="051 12 34 56")
    assert "VERTROUWELIJK" not in card(client)
    waiting = johan.revisions.pending().get()
    assert waiting.data == planned.data | {"phone": "+3251123456"}
    assert (waiting.author, waiting.note, waiting.live_from) == (editor, "Vanaf maandag", planned.live_from)
    time_machine.move_to(planned.live_from + timedelta(minutes=1))
    html = client.get("/contact/ceo-in-spe/").content.decode()
    assert "VERTROUWELIJK" in html
    assert "051 12 34 56" in html


def test_both_are_told_what_the_planned_version_keeps(his, johan, editor):
    editor.email = "dorine@example.org"
    editor.save()
    publish(draft(johan, function_nl="Directeur"), editor, live_from=timezone.now() + timedelta(days=1))
    response = his.post("/mijn-kaart/", form_data(his, function_nl="Adviseur"), follow=True)
    assert "zegt de kaart iets anders, zoals het secretariaat plande: Functie (nl)" in response.content.decode()
    assert "houdt haar eigen: Functie (nl)" in mail.outbox[0].body
    assert "Directeur" not in mail.outbox[0].body


def test_what_is_hidden_leaves_the_planned_version_too(his, johan, editor, client, time_machine):
    publish(draft(johan, function_nl="Directeur"), editor, live_from=timezone.now() + timedelta(days=1))
    save(his, shows_phone=None)
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert "Directeur" in card(client)
    assert not StaffMember.published().get(pk=johan.pk).phone


def test_a_flag_that_is_switched_on_publishes_what_the_form_showed(his, johan, client):
    save(his, phone="051 12 34 56", shows_phone=None)
    draft(johan, function_nl="Klad")
    save(his, shows_phone="on")
    assert "051 12 34 56" in card(client)
    assert "Klad" not in card(client)


def test_hiding_that_the_secretariat_only_saved_does_not_hold_back_a_new_number(his, johan, client):
    draft(johan, shows_phone=False)
    assert form_data(his)["shows_phone"] == "on", "visitors see it"
    save(his, name="Johan H.")
    assert "051 51 93 56" in card(client)
    save(his, phone="051 12 34 56")
    assert "051 12 34 56" in card(client)
    save(his, phone="")
    assert "051 12" not in card(client)


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda member: None, "het secretariaat publiceert ze"),
        (lambda member: withdraw(member, None, "weg") if publish(member, None) else None, "haalde je kaart"),
        (
            lambda member: publish(member, None, live_until=timezone.now() + timedelta(hours=1)),
            "niet meer op de website",
        ),
    ],
)
def test_a_card_that_is_not_public_is_saved_and_the_page_says_who_publishes_it(
    colleague, his, editor, prepare, told, time_machine
):
    editor.email = "dorine@example.org"
    editor.save()
    member = StaffMember.objects.create(name="Nieuw", slug="nieuw", user=colleague)
    prepare(member)
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert told in his.get("/mijn-kaart/").content.decode()
    count = member.revisions.count()
    response = his.post("/mijn-kaart/", form_data(his, phone="051 12 34 56"), follow=True)
    assert told in str([str(message) for message in response.context["messages"]])
    assert member.revisions.count() == count
    assert StaffMember.objects.get(pk=member.pk).phone.as_national == "051 12 34 56"
    assert form_data(his)["phone"] == "051 12 34 56"
    (message,) = mail.outbox
    assert "051 12 34 56" in message.body
    assert "Bezoekers zien het niet" in message.body
    assert "/undo/" not in message.body
    assert LogEntry.objects.filter(user=colleague, object_id=str(member.pk)).exists()


def test_a_card_that_is_only_planned_gets_it_there_and_nothing_is_public(colleague, his, editor, client, time_machine):
    member = StaffMember.objects.create(name="Nieuw", slug="nieuw", user=colleague)
    planned = publish(member, editor, "Start maandag", live_from=timezone.now() + timedelta(days=1))
    draft(member, function_nl="Klad van later")
    html = his.get("/mijn-kaart/").content.decode()
    assert "Je kaart komt op de website op" in html
    assert "Klad van later" not in html
    save(his, phone="051 12 34 56")
    assert not member.revisions.public().exists()
    waiting = member.revisions.pending().get()
    assert waiting.data == planned.data | {"phone": "+3251123456"}
    assert (waiting.author, waiting.note) == (editor, "Start maandag")
    row = StaffMember.objects.get(pk=member.pk)
    assert (row.phone.as_national, row.function_nl) == ("051 12 34 56", "Klad van later")
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert "051 12 34 56" in client.get("/contact/nieuw/").content.decode()


# The mail


def test_the_mail_speaks_the_language_of_its_reader_and_not_of_the_one_who_changed_the_card(his, johan, editor):
    editor.email = "dorine@example.org"
    editor.save()
    johan = draft(johan, language="fr")
    his.post("/mijn-kaart/", form_data(his, phone="051 12 34 56"), headers={"accept-language": "fr"})
    assert mail.outbox[0].subject == "Johan Halsberghe wijzigde de eigen kaart"
    assert "Telefoon" in mail.outbox[0].body


def test_a_photo_comes_with_the_mail_as_a_small_picture_and_nothing_is_fetched(his, johan, editor, editor_client):
    editor.email = "dorine@example.org"
    editor.save()
    save(his, photo=photo_file(), shows_photo="on")
    save(his, photo=photo_file("PNG"))
    first, second = (message.message() for message in mail.outbox)
    assert [part.get_content_type() for part in first.walk()].count("image/jpeg") == 1
    pictures = [part for part in second.walk() if part.get_content_type() == "image/jpeg"]
    (html,) = [
        part.get_payload(decode=True).decode() for part in second.walk() if part.get_content_type() == "text/html"
    ]
    assert second.get_content_type() == "multipart/related"
    for part in pictures:
        assert f'src="cid:{part["Content-ID"].strip("<>")}"' in html
        with Image.open(io.BytesIO(part.get_payload(decode=True))) as picture:
            assert picture.size == (160, 200)
    assert len(pictures) == 2
    assert 'src="http' not in html
    change = johan.revisions.public().get()
    undo = editor_client.get(f"/admin/staff/staffmember/{johan.pk}/undo/{change.pk}/").content.decode()
    assert undo.count("data:image/jpeg;base64,") == 2


# Taking a change back


def test_taking_a_change_back_touches_nothing_that_was_saved_or_planned(his, johan, editor_client, client):
    publish(draft(johan, function_nl="Directeur"), None, live_from=timezone.now() + timedelta(days=1))
    draft(johan, function_fr="Brouillon")
    save(his, phone="051 12 34 56")
    change = johan.revisions.public().get()
    address = f"/admin/staff/staffmember/{johan.pk}/undo/{change.pk}/"
    assert "Maak ongedaan" in editor_client.get(address).content.decode()
    editor_client.post(address)
    assert "051 51 93 56" in card(client)
    waiting = johan.revisions.pending().get()
    assert (waiting.data["function_nl"], waiting.data["phone"]) == ("Directeur", "+3251519356")
    row = StaffMember.objects.get(pk=johan.pk)
    assert (row.function_fr, row.phone.as_national) == ("Brouillon", "051 51 93 56")


def test_there_is_no_button_where_nothing_can_be_taken_back(his, johan, editor_client, client):
    save(his, shows_phone=None)
    change = johan.revisions.public().get()
    address = f"/admin/staff/staffmember/{johan.pk}/undo/{change.pk}/"
    html = editor_client.get(address).content.decode()
    assert "Maak ongedaan" not in html
    assert "Er valt niets ongedaan te maken" in html
    count = johan.revisions.count()
    response = editor_client.post(address)
    assert "ongedaan gemaakt" not in response.content.decode().casefold()
    assert johan.revisions.count() == count


def test_a_card_that_the_secretariat_took_off_stays_off(his, johan, editor, client):
    withdraw(johan, editor, "Op eigen vraag")
    assert "haalde je kaart van de website" in his.get("/mijn-kaart/").content.decode()
    save(his, phone="051 12 34 56")
    assert client.get("/contact/johan-halsberghe/").status_code == 410
    johan.refresh_from_db()
    assert johan.phone.as_national == "051 12 34 56"


# Borders


def test_whose_card_it_is_never_comes_from_the_browser(his, johan):
    other = StaffMember.objects.exclude(pk=johan.pk).first()
    save(his, name="Gekaapt", pk=str(other.pk), id=str(other.pk), slug="gekaapt", user="1", is_secretariat="on")
    other.refresh_from_db()
    johan.refresh_from_db()
    assert other.name != "Gekaapt"
    assert johan.name == "Gekaapt"
    assert johan.slug == "johan-halsberghe"
    assert not johan.is_secretariat


def test_a_colleague_gets_nowhere_in_the_admin_and_publishes_nothing_else(his, johan):
    other = StaffMember.objects.exclude(pk=johan.pk).first()
    before = Revision.objects.exclude(object_id=johan.pk, model="staff.staffmember").count()
    for address in (
        "/admin/",
        f"/admin/staff/staffmember/{johan.pk}/change/",
        f"/admin/staff/staffmember/{other.pk}/change/",
        f"/admin/staff/staffmember/{other.pk}/leave/",
        f"/admin/staff/staffmember/{other.pk}/undo/{other.revisions.first().pk}/",
        f"/admin/priorities/priority/{Priority.objects.first().pk}/change/",
    ):
        assert his.get(address, follow=True).status_code == 403, address
        assert his.post(address, {"_publish": "1", "_invite": "1"}, follow=True).status_code == 403, address
    assert Revision.objects.exclude(object_id=johan.pk, model="staff.staffmember").count() == before


def test_without_an_account_there_is_only_the_way_to_sign_in(client, johan):
    for method in (client.get, client.post):
        assert method("/mijn-kaart/").headers["Location"] == "/account/login/?next=/mijn-kaart/"


def test_a_form_from_another_site_is_refused(johan, colleague):
    client = Client(enforce_csrf_checks=True)
    client.force_login(colleague)
    assert client.post("/mijn-kaart/", {"name": "Gekaapt"}).status_code == 403


def test_the_card_beside_the_form_follows_what_is_typed_and_saves_nothing(his, johan):
    before = johan.revisions.count()
    response = his.post("/mijn-kaart/", form_data(his, phone="051 99 99 99", preview="1"))
    assert "051 99 99 99" in response.content.decode()
    assert "<html" not in response.content.decode()
    johan.refresh_from_db()
    assert johan.revisions.count() == before
    assert johan.phone.as_national == "051 51 93 56"


def test_nobody_keeps_a_copy_of_my_card(his, johan):
    assert "no-store" in his.get("/mijn-kaart/").headers["Cache-Control"]


# The same form again


def form_with_token(client, **changes) -> dict:
    return form_data(client, **changes) | {"_form": client.get("/mijn-kaart/").context["form_token"]}


def test_a_double_tap_saves_a_photo_once_and_blames_nobody(his, johan):
    data = form_with_token(his, shows_photo="on")
    number = johan.revisions.count()
    mail.outbox.clear()
    for _tap in range(2):
        response = his.post("/mijn-kaart/", data | {"photo": photo_file()}, follow=True)
    html = response.content.decode()
    assert "Je eerste poging was wel aangekomen" in html
    assert "secretariaat wijzigde" not in html
    assert johan.revisions.count() == number + 1
    assert not [each for each in mail.outbox if each.to == ["johan@example.org"]]


def test_more_that_is_typed_after_a_lost_answer_is_no_collision_with_oneself(his, johan, client):
    data = form_with_token(his, phone="051 12 34 56")
    his.post("/mijn-kaart/", data)
    assert his.post("/mijn-kaart/", data | {"name": "Johan H."}).status_code == 302
    assert "Johan H." in card(client)
    assert "051 12 34 56" in card(client)


def test_the_same_card_in_a_new_session_is_saved_once(his, johan, colleague):
    data = form_with_token(his, phone="051 12 34 56")
    his.post("/mijn-kaart/", data)
    number = johan.revisions.count()
    his.logout()
    assert his.post("/mijn-kaart/", data).status_code == 403
    his.force_login(colleague)
    response = his.post("/mijn-kaart/", data, follow=True)
    assert "Je eerste poging was wel aangekomen" in response.content.decode()
    assert johan.revisions.count() == number


def test_what_the_secretariat_published_after_the_first_try_is_still_a_collision(his, johan, editor):
    data = form_with_token(his, phone="051 12 34 56")
    his.post("/mijn-kaart/", data)
    johan.refresh_from_db()
    johan.phone = "+3251999999"
    johan.save()
    publish(johan, editor)
    html = his.post("/mijn-kaart/", data).content.decode()
    assert "Het secretariaat wijzigde je kaart intussen (Telefoon)" in html


def test_another_form_of_ones_own_is_called_that(his, johan, colleague):
    first, second = form_with_token(his, phone="051 12 34 56"), form_with_token(his, phone="051 65 43 21")
    his.post("/mijn-kaart/", first)
    html = his.post("/mijn-kaart/", second).content.decode()
    assert "Je bewaarde je kaart intussen zelf al (Telefoon)" in html
    assert "secretariaat wijzigde" not in html
    first, second = form_with_token(his, language="fr"), form_with_token(his, language="en")
    his.post("/mijn-kaart/", first)
    html = his.post("/mijn-kaart/", second).content.decode()
    assert "secretariaat" not in html.partition("<form")[0].partition("error-summary")[2], "nobody knows who"


def test_a_script_that_sends_a_photo_is_told_where_to_go(his, johan):
    data = form_with_token(his, shows_photo="on") | {"photo": photo_file()}
    response = his.post("/mijn-kaart/", data, headers={"X-Upload": "1"})
    assert (response.status_code, response.headers["Location"]) == (204, "/mijn-kaart/")
    assert his.post("/mijn-kaart/", form_data(his, phone="1"), headers={"X-Upload": "1"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_three_taps_at_the_same_moment_publish_a_photo_once(at_once, his, johan):
    data = form_with_token(his, shows_photo="on")
    number = johan.revisions.count()

    def tap():
        browser = Client()
        browser.cookies = his.cookies
        return browser.post("/mijn-kaart/", data | {"photo": photo_file()}).status_code

    assert at_once([tap] * 3) == [302] * 3
    assert johan.revisions.count() == number + 1


# Absence


def test_an_absence_shows_the_stand_in_everywhere_and_ends_by_itself(his, johan, client, time_machine):
    theme = Theme.objects.first()
    theme.contact = johan
    theme.save()
    publish(theme, None)
    stand_in = StaffMember.objects.get(slug="dorine-sioen")
    until = timezone.localdate() + timezone.timedelta(days=2)
    save(his, absent_until=until.isoformat(), stand_in=str(stand_in.pk))
    midnight = timezone.make_aware(timezone.datetime.combine(until, timezone.datetime.max.time()))
    assert next_change(timezone.now()) - midnight < timezone.timedelta(seconds=1), "the page cache knows"
    addresses = ("/contact/", "/contact/johan-halsberghe/", theme.get_absolute_url())
    for address in addresses:
        html = client.get(address).content.decode()
        assert "Afwezig tot en met" in html, address
        assert "dorine-sioen" in html, address
    assert "NOTE:Afwezig tot en met" in client.get("/contact/johan-halsberghe.vcf").content.decode()
    time_machine.move_to(midnight)
    assert "Afwezig" in client.get("/contact/").content.decode()
    time_machine.move_to(timezone.now() + timezone.timedelta(seconds=1))
    for address in (*addresses, "/contact/johan-halsberghe.vcf"):
        assert "Afwezig" not in client.get(address).content.decode(), address


def test_my_card_cleans_what_is_typed(his, johan):
    save(
        his, name="Jo\u200bhan\u00a0Halsberghe\u200e", function_nl="Coördi\u00adnator\u2060", phone="051\u200b 12 34 56"
    )
    shown = StaffMember.published().get(object_id=johan.pk)
    assert (shown.name, shown.function_nl) == ("Johan\u00a0Halsberghe", "Coördi\u00adnator")
    assert str(shown.phone) == "+3251123456"


def test_a_new_photo_has_a_focus_of_its_own_and_the_saved_one_is_there_to_be_given_another(his, johan, client):
    save(his, photo=photo_file(), photo_focus_x="0", photo_focus_y="90", shows_photo="on")
    johan.refresh_from_db()
    assert (johan.photo_focus_x, johan.photo_focus_y) == (0, 90)  # it was chosen with the photo
    assert f'data-saved="{johan.photo.url}"' in his.get("/mijn-kaart/").content.decode()
    save(his, photo=photo_file())
    johan.refresh_from_db()
    assert (johan.photo_focus_x, johan.photo_focus_y) == (50, 33)
    save(his, photo_focus_x="20")
    johan.refresh_from_db()
    assert (johan.photo_focus_x, johan.photo_focus_y) == (20, 33)


def test_a_photo_that_visitors_do_not_see_can_be_given_another_focus_too(his, johan, client):
    save(his, photo=photo_file(), shows_photo=None)
    johan.refresh_from_db()
    assert f'data-saved="{johan.photo.url}"' in his.get("/mijn-kaart/").content.decode()
    response = his.get(johan.photo.url)
    assert len(response.getvalue()) == johan.photo.size
    assert response.headers["Cache-Control"] == "private, no-store"
    assert client.get(johan.photo.url).status_code == 404


def test_who_saves_a_photo_without_agreeing_reads_that_it_cannot_be_seen_and_what_to_tick(his, johan, client):
    said = "Bewaard. Je foto is nog niet te zien: vink “Toon mijn foto op de website” aan en bewaar opnieuw."
    hint = "Bezoekers zien deze foto niet."
    page = his.get(save(his, photo=photo_file()).headers["Location"]).content.decode()
    assert said in page
    assert hint in page
    page = his.get(save(his, name="Johan H.").headers["Location"]).content.decode()
    assert "niet te zien" not in page  # told once; the hint stays
    assert hint in page
    page = his.get(save(his, shows_photo="on").headers["Location"]).content.decode()
    assert "Je kaart staat nu op de contactpagina" in page
    assert hint not in page


def test_who_saves_a_photo_with_consent_or_removes_one_reads_nothing_of_that(his, johan):
    page = his.get(save(his, photo=photo_file(), shows_photo="on").headers["Location"]).content.decode()
    assert "niet te zien" not in page
    page = his.get(save(his, remove_photo="on", shows_photo=None).headers["Location"]).content.decode()
    assert "niet te zien" not in page
    assert "Bezoekers zien deze foto niet." not in page


def test_the_preview_shows_its_owner_a_photo_that_visitors_do_not_see_yet_as_it_would_be_cut(his, johan, client):
    save(his, photo=photo_file(size=(1200, 800)))
    for focus in ("50", "7"):
        html = save(his, shows_photo="on", photo_focus_x=focus, preview="1").content.decode()
        shown = set(re.findall(r"/media/[^\s\",]+", html))
        assert len(shown) == 7, html
        for url in shown:
            assert f"/4-5-{focus}-33-" in url
            response = his.get(url)
            assert response.getvalue(), url
            assert response.headers["Cache-Control"] == "private, no-store"
            assert client.get(url).status_code == 404
    johan.refresh_from_db()
    kept = default_storage.listdir(f"variants/{johan.photo.name}")[1]
    assert not any(name.startswith("4-5-7-") for name in kept), "what was only tried is not kept"


def test_the_photo_of_a_colleague_is_no_more_to_be_seen_than_by_visitors(his, johan, client, django_user_model):
    other = django_user_model.objects.create_user("ander", password="x")
    StaffMember._base_manager.filter(slug="dorine-sioen").update(user=other)
    save(his, photo=photo_file())
    johan.refresh_from_db()
    client.force_login(other)
    for url in (johan.photo.url, f"/media/{johan.photo.cut.largest}"):
        assert client.get(url).status_code == 404
    save(his, shows_photo="on")
    assert client.get(johan.photo.url).status_code == 302
