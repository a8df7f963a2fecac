from operator import or_, xor

import pytest
from django.db.models import Func, IntegerField

from priorities.models import Priority, Theme
from publishing.models import Revision, RevisionQuerySet, RevisionReference, RevisionSlug
from publishing.queries.dependencies import EVERYTHING, Dependency, track
from tests.publishing.queries.test_dependencies import themes


@pytest.mark.django_db
@pytest.mark.parametrize(
    "question",
    [
        lambda: themes().select_related("author"),
        lambda: themes().filter(author__username="dorine"),
        lambda: themes().prefetch_related("slugs"),
        lambda: themes().filter(references__revision__model="staff.staffmember"),
        lambda: themes().filter(slugs__in=RevisionSlug.objects.filter(language="nl")[:3]),
        lambda: themes().filter(object_id__in=RevisionReference.objects.values("object_id")),
        lambda: themes().filter(pk__in=RevisionSlug.objects.order_by("slug").values("revision")[:3]),
        lambda: themes().annotate(his=Func(function="RANDOM", output_field=IntegerField())),
        lambda: themes().extra(select={"one": "1"}),
    ],
)
def test_what_may_read_something_else_counts_as_a_question_about_everything(question):
    with track() as reads:
        list(question())
    assert EVERYTHING in reads


@pytest.mark.django_db
def test_what_is_put_together_is_about_all_its_parts_and_changes_none_of_them():
    parts = Revision.objects.of(Theme), Revision.objects.of(Priority), Revision.objects.of(Theme).none()
    expected = {Dependency("priorities.theme"), Dependency("priorities.priority")}
    for together in (or_, xor, RevisionQuerySet.union, Revision.objects.none().union):
        with track() as reads:
            list(together(parts[0].order_by(), parts[1].order_by()))
        assert reads == expected
    assert parts[2] | parts[1] is not parts[1]
    with track() as reads:
        parts[0].first(), parts[1].exists(), parts[0].referring_to(Theme(pk=1)).newest_first().count()
    assert reads == {*expected, Dependency("priorities.theme", to_model="priorities.theme", to_object=1)}
    with pytest.raises(TypeError, match="slice"):
        parts[0][:3] | parts[1]
