"""Each update gets an address, and what it is about becomes child rows.

Not only in the working copies, but in everything that holds an update: versions with their indexes, kept saves, the
bin, and what acts can be undone. Nothing that visitors did not read before is shown: see `_withdraw_unseen`.
"""

import json
from hashlib import blake2s
from itertools import chain, count

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from publishing.models.immutability import permit
from publishing.text.transliteration import to_slug

LABEL = "priorities.update"
CODES = ("nl", "fr", "en")  # in which order readers fall back
KINDS = ("priority", "theme")
UNPUBLISHED = ("needs_check_fr", "needs_check_en")
LONGEST = 80
AT_A_TIME = 500
REASON = "De pagina waarbij dit bericht hoorde, staat niet op de site."


def upgrade(apps, schema_editor):
    with permit(schema_editor.connection.alias):
        Upgrade(apps, schema_editor.connection).run()


class Upgrade:
    """All updates of one database."""

    def __init__(self, apps, connection):
        self.connection = connection
        self.models = {
            name: apps.get_model(app, name)._base_manager.using(connection.alias)
            for app, names in {
                "priorities": ("Update", "Subject", "UpdateDocument"),
                "publishing": (
                    *("Revision", "RevisionSlug", "RevisionReference", "RevisionFile", "RevisionText"),
                    *("Draft", "Discarded", "ActLine"),
                ),
            }.items()
            for name in names
        }
        self.rows = list(self.models["Update"].order_by("pk"))
        self.held = {
            name: list(self.models[name].filter(model=LABEL).order_by("pk"))
            for name in ("Revision", "Draft", "Discarded", "ActLine")
        }
        self.documents, self.versions = {}, {}
        for each in self.models["UpdateDocument"].order_by("position", "pk"):
            row = {"id": each.pk, "position": each.position, "document_id": each.document_id}
            self.documents.setdefault(each.update_id, []).append(row)
        for each in self.held["Revision"]:
            self.versions.setdefault(each.object_id, []).append(each)
        self.working = {row.pk: self.snapshot(row) for row in self.rows}
        self.ids = self.subject_ids()
        self.slugs = self.make_slugs()

    def run(self):
        for row in self.rows:
            for code, slug in self.slugs.get(row.pk, {}).items():
                setattr(row, f"slug_{code}", slug or None)
            row.slug = row.slug_nl or ""
        columns = ["slug", *(f"slug_{code}" for code in CODES)]
        self.models["Update"].bulk_update(self.rows, columns, batch_size=AT_A_TIME)
        self.add_subjects()
        self.rewrite_held()
        self.write_indexes()
        self.withdraw_unseen()

    # What updates are about

    def data_of(self):
        """Every snapshot of an update with its number, newest first where it matters for a title."""
        yield from self.working.items()
        for name in ("Revision", "Draft", "Discarded"):
            for each in reversed(self.held[name]):
                yield each.object_id, each.data
        for line in self.held["ActLine"]:
            yield line.object_id, line.working

    def subject_ids(self):
        """A number for each row of each update; those of working copies come last, so that none is given out again."""
        ends = {(pk, *end) for pk, data in self.data_of() for end in ends_of(data)}
        own = {(pk, *end) for pk, data in self.working.items() for end in ends_of(data)}
        return {end: number for number, end in enumerate([*sorted(ends - own), *sorted(own)], start=1)}

    def subjects(self, pk, data):
        return [
            {
                "id": self.ids[pk, kind, target],
                "position": position,
                **{f"{each}_id": target if each == kind else None for each in KINDS},
            }
            for position, (kind, target) in enumerate(ends_of(data), start=1)
        ]

    def add_subjects(self):
        manager = self.models["Subject"]
        manager.bulk_create(
            (
                manager.model(update_id=pk, **subject)
                for pk, data in self.working.items()
                for subject in self.subjects(pk, data)
            ),
            batch_size=AT_A_TIME,
        )
        table, last = manager.model._meta.db_table, len(self.ids)
        with self.connection.cursor() as cursor:  # the next row gets a number that no version names
            if last and self.connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
            elif last:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])

    # Addresses

    def make_slugs(self):
        """The address of each update in each language in which it has a title: that title, with the date where needed."""
        titles, dates = {}, {}
        for pk, data in self.data_of():
            dates.setdefault(pk, data.get("date") or "")
            for code in CODES:
                title = (data.get(f"title_{code}") or "").strip()
                if title:
                    titles.setdefault(pk, {}).setdefault(code, title)
        owners, slugs = {}, {}
        for pk in sorted(titles):
            for code, title in titles[pk].items():
                plain = to_slug(title, "bericht")[:LONGEST].strip("-")
                dated = f"{plain}-{dates[pk]}".strip("-")
                candidates = chain([plain, dated], (f"{dated}-{number}" for number in count(2)))
                slug = next(each for each in candidates if owners.setdefault(each, pk) == pk)
                slugs.setdefault(pk, dict.fromkeys(CODES, ""))[code] = slug
        return slugs

    # Everything that holds an update

    def snapshot(self, row):
        """The working copy of `row`, as the code of then froze it."""
        data = {f"{name}_{code}": getattr(row, f"{name}_{code}") or "" for name in ("title", "body") for code in CODES}
        return {
            "date": row.date.isoformat(),
            **data,
            "priority_id": row.priority_id,
            "theme_id": row.theme_id,
            "documents": self.documents.get(row.pk, []),
            **{name: getattr(row, name) for name in UNPUBLISHED},
        }

    def rewritten(self, pk, data):
        """`data` with an address and with rows; what says nothing goes on saying nothing."""
        if not data:
            return data
        slugs = self.slugs.get(pk, dict.fromkeys(CODES, ""))
        kept = {name: value for name, value in data.items() if name not in ("priority_id", "theme_id")}
        return kept | {f"slug_{code}": slugs[code] for code in CODES} | {"subjects": self.subjects(pk, data)}

    def rewrite_held(self):
        for name in ("Revision", "Draft", "Discarded"):
            for each in self.held[name]:
                each.data = self.rewritten(each.object_id, each.data)
        for draft in self.held["Draft"]:
            draft.digest = digest({name: value for name, value in draft.data.items() if name not in UNPUBLISHED})
        for line in self.held["ActLine"]:
            if {"priority_id", "theme_id"} & line.working.keys():
                subjects = self.subjects(line.object_id, line.working)
                line.working = {k: v for k, v in line.working.items() if k not in ("priority_id", "theme_id")}
                line.working["subjects"] = subjects
            now = self.working.get(line.object_id)
            if now and line.digest == self.look(line.object_id, now):
                line.digest = self.look(line.object_id, self.rewritten(line.object_id, now))
        for name, columns in {
            "Revision": ["data"],
            "Draft": ["data", "digest"],
            "Discarded": ["data"],
            "ActLine": ["working", "digest"],
        }.items():
            self.models[name].bulk_update(self.held[name], columns, batch_size=AT_A_TIME)

    def look(self, pk, working):
        """The digest by which an act knows that nothing of an update changed since; see `workflow.undo.Look`."""
        own = self.versions.get(pk, [])
        return digest([working, max((each.pk for each in own), default=0), [each.pk for each in own if each.cancelled]])

    # Indexes

    def write_indexes(self):
        references = self.models["RevisionReference"].filter(revision__model=LABEL, field__in=KINDS)
        references.update(field=Concat(Value("subjects."), F("field")))
        now = timezone.now()
        seen = {
            each.object_id
            for each in self.held["Revision"]
            if not each.withdrawn
            and each.live_from <= now
            and (each.superseded_at is None or each.superseded_at > each.live_from)
        }
        manager = self.models["RevisionSlug"]
        manager.bulk_create(
            (
                manager.model(revision_id=each.pk, language=code, slug=slug)
                for each in self.held["Revision"]
                if each.data and (not each.withdrawn or each.object_id in seen)
                for code in CODES
                if (slug := self.slug_in(each.object_id, code))
            ),
            batch_size=AT_A_TIME,
        )

    def slug_in(self, pk, code):
        slugs = self.slugs.get(pk, {})
        return next(filter(None, (slugs.get(each) for each in (code, *CODES))), "")

    # What nobody saw

    def withdraw_unseen(self):
        """Take off the site what was public, but not to be seen, because the page that it belongs to is not public.

        It comes when that page is to come.
        """
        now = timezone.now()
        subjects = self.models["Revision"].filter(model__in=[f"priorities.{kind}" for kind in KINDS], withdrawn=False)
        subjects = subjects.filter(taken_back_at=None)
        public, coming = set(), {}
        for model, pk, live_from, live_until, superseded_at in subjects.values_list(
            "model", "object_id", "live_from", "live_until", "superseded_at"
        ):
            if superseded_at is not None and superseded_at <= max(now, live_from):
                continue
            if live_from > now:
                coming[model, pk] = min(live_from, coming.get((model, pk), live_from))
            elif live_until is None or live_until > now:
                public.add((model, pk))
        for each in self.held["Revision"]:
            is_public = (
                each.live_from <= now
                and (each.superseded_at is None or each.superseded_at > now)
                and (each.live_until is None or each.live_until > now)
                and not each.withdrawn
                and each.taken_back_at is None
            )
            ends = [
                (f"priorities.{kind}", row[f"{kind}_id"])
                for row in (each.data.get("subjects") or () if is_public else ())
                for kind in KINDS
                if row[f"{kind}_id"]
            ]
            if is_public and public.isdisjoint(ends):
                self.withdraw(each, now, min((coming[end] for end in ends if end in coming), default=None))

    def withdraw(self, shown, now, again_at):
        own = self.versions[shown.object_id]
        waiting = [each.live_from for each in own if each.live_from > now and each.superseded_at is None]
        if again_at and shown.live_until and shown.live_until <= again_at:
            again_at = None  # it is over by then
        over = min(waiting, default=again_at)
        withdrawal = self.copy(shown, live_from=now, superseded_at=over, withdrawn=True, reason=REASON)
        if again_at and not waiting:
            plan = {"live_from": again_at, "live_until": shown.live_until, "author_id": shown.author_id}
            self.copy(shown, "RevisionText", carried_by=withdrawal, **plan)
        self.models["Revision"].filter(pk=shown.pk).update(superseded_at=now)
        self.models["RevisionText"].filter(revision=shown.pk).delete()

    def copy(self, shown, *indexes, **changes):
        """A revision that says what `shown` says, with its indexes."""
        now = timezone.now()
        same = {name: getattr(shown, name) for name in ("model", "object_id", "data", "sort_key")}
        copy = self.models["Revision"].create(**(same | {"created_at": now, "checked_at": now} | changes))
        for name in ("RevisionSlug", "RevisionReference", "RevisionFile", *indexes):
            for each in self.models[name].filter(revision=shown.pk):
                each.pk, each.revision_id = None, copy.pk
                each.save(using=self.connection.alias, force_insert=True)
        return copy


def ends_of(data):
    """What an update was about: at most one of each kind, and of a version that was published one in all."""
    return [(kind, data[f"{kind}_id"]) for kind in KINDS if data.get(f"{kind}_id")]


def digest(value):
    """As `publishing.workflow.drafts.digest` made it."""
    return blake2s(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


class Migration(migrations.Migration):
    dependencies = [
        ("priorities", "0005_subjects"),
        ("publishing", "0027_taken_back_by"),
    ]

    operations = [migrations.RunPython(upgrade)]
