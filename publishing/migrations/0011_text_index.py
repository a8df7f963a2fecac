from django.db import migrations, models

# A text is indexed as the words of its title after `^`, all its words, and its language after `@`: the index
# knows which texts have a term, and nothing else of them.
# Triggers keep it in step, whoever writes the texts. A migration that has SQLite make the table of texts anew
# (such as `AlterField`) drops them with the old table, and must make them again.
TERMS = "replace(rtrim({0}.title), ' ', ' ^') || {0}.words || '@' || {0}.language"
ADD = f"INSERT INTO publishing_text_index (rowid, terms) VALUES (new.id, {TERMS.format('new')});"
DELETE = f"""INSERT INTO publishing_text_index (publishing_text_index, rowid, terms)
    VALUES ('delete', old.id, {TERMS.format('old')});"""
SQLITE = [
    """CREATE VIRTUAL TABLE publishing_text_index USING fts5(
        terms, content='', tokenize="ascii tokenchars '=^@'", detail='none', columnsize=0)""",
    f"INSERT INTO publishing_text_index (rowid, terms) SELECT id, {TERMS.format('t')} FROM publishing_revisiontext AS t",
    f"CREATE TRIGGER publishing_text_added AFTER INSERT ON publishing_revisiontext BEGIN {ADD} END",
    f"CREATE TRIGGER publishing_text_deleted AFTER DELETE ON publishing_revisiontext BEGIN {DELETE} END",
    f"CREATE TRIGGER publishing_text_changed AFTER UPDATE ON publishing_revisiontext BEGIN {DELETE} {ADD} END",
]
SQLITE_BACK = [
    "DROP TRIGGER publishing_text_added",
    "DROP TRIGGER publishing_text_deleted",
    "DROP TRIGGER publishing_text_changed",
    "DROP TABLE publishing_text_index",
]
# Its cost keeps the planner from splitting every text when it may ask the index. It may not run in parallel:
# to start more processes takes longer than a search.
POSTGRESQL = [
    """CREATE FUNCTION publishing_words(text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT COST 100
        AS $$ BEGIN RETURN string_to_array($1, ' '); END $$""",
    "CREATE INDEX publishing_text_words ON publishing_revisiontext USING gin (publishing_words(words))",
    "CREATE INDEX publishing_text_title ON publishing_revisiontext USING gin (publishing_words(title))",
]
POSTGRESQL_BACK = [
    "DROP INDEX publishing_text_words",
    "DROP INDEX publishing_text_title",
    "DROP FUNCTION publishing_words",
]


def forwards(apps, schema_editor):
    for sql in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(sql)
    words = set()
    for text in apps.get_model("publishing", "RevisionText").objects.values_list("words", flat=True).iterator():
        words.update(word for word in text.split() if len(word) <= 100)
    word_model = apps.get_model("publishing", "RevisionWord")
    word_model.objects.bulk_create([word_model(word=word) for word in sorted(words)])


def backwards(apps, schema_editor):
    for sql in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_link_check")]

    operations = [
        migrations.CreateModel(
            name="RevisionWord",
            fields=[("word", models.CharField(max_length=100, primary_key=True, serialize=False))],
        ),
        migrations.RunPython(forwards, backwards),
    ]
