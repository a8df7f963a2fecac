from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import TextPage
from priorities.models import Priority, Theme
from publishing.models import RevisionText
from publishing.search.indexing import words_of
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from tests.publishing.search.test_query import make_theme


@pytest.mark.django_db
def test_every_published_page_is_indexed_in_each_of_its_languages():
    for model in (Priority, Theme, StaffMember, TextPage):
        for obj in model.published():
            indexed = set(obj.revision.texts.values_list("language", flat=True))
            assert indexed == {each.language for each in words_of(obj)}
            assert indexed >= {"nl"}


@pytest.mark.django_db
def test_rich_text_is_indexed_as_it_is_read(editor):
    theme = make_theme(editor, body_nl="<p>eerste</p><p>tweede &amp; <strong>der</strong>de</p>", title_fr="x < y")
    dutch, french = words_of(theme)
    assert dutch.passages == ("eerste", "tweede & derde")
    assert (french.title, french.passages) == ("x < y", ())


@pytest.mark.django_db
def test_what_is_over_leaves_the_index_and_what_waits_is_in_it(editor):
    theme = make_theme(editor)
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    assert RevisionText.objects.filter(revision__in=theme.revisions).count() == 2
    publish(theme, editor)
    assert set(RevisionText.objects.filter(revision__in=theme.revisions).values_list("revision", flat=True)) == {
        theme.revisions.first().pk
    }
    withdraw(theme, editor, "Weg")
    assert not RevisionText.objects.filter(revision__in=theme.revisions).exists()
