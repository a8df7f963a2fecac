import pytest
from django.core.exceptions import ValidationError

from priorities.models import Priority, Theme
from publishing.workflow import publish
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def test_each_subject_of_an_update_is_a_priority_or_a_theme(editor):
    theme, priority = Theme.objects.first(), Priority.objects.first()
    update = update_on(theme, priority, title_nl="Bericht")
    for faulty in ({}, {"theme": theme, "priority": priority}):
        row = update.subjects.create(**faulty)
        with pytest.raises(ValidationError):
            publish(update, editor)
        row.delete()
    shown = publish(update, editor).thaw()
    assert shown.shown_subjects == [theme, priority]
