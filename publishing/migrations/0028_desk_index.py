from django.db import migrations, models

# As in `0011_text_index`, for texts of the desk.
TERMS = "replace(rtrim({0}.title), ' ', ' ^') || {0}.words"
ADD = f"INSERT INTO publishing_desk_index (rowid, terms) VALUES (new.id, {TERMS.format('new')});"
DELETE = f"""INSERT INTO publishing_desk_index (publishing_desk_index, rowid, terms)
    VALUES ('delete', old.id, {TERMS.format('old')});"""
SQLITE = [
    """CREATE VIRTUAL TABLE publishing_desk_index USING fts5(
        terms, content='', tokenize="ascii tokenchars '=^@'", detail='none', columnsize=0)""",
    f"CREATE TRIGGER publishing_desk_added AFTER INSERT ON publishing_desktext BEGIN {ADD} END",
    f"CREATE TRIGGER publishing_desk_deleted AFTER DELETE ON publishing_desktext BEGIN {DELETE} END",
    f"CREATE TRIGGER publishing_desk_changed AFTER UPDATE ON publishing_desktext BEGIN {DELETE} {ADD} END",
]
SQLITE_BACK = [
    "DROP TRIGGER publishing_desk_added",
    "DROP TRIGGER publishing_desk_deleted",
    "DROP TRIGGER publishing_desk_changed",
    "DROP TABLE publishing_desk_index",
]
POSTGRESQL = [
    "CREATE INDEX publishing_desk_words ON publishing_desktext USING gin (publishing_words(words))",
    "CREATE INDEX publishing_desk_title ON publishing_desktext USING gin (publishing_words(title))",
]
POSTGRESQL_BACK = ["DROP INDEX publishing_desk_words", "DROP INDEX publishing_desk_title"]


def forwards(apps, schema_editor):
    for sql in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(sql)


def backwards(apps, schema_editor):
    for sql in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(sql)


class Migration(migrations.Migration):
    """The index of the search in the desk; `prepare` fills it."""

    dependencies = [("publishing", "0027_taken_back_by")]

    operations = [
        migrations.CreateModel(
            name="DeskText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=100)),
                ("object_id", models.BigIntegerField()),
                ("copy", models.CharField(max_length=25)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("is_withheld", models.BooleanField(default=False)),
                ("title", models.TextField()),
                ("words", models.TextField()),
            ],
            options={"indexes": [models.Index(fields=["model", "object_id"], name="desk_text_of_object")]},
        ),
        migrations.CreateModel(
            name="DeskWord",
            fields=[
                ("word", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("sound", models.CharField(db_index=True, max_length=100)),
            ],
        ),
        migrations.RunPython(forwards, backwards),
    ]
