"""The database is gone: a file that was removed or damaged, a server that was stopped or hangs."""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Thread

import pytest

from tests.chaos.site import Answer, Person, Site, title_of, until

ASKED = ["/", "/fr/", "/en/", "/prioriteiten/", "/themas/", "/contact/", "/fr/themes/", "/themas/proef-1/"]
NEVER_ASKED = ["/en/themes/", "/fr/priorites/", "/themas/proef-2/", "/themas/proef-3/", "/fr/contact/"]
OFTEN = 12  # times, so that both workers have the page
SEARCHING = 16  # at once: more than there are threads
# What is asked, in which language its reader speaks, and what they read.
FORMS = [
    ("/admin/", "nl", "Dit werkt even niet"),
    ("/admin/priorities/theme/", "fr", "Cela ne fonctionne pas pour le moment"),
    ("/mijn-kaart/", "en", "This isn’t working right now"),
    ("/account/2fa/", "fr", "Cela ne fonctionne pas pour le moment"),
    ("/zoeken/?q=thema", "nl", "Dit werkt even niet"),
    ("/fr/recherche/?q=theme", "nl", "Cela ne fonctionne pas pour le moment"),
    ("/en/search/?q=theme", "nl", "This isn’t working right now"),
]


@contextmanager
def removed(site: Site, request) -> Iterator[None]:
    """The file is somewhere else."""
    file, away = site.data / "db.sqlite3", site.data / "elsewhere.sqlite3"
    file.rename(away)
    yield
    assert not file.exists(), "an empty database was made"
    away.rename(file)


@contextmanager
def replaced(site: Site, request) -> Iterator[None]:
    """In its place lies rubbish, as after a copy that went wrong; a good copy mends it, as a restore would."""
    file, copy = site.data / "db.sqlite3", site.data / "copy.sqlite3"
    source = sqlite3.connect(file)
    source.execute("VACUUM INTO ?", [str(copy)])
    source.close()
    file.unlink()
    file.write_bytes(os.urandom(500_000))
    yield
    for end in ("-wal", "-shm"):
        file.with_name(f"db.sqlite3{end}").unlink(missing_ok=True)
    copy.replace(file)


@contextmanager
def stopped(site: Site, request) -> Iterator[None]:
    """PostgreSQL is gone, at once, with every connection to it."""
    cluster = request.getfixturevalue("cluster")
    cluster.stop()
    yield
    cluster.start()


@contextmanager
def hung(site: Site, request) -> Iterator[None]:
    """PostgreSQL stands still: it takes connections and questions, and never answers. Many are searching."""
    cluster = request.getfixturevalue("cluster")

    def search() -> None:
        with suppress(OSError, HTTPException):
            Person(site).get("/zoeken/?q=thema")

    searching = [Thread(target=search) for _number in range(SEARCHING)]
    cluster.hang()
    try:
        for each in searching:
            each.start()
        yield
    finally:
        cluster.wake()
        for each in searching:
            each.join()


def read(site: Site, paths: list[str], often: int = 1) -> list[Answer]:
    return [Person(site).get(path) for path in paths for _time in range(often)]


def statuses(site: Site, paths: list[str], often: int = 1) -> Counter[int]:
    return Counter(answer.status for answer in read(site, paths, often))


def said(found: Counter[int]) -> str:
    """So many of so many answered, in words."""
    return f"{found[200]} of {found.total()} answered 200" + (f", {found[503]} a plain 503" if found[503] else "")


@pytest.mark.parametrize(
    ("engine", "gone"),
    [
        pytest.param("sqlite", removed, id="sqlite-removed"),
        pytest.param("sqlite", replaced, id="sqlite-replaced"),
        pytest.param("postgresql", stopped, id="postgresql-stopped"),
        pytest.param("postgresql", hung, id="postgresql-hung"),
    ],
)
def test_forms_say_that_they_do_not_work_for_a_moment_and_work_again_by_themselves(
    engine, gone, engine_site, request, tell
):
    site: Site = engine_site
    pk = site.made["themes"][0]
    path = f"/admin/priorities/theme/{pk}/change/"
    with site:
        assert statuses(site, ASKED, OFTEN).keys() == {200}
        good = {page: title_of(Person(site).get(page).text) for page in ASKED}
        until(lambda: all(site.keeps(page) for page in NEVER_ASKED))
        editor = site.editor()
        opened = editor.fields(path) | {"title_nl": "Getypt voor de storing", "_publish": "1"}
        with gone(site, request):
            pages = read(site, ASKED, OFTEN)
            asked, slowest = Counter(page.status for page in pages), max(page.seconds for page in pages)
            still = {page: answer.text for page in ASKED if (answer := Person(site).get(page)).status == 200}
            never = statuses(site, NEVER_ASKED, 2)
            answers = []
            for address, language, words in FORMS:
                answer = site.editor(language=language).get(address)
                assert (address, answer.status) == (address, 503)
                assert words in answer.text
                assert answer.headers["retry-after"]
                assert "no-store" in answer.headers["cache-control"]
                assert "set-cookie" not in answer.headers, "the session lives on"
                answers.append(answer.seconds)
            sent = editor.post(path, opened)
            assert sent.status == 503
            assert "misschien niet bewaard" in sent.text
            health = Person(site).get("/healthz").status
        back = until(lambda: site.editor().get(path).status == 200)
        all_back = until(lambda: statuses(site, ["/zoeken/?q=thema"], 8).keys() == {200})
        # What stands in the browser is sent again, and nothing is in its way.
        assert editor.post(path, opened).status == 302
        until(lambda: title_of(Person(site).get("/themas/proef-0/").text) == "Getypt voor de storing", 10)
        with gone(site, request):
            site.stop()
            starting = site.start("/")
            after_restart = statuses(site, [*ASKED, *NEVER_ASKED], 2)
            forms_after = statuses(site, ["/zoeken/?q=thema", "/admin/"], 2)
        back_after = until(lambda: statuses(site, [*ASKED, "/zoeken/?q=thema"]).keys() == {200})
        found = site.look()
    assert health == 503
    # What visitors read goes on: what they asked for before, what nobody asked for, and after a restart.
    assert asked.keys() == never.keys() == after_restart.keys() == {200}
    for page, text in still.items():
        assert title_of(text) == good[page]
    assert forms_after.keys() <= {503, 302}
    assert found["whole"]
    assert "Getypt voor de storing" in found["titles"][f"priorities.theme/{pk}"]
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine]
    how = {
        removed: "the file was moved away",
        replaced: "rubbish was put in the place of the file",
        stopped: "the server was stopped at once",
        hung: f"every process of the server stood still (`SIGSTOP`) while {SEARCHING} visitors searched at once",
    }
    tell(
        f"The database is gone: {name}, {gone.__name__}",
        f"Under a running site {how[gone]}; afterwards put back. Then again, with a restart of the site meanwhile.",
        f"Pages asked before: {said(asked)}, each within {slowest:.2f} s. "
        f"Pages never asked: {said(never)}. After a restart without the database (up in {starting:.1f} s): "
        f"{said(after_restart)}. Search: a plain 503 in the reader’s language.",
        f"Every form answers 503 in the reader’s language within {max(answers):.2f} s, with Retry-After; "
        "the session stays. The form that stood open was sent again afterwards, and published.",
        "Nothing.",
        f"Without a restart: the first form after {back:.2f} s, every worker after {back + all_back:.2f} s; "
        f"after the restart, all pages and search {back_after:.2f} s after the database was back.",
    )


def test_what_was_typed_is_offered_again_after_a_503(site, browser):
    """In a browser, with the scripts of the form."""
    pk = site.made["themes"][0]
    path = f"/admin/priorities/theme/{pk}/change/"
    with site:
        context = browser.new_context(base_url=f"http://localhost:{site.port}", locale="nl-BE")
        session = {"name": "sessionid", "value": site.made["sessions"][0], "domain": "localhost", "path": "/"}
        context.add_cookies([session])
        page = context.new_page()
        page.goto(path)
        page.locator("[name=title_nl]").fill("Getypt voor de storing")
        (site.data / "db.sqlite3").rename(site.data / "away")
        page.locator("button[name=_publish], input[name=_publish]").first.click()
        page.get_by_role("heading", name="Dit werkt even niet").wait_for()
        (site.data / "away").rename(site.data / "db.sqlite3")
        page.goto(path)
        page.locator("[data-draft=show]").click()
        page.locator(".unsaved").wait_for()
        assert page.locator("[name=title_nl]").input_value() == "Getypt voor de storing"
        page.locator("button[name=_publish], input[name=_publish]").first.click()
        page.get_by_role("button", name="Publiceer als kleine verbetering").click()
        page.locator(".messagelist .success").wait_for()
        context.close()
        assert title_of(Person(site).get("/themas/proef-0/").text) == "Getypt voor de storing"
