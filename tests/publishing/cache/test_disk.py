import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.utils import timezone

from priorities.models import Theme
from publishing.cache import disk, stamp, warming
from publishing.cache.disk import PageStore, live
from publishing.cache.wsgi import PageCache
from publishing.workflow import publish, withdraw
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.publishing.cache.reader import Reader, retitle
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db(transaction=True)
KEY = ("http", "localhost", "/themas/", "")
PLACE = Path("http/localhost/themas/index.html")


@pytest.fixture(autouse=True)
def state(settings, tmp_path) -> Path:
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"
    publish(Theme.objects.create(title_nl="Voorbeeldthema", slug_nl="voorbeeldthema"), None)
    publish(StaffMember.objects.create(name="Voorbeeld", slug="voorbeeld"), None)
    return tmp_path


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="voorbeeldthema")


@pytest.fixture
def goes_away(monkeypatch):
    def go() -> None:
        def away(*_known):
            raise DatabaseError("gone")

        monkeypatch.setattr(stamp, "state", away)
        monkeypatch.setattr(stamp, "number", away)

    return go


def go_round(cache: PageCache) -> int:
    return sum(1 for _page in cache.warmer.all_pages())


# One copy for all workers


def test_what_one_worker_made_another_takes_from_the_disk(cache, site):
    page = Reader(cache).get("/themas/").body
    other = PageCache(site)
    other.freshness.run = cache.freshness.run  # forked from the same program
    assert Reader(other).get("/themas/").body == page
    assert site.made == ["/themas/"]


def test_what_another_program_made_is_made_again(cache, site):
    Reader(cache).get("/themas/")
    Reader(PageCache(site)).get("/themas/")
    assert site.made == ["/themas/", "/themas/"]


def test_a_copy_that_became_old_is_made_again(cache, site, theme):
    Reader(cache).get("/themas/")
    retitle(theme, "Nieuw")
    other = PageCache(site)
    other.freshness.run = cache.freshness.run
    assert "Nieuw" in Reader(other).get("/themas/").body.decode()


def test_a_worker_that_is_killed_holds_up_nobody(cache, state):
    program = "import sys, time; from publishing.cache.disk import PageStore; from pathlib import Path; "
    program += f"store = PageStore(Path({str(state)!r}), Path({str(state)!r}, 'public')); store.claim(); "
    program += f"store.turn({KEY!r}).__enter__(); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as holder:  # noqa: S603
        assert holder.stdout.readline() == b"held\n"
        assert not cache.store.claim()
        holder.kill()
    assert cache.store.claim()
    with cache.store.turn(KEY):
        pass


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'{"key": 3}\n', b"no json\nat all"])
def test_a_damaged_copy_is_no_copy(cache, site, damage):
    Reader(cache).get("/themas/")
    cache.store._file(KEY).write_bytes(damage)
    assert cache.store.load(KEY) is None
    assert list(cache.store.keys(("http", "localhost"))) == []
    cache.pages.clear()
    assert Reader(cache).get("/themas/").status == 200


def test_half_a_copy_is_no_copy(cache):
    Reader(cache).get("/themas/")
    file = cache.store._file(KEY)
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.store.load(KEY) is None


def test_where_nothing_can_be_written_pages_are_served_all_the_same(site, settings, tmp_path):
    settings.STATE_DIR = tmp_path / "full"
    settings.STATE_DIR.mkdir()
    (settings.STATE_DIR / "pages").write_text("a file where the folder should be")
    cache = PageCache(site)
    for _time in range(2):
        assert Reader(cache).get("/themas/").status == 200
    assert site.made == ["/themas/"]
    assert cache.store.claim()
    cache.warmer.look()


# As much as there is room for


def test_what_visitors_asked_for_least_goes_first_when_too_many_pages_are_kept(cache, monkeypatch):
    monkeypatch.setattr(disk, "MOST_PAGES", 10)
    for path in ("/themas/", "/contact/"):
        Reader(cache).get(path)
    pages = go_round(cache)
    assert pages == 10
    for key in list(cache.store.keys(("http", "localhost"))):
        assert key[2] in ("/themas/", "/contact/") or cache.store._file(key).stat().st_mtime == 0
    monkeypatch.setattr(disk, "MOST_PAGES", 4)
    cache.store.make_room()
    assert {"/themas/", "/contact/"} <= {key[2] for key in cache.store.keys(("http", "localhost"))}
    for number in range(30):
        cache.store.save(("http", "localhost", f"/{number}/", ""), cache.pages[KEY])
        assert len(list(cache.store.kept.glob("*/*/*"))) <= 4


def test_bytes_on_disk_are_bounded(cache, monkeypatch):
    Reader(cache).get("/themas/")
    size = cache.store._file(KEY).stat().st_size
    monkeypatch.setattr(disk, "MOST_BYTES", 5 * size)
    cache.store.make_room()
    for number in range(30):
        cache.store.save(("http", "localhost", f"/{number}/", ""), cache.pages[KEY])
        assert sum(file.stat().st_size for file in cache.store.kept.glob("*/*/*")) <= 5 * size + 100


def test_what_a_killed_process_was_writing_is_deleted_later(cache, monkeypatch):
    Reader(cache).get("/themas/")
    draft = cache.store._file(KEY).with_name(f"{disk.DRAFT}1.2")
    draft.write_text("half")
    cache.store.make_room()
    assert draft.exists(), "somebody may be writing it"
    monkeypatch.setattr(disk, "LONGEST_DRAFT", -1)
    cache.store.make_room()
    assert not draft.exists()
    assert cache.store.load(KEY)


def test_what_a_visitor_asks_for_in_memory_is_noted_on_disk(cache):
    Reader(cache).get("/themas/")
    file = cache.store._file(KEY)
    os.utime(file, (5, 5))
    cache.warmer.note_requested()
    assert file.stat().st_mtime == 5, "a moment ago"
    cache.warmer.noted_at -= warming.NOTE_EVERY
    cache.warmer.note_requested()
    assert file.stat().st_mtime > time.time() - 60


def test_a_page_that_is_made_anew_unasked_stays_as_old_as_it_was(cache, theme):
    Reader(cache).get("/themas/")
    file = cache.store._file(KEY)
    os.utime(file, (5, 5))
    retitle(theme, "Anders")
    cache.pages.clear()
    go_round(cache)
    assert b"Anders" in file.read_bytes()
    assert file.stat().st_mtime == 5


def test_saving_stops_before_the_disk_is_full(cache, site, state, monkeypatch):
    Reader(cache).get("/themas/")
    usage = shutil.disk_usage(state)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=disk.LEAST_FREE // 2, total=10**12))
    for _time in range(2):
        assert Reader(cache).get("/contact/").status == 200
    cache.warmer.look()
    assert [key[2] for key in cache.store.keys(("http", "localhost"))] == ["/themas/"]
    assert not (live(state / "public") / "http/localhost/contact").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=10**8, total=5 * 10**8))
    Reader(cache).get("/fr/contact/")
    assert len(list(cache.store.keys(("http", "localhost")))) == 2, "a small disk is not full"


def test_a_page_that_can_not_be_shown_keeps_no_other_from_it(cache, state, monkeypatch):
    """As a name that is too long for this disk, or a folder that somebody else owns."""
    for path in ("/themas/", "/contact/", "/"):
        Reader(cache).get(path)
    show = cache.store._show

    def fail(key, page) -> None:
        if key[2] == "/themas/":
            raise OSError(36, "File name too long")
        show(key, page)

    monkeypatch.setattr(cache.store, "_show", fail)
    cache.warmer.look()
    go_round(cache)
    assert (live(state / "public") / "http/localhost/contact/index.html").exists()
    assert not (live(state / "public") / PLACE).exists()


def test_a_page_that_can_not_be_made_ends_no_round(cache, state, monkeypatch):
    Reader(cache).get("/themas/"), Reader(cache).get("/")
    stamp.bump()
    renew = cache.renew
    monkeypatch.setattr(cache, "renew", lambda key, *args: 1 / 0 if key[2] == "/themas/" else renew(key, *args))
    assert go_round(cache) > 20
    assert (live(state / "public") / "http/localhost/contact/index.html").exists()


@pytest.mark.parametrize("path", ["/" + "a" * 300 + "/", "/" + "a/" * 2000, "/" + "a" * 201 + "/"])
def test_a_long_path_is_no_name_of_a_folder(cache, state, path):
    Reader(cache).get("/themas/")
    page = cache.pages[KEY]
    cache.store.save(("http", "localhost", path, ""), page)
    cache.store.show(("http", "localhost", path, ""), page)
    assert not list(state.rglob("aaa*"))


# When all else is away


def test_without_the_database_and_after_a_restart_every_page_is_served_as_it_last_was(cache, site, goes_away):
    Reader(cache).get("/")
    pages = go_round(cache)
    assert pages > 20
    paths = [path for _scheme, _host, path, _query in cache.store.keys(("http", "localhost"))]
    goes_away()
    site.failing = True
    restarted = PageCache(site)
    for path in paths:
        assert Reader(restarted).get(path).status == 200, path
    assert {"/themas/voorbeeldthema/", "/fr/contact/", "/feed/", "/contact/voorbeeld.vcf"} <= set(paths)


def test_without_the_database_a_page_that_was_never_there_is_none(cache, site, goes_away):
    goes_away()
    site.failing = True
    assert Reader(cache).get("/nergens/").status == 500


def test_while_it_is_known_to_be_away_pages_do_not_wait_for_it(cache, site, goes_away):
    Reader(cache).get("/themas/")
    goes_away()
    stamp.touch()
    site.made.clear()
    for _time in range(3):
        assert Reader(cache).get("/themas/").status == 200
    assert site.made == []


def test_when_it_is_back_pages_are_new_again(cache, site, theme, monkeypatch, goes_away):
    with monkeypatch.context() as patch:
        patch.setattr(stamp, "number", lambda: 1 / 0)
        Reader(cache).get("/themas/")
    retitle(theme, "Terug van weggeweest")
    goes_away()
    assert "Terug van weggeweest" not in Reader(cache).get("/themas/").body.decode()
    monkeypatch.undo()
    cache.freshness.failed_at -= 10
    assert "Terug van weggeweest" in Reader(cache).get("/themas/").body.decode()


def test_what_was_withdrawn_is_kept_nowhere(cache, theme):
    Reader(cache).get("/themas/voorbeeldthema/")
    go_round(cache)
    withdraw(theme, None, "Voorbij")
    go_round(cache)
    assert cache.store.load(("http", "localhost", "/themas/voorbeeldthema/", "")) is None
    assert not (live(cache.store.public) / "http/localhost/themas/voorbeeldthema").exists()


# Files for nginx


def test_nginx_is_shown_what_visitors_get_in_every_encoding(cache, state):
    Reader(cache).get("/")
    go_round(cache)
    for accepts, ending in (("", ""), ("gzip", ".gz"), ("br", ".br")):
        shown = (live(state / "public") / f"{PLACE}{ending}").read_bytes()
        assert shown == Reader(cache).get("/themas/", HTTP_ACCEPT_ENCODING=accepts).body
    assert not list(live(state / "public").glob("**/feed*"))  # its kind is not in its name


def test_nginx_is_shown_at_once_what_a_visitor_asked_for_also_by_a_worker_that_works_not_for_all(
    cache, state, monkeypatch
):
    monkeypatch.setattr(cache.store, "claim", lambda: False)
    Reader(cache).get("/themas/")
    cache.warmer.look()
    assert (live(state / "public") / PLACE).exists()


def test_a_change_hides_it_in_the_same_moment(cache, state, theme):
    Reader(cache).get("/")
    go_round(cache)
    retitle(theme, "Verborgen")
    assert not live(state / "public").exists()
    go_round(cache)
    assert "Verborgen" in (live(state / "public") / PLACE).read_text()


def test_what_another_machine_did_hides_it_at_the_next_look(cache, state, theme, monkeypatch):
    Reader(cache).get("/")
    go_round(cache)
    monkeypatch.setattr(stamp, "touch", lambda: None)
    retitle(theme, "Van elders")
    cache.freshness.machine[stamp.ASKED] = 0
    monkeypatch.setattr(cache.warmer, "refresh_recent", lambda: None)
    monkeypatch.setattr(cache.warmer, "go_round", lambda: None)
    cache.warmer.look()
    assert not live(state / "public").exists()


def test_a_planned_change_hides_it_at_the_next_look(cache, state, theme, monkeypatch):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1))
    Reader(cache).get("/")
    go_round(cache)
    assert live(state / "public").exists()
    with time_machine.travel(now + timedelta(hours=1, seconds=1), tick=False):
        monkeypatch.setattr(cache.warmer, "refresh_recent", lambda: None)
        monkeypatch.setattr(cache.warmer, "go_round", lambda: None)
        cache.warmer.look()
    assert not live(state / "public").exists()


def test_an_old_page_never_comes_back(cache, state, theme):
    Reader(cache).get("/")
    go_round(cache)
    old = cache.pages[("http", "localhost", "/", "")]
    retitle(theme, "Nieuw")
    cache.warmer.show(("http", "localhost", "/", ""), old)
    assert not live(state / "public").exists()
    go_round(cache)
    shown = cache.store.shown()
    cache.store.show(("http", "localhost", "/", ""), old)  # as by a worker that was slow
    assert cache.store.shown() == shown


def test_another_program_shows_nothing_until_it_made_pages_of_its_own(cache, state):
    Reader(cache).get("/")
    go_round(cache)
    PageCache(django_application)
    assert not live(state / "public").exists()


def test_what_somebody_else_hid_is_shown_again(cache, state):
    Reader(cache).get("/")
    cache.warmer.look()
    assert live(state / "public").exists()
    PageCache(django_application)
    cache.warmer.look()
    assert live(state / "public").exists()


def test_each_text_of_a_page_has_a_time_of_its_own_for_validators_that_are_made_of_it(cache, state, theme):
    Reader(cache).get("/")
    times = set()
    with time_machine.travel(timezone.now(), tick=False):
        for title in ("Eerste", "Tweede", "Derde"):
            retitle(theme, title)
            go_round(cache)
            times.add((live(state / "public") / PLACE).stat().st_mtime)
    assert len(times) == 3


def test_folders_that_are_served_no_more_are_deleted(cache, state, theme):
    Reader(cache).get("/")
    for title in ("Eerste", "Tweede"):
        go_round(cache)
        retitle(theme, title)
    go_round(cache), go_round(cache)
    assert len(list((state / "public" / "pages" / "folders").iterdir())) == 1


@pytest.mark.parametrize("host", ["..", "a/b", "localhost/../x", "", "A"])
def test_no_host_leads_elsewhere_on_the_disk(cache, state, host):
    page = Reader(cache).get("/") and cache.pages[("http", "localhost", "/", "")]
    before = set(state.rglob("*"))
    store = PageStore(state, state / "public")
    store.save(("http", host, "/", ""), page)
    store.show(("http", host, "/", ""), page)
    store.show(("http", "localhost", "/../../x/", ""), page)
    assert {file for file in state.rglob("*") if "localhost" not in str(file)} <= before


def test_a_visitor_who_names_many_ports_fills_no_disk(cache, monkeypatch):
    monkeypatch.setattr(disk, "MOST_ORIGINS", 3)
    for port in range(5):
        Reader(cache).get("/", HTTP_HOST=f"localhost:{port}")
    cache.warmer.look()
    assert len(cache.store.origins()) == len(list((live(cache.store.public) / "http").iterdir())) == 3
    Reader(cache).get("/fr/", HTTP_HOST="localhost:0")
    assert cache.store.load(("http", "localhost:0", "/fr/", "")) is not None


def test_a_site_with_an_address_keeps_the_pages_of_that_address_only(site, settings):
    settings.SITE_URL = "http://localhost"
    cache = PageCache(site)
    for host in ("localhost:8000", "localhost", "127.0.0.1"):
        assert Reader(cache).get("/", HTTP_HOST=host).status == 200
    assert cache.store.origins() == {("http", "localhost")}


def test_pages_of_a_name_that_the_site_had_before_go_without_being_asked_for(site, settings, caplog):
    caplog.set_level("ERROR", "django.security.DisallowedHost")  # which the settings keep out of the log
    Reader(PageCache(site)).get("/", HTTP_HOST="localhost:8000")
    settings.SITE_URL, settings.ALLOWED_HOSTS = "http://www.example.org", ["www.example.org"]
    cache = PageCache(site)
    Reader(cache).get("/", HTTP_HOST="www.example.org")
    site.made.clear()
    for _page in cache.warmer.all_pages():
        pass
    assert cache.store.origins() == {("http", "www.example.org")}
    assert "DisallowedHost" not in caplog.text
    assert "Invalid HTTP_HOST" not in caplog.text


def test_the_validator_of_nginx_follows_from_the_content_so_every_machine_has_the_same(cache, state):
    times = []
    for number in range(2):
        site = PageCache(django_application)
        site.store = site.warmer.store = PageStore(state / f"var{number}", state / f"public{number}")
        Reader(site).get("/themas/")
        site.warmer.show_rendered()
        file = live(state / f"public{number}") / PLACE
        files = sorted(file.parent.glob("i*"))
        times.append([(each.name, each.stat().st_mtime, each.stat().st_size) for each in files])
    assert times[0] == times[1] != []
    assert disk.time_of(b"a") != disk.time_of(b"b")
    assert all(disk.OLDEST <= disk.time_of(bytes([each])) < disk.NEWEST for each in range(256))


# Pictures


@pytest.fixture
def portrait(settings, tmp_path) -> str:
    """The address of a size of a portrait that visitors see on the contact page."""
    settings.MEDIA_ROOT = tmp_path / "media"
    member = StaffMember.objects.get(slug="voorbeeld")
    member.photo.save("ik.jpg", ContentFile(photo_file(size=(80, 120)).getvalue()), save=True)
    member.shows_photo = True
    member.save()
    publish(member, None)
    return member.photo.measured_cut().largest


def shown_picture(state: Path, name: str) -> Path:
    return live(state / "public") / "http/localhost/media" / name


@pytest.fixture
def shown(cache, reader, state, portrait) -> Path:
    """The file that nginx then serves, once a visitor asked for the page and the picture on it."""
    assert portrait in reader.get("/contact/voorbeeld/").body.decode()
    cache.warmer.show_rendered()
    assert not shown_picture(state, portrait).exists()
    assert reader.get(f"/media/{portrait}").status == 200
    return shown_picture(state, portrait)


def test_a_public_picture_lies_there_for_nginx_once_somebody_asked_for_it(reader, portrait, shown):
    body = reader.get(f"/media/{portrait}").body
    assert reader.headers["cache-control"] == "public, max-age=3600, s-maxage=1, immutable"
    assert shown.read_bytes() == body
    shown.unlink()
    assert reader.get(f"/media/{portrait}", HTTP_ACCEPT_ENCODING="gzip, br").body == body
    assert "content-encoding" not in reader.headers
    assert shown.read_bytes() == body, "whoever asked first, and for whatever encoding"
    assert shown.stat().st_mode & 0o777 == 0o644
    assert shown.stat().st_mtime == disk.time_of(body)
    assert reader.get(f"/media/{portrait}", HTTP_IF_NONE_MATCH=reader.headers["etag"]).status == 304


def test_a_picture_that_is_withdrawn_is_gone_for_nginx_in_that_moment(cache, reader, portrait, shown):
    withdraw(StaffMember.objects.get(slug="voorbeeld"), None, "Weg")
    assert not shown.exists()
    reader.get("/contact/")
    cache.warmer.show_rendered()
    assert reader.get(f"/media/{portrait}").status == 404
    assert not shown.exists()


def test_a_picture_that_was_taken_away_while_it_was_read_is_not_shown_after_all(cache, site, portrait, shown):
    member = StaffMember.objects.get(slug="voorbeeld")
    shown.unlink()
    site.before = lambda: withdraw(member, None, "Weg")  # the site has answered, nothing is written yet
    assert Reader(cache).get(f"/media/{portrait}").status == 200
    assert not shown.exists()
    site.before = lambda: None
    Reader(cache).get("/contact/")
    cache.warmer.show_rendered()
    assert not shown.exists()


def test_the_picture_of_a_draft_the_original_and_what_is_none_never_lie_there(reader, state, portrait, shown):
    member = StaffMember.objects.get(slug="voorbeeld")
    original = member.photo.name
    member.photo_focus_y = 90
    member.save()
    draft = member.photo.measured_cut().largest
    assert draft != portrait
    for name in (original, draft, f"variants/{original}/../../x.jpg", "variants/x.jpg"):
        assert reader.get(f"/media/{name}").status in (302, 404), name
    assert [file.name for file in live(state / "public").rglob("*.jpg") if file.is_file()] == [Path(portrait).name]


def test_where_there_is_no_room_a_picture_comes_from_the_site(reader, portrait, shown, monkeypatch):
    shown.unlink()
    monkeypatch.setattr(disk, "LEAST_FREE", 10**18)
    monkeypatch.setattr(disk, "LEAST_SHARE", 2)
    assert reader.get(f"/media/{portrait}").status == 200
    assert not shown.exists()
