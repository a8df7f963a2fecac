"""Content that uses every part of the pages."""

import os

import pytest
from django.core.management import call_command

from priorities.models import Priority, Theme, Update
from publishing.workflow import publish

# Two machines share a PostgreSQL and a Redis: where the suite was not told of any, there is nothing to test.
shared = "postgres" in os.environ.get("DATABASE_URL", "") and "redis" in os.environ.get("CACHE_URL", "")
collect_ignore = [] if shared else ["test_two_machines.py"]


@pytest.fixture
def full_theme(db) -> None:
    """A theme and a priority that use every part of their pages, partly untranslated."""
    call_command("seed", verbosity=0)
    theme, priority = Theme.objects.get(slug_nl="regiomarketing"), Priority.objects.get(number=2)
    for subject in (theme, priority):
        subject.status, subject.summary_nl = "running", "Een samenvatting."
        subject.body_nl = (
            "<h2>Waarom</h2><p>Tekst met <a href='/contact/'>een verwijzing</a>.</p><ul><li>punt</li></ul>"
        )
        subject.save()
        publish(subject, None)
    priority.phase = "running"
    priority.save()
    publish(priority, None)
    for year in (2025, 2026):
        publish(Update.objects.create(theme=theme, date=f"{year}-03-01", title_nl=f"Bericht {year}"), None)
