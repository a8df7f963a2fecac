"""What runs inside a site, in a process of its own: `python -m tests.chaos.inside WHAT …` prints JSON."""

import json
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.mail import EmailMessage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from priorities.models import Theme  # noqa: E402
from publishing.cache import stamp  # noqa: E402
from publishing.files.orphans import all_files, orphans, sweep  # noqa: E402
from publishing.files.storage import UNFINISHED  # noqa: E402
from publishing.management.commands.pictures import of_revisions, of_rows  # noqa: E402
from publishing.models import Mail, Revision, RevisionFile  # noqa: E402
from publishing.operations.mail import deliver  # noqa: E402
from publishing.workflow import publish  # noqa: E402
from resoc.groups import SECRETARIAT, STAFF  # noqa: E402
from staff.models import StaffMember  # noqa: E402
from tests.chaos.people import PASSWORD  # noqa: E402
from tests.desk import enter, give_second_factor  # noqa: E402


def make(editors: str, themes: str) -> dict[str, Any]:
    """A site with so many editors, who are signed in, and themes to edit; one member of the staff besides."""
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    sessions = []
    for number in range(int(editors)):
        sessions.append(_session(_user(f"editor{number}", SECRETARIAT, is_staff=True)))
    rows = []
    for number in range(int(themes)):
        row = Theme.objects.create(title_nl=f"Proef {number}", slug_nl=f"proef-{number}")
        publish(row, None)
        rows.append(row.pk)
    person = _user("johan", STAFF)
    StaffMember.objects.create(user=person, name="Johan", slug="johan-proef", email="johan@example.org")
    return {"sessions": sessions, "themes": rows, "person": _session(person)}


def _user(name: str, group: str, **extra: bool) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, **extra)
    user.groups.add(Group.objects.get(name=group))
    if user.is_staff:
        give_second_factor(user)
    return user


def _session(user: User) -> str:
    client = Client()
    enter(client, user)
    return client.cookies["sessionid"].value


def look() -> dict[str, Any]:
    """All that must hold of a site, whatever was done to it."""
    from PIL import Image

    titles: dict[str, list[str]] = {}
    for model, pk, data in Revision.objects.order_by("pk").values_list("model", "object_id", "data"):
        titles.setdefault(f"{model}/{pk}", []).append(data.get("title_nl") or "")
    public = [(f"{each.model}/{each.object_id}", each.data) for each in Revision.objects.public()]
    shown = {key: data.get("title_nl") or "" for key, data in public}
    stored = set(all_files(default_storage))
    named = set(RevisionFile.objects.values_list("name", flat=True))
    named |= {str(picture.name) for picture in of_rows()}
    broken = []
    for name in stored:
        if UNFINISHED in name or name.endswith(".pdf"):
            continue
        try:
            with default_storage.open(name) as file, Image.open(file) as picture:
                picture.load()
        except OSError:
            broken.append(name)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            whole = cursor.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        else:
            connection.check_constraints()
            whole = True
    later = timezone.now() + timedelta(days=2)
    gone = orphans(later)
    unused = stored - named - {name for name in stored if name.startswith("variants/")}
    return {
        "titles": titles,
        "shown": shown,
        "shown_twice": len(public) - len(shown),
        "without_text": Revision.objects.public().filter(texts=None, model="priorities.theme").count(),
        "without_slug": Revision.objects.public().filter(slugs=None, model="priorities.theme").count(),
        "lost_files": sorted(named - stored),
        "broken_files": broken,
        "half_pictures": sum(
            picture.is_made and not picture.cut.is_whole(picture.storage) for picture in of_pictures()
        ),
        "orphans": gone,
        "not_swept": sorted(unused - set(gone)),
        "whole": whole,
        "stamp": stamp.number(),
    }


def of_pictures() -> list[Any]:
    """Every picture that a row or a version shows."""
    return [*of_rows(), *of_revisions()]


def clean() -> dict[str, Any]:
    """Look; sweep as if it were two days later and make the missing sizes of pictures; look again."""
    found = look()
    sweep(timezone.now() + timedelta(days=2))
    call_command("pictures", verbosity=0)
    return {"found": found, "cleaned": look()}


def together(editors: str, rounds: str) -> dict[str, Any]:
    """So many editors at once, each of whom saves and publishes through the admin so many times."""
    from tests.chaos.together import run

    return run(int(editors), int(rounds))


def full() -> dict[str, Any]:
    """Publish on a database that may not grow by one more page: SQLite's own “disk full”."""
    from tests.chaos.together import publish_in_form

    user, row = User.objects.get(username="editor0"), Theme.objects.filter(slug_nl="proef-0").get()
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    enter(client, user)
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    found: dict[str, Any] = {"before": Revision.objects.of(row).count(), "answers": []}
    for number in range(30):  # what is free inside the file is used up first
        response = publish_in_form(client, row, f"Vol {number}", body_nl="<p>" + "woord " * 3000 + "</p>")
        found["answers"].append(response.status_code)
        if "is niet bewaard" in response.content.decode():
            found["number"], found["html"] = number, response.content.decode()
            break
    found["titles"] = list(Revision.objects.of(row).order_by("pk").values_list("data__title_nl", flat=True))
    found["saved"] = Theme.objects.get(pk=row.pk).title_nl
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
    found["afterwards"] = publish_in_form(client, row, "Weer plaats").status_code
    found["last"] = Revision.objects.of(row).public().get().data["title_nl"]
    return found


def mail_by_dead_server() -> dict[str, Any]:
    """Write a mail, and try to have it sent."""
    settings.EMAIL_TIMEOUT = 1  # seconds, instead of ten
    EmailMessage("Proef", "Dag", to=["jan@example.org"]).send()
    began = time.monotonic()
    for thread in threading.enumerate():
        if thread.name == "mail":  # which sends beside the request
            thread.join(20)
    waiting = Mail.objects.order_by("-pk")
    return {"waiting": waiting.count(), "error": waiting[0].error, "seconds": time.monotonic() - began}


def mail_later() -> dict[str, Any]:
    """Five minutes later, when codes to sign in still work, and a day later."""
    soon, late = timezone.now() + timedelta(minutes=5), timezone.now() + timedelta(days=1)
    return {"sent": deliver(soon) + deliver(late), "waiting": Mail.objects.count()}


if __name__ == "__main__":
    result = globals()[sys.argv[1]](*sys.argv[2:])
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(5)
    print(json.dumps(result))  # noqa: T201
