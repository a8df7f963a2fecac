"""French search words lead to words that the site has: the begin of 2026 led to a page about something else.

Only lines that nobody changed since; what the secretariat deleted of them does not come back.
"""

from django.db import migrations

# What visitors type, by the word to which it led, and by that to which it leads.
MOVED = {"espace": "Beleidsplan Ruimte", "accessibilité": "désenclavement"}
ADDED = {"Beleidsplan Ruimte": ("espace", "aménagement du territoire")}


def move(apps, schema_editor):
    lines = apps.get_model("pages", "Synonym").objects.using(schema_editor.connection.alias).filter(language="fr")
    model = lines.model
    for before, after in MOVED.items():
        for line in lines.filter(meant=before):
            if lines.filter(said=line.said, meant=after).exists():
                line.delete()
            else:
                line.meant = after
                line.save()
    for meant, words in ADDED.items():
        if not lines.filter(meant=meant).exists():
            continue
        for said in words:
            if not lines.filter(said=said).exists():
                model.objects.using(schema_editor.connection.alias).create(language="fr", said=said, meant=meant)


class Migration(migrations.Migration):
    dependencies = [("pages", "0006_statement_names")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
