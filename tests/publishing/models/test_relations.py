import pytest

from priorities.models import Priority, Theme
from publishing.workflow import publish, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def test_a_relation_of_a_published_object_leads_to_published_state(editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.priority = Priority.objects.get(number=5)
    theme.save()
    publish(theme, editor)
    Priority.objects.update(title_nl="geheim")
    for published in (Theme.published(), Theme.published().following("priority")):
        thawed = published.get(object_id=theme.pk)
        assert thawed.priority.title_nl.startswith("de drie speerpuntsectoren")
    theme.refresh_from_db()
    assert theme.priority.title_nl == "geheim"


def test_a_relation_to_something_withdrawn_is_empty(editor):
    withdraw(StaffMember.objects.get(slug="johan-halsberghe"), editor, "Uit dienst")
    for published in (Theme.published(), Theme.published().following("contact")):
        assert published.get(slugs__slug="regiomarketing", slugs__language="nl").contact is None


def test_following_reads_a_relation_of_any_number_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert [theme.contact and theme.contact.name for theme in Theme.published().following("contact")] == [
            None,
            None,
            "Johan Halsberghe",
        ]
