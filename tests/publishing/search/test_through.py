from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import Organisation
from priorities.models import Priority, Theme
from publishing.models import Revision
from publishing.search import through
from publishing.search.through import followed, users_of
from publishing.workflow import publish, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db

FIELDS = {("staff.staffmember", "contact")}


def target(obj) -> tuple[str, int]:
    return obj._meta.label_lower, obj.pk


def public(obj) -> Revision:
    return Revision.objects.public().of(type(obj)).numbered(obj.pk).get()


@pytest.fixture
def johan():
    return StaffMember.objects.get(slug="johan-halsberghe")


@pytest.fixture
def theme(johan):
    theme = Theme.objects.create(title_nl="Hopteelt", slug_nl="hopteelt", contact=johan)
    publish(theme, None)
    return theme


@pytest.fixture
def led():
    """Two priorities that VDAB leads; the second was published last."""
    vdab = Organisation.objects.get(name="VDAB")
    found = list(Priority.objects.order_by("number")[:2])
    for priority in found:
        priority.lead = vdab
        priority.save()
        publish(priority, None)
    return vdab, found


def test_what_names_something_is_found_newest_first_and_only_while_it_is_public(led):
    vdab, priorities = led
    now = timezone.now()

    def users() -> list[tuple[str, int]]:
        named = users_of([target(vdab)], timezone.now())
        assert {(model, object_id) for model, object_id, *_rest in named} == {target(vdab)}
        return [(model, object_id) for _model, _id, model, object_id, *_rest in named if model == "priorities.priority"]

    assert users() == [target(each) for each in reversed(priorities)]
    withdraw(priorities[1], None, "Weg")
    assert users() == [target(priorities[0])]
    assert users_of([target(vdab)], now - timedelta(days=9)) == []


def test_nothing_named_finds_nothing_and_very_many_only_the_newest(led, monkeypatch):
    vdab, priorities = led
    assert users_of([], timezone.now()) == users_of([("pages.organisation", 0)], timezone.now()) == []
    monkeypatch.setattr(through, "EXAMINED", 0)
    ((*_named, revision_id, _sort_key),) = users_of([target(vdab)], timezone.now())
    assert revision_id == public(priorities[1]).pk


def test_a_task_leads_to_the_person_as_visitors_see_them_now(theme, johan):
    revision = public(theme).pk
    assert followed(FIELDS, {revision}, timezone.now()) == [(revision, *target(johan), public(johan).pk)]
    withdraw(johan, None, "Weg")
    assert followed(FIELDS, {revision}, timezone.now()) == []


def test_no_other_relation_is_followed(theme):
    revision = public(theme).pk
    assert followed({("staff.staffmember", "lead")}, {revision}, timezone.now()) == []
    assert followed(FIELDS, set(), timezone.now()) == followed(set(), {revision}, timezone.now()) == []
