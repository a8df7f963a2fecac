"""The copy of the site as files, read through a plain web server."""

import io
import json
import os
import re
import threading
from dataclasses import dataclass
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import urlopen

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings

from pages.models import MissionPage
from priorities.models import Document, Priority, Theme, ThemeDocument, Update
from publishing.models import Event
from publishing.workflow import publish, take_back, withdraw
from resoc.web.export import LINK, beginnings
from staff.models import StaffMember
from tests.consultation.making import adopted, at, meeting
from tests.priorities.pdf_files import pdf
from tests.site.crawl import crawl, words
from tests.site.hidden import WORD, Hidden, drafts
from tests.staff.conftest import photo_file


@dataclass(frozen=True)
class Exported:
    folder: Path
    said: list[str]  # by the command
    live: dict[str, str]  # the pages of the site that was copied
    lost: str  # a file that was away


@pytest.fixture(scope="module")
def exported(django_db_setup, django_db_blocker, tmp_path_factory):
    """A copy of a site with a photo, a document, a second page of themes, drafts, and a file that is lost."""
    folder = tmp_path_factory.mktemp("export")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=folder / "media"):
        member = StaffMember.objects.get(slug="johan-halsberghe")
        member.photo, member.shows_photo = ContentFile(photo_file(size=(80, 120)).read(), "ik.jpg"), True
        member.save()
        publish(member, None)
        document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=ContentFile(pdf(), "a.pdf"))
        publish(document, None)
        theme = Theme.objects.get(slug_nl="regiomarketing")
        ThemeDocument.objects.create(theme=theme, document=document)
        publish(theme, None)
        update = Update.objects.create(title_nl="Bericht", slug_nl="bericht")
        update.subjects.create(theme=theme)
        publish(update, None)
        gone = Theme.objects.create(title_nl="Weg", slug_nl="weg")
        publish(gone, None)
        withdraw(gone, None, "Opgegaan in een ander thema.")
        renamed = Theme.objects.create(title_nl="Hernoemd", slug_nl="oud-adres", summary_nl="Kort.")
        publish(renamed, None)
        renamed.slug_nl = "nieuw-adres"
        renamed.save()
        publish(renamed, None)
        left = StaffMember.objects.create(name="Vertrokken", slug="vertrokken", email="weg@example.org")
        publish(left, None)
        withdraw(left, None, "Uit dienst.")
        opinion = adopted("Advies", slug_nl="advies")
        opinion.about.create(priority=Priority.objects.get(number=2))
        publish(opinion, None)
        publish(adopted("Tweede advies", slug_nl="tweede"), None)
        publish(meeting(at(2026, 3, 12, 19), slug_nl="bestuur"), None)
        default_storage.save(f"staff/{WORD}.jpg", ContentFile(WORD.encode()))
        mission = MissionPage.objects.get()
        mission.image, mission.image_alt_nl = ContentFile(photo_file(size=(90, 80)).read(), "zaal.jpg"), "De zaal"
        mission.image_focus_y = 90
        mission.save()
        publish(mission, None)
        mission.image_focus_y = 10
        mission.save()
        publish(mission, None)
        drafts(Hidden())
        lost = next(name for name, _size, kind in member.photo.cut.files if kind == "jpg")
        default_storage.delete(lost)
        default_storage.delete(member.photo.name)  # or it would be drawn again
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("priorities.views.THEMES_PER_PAGE", 2)
            patch.setattr("consultation.open_data.items.PER_PAGE", 1)
            live = crawl(Client(headers={"host": "localhost"}))
            with pytest.raises(CommandError) as error:
                call_command("export", folder / "copy", stdout=io.StringIO(), stderr=io.StringIO())
        transaction.set_rollback(True)
    return Exported(folder / "copy", str(error.value).splitlines(), live, lost)


@pytest.fixture
def server(exported):
    """The address of a web server that knows nothing of this site."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *args) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(exported.folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def all_read(server: str, lost: str) -> dict[str, str]:
    """What a reader finds by following every link from the home page; all but `lost` answers 200."""
    waiting, seen, pages = ["/"], {"/", lost}, {}
    while waiting:
        address = waiting.pop()
        with urlopen(server + quote(address, safe="/%")) as response:  # noqa: S310
            if not response.headers["Content-Type"].startswith("text/html"):
                continue
            pages[address] = response.read().decode()
        for name, value in LINK.findall(pages[address]):
            for part in unescape(value).split(",") if name == "srcset" else [unescape(value)]:
                link = urlsplit(urljoin(f"http://localhost{address}", part.split()[0]))
                if link.netloc == "localhost" and link.path not in seen:
                    assert not link.query, part
                    seen.add(link.path)
                    waiting.append(link.path)
    return pages


def test_the_copy_is_read_whole_from_any_web_server(server, exported):
    pages = all_read(server, f"/media/{exported.lost}")
    assert len(exported.live) > 50
    for address, html in exported.live.items():
        if "/zoeken/" not in address and "/search/" not in address and "/recherche/" not in address:
            copied = re.sub(r"[?&](page|year|priority)=([\w-]+)", r"/\1-\2/", address).replace("//", "/")
            assert words(pages[copied]) == words(html).replace("?page=2", "page-2/"), address
    assert 'href="/themas/" rel="prev"' in pages["/themas/page-2/"]
    assert 'hreflang="fr" href="http://localhost/fr/themes/page-2/"' in pages["/themas/page-2/"]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/feed/index.xml", "xml"),
        ("/fr/feed/index.xml", "xml"),
        ("/themas/regiomarketing/feed/index.xml", "xml"),
        ("/sitemap.xml", "xml"),
        ("/robots.txt", "text/plain"),
        ("/.well-known/security.txt", "text/plain"),
        ("/contact/resoc-westhoek.vcf", "vcard"),
        ("/contact/johan-halsberghe.vcf", "vcard"),
        ("/documenten/verslag.pdf", "application/pdf"),
        ("/agenda.ics", "text/calendar"),
        ("/en/agenda.ics", "text/calendar"),
        ("/agenda/bestuur.ics", "text/calendar"),
        ("/data/opinions.json", "application/json"),
        ("/data/opinions-page-2.json", "application/json"),
        ("/data/meetings.json", "application/json"),
        ("/adviezen/year-2026/", "text/html"),
        ("/manifest.webmanifest", ""),
        ("/404.html", "text/html"),
        ("/fr/404.html", "text/html"),
    ],
)
def test_what_no_page_or_only_a_machine_asks_for_is_there_too(server, address, kind):
    with urlopen(server + address) as response:  # noqa: S310
        assert kind in response.headers["Content-Type"]
        assert response.read()


def test_data_leads_to_what_is_in_the_copy(exported):
    first = json.loads((exported.folder / "data" / "opinions.json").read_text())
    assert first["next"] == "http://localhost/data/opinions-page-2.json"
    assert first["items"][0]["url"]["nl"].startswith("http://localhost/adviezen/")


def test_no_form_and_no_way_to_edit_is_in_the_copy(exported):
    for file in exported.folder.rglob("*.html"):
        html = file.read_text()
        assert "<form" not in html
        assert "/admin/" not in html
    assert "vaste kopie" in (exported.folder / "zoeken" / "index.html").read_text()
    assert "vaste kopie" in (exported.folder / "404.html").read_text()


def test_nothing_that_visitors_do_not_see_is_in_the_copy(exported):
    for file in exported.folder.rglob("*"):
        assert WORD not in str(file)
        assert not file.is_file() or WORD.encode() not in file.read_bytes(), file
    assert (exported.folder / "themas" / "regiomarketing").exists()
    assert not (exported.folder / "contact" / "vertrokken").exists()


def test_no_picture_is_in_the_copy_but_as_it_is_shown_now(exported):
    media = exported.folder / "media"
    pictures = [file.relative_to(media).as_posix() for file in media.rglob("*") if file.suffix != ".pdf"]
    names = [name for name in pictures if not name.endswith("/") and "." in name.rpartition("/")[2]]
    assert {name.partition("/")[0] for name in names if (media / name).is_file()} == {"variants"}
    assert "variants/mission/zaal.jpg/3-2-50-10-90.avif" in names
    assert not any("/zaal.jpg/3-2-50-90-" in name for name in names)


def test_an_old_version_shows_its_picture_as_it_is_cut_now(exported):
    shown = [file.read_text() for file in (exported.folder / "versies").rglob("index.html")]
    shown = [html for html in shown if "/mission/zaal.jpg/" in html]
    assert len(shown) == 2
    for html in shown:
        assert "zaal.jpg/3-2-50-10-90.jpg" in html
        assert "zaal.jpg/3-2-50-90-" not in html


@pytest.mark.parametrize(("folder", "words"), [("themas", "niet meer online"), ("fr/themes", "n’est plus en ligne")])
def test_the_address_of_what_was_withdrawn_says_so_and_why(exported, folder, words):
    for name in ("", "versies/" if folder == "themas" else "versions/"):
        html = (exported.folder / folder / "weg" / name / "index.html").read_text()
        assert words in html
        assert "Opgegaan in een ander thema." in html
        assert '<meta name="robots" content="noindex">' in html
        assert "canonical" not in html


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("/themas/oud-adres/", "/themas/nieuw-adres/", "Deze pagina heeft een nieuw adres"),
        ("/fr/themes/oud-adres/", "/fr/themes/nieuw-adres/", "Cette page a une nouvelle adresse"),
        ("/themas/oud-adres/versies/", "/themas/nieuw-adres/versies/", "Deze pagina heeft een nieuw adres"),
    ],
)
def test_an_old_address_leads_to_the_new_one(exported, old, new, words):
    html = (exported.folder / old.strip("/") / "index.html").read_text()
    assert words in html
    assert f'<meta http-equiv="refresh" content="0; url={new}">' in html
    assert f'<link rel="canonical" href="http://localhost{new}">' in html
    assert f'<a href="{new}">' in html


def test_a_version_that_was_cited_under_an_old_address_is_found(exported):
    (version,) = (exported.folder / "themas" / "oud-adres" / "versies").glob("*/index.html")
    number = version.parent.name
    assert f'url=/themas/nieuw-adres/versies/{number}/"' in version.read_text()
    assert (exported.folder / "themas" / "nieuw-adres" / "versies" / number / "index.html").is_file()


def test_machines_are_told_of_no_old_address(exported):
    sitemap = (exported.folder / "sitemap.xml").read_text()
    assert "/themas/nieuw-adres/" in sitemap
    assert "/oud-adres/" not in sitemap
    assert "/weg/" not in sitemap


def test_the_picture_to_share_is_in_the_copy(exported):
    shared = re.search(r'property="og:image" content="http://localhost/([^"]*)"', exported.live["/"])[1]
    assert (exported.folder / shared).is_file()


def test_a_link_that_leads_nowhere_is_reported_with_the_page_on_which_it_stands(exported):
    assert f"contact/index.html: /media/{exported.lost}" in exported.said
    assert {line.partition(": ")[2] for line in exported.said[1:]} == {f"/media/{exported.lost}"}


def test_an_address_that_only_a_version_had_that_was_taken_back_is_no_folder(db):
    theme = Theme.objects.create(title_nl="Jan", slug_nl="jan-is-ontslagen")
    mistake = publish(theme, None)
    assert "/themas/jan-is-ontslagen/" in set(beginnings())
    theme.slug_nl, theme.title_nl = "werking", "Werking"
    theme.save()
    publish(theme, None)
    assert {"/themas/jan-is-ontslagen/", "/themas/werking/"} <= set(beginnings())
    take_back(mistake, None, "Vergissing")
    assert "/themas/werking/" in set(beginnings())
    assert not [address for address in beginnings() if "ontslagen" in address]


@pytest.fixture
def small(monkeypatch, db):
    """Only what no page leads from is copied, for tests of the folder."""
    monkeypatch.setattr("resoc.web.export.beginnings", lambda: iter(["/robots.txt"]))
    monkeypatch.setattr("resoc.web.export.broken_links", lambda folder: iter(()))


def test_any_web_server_may_read_the_copy_whatever_the_umask_is(small, tmp_path):
    before = os.umask(0o077)
    try:
        call_command("export", tmp_path / "copy")
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "copy", *(tmp_path / "copy").rglob("*"))}
    assert modes == {0o755, 0o644}


def test_a_folder_with_something_else_is_refused_and_an_earlier_copy_replaced(small, tmp_path):
    target = tmp_path / "copy"
    target.mkdir()
    (target / "brief.txt").write_text("van mij")
    with pytest.raises(CommandError, match="no earlier copy"):
        call_command("export", target)
    assert [file.name for file in target.iterdir()] == ["brief.txt"]
    (target / "brief.txt").unlink()
    call_command("export", target)
    (target / "old.html").write_text("van een vorige keer")
    call_command("export", target)
    assert (target / "robots.txt").exists()
    assert not (target / "old.html").exists()
    assert list(Event.objects.values_list("kind", "detail")) == [("exported", "copy")] * 2
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_copy_that_breaks_off_leaves_the_earlier_one(small, tmp_path, monkeypatch):
    target = tmp_path / "copy"
    call_command("export", target)
    (target / "robots.txt").write_text("de vorige")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resoc.web.export.SiteCopy.write", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("export", target)
    assert (target / "robots.txt").read_text() == "de vorige"
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
