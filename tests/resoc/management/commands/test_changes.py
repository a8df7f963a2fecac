"""`manage.py changes`: what a restore would lose."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from pages.models import TextPage
from publishing.models import Draft
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


def said(since: str) -> str:
    out = StringIO()
    call_command("changes", since=since, stdout=out)
    return out.getvalue().strip()


def test_what_was_published_and_saved_since_then_is_counted():
    before = timezone.now()
    page = TextPage.objects.create(slug_nl="proef", title_nl="Proef", body_nl="<p>Tekst</p>")
    publish(page, None)
    Draft.objects.all().delete()
    label = page._meta.label_lower
    for _each in range(2):
        now = timezone.now()
        Draft.objects.create(model=label, object_id=page.pk, title="x", first_at=now, last_at=now, digest="", data={})
    assert said(before.isoformat()) == "2 saves and 1 publication"
    assert said((timezone.now() + timedelta(minutes=1)).isoformat()) == "0 saves and 0 publications"


@pytest.mark.parametrize("since", ["gisteren", "2026-13-45T00:00", ""])
def test_what_is_no_moment_is_refused(since):
    with pytest.raises(CommandError, match="expected a moment"):
        said(since)
