import pytest
from django.core.management import call_command

from publishing.models import RevisionText
from publishing.workflow import withdraw
from tests.publishing.search.test_query import make_theme


@pytest.mark.django_db
def test_reindex_fills_what_is_missing_and_nothing_else(editor):
    withdraw(make_theme(editor), editor, "Weg")
    before = sorted(RevisionText.objects.values_list("revision", "language", "title", "words"))
    RevisionText.objects.all().delete()
    call_command("reindex", verbosity=0)
    call_command("reindex", verbosity=0)
    assert sorted(RevisionText.objects.values_list("revision", "language", "title", "words")) == before
    RevisionText.objects.update(words="")
    call_command("reindex", "--all", verbosity=0)
    assert sorted(RevisionText.objects.values_list("revision", "language", "title", "words")) == before
