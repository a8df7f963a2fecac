from datetime import timedelta

import pytest
from django.utils import timezone

from publishing.admin.work_list import Asked
from publishing.workflow import publish
from staff import work
from staff.models import CardLink, ForgetRequest, StaffMember
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


def found(source, user, now=None):
    return list(source(Asked(user, now or timezone.now())))


@pytest.fixture
def away(editor) -> StaffMember:
    member = StaffMember.objects.first()
    member.absent_until = timezone.localdate() + timedelta(days=5)
    member.save()
    publish(member, editor)
    return member


def test_a_contact_who_is_away_with_nobody_in_their_place(editor, away):
    (item,) = found(work.absent, editor)
    assert item.label == away.name
    assert item.url == f"/admin/staff/staffmember/{away.pk}/change/#id_stand_in"
    assert found(work.absent, staff_user("leeg")) == []


def test_with_a_stand_in_who_is_there_it_is_none(editor, away):
    away.stand_in = StaffMember.objects.exclude(pk=away.pk).first()
    away.save()
    publish(away, editor)
    assert found(work.absent, editor) == []


def test_a_draft_of_a_stand_in_helps_nobody(editor, away):
    away.stand_in = StaffMember.objects.exclude(pk=away.pk).first()
    away.save()
    assert len(found(work.absent, editor)) == 1


def test_after_the_absence_it_is_none(editor, away):
    assert found(work.absent, editor, timezone.now() + timedelta(days=7)) == []


def test_a_card_that_was_not_confirmed(editor, colleague):
    member = StaffMember.objects.first()
    link, _token = CardLink.objects.make(member, CardLink.Purpose.CHECK, "a@example.org")
    assert found(work.silent, editor) == []
    CardLink.objects.update(made_at=timezone.now() + timedelta(minutes=1))
    (item,) = found(work.silent, editor, timezone.now() + timedelta(days=22))
    assert (item.label, item.cause) == (member.name, str(link.pk))
    assert found(work.silent, staff_user("leeg"), timezone.now() + timedelta(days=22)) == []


def test_a_request_to_be_forgotten_leads_to_where_that_is_done(editor):
    member = StaffMember.objects.first()
    ForgetRequest.objects.create(member=member)
    (item,) = found(work.forget_requests, editor)
    assert item.url == f"/admin/staff/staffmember/{member.pk}/leave/"
    assert "antwoord ten laatste op" in item.said
    assert found(work.forget_requests, staff_user("leeg")) == []


def test_ones_own_request_leads_to_the_card(editor):
    member = StaffMember.objects.first()
    member.user = editor
    member.save()
    ForgetRequest.objects.create(member=member)
    assert found(work.forget_requests, editor)[0].url == f"/admin/staff/staffmember/{member.pk}/change/"


def test_one_editor_is_not_enough(editor):
    editor.email = "dorine@example.org"
    editor.save()
    assert work.second_editor(Asked(editor, timezone.now())) is not None
    other = staff_user("stephanie", email="s@example.org")
    other.groups.set(editor.groups.all())
    assert work.second_editor(Asked(editor, timezone.now())) is None
