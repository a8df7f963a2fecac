from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Priority, Theme
from publishing.workflow import publish, withdraw
from tests.publishing.saved import title

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    """A draft that could be published."""
    return Theme.objects.create(title_nl="Eerste", slug_nl="eerste", title_fr="Premier", slug_fr="premier")


def test_an_end_before_the_beginning_is_refused(theme, editor):
    with pytest.raises(ValidationError) as error:
        publish(theme, editor, live_until=timezone.now() - timedelta(days=1))
    assert list(error.value.message_dict) == ["live_until"]
    assert not theme.revisions.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title_nl": " "}, "title_nl"),
        ({"slug_nl": None, "slug_fr": None}, "slug_nl"),
        ({"slug_nl": "regiomarketing"}, "slug_nl"),
        ({"slug_fr": "marketing-territorial"}, "slug_fr"),
        ({"url": "geen adres"}, "url"),
    ],
)
def test_what_cannot_be_published_is_refused_by_field(theme, editor, change, field):
    Theme.objects.filter(pk=theme.pk).update(**change)
    with pytest.raises(ValidationError) as error:
        publish(theme, editor)
    assert list(error.value.message_dict) == [field]
    assert not theme.revisions.exists()


def test_the_slug_of_something_withdrawn_is_free_again(theme, editor):
    other = Theme.objects.get(slug_nl="regiomarketing")
    withdraw(other, editor, "Afgerond")
    Theme.objects.filter(pk=theme.pk).update(slug_nl="regiomarketing")
    publish(theme, editor)
    assert title(theme) == "Eerste"


def test_an_untranslated_page_does_not_fall_back_to_an_address_that_another_has(theme, editor):
    Theme.objects.filter(pk=theme.pk).update(slug_nl="marketing-territorial", slug_fr=None)
    with pytest.raises(ValidationError) as error:
        publish(theme, editor)
    assert list(error.value.message_dict) == ["slug_nl"]


def test_an_address_that_is_still_to_be_given_up_is_not_free_yet(theme, editor):
    other = Theme.objects.get(slug_nl="regiomarketing")
    other.slug_nl = "anders"
    other.save()
    publish(other, editor, live_from=timezone.now() + timedelta(days=1))
    Theme.objects.filter(pk=theme.pk).update(slug_nl="regiomarketing")
    with pytest.raises(ValidationError):
        publish(theme, editor)
    publish(theme, editor, live_from=timezone.now() + timedelta(days=2))


def test_child_rows_are_judged_too(editor):
    priority = Priority.objects.get(number=1)
    priority.partners.create()
    with pytest.raises(ValidationError, match="partner"):
        publish(priority, editor)


def test_publishing_what_somebody_just_deleted_is_refused_in_words(theme, editor):
    Theme.objects.filter(pk=theme.pk).delete()
    with pytest.raises(ValidationError):
        publish(theme, editor)


def test_an_address_may_be_shared_one_after_the_other(theme, editor):
    now = timezone.now()
    publish(theme, editor, live_until=now + timedelta(days=2))
    heir = Theme.objects.create(title_nl="Erfgenaam", slug_nl="eerste", slug_fr="heritier")
    with pytest.raises(ValidationError):
        publish(heir, editor, live_from=now + timedelta(days=1))
    publish(heir, editor, live_from=now + timedelta(days=3))
    third = Theme.objects.create(title_nl="Tussendoor", slug_nl="eerste", slug_fr="entre")
    publish(third, editor, live_from=now + timedelta(days=2, hours=1), live_until=now + timedelta(days=2, hours=2))


def test_a_note_too_long_to_keep_is_refused_and_not_cut(theme, editor):
    with pytest.raises(ValidationError):
        publish(theme, editor, note="x" * 501)
    assert not theme.revisions.exists()
