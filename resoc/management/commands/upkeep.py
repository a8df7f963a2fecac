"""`manage.py upkeep`: what the web server does each minute, for a timer or by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from publishing.backup.nightly import make_due
from publishing.operations.link_check import check_due
from publishing.search.word_index import merge
from resoc.operations.upkeep import run, tidy


class Command(BaseCommand):
    """Sends what waits, writes to followers, asks after cards, looks at links, puts the index of texts in order."""

    help = "Send mails that wait, ask twice a year after cards, look at links once a week, back up each night."

    def handle(self, *args: Any, **options: Any) -> None:
        run()
        check_due()
        make_due()
        merge()
        tidy()
