"""`manage.py reindex`: the indexes of search, of what visitors find and of what the desk finds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from publishing.models import DeskText, DeskWord, RevisionText, RevisionWord
from publishing.search.desk import desk_index
from publishing.search.indexing import add, index, unindexed
from publishing.search.word_index import merge

AT_A_TIME = 500
SAID_EACH = 5000  # texts: who waits for a start sees that it goes on


class Command(BaseCommand):
    """Indexes the revisions that are or will be public, and the objects of the desk, that have no index yet."""

    help = "Fill the search index. Safe to run again: it adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Make the whole index anew.")

    @transaction.atomic
    def handle(self, *args: object, **options: Any) -> None:
        if options["all"]:
            for model in (RevisionText, RevisionWord, DeskText, DeskWord):
                model._base_manager.all().delete()
        texts: list[RevisionText] = []
        added = 0
        for revision in unindexed().iterator(chunk_size=AT_A_TIME):
            try:
                texts += index(revision.thaw(), revision)
            except LookupError:  # a model that no longer exists
                continue
            if len(texts) >= AT_A_TIME:
                added += add(texts)
                texts = []
                if added % SAID_EACH < AT_A_TIME:
                    self.stdout.write(f"Search: {added} texts indexed so far.")
        added += add(texts) + desk_index.index_missing()
        if added:
            merge()
        if added or options["verbosity"] > 1:
            self.stdout.write(f"Search: {added} texts indexed.")
