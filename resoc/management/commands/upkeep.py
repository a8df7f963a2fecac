"""`manage.py upkeep`: what the web server does each minute, for a timer or by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from publishing.link_check import check_due
from resoc.upkeep import run


class Command(BaseCommand):
    """Sends what waits, asks after cards and looks at links."""

    help = "Send mails that wait, ask twice a year whether cards are right, and look at links once a week."

    def handle(self, *args: Any, **options: Any) -> None:
        run()
        check_due()
