"""How long the admin's list of themes takes, with many themes: the best of five, in milliseconds.

`.venv/bin/python bench/lists.py [themes]` makes them in a scratch folder; 3,000 by default. One in ten
has an unpublished change. The aim is 300 ms a page.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

AIM = 300  # ms
PAGES = ["", "?p=2", "?todo=changes", "?todo=missing_fr", "?state=published", "?q=realisatie", "?q=e", "?o=2"]


def main(count: int) -> None:
    """Make `count` themes and time the pages of their list."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from priorities.models import Theme
    from publishing.models import Revision
    from publishing.snapshots import freeze

    call_command("migrate", verbosity=0)
    user, _created = User.objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    body = "<p>" + "De réalisatie van de streekvisie voor de Westhoek. " * 40 + "</p>"
    now = django.utils.timezone.now()
    for number in range(1, count + 1 - Theme.objects.count()):
        theme = Theme(position=number, title_nl=f"Thema {number}", slug_nl=f"t{number}", body_nl=body, body_en=body)
        theme.save()
        Revision.objects.create(
            model="priorities.theme",
            object_id=theme.pk,
            author=user,
            live_from=now,
            checked_at=now,
            data=freeze(theme),
            sort_key=theme.sort_key,
        )
        if number % 10 == 0:
            Theme.objects.filter(pk=theme.pk).update(title_nl="Gewijzigd")
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    slow = False
    for page in PAGES:
        times = []
        for _attempt in range(5):
            start = time.perf_counter()
            response = client.get(f"/admin/priorities/theme/{page}")
            times.append((time.perf_counter() - start) * 1000)
            if response.status_code != 200:
                sys.exit(f"{page}: {response.status_code}")
        slow |= min(times) > AIM
        print(f"{min(times):7.0f} ms  {page or 'first page'}")
    sys.exit(slow)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
