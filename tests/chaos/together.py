"""Many editors at once, each with a connection of their own, through the forms of the admin."""

import logging
import re
import threading
import time
from collections import Counter
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from priorities.models import Priority, Theme
from publishing.models import Revision
from tests.chaos.site import Form
from tests.desk import enter

SAVED = "bezoekers zien het nu"


def publish_in_form(client: Client, row: Any, title: str, **changes: Any) -> Any:
    """Open the form of `row`, type a title, publish; the answer, after the redirect."""
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    form = Form()
    form.feed(client.get(url).content.decode())
    form.data.pop("_asks", None)  # what is new is not asked of a program
    return client.post(url, form.data | changes | {"title_nl": title, "_publish": "1"}, follow=True)


def run(editors: int, rounds: int) -> dict[str, Any]:
    """Everybody publishes an own theme, a theme and a priority of all, and orders the list of themes.

    Gives what each was told was published, what was refused, and what failed.
    """
    own = list(Theme.objects.filter(slug_nl__startswith="proef-").order_by("pk"))
    shared = [own[0], Priority.objects.order_by("pk").first()]
    acknowledged: list[tuple[str, str]] = []
    refused: Counter[str] = Counter()
    failed: list[str] = []
    waits: list[float] = []
    barrier = threading.Barrier(editors)
    reasons = Reasons()
    logging.getLogger("django.request").addHandler(reasons)

    def edit(number: int) -> None:
        client = Client(raise_request_exception=False, headers={"host": "localhost"})
        try:
            enter(client, User.objects.get(username=f"editor{number}"))
            barrier.wait(60)
            for turn in range(rounds):
                rows = [own[1 + number], shared[(number + turn) % 2]]
                if number % 2:
                    rows.reverse()  # in another order than one's neighbour
                for row in rows:
                    title = f"Van {number}, beurt {turn}, {row.pk}"
                    began = time.monotonic()
                    response = publish_in_form(client, row, title)
                    waits.append(time.monotonic() - began)
                    if response.status_code != 200:
                        failed.append(f"{response.status_code} {title}")
                    elif SAVED in response.content.decode():
                        acknowledged.append((f"{row._meta.label_lower}/{row.pk}", title))
                    else:
                        # Somebody else saved in between: both texts are on the screen, nothing is lost.
                        html = response.content.decode()
                        is_conflict = 'class="conflict"' in html and title in html
                        refused[
                            "both texts shown" if is_conflict else " ".join(re.findall(r'<li><a href="#id[^<]*', html))
                        ] += 1
                if number % 10 == 0:
                    _reorder(client, failed)
        except Exception as error:
            failed.append(repr(error)[:300])
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(editors)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    stuck = sum(thread.is_alive() for thread in threads)
    kept = {
        (f"{model}/{pk}", title)
        for model, pk, title in Revision.objects.values_list("model", "object_id", "data__title_nl")
    }
    return {
        "acknowledged": len(acknowledged),
        "lost": [list(each) for each in acknowledged if each not in kept],
        "refused": dict(refused),
        "failed": [*failed, *reasons.found],
        "stuck": stuck,
        "seconds": time.monotonic() - began,
        "longest": max(waits, default=0),
        "public_twice": Revision.objects.public().count()
        - Revision.objects.public().values("model", "object_id").distinct().count(),
    }


class Reasons(logging.Handler):
    """Collects why requests failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


def _reorder(client: Client, failed: list[str]) -> None:
    """Turn the order of the themes round."""
    keys = list(Theme.objects.order_by("-position", "-pk").values_list("pk", flat=True)[:5])
    places = {f"place-{key}": str(place) for place, key in enumerate(keys, 1)}
    status = client.post(reverse("admin:priorities_theme_changelist"), places | {"_reorder": "1"}).status_code
    if status >= 400:
        failed.append(f"{status} order")
