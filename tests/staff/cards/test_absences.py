from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from publishing.cache.stamp import next_change
from publishing.models import Revision
from publishing.models.snapshots import thaw
from publishing.review.checklist import checklist
from publishing.workflow import publish
from staff.models import StaffMember, midnight
from tests.staff.conftest import form_data, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    return StaffMember.objects.get(slug="dorine-sioen")


def day(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def away(member: StaffMember, first: int | None, last: int | None, stand_in: StaffMember | None = None) -> None:
    member.absent_from = None if first is None else day(first)
    member.absent_until = None if last is None else day(last)
    member.stand_in = stand_in
    member.save()
    publish(member, None)


def messages_of(member: StaffMember) -> dict[str, str]:
    return {item.field: item.message for item in checklist(StaffMember._base_manager.get(pk=member.pk))}


# The two midnights


def test_an_absence_begins_and_ends_by_itself_at_midnight_in_belgium(johan, dorine, client, time_machine):
    away(johan, 2, 4, dorine)
    places = ("/contact/", "/contact/johan-halsberghe/", "/contact/johan-halsberghe.vcf", "/contact/medewerkers.vcf")
    places = tuple(place for place in places if client.get(place).status_code == 200)
    assert len(places) >= 3
    begin, end = midnight(day(2)), midnight(day(5))

    def is_told() -> set[bool]:
        return {"Afwezig" in client.get(place).content.decode() for place in places}

    assert begin.hour == 0
    assert is_told() == {False}
    assert next_change(timezone.now()) == begin, "the page cache and nginx know"
    time_machine.move_to(begin - timedelta(seconds=1), tick=False)
    assert is_told() == {False}
    time_machine.move_to(begin, tick=False)
    assert is_told() == {True}
    assert next_change(timezone.now()) == end
    time_machine.move_to(end - timedelta(seconds=1), tick=False)
    assert is_told() == {True}
    time_machine.move_to(end, tick=False)
    assert is_told() == {False}
    assert next_change(timezone.now()) is None


def test_the_midnights_are_those_of_summer_time_too(johan):
    johan.absent_from, johan.absent_until = date(2027, 3, 27), date(2027, 3, 28)  # the clock goes forward on the 28th
    assert [each.isoformat() for each in johan.turns] == ["2027-03-27T00:00:00+01:00", "2027-03-29T00:00:00+02:00"]


def test_the_footer_changes_its_number_on_the_first_day_only(dorine, client, time_machine):
    sigrid = StaffMember.objects.get(name__startswith="Sigrid")
    away(dorine, 1, 2, sigrid)
    number = sigrid.phone_uri
    assert number not in client.get("/").content.decode().partition("<footer")[2]
    time_machine.move_to(midnight(day(1)))
    assert number in client.get("/").content.decode().partition("<footer")[2]


def test_an_absence_without_a_first_day_is_from_now_on(johan, client):
    away(johan, None, 1)
    revision = johan.revisions.public().get()
    assert (revision.turns_at, revision.turns_again_at) == (midnight(day(2)), None)
    assert "Afwezig" in client.get("/contact/").content.decode()


def test_a_version_of_before_there_was_a_first_day_still_counts_from_its_start(johan, client):
    away(johan, None, 1)
    data = johan.revisions.public().get().data
    del data["absent_from"]
    assert thaw(StaffMember, johan.pk, data, as_of=timezone.now()).is_absent


# What forms refuse, and what they ask


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        (3, 1, "absent_until", "De laatste dag komt voor de eerste"),
        (3, None, "absent_until", "Zeg welke dag de laatste is"),
        (None, -1, "absent_until", "voorbij"),
    ],
)
def test_days_that_can_not_be_are_refused_beside_the_field_and_kept(his, johan, first, last, field, words):
    typed = {"absent_from": "" if first is None else day(first).isoformat()}
    typed |= {"absent_until": "" if last is None else day(last).isoformat()}
    response = save(his, **typed)
    assert words in str(response.context["form"].errors[field])
    for value in filter(None, typed.values()):
        assert f'value="{value}"' in response.content.decode()


def test_a_stand_in_without_a_last_day_is_asked_for_one(his, johan, dorine, editor_client):
    response = save(his, stand_in=str(dorine.pk))
    assert "absent_until" in response.context["form"].errors
    johan.refresh_from_db()
    assert johan.stand_in is None


def test_who_had_a_stand_in_without_a_day_may_change_something_else(his, johan, dorine):
    johan.stand_in = dorine
    johan.save()
    publish(johan, None)
    assert save(his, phone="051 12 34 56").status_code == 302


def test_the_form_of_the_desk_shows_no_label_of_a_field_that_nobody_sees(editor_client, johan):
    html = editor_client.get(reverse("admin:staff_staffmember_change", args=[johan.pk])).content.decode()
    assert '<div class="form-row hidden field-long_absence' in html
    assert '<div class="form-row field-absent_until' in html


def test_a_very_late_day_is_asked_about_once(his, johan):
    late = day(800).isoformat()
    response = save(his, absent_until=late)
    assert "meer dan twee jaar" in str(response.context["form"].errors["absent_until"])
    asked = response.context["form"]["long_absence"].value()
    assert save(his, absent_until=day(900).isoformat(), long_absence=asked).status_code == 200, "another day"
    assert save(his, absent_until=late, long_absence=asked).status_code == 302
    assert save(his, phone="051 12 34 56").status_code == 302, "and it is not asked again"


def desk_data(client, member: StaffMember, **changes) -> dict:
    response = client.get(f"/admin/staff/staffmember/{member.pk}/change/")
    form = response.context["adminform"].form
    data = {}
    for field in form:
        value = field.value()
        if value is True:
            data[field.html_name] = "on"
        elif value not in (None, False) and field.name != "photo":
            data[field.html_name] = getattr(value, "as_national", value)
    return data | changes


def test_the_desk_refuses_and_asks_the_same(editor_client, johan, dorine):
    address = f"/admin/staff/staffmember/{johan.pk}/change/"
    late = day(800).strftime("%d/%m/%Y")
    for changes in ({"absent_until": late}, {"stand_in": str(dorine.pk)}, {"absent_from": late}):
        response = editor_client.post(address, desk_data(editor_client, johan, **changes, _publish="1"))
        assert response.status_code == 200, changes
        assert "absent_until" in response.context["adminform"].form.errors
    asked = editor_client.post(address, desk_data(editor_client, johan, absent_until=late, _publish="1"))
    assert f'name="long_absence" value="{day(800).isoformat()}"' in asked.content.decode()
    data = desk_data(editor_client, johan, absent_until=late, long_absence=day(800).isoformat(), _publish="1")
    assert editor_client.post(address, data).status_code == 302
    assert johan.revisions.public().get().data["absent_until"] == day(800).isoformat()
    assert "meer dan twee jaar" in messages_of(johan)["absent_until"], "the list goes on saying it"


def test_the_page_says_when_visitors_will_read_of_it(his, johan):
    response = his.post("/mijn-kaart/", form_of(his, absent_from=day(3), absent_until=day(5)), follow=True)
    assert "Bezoekers lezen dat je afwezig bent vanaf" in response.content.decode()


def form_of(client, **days) -> dict:
    return form_data(client, **{name: value.isoformat() for name, value in days.items()})


# Stand-ins who are away themselves


def test_a_stand_in_who_is_away_in_those_days_is_said_before_publishing(johan, dorine):
    away(dorine, 5, 8)
    for first, last, is_said in ((1, 4, False), (1, 5, True), (8, 9, True), (9, 10, False), (None, 6, True)):
        away(johan, first, last, dorine)
        assert ("stand_in" in messages_of(johan)) == is_said, (first, last)
    assert "Dorine Sioen" in messages_of(dorine)["absent_until"] or "Johan" in messages_of(dorine)["absent_until"]


def test_a_circle_of_stand_ins_is_said_and_visitors_get_no_wrong_number(his, johan, dorine, client):
    away(dorine, None, 8, johan)
    response = his.post("/mijn-kaart/", form_of(his, absent_until=day(4)) | {"stand_in": str(dorine.pk)}, follow=True)
    html = response.content.decode()
    assert "bezoekers bereiken dan niemand" in html
    assert "Bewaard." in html, "it is said, not refused"
    for address in ("/contact/johan-halsberghe/", "/contact/johan-halsberghe.vcf"):
        page = client.get(address).content.decode()
        assert "Afwezig" in page
        assert "Intussen" not in page, address


def test_who_stands_in_for_an_absent_stand_in_is_who_visitors_reach(johan, dorine, client):
    sigrid = StaffMember.objects.get(name__startswith="Sigrid")
    away(dorine, None, 3, sigrid)
    away(johan, None, 3, dorine)
    page = client.get("/contact/johan-halsberghe/").content.decode()
    assert f'Intussen: <a href="{sigrid.get_absolute_url()}"' in " ".join(page.split())
    assert f'<span class="vh"> {sigrid.name}</span></a>' in page


# The mail to a stand-in


def test_a_stand_in_is_told_once_in_their_own_language(his, johan, dorine):
    dorine.email, dorine.language = "dorine@example.org", "fr"
    dorine.save()
    mail.outbox.clear()
    days = {"absent_from": day(2), "absent_until": day(4)}
    his.post("/mijn-kaart/", form_of(his, **days) | {"stand_in": str(dorine.pk)})
    to_her = [each for each in mail.outbox if each.to == ["dorine@example.org"]]
    assert [each.subject for each in to_her] == ["Vous remplacez Johan Halsberghe"]
    assert "Johan Halsberghe" in to_her[0].body
    assert " au " in to_her[0].body
    mail.outbox.clear()
    his.post("/mijn-kaart/", form_of(his, **days) | {"stand_in": str(dorine.pk)})
    save(his, phone="051 12 34 56")
    assert not [each for each in mail.outbox if each.to == ["dorine@example.org"]]
    his.post("/mijn-kaart/", form_of(his, absent_until=day(6)))
    assert len([each for each in mail.outbox if each.to == ["dorine@example.org"]]) == 1, "other days"


def test_who_no_longer_stands_in_is_told(johan, dorine):
    sigrid = StaffMember.objects.get(name__startswith="Sigrid")
    StaffMember.objects.filter(pk=dorine.pk).update(email="dorine@example.org")
    away(johan, None, 4, dorine)
    mail.outbox.clear()
    away(johan, None, 4, sigrid)
    assert [each.subject for each in mail.outbox if each.to == ["dorine@example.org"]] == [
        "Je vervangt Johan Halsberghe niet meer"
    ]


def test_off_the_site_and_back_tells_nobody_twice(johan, dorine):
    StaffMember.objects.filter(pk=dorine.pk).update(email="dorine@example.org")
    away(johan, None, 4, dorine)
    assert len(mail.outbox) == 1
    mail.outbox.clear()
    johan.refresh_from_db()
    publish(johan, None)
    assert mail.outbox == []


def test_a_planned_version_tells_it_when_it_is_planned_and_not_when_it_is_carried(his, johan, dorine):
    StaffMember.objects.filter(pk=dorine.pk).update(email="dorine@example.org")
    johan.absent_from, johan.absent_until, johan.stand_in = day(5), day(6), dorine
    johan.save()
    publish(johan, None, live_from=timezone.now() + timedelta(days=3))
    assert [each.to for each in mail.outbox] == [["dorine@example.org"]]
    mail.outbox.clear()
    save(his, phone="051 12 34 56")
    assert Revision.objects.exclude(carried_by=None).exists()
    assert not [each for each in mail.outbox if each.to == ["dorine@example.org"]]


def test_nobody_without_an_address_and_nobody_of_the_past_is_written_to(johan, dorine):
    away(johan, None, 4, dorine)
    StaffMember.objects.filter(pk=dorine.pk).update(email="dorine@example.org")
    away(johan, -4, -2, dorine)
    assert [each.subject for each in mail.outbox] == ["Je vervangt Johan Halsberghe niet meer"]


def test_a_very_late_day_is_asked_about_where_one_corrects_what_is_public_too(editor_client, johan):
    address = f"/admin/staff/staffmember/{johan.pk}/change/?op=site"
    form = editor_client.get(address).context["adminform"].form
    data = {field.html_name: "on" if field.value() is True else field.value() for field in form}
    data = {
        name: getattr(value, "as_national", value)
        for name, value in data.items()
        if value not in (None, False) and name != "photo"
    }
    data |= {"absent_until": day(800).strftime("%d/%m/%Y"), "_publish": "1"}
    asked = editor_client.post(address, data)
    assert "absent_until" in asked.context["adminform"].form.errors
    assert editor_client.post(address, data | {"long_absence": day(800).isoformat()}).status_code == 302
    assert johan.revisions.public().get().data["absent_until"] == day(800).isoformat()
