"""Search words for how one travels and for who presides, as visitors type them.

Only where the secretariat still has lines to that word, and none for what visitors type.
"""

from django.db import migrations

ADDED = {
    "nl": {
        "mobiliteit": ("station", "spoorweg", "snelweg", "autosnelweg"),
        "dagelijks bestuur": ("voorzitter", "lid", "lidmaatschap"),
        "privacy": ("gegevens",),
    },
    "fr": {
        "mobilité": ("gare", "autoroute", "chemin de fer", "voiture"),
        "bureau": ("président", "présidente"),
    },
    "en": {
        "mobility": ("railway", "rail", "bicycle", "bike", "motorway"),
        "executive committee": ("chair", "chairman", "president"),
        "local authorities": ("townhall",),
        "privacy": ("data",),
    },
}


def add(apps, schema_editor):
    lines = apps.get_model("pages", "Synonym").objects.using(schema_editor.connection.alias)
    for language, words in ADDED.items():
        own = lines.filter(language=language)
        for meant, each in words.items():
            for said in each if own.filter(meant=meant).exists() else ():
                if not own.filter(said=said).exists():
                    own.create(language=language, said=said, meant=meant)


class Migration(migrations.Migration):
    dependencies = [("pages", "0010_members_in_the_privacy_statement")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
