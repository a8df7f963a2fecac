"""How long a search takes on a large site.

    .venv/bin/python bench/search.py [pages] [words per page]

Makes that many themes (2,000 of 300 words by default) with random Dutch in a scratch
database, `DATABASE_URL` or SQLite, inside a transaction that is rolled back, and prints the
best of some runs of queries that find much, little and nothing. The goal is 50 ms.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "resoc.settings"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="resoc-bench-")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from priorities.models import Theme  # noqa: E402
from publishing.models import Revision, RevisionText  # noqa: E402
from publishing.search import stems  # noqa: E402
from publishing.search_index import find, index  # noqa: E402
from publishing.snapshots import freeze  # noqa: E402

RUNS = 5
VOCABULARY = 20_000  # words, used as unequally as in a language
PARTS = "be de ge le re ma no ta tier werk land streek dorp water kust beleid markt ling heid ing en er s t"
QUERIES = {
    "in every page": "gemeenten",
    "in every page, two words": "gemeenten samenwerking",
    "in one page of a hundred": "zonnebloem",
    "inside compounds": "bloem",
    "in none": "xyzzy",
    "a beginning": "zon",
    "another form": "samenwerkingen",
}


def main(pages: int = 2000, length: int = 300) -> None:
    """Fill, measure, print."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        _fill(pages, length)
        print(f"{connection.vendor}: {pages} pages of {length} words")
        for label, query in QUERIES.items():
            stems.cache_clear()
            first, found = _timed(query)
            best, found = min(_timed(query) for _run in range(RUNS))
            print(f"{best * 1000:7.0f} ms, {first * 1000:.0f} ms the first time: {label} (“{query}”, {found} shown)")
        transaction.set_rollback(True)


def _timed(query: str) -> tuple[float, int]:
    """In seconds, and how many pages were found."""
    begin = time.perf_counter()
    found = len(find(query))
    return time.perf_counter() - begin, found


def _fill(pages: int, length: int) -> None:
    dice = random.Random(1)  # noqa: S311  (the same site every time)
    parts = PARTS.split()
    words = ["".join(dice.choices(parts, k=dice.randint(2, 4))) for _word in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    themes = []
    for number in range(pages):
        text = [*dice.choices(words, weights, k=length - 2), "gemeenten", "samenwerking"]
        if not number % 100:
            text.append("zonnebloem")
        dice.shuffle(text)
        paragraphs = "".join(f"<p>{' '.join(text[at : at + 60])}.</p>" for at in range(0, length, 60))
        title = " ".join(dice.choices(words, weights, k=6))
        themes.append(Theme(title_nl=title, slug_nl=f"thema-{number}", body_nl=paragraphs, position=number))
    Theme._base_manager.bulk_create(themes)
    moment = django.utils.timezone.now()
    revisions = Revision.objects.bulk_create(
        Revision(
            model="priorities.theme",
            object_id=theme.pk,
            live_from=moment,
            checked_at=moment,
            sort_key=theme.sort_key,
            data=freeze(theme),
        )
        for theme in themes
    )
    RevisionText.objects.bulk_create(
        text for theme, revision in zip(themes, revisions, strict=True) for text in index(theme, revision)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
