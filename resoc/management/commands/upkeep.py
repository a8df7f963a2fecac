"""`manage.py upkeep`: what the web server does each minute, for a timer or by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from resoc.upkeep import run


class Command(BaseCommand):
    """Sends what waits and asks after cards."""

    help = "Send mails that wait, and ask staff members twice a year whether their card is right."

    def handle(self, *args: Any, **options: Any) -> None:
        run()
