"""`published()` answers for objects: what it is asked of a key is a key of an object, never of a revision."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldError, MultipleObjectsReturned
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_list_or_404, get_object_or_404
from django.utils import timezone

from priorities.models import Priority, Subject, Theme
from publishing.models import Revision, RevisionFile, RevisionSlug
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def themes() -> list[Theme]:
    """Three themes whose keys are those of revisions of other things, and whose revisions have keys of none."""
    theme = Theme.objects.first()
    publish(theme, None)
    rows = list(Theme.objects.order_by("pk"))
    assert not {row.pk for row in rows} & {each.pk for each in Revision.objects.of(Theme).public()}
    assert Revision.objects.filter(pk=rows[0].pk).exclude(model="priorities.theme").exists()
    return rows


@pytest.mark.parametrize("key", ["pk", "id", "object_id", "pk__exact", "id__exact"])
def test_one_is_had_by_the_key_of_the_object(themes, key):
    for row in themes:
        found = Theme.published().get(**{key: row.pk})
        assert (type(found), found.pk, found.title_nl) == (Theme, row.pk, row.title_nl)
        assert Theme.published().filter(**{key: row.pk}).get() == row
        assert [each.pk for each in Theme.published().exclude(**{key: row.pk})] == [
            each.pk for each in Theme.published() if each.pk != row.pk
        ]


def test_the_key_of_a_revision_is_the_key_of_no_object(themes):
    shown = Theme.published().first()
    for key in ("pk", "id"):
        with pytest.raises(Theme.DoesNotExist):
            Theme.published().get(**{key: shown.revision.pk})
    assert Theme.published().get(revision=shown.revision.pk) == shown
    assert list(Theme.published().filter(revision__in=[shown.revision.pk])) == [shown]


def test_what_is_not_public_is_not_there(themes):
    withdraw(themes[0], None, "Voorbij")
    with pytest.raises(Theme.DoesNotExist) as caught:
        Theme.published().get(pk=themes[0].pk)
    assert isinstance(caught.value, Revision.DoesNotExist)
    assert "Theme" in str(caught.value)
    with pytest.raises(Http404):
        get_object_or_404(Theme.published(), pk=themes[0].pk)
    with pytest.raises(Http404):
        get_list_or_404(Theme.published(), pk=themes[0].pk)
    assert get_object_or_404(Theme.published(), pk=themes[1].pk) == themes[1]
    with pytest.raises(Theme.MultipleObjectsReturned):
        Theme.published().get()
    with pytest.raises(MultipleObjectsReturned):
        Theme.published().get(pk__gt=0)


def test_lookups_of_every_kind_ask_for_keys_of_objects(themes):
    first, second, third = (row.pk for row in themes)

    def found(*args, **kwargs):
        return sorted(each.pk for each in Theme.published().filter(*args, **kwargs))

    assert found(pk__in=[first, third]) == [first, third]
    assert found(id__gt=first) == [second, third]
    assert found(pk__range=(first, second)) == [first, second]
    assert found(pk__isnull=True) == []
    assert found(Q(pk=first) | Q(id=second)) == [first, second]
    assert found(~Q(pk=first)) == [second, third]
    assert found(pk=F("id")) == [first, second, third]
    assert found(pk__lt=F("revision")) == [first, second, third]
    assert found(pk__in=Theme.objects.exclude(pk=first).values("pk")) == [second, third]
    assert found(pk__in=Theme.published().filter(pk=second).values("pk")) == [second]
    assert found(Exists(Theme.objects.filter(pk=OuterRef("pk"), pk__gt=first))) == [second, third]
    assert found(Exists(Theme.objects.filter(pk=OuterRef("id"), pk__gt=first))) == [second, third]


def test_by_key_in_bulk(themes):
    keys = [row.pk for row in themes]
    some = Theme.published().in_bulk(keys[:2])
    assert {key: each.pk for key, each in some.items()} == {key: key for key in keys[:2]}
    assert set(Theme.published().in_bulk()) == set(keys)
    assert set(Theme.published().in_bulk(keys[:1], field_name="id")) == set(keys[:1])
    with pytest.raises(ValueError, match="unique"):
        Theme.published().in_bulk([0], field_name="author")


def test_order_and_the_first_and_last_are_by_keys_of_objects(themes):
    keys = [row.pk for row in themes]
    for key in ("pk", "id"):
        assert [each.pk for each in Theme.published().order_by(key)] == keys
        assert [each.pk for each in Theme.published().order_by(f"-{key}")] == keys[::-1]
        assert Theme.published().earliest(key).pk == keys[0]
        assert Theme.published().latest(key).pk == keys[-1]
    assert [each.pk for each in Theme.published().order_by(F("pk").desc())] == keys[::-1]
    assert Theme.published().order_by().first().pk == keys[0]
    assert Theme.published().order_by().last().pk == keys[-1]


def test_values_are_keys_of_objects(themes):
    keys = [row.pk for row in themes]
    for key in ("pk", "id", "object_id"):
        assert sorted(Theme.published().values_list(key, flat=True)) == keys
        assert list(Theme.published().order_by(key).values(key)) == [{key: each} for each in keys]
    assert [row.pk for row in Theme.published().order_by("pk").values_list("pk", named=True)] == keys
    pairs = {(each.pk, each.revision.pk) for each in Theme.published()}
    assert set(Theme.published().values_list("pk", "revision")) == pairs
    assert Theme.published().order_by("pk").values_list("pk", flat=True).distinct().count() == 3


def test_aggregates_are_of_keys_of_objects(themes):
    keys = [row.pk for row in themes]
    answer = Theme.published().aggregate(first=Min("pk"), last=Max("id"), all=Count("pk", distinct=True))
    assert answer == {"first": keys[0], "last": keys[-1], "all": 3}
    assert Theme.published().filter(pk=keys[0]).count() == 1
    assert Theme.published().filter(pk=keys[0]).exists()
    assert not Theme.published().filter(pk=Theme.published().first().revision.pk).exists()


def test_it_says_whether_an_object_is_among_them(themes):
    withdraw(themes[0], None, "Voorbij")
    assert not Theme.published().contains(themes[0])
    assert Theme.published().contains(themes[1])
    assert Theme.published().contains(Theme.published().first())
    assert themes[1] in Theme.published()
    for other in (Priority.objects.first(), Revision.objects.of(Theme).first()):
        with pytest.raises(TypeError, match="Theme"):
            Theme.published().contains(other)


def test_joins_and_what_revisions_are_asked_lead_to_the_revision(themes):
    theme = themes[1]
    assert Theme.published().get(slugs__slug=theme.slug_nl, slugs__language="nl") == theme
    assert Theme.published().called(theme.slug_nl, "nl").get(pk=theme.pk) == theme
    assert theme not in Theme.published().exclude(slugs__slug=theme.slug_nl)
    assert Theme.published().exclude(slugs__slug=theme.slug_nl).count() == 2
    assert Theme.published().exclude(slugs__slug=theme.slug_nl, pk=theme.pk).count() == 2
    theme.priority = Priority.objects.first()
    theme.save()
    publish(theme, None)
    assert theme in Theme.published().referring_to(theme.priority)
    assert theme in Theme.published().referring_to(theme.priority, "priority").newest_first()
    assert [each.pk for each in Theme.published().numbered(theme.pk)] == [theme.pk]
    assert RevisionSlug.objects.filter(revision__in=Theme.published().values("revision")).exists()
    assert not RevisionFile.objects.filter(revision__in=Theme.published().values("revision")).exists()


def test_another_query_must_say_what_it_compares_with(themes):
    for wrong in (
        lambda: Revision.objects.filter(pk__in=Theme.published()),
        lambda: Theme.objects.filter(pk__in=Theme.published()),
        lambda: RevisionSlug.objects.filter(revision__in=Theme.published()),
        lambda: Subject.objects.filter(theme__in=Theme.published()),
        lambda: Theme.objects.filter(pk=Subquery(Theme.published()[:1])),
    ):
        with pytest.raises(TypeError, match="values"):
            list(wrong())
    for right in (
        Theme.objects.filter(pk__in=Theme.published().values("pk")),
        Theme.objects.filter(Exists(Theme.published().filter(pk=OuterRef("pk")))),
    ):
        assert set(right) == set(themes)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Theme.published().filter(title_nl="Vervoer"),
        lambda: Theme.published().filter(title="Vervoer"),
        lambda: Theme.published().get(slug_nl="vervoer"),
        lambda: Theme.published().exclude(priority=3),
        lambda: Theme.published().filter(priority__number=3),
        lambda: Theme.published().filter(Q(pk=1) | Q(contact__name="Johan")),
        lambda: Theme.published().filter(updates=1),
        lambda: Theme.published().filter(nothing=1),
        lambda: list(Theme.published().order_by("position")),
        lambda: Theme.published().latest("position"),
        lambda: Theme.published().values("title_nl"),
        lambda: list(Theme.published().values_list("position", flat=True)),
        lambda: Theme.published().aggregate(Max("position")),
        lambda: Theme.published().filter(pk=F("position")),
    ],
)
def test_what_stands_in_the_content_is_refused_in_words(wrong):
    with pytest.raises(FieldError, match=r"published\(\)"):
        wrong()


REFUSED = (
    "select_related prefetch_related annotate alias only defer dates datetimes extra raw values values_list create "
    "get_or_create update_or_create bulk_create update bulk_update delete"
)


@pytest.mark.parametrize("name", REFUSED.split())
def test_what_would_give_revisions_or_change_them_is_refused_in_words(themes, name):
    with pytest.raises(TypeError, match=r"published\(\)"):
        getattr(Theme.published(), name)()
    assert Theme.published().count() == 3


def test_what_is_put_together_stays_published_objects_of_one_moment(themes):
    at = timezone.now()
    first = Theme.published(at).filter(pk=themes[0].pk)
    second = Theme.published(at).filter(pk=themes[1].pk)
    assert {each.pk for each in first | second} == {themes[0].pk, themes[1].pk}
    assert not (first & second).exists()
    assert {each.pk for each in first ^ second} == {themes[0].pk, themes[1].pk}
    assert {each.pk for each in first.order_by().union(second.order_by())} == {themes[0].pk, themes[1].pk}
    assert list(first.order_by().difference(first.order_by())) == []
    kinds = {type(each) for each in Theme.published(at).order_by().union(Priority.published(at).order_by())}
    assert kinds == {Theme, Priority}
    earlier = Theme.published(at - timedelta(days=1))
    for wrong in (lambda: first | earlier, lambda: first & earlier, lambda: first.union(earlier)):
        with pytest.raises(TypeError, match="moment"):
            wrong()
    with pytest.raises(TypeError, match="moment"):
        first | Revision.objects.of(Theme)
    with pytest.raises(TypeError, match="slice"):
        Theme.published(at)[:2] | second


def test_one_after_the_other_they_are_objects_too(themes):
    assert sorted(each.pk for each in Theme.published().iterator()) == [row.pk for row in themes]
    assert all(isinstance(each, Theme) for each in Theme.published().iterator())
