"""Workers are killed, at random moments, while editors publish and upload."""

import http.client
import io
import os
import random
import signal
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from tests.chaos.conftest import FULL
from tests.chaos.site import Person, Site, plain, title_of, until

KILLS = int(os.environ.get("CHAOS_KILLS") or (200 if FULL else 6))
SEED = 20261124


def picture(number: int) -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(data, "JPEG")
    return SimpleUploadedFile(f"foto-{number}.jpg", data.getvalue(), "image/jpeg")


def pdf(number: int) -> SimpleUploadedFile:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": f"Nota {number}"})
    data = io.BytesIO()
    writer.write(data)
    return SimpleUploadedFile(f"nota-{number}.pdf", data.getvalue(), "application/pdf")


class Editing(threading.Thread):
    """Publishes one version after the other, and remembers what was acknowledged."""

    def __init__(self, site: Site, number: int, uploads: bool) -> None:
        super().__init__(daemon=True)
        self.person, self.pk, self.number = site.editor(number), site.made["themes"][number], number
        self.uploads, self.stopping = uploads, threading.Event()
        self.acknowledged: list[str] = []
        self.broken = 0
        self.statuses: set[int] = set()
        self.wrong: list[str] = []

    def run(self) -> None:
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            title = f"Versie {turn} van {self.number}"
            more: dict[str, Any] = {"image": picture(turn), "image_alt_nl": "Ruis"} if self.uploads else {}
            try:
                answer = self.person.publish(self.pk, title, **more)
                self.statuses.add(answer.status)
                if answer.status == 302:
                    self.acknowledged.append(title)
                if self.uploads and turn % 2:
                    path = "/admin/priorities/document/add/"
                    form = self.person.fields(path) | {"title_nl": f"Nota {turn}", "slug_nl": f"nota-{turn}"}
                    self.statuses.add(self.person.post(path, form | {"file": pdf(turn), "_publish": "1"}).status)
            except (OSError, http.client.HTTPException):
                self.broken += 1
            except AssertionError as error:  # a form that answered something else than 200
                self.wrong.append(str(error))


@pytest.mark.always
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_was_acknowledged_is_there_and_nothing_is_half_there(engine, engine_site, tell):
    site: Site = engine_site
    chance = random.Random(SEED)  # noqa: S311
    with site:
        editors = [Editing(site, number, uploads=number == 2) for number in range(3)]
        for each in editors:
            each.start()
        waits, seen = [], set()
        for _kill in range(KILLS):
            time.sleep(chance.uniform(0.02, 1.2))
            until(lambda: len(site.workers) == 2, 10)
            victim = chance.choice(site.workers)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            waits.append(until(lambda: seen.add(Person(site).get("/themas/").status) or True, 15))
        until(lambda: all(each.acknowledged for each in editors), 60)  # on a slow machine none may have been yet
        for each in editors:
            each.stopping.set()
        for each in editors:
            each.join(60)
            assert not each.is_alive()
        looked = site.look("clean")
        found, cleaned = looked["found"], looked["cleaned"]
        for each in editors:
            page = f"/themas/proef-{each.number}/"
            until(
                lambda page=page, each=each: (
                    title_of(Person(site).get(page).text) == found["shown"][f"priorities.theme/{each.pk}"]
                ),
                5,
            )
            newest = found["shown"][f"priorities.theme/{each.pk}"]
            hits = Person(site).get(f"/zoeken/?q={newest.replace(' ', '+')}").text
            assert newest in plain(hits)
    lost = [
        title
        for each in editors
        for title in each.acknowledged
        if title not in found["titles"][f"priorities.theme/{each.pk}"]
    ]
    acknowledged = sum(len(each.acknowledged) for each in editors)
    for each in editors:
        assert each.acknowledged, "nothing was published at all"
        assert not each.wrong
        assert each.statuses <= {302}, each.statuses
        # The newest one that was acknowledged, or one after it whose answer got lost.
        titles = found["titles"][f"priorities.theme/{each.pk}"]
        assert found["shown"][f"priorities.theme/{each.pk}"] in titles[titles.index(each.acknowledged[-1]) :]
    assert lost == []
    assert seen == {200}
    assert found["whole"]
    assert found["lost_files"] == found["broken_files"] == found["not_swept"] == []
    counts = ("shown_twice", "without_text", "without_slug", "half_pictures")
    assert [found[name] for name in counts] == [0, 0, 0, 0]
    assert cleaned["orphans"] == cleaned["lost_files"] == cleaned["broken_files"] == []
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine]
    tell(
        f"Killed in mid-write: {name}",
        f"`kill -9` of a worker at {KILLS} random moments (seed {SEED}), while three editors published and one of "
        "them uploaded photos and PDFs.",
        f"Each page that was asked right after a kill answered 200, the slowest within {max(waits):.1f} s; no page "
        "was half there.",
        f"{sum(each.broken for each in editors)} requests broke off, as when a connection is lost; {acknowledged} "
        "publications were acknowledged.",
        f"Nothing: all {acknowledged} are in history. {len(found['orphans'])} files that nothing names were left "
        "behind, and `manage.py sweep` found them all.",
        f"A worker came back by itself; a page was answered on average {sum(waits) / len(waits):.2f} s after a kill.",
    )
