"""Cached pages on disk: one copy for all workers of this machine.

`kept/` has the last good response of each page, in every encoding. A worker that has no page in
memory looks there first, so that each page is rendered once on a machine. Visitors get these pages
while the database is away, also after a restart.

`live/`, in a folder that nginx may read, has the same pages as plain files, which nginx serves by
itself, and the pictures that visitors asked for since. It is a symbolic link to a folder named after
the `Validity` of its pages. A process that learns of a change deletes the link; the next page that
is rendered sets it again, to a new folder.

No error of the disk reaches a visitor: a file that cannot be read counts as missing, and a page that
cannot be written is served all the same.
"""

import fcntl
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2s
from pathlib import Path

from publishing.cache.responses import Key, Page, Validity, from_bytes, to_bytes

Origin = tuple[str, str]  # scheme and host

PLAIN = re.compile(r"(/[A-Za-z0-9_-]{1,200})*/")  # paths that are safe as names of folders
# A size of a picture, in a name that is safe as that of a file.
PICTURE = re.compile(r"/media/variants(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})+\.(?:avif|webp|jpg)")
OLDEST, NEWEST = 946_684_800, 1_577_836_800  # seconds since the epoch: the years 2000 and 2020
ENDINGS = {"identity": "", "gzip": ".gz", "br": ".br"}
MOST_ORIGINS = 8  # pairs of scheme and host that have pages on disk
MOST_PAGES, MOST_BYTES = 20_000, 1_000_000_000  # in `kept/`; `live/` has a second copy of most of them
LEAST_FREE, LEAST_SHARE = 500_000_000, 0.1  # of the disk: bytes, or this share of a smaller one, stay free
LONGEST_WAIT = 10  # seconds for a page that another process renders
TURN = 0.002  # seconds between attempts to get its lock
CLAIM = 1 << 60  # the byte that the process with the claim locks
LONGEST_DRAFT = 600  # seconds after which a draft is one of a process that was killed
DRAFT = ".draft."  # prefix of the names of files that are being written

logger = logging.getLogger(__name__)


HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
PORT = re.compile(r"0|[1-9][0-9]{0,4}")


def is_canonical(host: str) -> bool:
    """Whether `host`, of a Host header, is a name in small letters without a final dot, and perhaps a port."""
    name, colon, port = host.partition(":")
    is_port = PORT.fullmatch(port) is not None and int(port) < 1 << 16
    return HOST.fullmatch(name) is not None and (is_port or not colon)


def live(public: Path) -> Path:
    """The link that nginx follows, in the folder that it may read."""
    return public / "pages" / "live"


def delete_all(state: Path, public: Path) -> None:
    """Delete every page on disk, also those for nginx; the warmer renders them again."""
    pages = live(public)
    with suppress(OSError):
        pages.unlink(missing_ok=True)
    for folder in pages.with_name("folders").glob("*"):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (state / "pages" / "kept").glob("*/*/*"):
        with suppress(OSError):
            file.unlink()


class PageStore:
    """The pages in one folder, shared by all processes of this machine."""

    def __init__(self, state: Path, public: Path, host: str = "") -> None:
        self.host = host  # the only one with pages on disk; empty, for a few of any name, when the site has no SITE_URL
        self.public, self.live, folder = public, live(public), state / "pages"
        self.kept, self.folders = folder / "kept", self.live.with_name("folders")
        self.unseen_pages = self.unseen_bytes = 0  # that this process may add before it counts all of them again
        self.locks: int | None = None
        try:
            self.kept.mkdir(parents=True, exist_ok=True)
            self.locks = os.open(folder / "locks", os.O_RDWR | os.O_CREAT, 0o600)
            self._open_folders(self.folders)
        except OSError as error:
            logger.warning("Pages can't be kept on disk: %s", error)

    # Pages for all workers

    def load(self, key: Key) -> Page | None:
        """The last good page, however old; None when there is none, or only a damaged file."""
        try:
            return from_bytes(key, self._file(key).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, key: Key, page: Page) -> None:
        """Write `page` in the place of the one before, if it may lie on disk and there is room."""
        file = self._file(key)
        if not (self._is_ours(key[1]) and self.has_room()):
            return
        if not file.parent.exists() and len(self.origins()) >= MOST_ORIGINS:
            return
        data, asked = to_bytes(key, page), int(time.time())
        if not page.asked:  # by a visitor
            asked = _asked_at(file)
        self._write(file, data, asked)
        self.unseen_pages, self.unseen_bytes = self.unseen_pages - 1, self.unseen_bytes - len(data)
        if self.unseen_pages < 0 or self.unseen_bytes < 0:
            self.make_room()

    def note_asked(self, key: Key, at: int) -> None:
        """Note when a visitor last requested a page, in seconds since the epoch; it decides what is deleted first."""
        file = self._file(key)
        with suppress(OSError):
            if _asked_at(file) < at:
                os.utime(file, (at, at))

    def has_room(self) -> bool:
        """Whether the disk has room for pages: the database, uploads and the backup come first."""
        try:
            disk = shutil.disk_usage(self.kept)
        except OSError:
            return False
        return disk.free > min(LEAST_FREE, disk.total * LEAST_SHARE)

    def make_room(self) -> None:
        """Count the pages; above the bounds, delete those requested longest ago, down to nine tenths of the bounds."""
        found, now = [], time.time()
        for file in self.kept.glob("*/*/*"):
            with suppress(OSError):
                about = file.stat()
                if file.name.startswith(DRAFT):
                    if about.st_ctime < now - LONGEST_DRAFT:  # of a process that was killed
                        file.unlink()
                    continue
                found.append((about.st_mtime, str(file), about.st_size))
        pages, size = len(found), sum(size for _asked, _name, size in found)
        if pages > MOST_PAGES or size > MOST_BYTES:
            for _asked, name, of_this in sorted(found):
                if pages <= MOST_PAGES * 0.9 and size <= MOST_BYTES * 0.9:
                    break
                with suppress(OSError):
                    os.unlink(name)
                pages, size = pages - 1, size - of_this
        # Each of up to eight processes may add an eighth of what is left, so that together they keep to the bounds.
        self.unseen_pages, self.unseen_bytes = (MOST_PAGES - pages) // 8, (MOST_BYTES - size) // 8

    def drop(self, key: Key) -> None:
        """Delete the page of `key`, if there is one."""
        with suppress(OSError):
            self._file(key).unlink(missing_ok=True)

    def origins(self) -> set[Origin]:
        """The pairs of scheme and host that have pages on disk."""
        return {(file.parent.name, file.name) for file in self.kept.glob("*/*")}

    def forget(self, origin: Origin) -> None:
        """Delete all pages of `origin`."""
        shutil.rmtree(self.kept.joinpath(*origin), ignore_errors=True)

    def keys(self, origin: Origin) -> Iterator[Key]:
        """The keys of the pages of `origin`, in no order."""
        for file in self.kept.joinpath(*origin).glob("*"):
            with suppress(OSError, ValueError, KeyError, TypeError), file.open("rb") as opened:
                scheme, host, path, query = json.loads(opened.readline())["key"]
                yield scheme, host, path, query

    def _is_ours(self, host: str) -> bool:
        """Whether pages of `host` may lie on disk: a visitor can name any port, and would fill the disk."""
        return host == self.host if self.host else is_canonical(host)

    def _file(self, key: Key) -> Path:
        scheme, host, path, query = key
        name = blake2s(f"{path}?{query}".encode(errors="replace"), digest_size=16).hexdigest()
        return self.kept / scheme / host.replace("/", "") / name

    def _write(self, file: Path, data: bytes, at: int | None = None) -> None:
        """Write `file` atomically, with modification time `at`."""
        draft = file.with_name(f"{DRAFT}{os.getpid()}.{time.monotonic_ns()}")
        try:
            is_public = file.is_relative_to(self.public)
            self._open_folders(file.parent) if is_public else file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(data)
            if is_public:
                draft.chmod(0o644)
            if at is not None:
                os.utime(draft, (at, at))
            draft.replace(file)
        except OSError as error:  # a full disk, say
            logger.warning("A page can't be kept on disk: %s", error)
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _open_folders(self, folder: Path) -> None:
        """Make `folder` and its parents below the public folder, readable for nginx whatever the umask."""
        self.public.parent.mkdir(parents=True, exist_ok=True)
        inside = folder.relative_to(self.public)
        for each in (*reversed(inside.parents), inside):
            with suppress(FileExistsError):
                (self.public / each).mkdir()
                (self.public / each).chmod(0o755)

    # Locks between processes

    @contextmanager
    def turn(self, key: Key) -> Iterator[None]:
        """Hold the lock on `key` among the processes of this machine; goes on without it after LONGEST_WAIT."""
        place = int.from_bytes(blake2s(repr(key).encode(), digest_size=6).digest())
        ends = time.monotonic() + LONGEST_WAIT
        # Not a blocking lock: the kernel would take processes whose threads wait for each other for a deadlock.
        while not (held := self._lock(place)) and time.monotonic() < ends:
            time.sleep(TURN)
        try:
            yield
        finally:
            if held and self.locks is not None:
                fcntl.lockf(self.locks, fcntl.LOCK_UN, 1, place)

    def claim(self) -> bool:
        """Whether this process warms pages for the machine: the first that claims it does so until it ends."""
        return self._lock(CLAIM)

    def _lock(self, place: int) -> bool:
        """Lock one byte of the file of locks; True also without such a file. A lock ends with its process."""
        try:
            if self.locks is not None:
                fcntl.lockf(self.locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            return False
        return True

    # Files for nginx

    def show(self, key: Key, page: Page) -> None:
        """Write `page` for nginx, if it is on disk, unless nginx serves newer ones; an error is only logged."""
        try:
            self._show(key, page)
        except OSError as error:  # a name too long for this disk, say
            logger.warning("%s can't be shown to nginx: %s", key[2], error)

    def _show(self, key: Key, page: Page) -> None:
        scheme, host, path, query = key
        is_plain = page.html and PLAIN.fullmatch(path) and not query
        if not (is_plain and self._is_ours(host) and self._file(key).exists() and self.has_room()):
            return
        shown, name = self.shown(), page.validity.name
        if shown is not None and shown.run == page.validity.run and shown.number > page.validity.number:
            return
        folder = self.folders.joinpath(name, scheme, host, *path.strip("/").split("/"))
        if not (folder / "index.html").exists():
            for encoding, answer in sorted(page.answers.items()):  # the plain one last: then all are there
                self._write(folder / f"index.html{ENDINGS[encoding]}", answer.body, time_of(answer.body))
        if shown != page.validity:
            self._link(name)

    def show_picture(self, origin: Origin, path: str, content: bytes, seen: Validity) -> None:
        """Write the picture at `path` for nginx beside the pages that it served before the picture was `seen` public.

        Did something change since, then nginx reads from that folder no more.
        """
        if self._is_ours(origin[1]) and PICTURE.fullmatch(path) and self.has_room():
            folder = self.folders.joinpath(seen.name, *origin)
            if folder.is_dir():
                self._write(folder.joinpath(*path.strip("/").split("/")), content, time_of(content))

    def unshow(self, key: Key) -> None:
        """Delete the files of one page, so that nginx passes its requests on to gunicorn."""
        scheme, host, path, _query = key
        if PLAIN.fullmatch(path) and self._is_ours(host):
            folder = self.live.joinpath(scheme, host, *path.strip("/").split("/"))
            for ending in ENDINGS.values():
                with suppress(OSError):
                    (folder / f"index.html{ending}").unlink(missing_ok=True)

    def shown(self) -> Validity | None:
        """The validity of the pages that nginx serves now; None when it serves none."""
        try:
            return Validity.named(Path(os.readlink(self.live)).name)
        except (OSError, ValueError):
            return None

    def hide(self) -> None:
        """Delete the link, so that nginx passes all requests on to gunicorn."""
        with suppress(OSError):
            self.live.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete the folders that nginx no longer serves."""
        shown = self.shown()
        for folder in self.folders.glob("*"):
            if shown is None or folder.name != shown.name:
                shutil.rmtree(folder, ignore_errors=True)

    def _link(self, name: str) -> None:
        draft = self.live.with_name(f"{DRAFT}{os.getpid()}.{time.monotonic_ns()}")
        try:
            draft.symlink_to(f"{self.folders.name}/{name}")
            draft.replace(self.live)
        except OSError as error:
            logger.warning("Pages can't be shown to nginx: %s", error)


def time_of(content: bytes) -> int:
    """A time, in seconds since the epoch, that stands for `content`; no later than 2020.

    nginx makes the validator of a file from its time and its size: so it is the same on every machine, and another
    for another content. As a date it means nothing, and nginx does not tell it.
    """
    return OLDEST + int.from_bytes(blake2s(content, digest_size=8).digest()) % (NEWEST - OLDEST)


def _asked_at(file: Path) -> int:
    """When a visitor last requested the page in `file`, by its modification time; 0 when nobody did."""
    try:
        return int(file.stat().st_mtime)
    except OSError:
        return 0
