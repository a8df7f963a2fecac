"""The public site as plain files, which any web server or CDN can serve. See docs/decisions/0018.

The copy is made by asking the site for its pages, as a visitor would: what no visitor gets is in
no copy. All pages are of one moment.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from html import escape, unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import Storage
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from publishing.backup.archive import one_moment
from publishing.backup.unfinished import clear, held
from publishing.i18n.languages import CODES
from publishing.models import Revision, RevisionSlug, content_models
from publishing.operations.logs import OWN
from resoc.web.context_processors import EXPORTING

MARK = ".resoc-export"  # the file by which we know a folder that we made
SMALLEST_TELL = 100  # addresses between two lines of progress
LINK = re.compile(r'\b(href|src|srcset)="([^"]*)"')
OF_MACHINES = re.compile(r'(?:<loc>|")(https?://[^"<\s]*)')  # in a sitemap, in what is shared, in JSON-LD
OF_CSS = re.compile(r"""url\(["']?([^"')]+)""")
OF_MANIFEST = re.compile(r'"(?:src|start_url)": "([^"]*)"')
# Pages that stay citable: others may know an address that none of ours names any more. Cards of people are none
# of them, because a folder that bears a name would tell who worked here.
CITABLE = ("priority_detail", "theme_detail", "update_detail", "opinion_detail", "meeting_detail", "text_page")
BESIDE = {"meeting_detail": "meeting_file"}  # what a page offers only for a while, and stays at its address
TEXT = (".html", ".xml", ".css", ".webmanifest", ".json")

Tell = Callable[[str], None]


class ExportError(Exception):
    """The copy can't be made, and why, in a sentence for the operator."""


def export(target: Path, tell: Tell) -> list[str]:
    """Put a copy of the public site in folder `target`, whole or not at all; gives what in it is broken.

    Raises ExportError when the folder holds something that is no earlier copy.
    """
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / MARK).exists())):
        raise ExportError(f"{target} is no empty folder, and no earlier copy of this site.")
    target.parent.mkdir(parents=True, exist_ok=True)
    clear(target.parent, f".{target.name}-????????")
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with held(beside):
            broken = _put_copy(target, beside, tell)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return broken


def _put_copy(target: Path, beside: Path, tell: Tell) -> list[str]:
    fresh = beside / "new"
    fresh.mkdir()
    copy = SiteCopy(fresh, tell)
    with one_moment():
        copy.collect()
    copy.repoint()
    (fresh / MARK).write_text(f"A copy of the site, made at {timezone.now().isoformat()}.\n")
    for path in (fresh, *fresh.rglob("*")):  # whatever the umask is: it is what visitors see
        path.chmod(0o755 if path.is_dir() else 0o644)
    tell("checking every link")
    broken = [*copy.failed, *broken_links(fresh)]
    if target.exists():
        target.rename(beside / "old")
    fresh.rename(target)
    return broken


class SiteCopy:
    """The files of one copy while it is being made, in `folder`."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.folder, self.tell = folder, tell
        says_so: Any = {EXPORTING: "yes", OWN: "yes"}
        self.client = Client(raise_request_exception=False, **says_so)
        self.moved: dict[str, str] = {}  # from an address of the site to the one in the copy, where that differs
        self.files: dict[str, str] = {}  # from the name of a file with links to the address that it was
        self.failed: list[str] = []

    def collect(self) -> None:
        """Fetch everything that can be reached, each address once."""
        waiting = list(dict.fromkeys(beginnings()))
        seen = set(waiting)
        for number, address in enumerate(waiting, 1):  # which grows meanwhile
            for found in self.fetch(address):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)
            if number % SMALLEST_TELL == 0:
                self.tell(f"{number} of {len(waiting)} addresses so far")
        for code in CODES:
            prefix = "" if code == settings.LANGUAGE_CODE else f"{code}/"
            response = self.ask(f"/{prefix}404.html")
            self.write(f"{prefix}404.html", [response.content])
            self.files[f"{prefix}404.html"] = f"/{prefix}404.html"
        self.tell(f"{len(waiting)} addresses")

    def ask(self, address: str) -> Any:
        host = urlsplit(own_root()).netloc
        return self.client.get(address, secure=settings.HTTPS, headers={"host": host})

    def fetch(self, address: str) -> set[str]:
        """Keep what is at `address`; gives the addresses that it leads to."""
        path = unquote(urlsplit(address).path)
        if path.startswith(settings.STATIC_URL):
            content = static_file(path.removeprefix(settings.STATIC_URL))
            # One that is not there is reported by the check.
            return set() if content is None else self.keep(address, path.lstrip("/"), [content])
        response = self.ask(address)
        if response.status_code in (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND):
            target = self.moved[address] = normalised(response.headers["Location"], address)
            if target and address.endswith("/"):
                with translation.override(response.headers["Content-Language"]):
                    page = render_to_string("moved.html", {"path": target, "url": own_root() + target})
                self.keep(address, f"{path}index.html".lstrip("/"), [page.encode()])
            return {target} - {""}
        # Files have no status: the page at the address of what was withdrawn still says so, and why.
        if response.status_code not in (HTTPStatus.OK, HTTPStatus.GONE if path.endswith("/") else None):
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self.failed.append(f"{address} answers {response.status_code}")
            return set()
        if query := urlsplit(address).query:  # such as the second page of a list: a file has none
            stem, dot, ending = path.partition(".")
            stem += "".join(
                f"{'-' if dot else ''}{name}-{value}{'' if dot else '/'}" for name, value in parse_qsl(query)
            )
            path = self.moved[address] = stem + dot + ending
        if path.endswith("/"):
            is_page = response.headers["Content-Type"].startswith("text/html")
            if not is_page:  # a feed: web servers look for no other name in a folder than this one
                self.moved[address] = f"{path}index.xml"
            path += "index.html" if is_page else "index.xml"
        pieces = response.streaming_content if response.streaming else [response.content]
        return self.keep(address, path.lstrip("/"), pieces)

    def keep(self, address: str, name: str, content: Any) -> set[str]:
        file = self.write(name, content)
        if not name.endswith(TEXT):
            return set()
        self.files[name] = address
        return {found for found in (normalised(link, address) for link in links(file)) if found}

    def write(self, name: str, content: Any) -> Path:
        file = self.folder / name
        if not file.resolve().is_relative_to(self.folder.resolve()):
            raise ExportError(f"{name} is no name of a file of ours.")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as target:
            for piece in content:
                target.write(piece)
        return file

    def repoint(self) -> None:
        """Let every link lead to where things are in the copy."""
        for name, address in self.files.items():
            if not name.endswith((".html", ".xml", ".json")):
                continue
            if name.endswith(".json"):
                self.repoint_data(name, address)
                continue

            def led(match: re.Match[str], address: str = address) -> str:
                value = unescape(match[2])
                parts = value.split(", ") if match[1] == "srcset" else [value]  # of which each may have a width
                pieces = [part.partition(" ") for part in parts]
                led = ", ".join(self.led(link, address) + space + width for link, space, width in pieces)
                return match[0] if led == value else f'{match[1]}="{escape(led)}"'

            file = self.folder / name
            text = LINK.sub(led, file.read_text())
            # In linked data a list may name the same page of itself in another language.
            text = OF_MACHINES.sub(partial(self.led_in_full, page=address), text)
            if "?" in address:  # says its own address also where it is no link
                text = text.replace(own_root() + address, own_root() + self.moved[address])
            file.write_text(text)

    def led_in_full(self, match: re.Match[str], page: str) -> str:
        """A match of `OF_MACHINES` on `page`, with its address as `led` has it."""
        link = unescape(match[1])
        is_ours = link.startswith(own_root()) and "?" in link and "{" not in link
        return match[0].replace(match[1], escape(self.led(link, page))) if is_ours else match[0]

    def repoint_data(self, name: str, address: str) -> None:
        """The same in a file of JSON, of each text that is an address and nothing else."""
        file = self.folder / name
        text = file.read_text()
        for link in strings(json.loads(text)):
            if (led := self.led(link, address)) != link:
                text = text.replace(json.dumps(link, ensure_ascii=False), json.dumps(led, ensure_ascii=False))
        file.write_text(text)

    def led(self, link: str, page: str) -> str:
        """`link` on `page`, as it leads to the same thing in the copy."""
        start, hash_sign, fragment = link.partition("#")
        meant = normalised(start, page)
        moved = self.moved.get(meant, meant)
        moved = self.moved.get(moved, moved)  # an old address of a list or a feed
        if not meant or (moved == meant and "?" not in start):
            return link
        root = own_root() if start.startswith(own_root()) else ""
        return root + moved + hash_sign + fragment


def beginnings() -> Iterator[str]:
    """The addresses to which no page needs to lead."""
    for code in CODES:
        with translation.override(code):
            for name in ("home", "search", "feed", "manifest", "calendar"):
                yield reverse(name)
    yield from map(reverse, ("sitemap", "robots", "security_txt", "opinions_data", "meetings_data"))
    for model in content_models():
        if (view := model.view_name) in CITABLE:
            slugs = RevisionSlug.objects.filter(revision__in=Revision.objects.of(model).once_public().changes())
            found = list(slugs.values_list("language", "slug", "revision", "revision__taken_back_at"))
            # An address becomes the name of a folder: one that only versions have that were taken back says it again.
            shown = {(language, slug) for language, slug, _number, taken_back_at in found if not taken_back_at}
            for language, slug, number, _taken_back_at in found:
                if (language, slug) not in shown:
                    continue
                with translation.override(language):
                    yield reverse(view, args=[slug])
                    yield reverse(f"{view}_versions", args=[slug])
                    yield reverse(f"{view}_version", args=[slug, number])
                    if view in BESIDE:
                        yield reverse(BESIDE[view], args=[slug])


def own_root() -> str:
    """Scheme and host of the addresses that the pages write in full."""
    return settings.SITE_URL or "http://localhost"


def normalised(link: str, page: str) -> str:
    """The address on this site that `link` on `page` leads to; "" when it leads elsewhere."""
    whole = urldefrag(urljoin(own_root() + page, link.strip())).url
    if not whole.startswith(f"{own_root()}/"):
        return ""
    address = whole.removeprefix(own_root())
    return address.removesuffix("?page=1")


def links(file: Path) -> Iterator[str]:
    """The links in `file`, as they are written there."""
    text = file.read_text()
    if file.suffix == ".css":
        yield from OF_CSS.findall(text)
    elif file.suffix == ".webmanifest":
        yield from OF_MANIFEST.findall(text)
    elif file.suffix == ".json":
        yield from (each for each in strings(json.loads(text)) if each.startswith(f"{own_root()}/"))
    else:
        said = (address for address in OF_MACHINES.findall(text) if address.startswith(own_root()))
        yield from (unescape(address) for address in said if "{" not in address)  # a template leads nowhere (RFC 6570)
        for name, value in LINK.findall(text):
            value = unescape(value)
            yield from (part.split()[0] for part in value.split(",")) if name == "srcset" else [value]


def strings(value: Any) -> Iterator[str]:
    """Every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def static_file(name: str) -> bytes | None:
    """A static file as pages name it; None when there is none."""
    storage: Storage = staticfiles_storage
    if storage.exists(name):
        with storage.open(name) as file:
            return file.read()
    found = finders.find(name)
    return Path(found).read_bytes() if found else None


def broken_links(folder: Path) -> Iterator[str]:
    """The links in a copy that lead to no file of it, with where they stand."""
    for file in sorted(folder.rglob("*")):
        if file.suffix not in TEXT:
            continue
        name = file.relative_to(folder).as_posix()
        for link in sorted(set(links(file))):
            address = normalised(link, f"/{name}".removesuffix("index.html"))
            path = folder / unquote(urlsplit(address).path).lstrip("/")
            if address and not (path / "index.html" if address.endswith("/") else path).is_file():
                yield f"{name}: {link}"
