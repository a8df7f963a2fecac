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


@pytest.mark.parametrize("way_in", ["save", "restore"])
def test_rich_text_is_sanitised_on_every_way_in(editor, way_in):
    from publishing.workflow import restore

    theme = Theme.objects.first()
    dirty = '<p onclick="x()">Ja<script>alert(1)</script> <a href="javascript:x()">hier</a></p><style>p{}</style>'
    if way_in == "save":
        theme.body_nl = dirty
        theme.save()
    else:
        revision = theme.revisions.first()
        revision.data["body_nl"] = dirty
        restore(revision, editor)
    theme.refresh_from_db()
    assert theme.body_nl.startswith("<p>Ja")
    assert not any(bad in theme.body_nl for bad in ("onclick", "script", "style"))


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_saving_and_restoring_while_another_language_is_spoken_copies_nothing_into_it(editor, language):
    from django.utils.translation import override

    from publishing.workflow import restore, unpublished_changes

    with override(language):
        theme = Theme.objects.create(title_nl="T", slug_nl="t", body_nl="<p>Nederlands</p>")
        publish(theme, editor)
        restore(theme.revisions.get(), editor)
    theme = Theme.objects.get(pk=theme.pk)
    assert (theme.body_nl, theme.body_fr or "", theme.body_en or "") == ("<p>Nederlands</p>", "", "")
    assert unpublished_changes(theme) == []
