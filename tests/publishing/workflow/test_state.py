from datetime import timedelta

import pytest
from django.db import models
from django.utils import timezone

from pages.models import MissionPage, Organisation
from priorities.models import Partner, Priority, Theme, Update
from publishing.models import Revision, content_models
from publishing.models.immutability import permit
from publishing.models.snapshots import child_models, published_fields
from publishing.workflow import changed, is_live, live_users, publish, surely_unchanged
from staff.models import StaffMember
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def test_who_uses_an_object_is_read_from_published_state():
    organisation = Organisation.objects.get(name="VDAB")
    assert live_users(organisation) == [MissionPage.objects.get()]
    assert is_live(organisation)


def test_changes_are_found_among_all_rows_also_in_child_rows(editor):
    assert changed(Theme) == set()
    drafted = Theme.objects.first()
    drafted.body_fr = "<p>Nouveau</p>"
    drafted.save()
    Theme.objects.create(title_nl="Nooit gepubliceerd")
    assert changed(Theme) == {drafted.pk}
    page = MissionPage.objects.get()
    page.aims.last().delete()
    assert changed(MissionPage) == {page.pk}


def test_a_snapshot_of_before_a_field_existed_is_no_change():
    theme = Theme.objects.first()
    revision = theme.revisions.get()
    del revision.data["url_label_en"]
    with permit():
        revision.save()
    assert changed(Theme) == set()


@pytest.mark.parametrize("model", [Theme, Update, Organisation, Priority])
def test_the_database_sees_a_change_in_any_column(model, theme):
    publish(update_on(theme, title_nl="Bericht", date=timezone.now().date()), None)
    row = model.published().exclude(object_id=0)[0]
    model._base_manager.filter(pk=row.pk).update(position=7) if hasattr(row, "position") else None
    for _name, child_model in child_models(model):
        child_model._base_manager.filter(**{child_model.parent: row.pk}).delete()
    publish(model._base_manager.get(pk=row.pk), None)
    assert row.pk in surely_unchanged(model)
    for field in published_fields(model):
        old = models.QuerySet(model).filter(pk=row.pk).values_list(field.attname, flat=True).get()
        this = models.QuerySet(model).filter(pk=row.pk)
        value = another(field, old)
        if value is None and old is None:
            continue
        this.update(**{field.attname: value})
        assert row.pk not in surely_unchanged(model), field
        assert row.pk in changed(model), field
        this.update(**{field.attname: old})
    assert row.pk in surely_unchanged(model, [row.pk])
    assert surely_unchanged(model, []) == set()


def test_nothing_of_the_source_content_is_changed():
    for model in content_models():
        assert changed(model) == set(), model
        assert surely_unchanged(model) <= set(model._base_manager.values_list("pk", flat=True))


def test_what_the_database_cannot_tell_is_looked_at_exactly(theme):
    revision = theme.revisions.first()
    data = {name: value for name, value in revision.data.items() if name not in ("summary_en", "documents")}
    with permit():
        Revision.objects.filter(pk=revision.pk).update(data=data | {"of_other_days": 1, "summary_fr": 5})
    assert theme.pk not in surely_unchanged(Theme)
    assert theme.pk in changed(Theme)
    with permit():
        Revision.objects.filter(pk=revision.pk).update(data={**revision.data, "of_other_days": 1})
    assert theme.pk not in changed(Theme)
    assert surely_unchanged(StaffMember) == set()
    assert changed(StaffMember) == set()


def test_a_change_in_a_child_row_is_found(editor_client):
    priority = Priority.objects.first()
    publish(priority, None)
    assert priority.pk not in changed(Priority)
    Partner.objects.create(priority=priority, organisation=Organisation.objects.first())
    assert priority.pk in changed(Priority)
    publish(priority, None)
    assert priority.pk not in changed(Priority)
    Partner.objects.filter(priority=priority).delete()
    assert priority.pk in changed(Priority)


def another(field, value):
    """A value of `field` that is not `value`."""
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateField):
        return (value or timezone.now().date()) + timedelta(days=1)
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    if isinstance(field, models.ForeignKey):
        return None if value else field.related_model._base_manager.values_list("pk", flat=True).first()
    return f"{value or ''}x"
