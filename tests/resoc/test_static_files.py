import re
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {"js": ROOT / "static" / "js", "publishing/js": ROOT / "publishing" / "static" / "publishing" / "js"}


def test_what_a_script_imports_is_named_by_its_content(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "resoc.static_files.StaticFilesStorage"}}
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
