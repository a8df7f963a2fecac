"""`manage.py forget_second_factor NAME`: for somebody who lost the telephone and the recovery codes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from staff.accounts.notices import AccountChange, tell_account
from staff.accounts.second_factor import forget_factors


class Command(BaseCommand):
    """Takes away the passkeys, the app and the recovery codes of one account, signs it out and tells it."""

    help = "Forget the second factor of an account; whoever edits must then set up a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the user name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['name']!r}.")
        gone = forget_factors(user)
        tell_account(None, user, AccountChange.FACTOR)
        self.stdout.write(f"{gone} forgotten. {user} signs in without, and sets up a new one.")
