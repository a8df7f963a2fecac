"""`manage.py check_links`: whether every link in public content leads somewhere."""

from django.core.management.base import BaseCommand, CommandError

from publishing.operations.link_check import check, dead_links, every_kind


class Command(BaseCommand):
    """Looks at every link now, as the web server does once a week."""

    help = "Look at every link in what is public; ends with an error when one leads nowhere."

    def handle(self, *args: object, **options: object) -> None:
        if not check(self.stdout.write):
            raise CommandError("No other site could be reached: is there a network? The last good result stays.")
        found = dead_links(every_kind())
        for each in found:
            self.stdout.write(f"{each.page.page_kind} {each.page}, {each.field}: {each.leads_to}")
        if found:
            raise CommandError(f"{len(found)} links lead nowhere.")
        self.stdout.write("Every link that could be checked leads somewhere.")
