import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from django.core.management import call_command
from whitenoise.compress import Compressor

from resoc.web.static_files import once

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = {"js": ROOT / "static" / "js", "publishing/js": ROOT / "publishing" / "static" / "publishing" / "js"}


def test_what_a_script_imports_is_named_by_its_content(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "resoc.web.static_files.StaticFilesStorage"}}
    call_command(
        "collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin", "django_prose_editor", "img"]
    )
    importing = {
        f"{folder}/{file.relative_to(scripts).with_suffix('')}"
        for folder, scripts in SCRIPTS.items()
        for file in scripts.rglob("*.js")
        if re.search(r'from "\.\.?/', file.read_text())
    }
    assert importing >= {
        "js/my-card",
        *(
            f"publishing/js/{name}"
            for name in ("autosave", "editor/paste", "editor/paste/lists", "preview", "tabs", "upload")
        ),
    }
    for name in importing:
        (made,) = tmp_path.glob(f"{name}.????????????.js")  # its hash
        imports = re.findall(r'from "(\.[^"]+)"', made.read_text())
        assert imports
        for imported in imports:
            assert re.fullmatch(r"\.\.?/[\w/-]+\.[0-9a-f]{12}\.js", imported)
            assert (made.parent / imported).exists()


def test_the_same_bytes_are_compressed_once_and_maps_of_sources_never(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path / "made", [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "resoc.web.static_files.StaticFilesStorage"}}
    (tmp_path / "source").mkdir()
    for name in ("a.txt", "b.css", "c.map"):
        (tmp_path / "source" / name).write_text(f"/* {name} */ " + "x" * 1000)
    asked = []
    compress = Compressor.compress_brotli
    noting = staticmethod(lambda data: asked.append(data) or compress(data))
    monkeypatch.setattr(Compressor, "compress_brotli", noting)
    call_command("collectstatic", interactive=False, verbosity=0)
    made = {re.sub(r"\.[0-9a-f]{12}", ".digest", path.name) for path in (tmp_path / "made").iterdir()}
    for name in ("a.txt", "a.digest.txt", "b.css", "b.digest.css"):
        assert {f"{name}.br", f"{name}.gz"} < made
    assert {name for name in made if "map" in name} == {"c.map", "c.digest.map"}
    assert len(asked) == len(set(asked)) == 2
    for path in (tmp_path / "made").glob("*.gz"):
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_threads_wait_for_the_one_that_compresses_the_same_bytes():
    at_work, asked = Event(), []

    def compress(data):
        asked.append(data)
        at_work.wait(10)
        return data

    compressed = once(compress)
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(compressed, b"a") for _thread in range(2)]
        at_work.set()
        assert [result.result() for result in results] == [b"a", b"a"]
    assert asked == [b"a"]
