"""The disk is full, or nothing can be written where files are kept.

Also for root, whom no permission stops: a limit on the size of files (RLIMIT_FSIZE), SQLite's own
limit on its pages, and a file in the place of a folder.
"""

import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.chaos.site import ROOT, Person, Site, environment, title_of, until
from tests.chaos.test_kills import pdf, picture

PAGES = ["/", "/fr/", "/themas/", "/themas/proef-1/", "/zoeken/?q=proef", "/en/contact/", "/fr/priorites/"]
NOT_SAVED = {"nl": "is niet bewaard", "fr": "n’a pas été enregistré", "en": "could not be saved"}


def fill(site: Site, full: bool) -> None:
    """From now on no worker can write a byte to a file; or all can again."""
    for pid in site.workers:
        _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if full else hard, hard))


def test_on_a_full_disk_the_form_says_so_keeps_what_was_typed_and_nothing_is_half_written(site, tell):
    pk = site.made["themes"][0]
    path, documents = f"/admin/priorities/theme/{pk}/change/", "/admin/priorities/document/add/"
    with site:
        assert site.editor().publish(pk, "Voor de volle schijf").status == 302
        until(lambda: title_of(Person(site).get("/themas/proef-0/").text) == "Voor de volle schijf", 10)
        site.editor().get(path)  # and reads that it is published
        before = site.look()
        fill(site, True)
        told = 0
        for language, words in NOT_SAVED.items():
            editor = site.editor(language=language)
            form = editor.fields(path) | {"title_nl": "Getypt op een volle schijf"}
            for more in (
                {"_publish": "1"},
                {"_save": "1"},
                {"image": picture(1), "image_alt_nl": "Ruis", "_publish": "1"},
            ):
                answer = editor.post(path, form | more)
                assert answer.status == 200
                assert words in answer.text
                assert "Getypt op een volle schijf" in answer.text
                assert 'class="success"' not in answer.text
                told += 1
        editor = site.editor()
        answer = editor.post(
            documents,
            editor.fields(documents) | {"title_nl": "Nota", "slug_nl": "nota", "file": pdf(1), "_publish": "1"},
        )
        assert (answer.status, NOT_SAVED["nl"] in answer.text, "Nota" in answer.text) == (200, True, True)
        large = SimpleUploadedFile("groot.pdf", b"%PDF-" + b"x" * 3_000_000)  # which is kept in a file meanwhile
        answer = editor.post(documents, editor.fields(documents) | {"file": large, "_publish": "1"})
        assert (answer.status, "misschien niet bewaard" in answer.text) == (503, True)
        person = Person(site, site.made["person"])
        card = person.fields("/mijn-kaart/") | {"function_nl": "Getypte functie"}
        answer = person.post("/mijn-kaart/", card)
        assert (answer.status, NOT_SAVED["nl"] in answer.text, "Getypte functie" in answer.text) == (200, True, True)
        code = Person(site)
        form = code.get("/account/login/code/").text
        token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        mail = code.post("/account/login/code/", {"email": "johan@example.org", "csrfmiddlewaretoken": token})
        assert mail.status == 503
        pages = {Person(site).get(address).status for address in PAGES for _time in range(4)}
        during = site.look()
        fill(site, False)
        back = until(
            lambda: editor.post(path, editor.fields(path) | {"title_nl": "Weer plaats", "_publish": "1"}).status == 302
        )
        assert editor.publish(pk, "Met foto", image=picture(2), image_alt_nl="Ruis").status == 302
        until(lambda: title_of(Person(site).get("/themas/proef-0/").text) == "Met foto", 10)
        after = site.look()
    assert pages == {200}
    assert during == before, "not a byte was written"
    assert after["whole"]
    assert after["orphans"] == after["broken_files"] == after["lost_files"] == []
    tell(
        "The disk is full: publishing, uploading, My card, a mail",
        "No worker could write a byte to any file (`RLIMIT_FSIZE`): database, uploads, caches. Then it could again.",
        f"Nothing: {len(PAGES)} pages, asked four times, answered 200.",
        f"{told + 2} forms came back, in Dutch, French and English, with a sentence that it is not saved "
        "and with all that was typed. Who asked for a code by mail, or sent a large file, got a plain 503.",
        "Nothing, and nothing half-written: rows, versions and files were what they were.",
        f"The next try, {back:.2f} s after there was room, was published.",
    )


def test_a_database_that_may_not_grow_says_so_in_the_form(site, tell):
    found = site.look("full")
    assert "number" in found, "the database never was full"
    assert found["answers"] == [200] * (found["number"] + 1)
    assert f"Vol {found['number']}" in found["html"]
    assert f"Vol {found['number']}" not in [*found["titles"], found["saved"]]
    assert len(found["titles"]) == found["before"] + found["number"]
    assert (found["afterwards"], found["last"]) == (200, "Weer plaats")
    tell(
        "The disk is full: the database may not grow",
        "SQLite was given no page more than it had (`PRAGMA max_page_count`): its own “database or disk is full”.",
        "Nothing.",
        "A long text came back in its form, with a sentence.",
        "Nothing; what could not be saved is in no row and no version.",
        "At once, when there was room.",
    )


@pytest.fixture
def disk(tmp_path, cluster, postgres_template) -> Iterator[Path]:
    """A disk of 100 MB."""
    folder = Path(tempfile.mkdtemp(prefix="resoc-disk-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=755", "tmpfs", folder], check=True)  # noqa: S603, S607
    yield folder
    cluster.run("DROP DATABASE IF EXISTS small WITH (FORCE)")
    cluster.run("DROP TABLESPACE IF EXISTS small")
    subprocess.run(["umount", folder], check=True)  # noqa: S603, S607
    folder.rmdir()


@pytest.mark.needs("postgresql", "root, to make a small disk")
def test_when_the_disk_of_postgresql_is_full_the_form_says_so_and_what_was_published_stays(
    cluster, postgres_template, disk, tmp_path, tell
):
    template, folder, made = postgres_template
    shutil.copytree(folder, tmp_path / "data")
    (disk / "tables").mkdir()
    site = Site(tmp_path / "data", made, DATABASE_URL=cluster.create("small", template, disk / "tables"))
    pk, published, words = made["themes"][0], 0, random.Random(1)  # noqa: S311
    with site:
        editor = site.editor()
        assert editor.publish(pk, "Voor de volle schijf").status == 302
        with (disk / "something-else").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        while True:  # what is free inside the files is used up first
            text = " ".join(words.randbytes(8).hex() for _word in range(3000))
            answer = editor.publish(pk, f"Vol {published}", body_nl=f"<p>{text}</p>")
            if answer.status != 302:
                break
            published += 1
            assert published < 100
        assert (answer.status, NOT_SAVED["nl"] in answer.text, f"Vol {published}" in answer.text) == (200, True, True)
        assert 'class="success"' not in answer.text
        pages = {Person(site).get(address).status for address in PAGES for _time in range(4)}
        during = site.look()
        (disk / "something-else").unlink()
        back = until(lambda: editor.publish(pk, "Weer plaats").status == 302)
        until(lambda: title_of(Person(site).get("/themas/proef-0/").text) == "Weer plaats", 10)
        after = site.look()
    assert pages == {200}
    told = ["Voor de volle schijf", *(f"Vol {number}" for number in range(published))]
    assert during["titles"][f"priorities.theme/{pk}"][-len(told) :] == told
    assert after["titles"][f"priorities.theme/{pk}"][-1] == "Weer plaats"
    assert during["whole"]
    assert after["whole"]
    assert "could not extend file" in "".join(site.said)
    tell(
        "The disk is full: PostgreSQL",
        "The tables of the database were on a small disk, which something else filled to the last byte.",
        f"Nothing: {len(PAGES)} pages, asked four times, answered 200.",
        "A long text came back in its form, with a sentence.",
        "Nothing; every text that was published is in history, and the other one in no version.",
        f"The next try, {back:.2f} s after there was room, was published.",
    )


def test_a_backup_that_finds_no_room_leaves_no_file_and_the_older_one(site, tmp_path, tell):
    backups = tmp_path / "backups"

    def run(most: int) -> "subprocess.CompletedProcess[str]":
        limit = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({most},) * 2); "
        start = limit + "from django.core.management import execute_from_command_line as run; run(sys.argv)"
        command = [sys.executable, "-c", start, "backup", str(backups / "site.zip")]
        return subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=environment(site.data), capture_output=True, text=True, check=False
        )

    (site.data / "media" / "documents").mkdir(parents=True)
    (site.data / "media" / "documents" / "nota.pdf").write_bytes(random.Random(1).randbytes(400_000))  # noqa: S311
    assert run(resource.RLIM_INFINITY).returncode == 0
    before = (backups / "site.zip").read_bytes()
    done = run(len(before) // 2)
    assert done.returncode
    assert "Traceback" not in done.stderr
    said = done.stderr.strip().splitlines()[-1]
    assert "File too large" in said
    assert [file.name for file in backups.iterdir()] == ["site.zip"]
    assert (backups / "site.zip").read_bytes() == before
    tell(
        "The disk is full: backup",
        "`manage.py backup` had room for half of what it writes, where an older backup stood.",
        "Nothing.",
        f"The operator reads: “{said.replace(str(tmp_path), '…')}”",
        "Nothing: the older backup stands as it was, and no half file beside it.",
        "Not needed.",
    )


def test_where_no_file_can_be_kept_texts_still_can(site, tell):
    """Where uploads are kept stands a file: like a folder that can only be read, also for root."""
    pk = site.made["themes"][0]
    media = site.data / "media"
    with site:
        assert Person(site).get("/").status == 200
        media.rename(site.data / "away") if media.exists() else None
        media.write_text("a file in the place of the folder")
        editor = site.editor(language="fr")
        path = f"/admin/priorities/theme/{pk}/change/"
        form = editor.fields(path) | {"title_nl": "Met foto", "_publish": "1"}
        photo = editor.post(path, form | {"image": picture(1), "image_alt_nl": "Ruis"})
        text = editor.post(path, form | {"title_nl": "Zonder foto"})
        pages = {Person(site).get(address).status for address in PAGES}
        media.unlink()
        back = editor.publish(pk, "Met foto", image=picture(2), image_alt_nl="Ruis")
        found = site.look()
    assert (photo.status, NOT_SAVED["fr"] in photo.text, "Met foto" in photo.text) == (200, True, True)
    assert text.status == 302
    assert "Met foto" not in found["titles"][f"priorities.theme/{pk}"][:-1]
    assert found["titles"][f"priorities.theme/{pk}"][-2:] == ["Zonder foto", "Met foto"]
    assert pages == {200}
    assert back.status == 302
    assert found["orphans"] == found["lost_files"] == found["broken_files"] == []
    tell(
        "Uploads cannot be written",
        "A file stood in the place of the folder `media`, which stops root too.",
        "Nothing: pages answered 200.",
        "Texts could be published. A photo brought the form back with a sentence and all that was typed.",
        "Nothing.",
        "At once: the next photo was published.",
    )
