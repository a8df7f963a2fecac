from django.db import migrations


def store_words_plainly(apps, schema_editor):
    """Search reads the words of every page, and PostgreSQL would unpack them each time."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE publishing_revisiontext ALTER COLUMN words SET STORAGE EXTERNAL")


class Migration(migrations.Migration):

    dependencies = [
        ("publishing", "0002_desk"),
    ]

    operations = [migrations.RunPython(store_words_plainly, migrations.RunPython.noop)]
