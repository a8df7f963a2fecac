"""More words of visitors that lead to words of this site.

Only where the secretariat still has lines to that word, and none for what visitors type.
"""

from django.db import migrations

ADDED = {
    "nl": {
        "tewerkstelling": ("werkloosheid", "werklozen", "werkzoekenden", "solliciteren", "jobaanbod"),
        "mobiliteit": ("openbaar vervoer", "fietsers"),
        "contact": ("contactformulier", "klagen", "openingsuren", "ligging", "gevestigd"),
        "onderwijs": ("hogeschool", "universiteit", "studenten"),
        "speerpuntsectoren": ("ondernemers", "ondernemingen"),
        "lokale overheden": ("gemeentehuis", "stadhuis", "schepen", "lokale besturen", "lokaal bestuur"),
        "privacy": ("gegevensbescherming",),
        "sociale partners": ("werkgevers", "werknemers", "vakbond", "vakbonden"),
    },
    "fr": {
        "emploi": ("chômage", "chômeurs", "marché de l’emploi", "offre d’emploi"),
        "mobilité": ("transport en commun", "trafic", "cyclistes", "pistes cyclables"),
        "contact": ("signaler", "nous écrire", "heures d’ouverture"),
        "enseignement": ("université", "haute école", "étudiants"),
        "pouvoirs locaux": ("autorités locales", "administration communale", "maison communale"),
        "partenaires sociaux": ("employeurs", "travailleurs", "syndicat", "syndicats"),
    },
    "en": {
        "employment": ("unemployment", "labor", "labour market", "recruitment", "jobseekers"),
        "mobility": ("public transport", "road"),
        "contact": ("get in touch", "opening hours"),
        "education": ("university", "universities", "students"),
        "local authorities": ("local government", "municipal council"),
        "social partners": ("employers", "employees", "trade unions", "unions"),
    },
}
NEW = frozenset({"sociale partners", "partenaires sociaux", "social partners"})  # no line leads to these yet


def add(apps, schema_editor):
    lines = apps.get_model("pages", "Synonym").objects.using(schema_editor.connection.alias)
    for language, words in ADDED.items():
        own = lines.filter(language=language)
        for meant, each in words.items():
            if not own.filter(**({} if meant in NEW else {"meant": meant})).exists():
                continue
            for said in each:
                if not own.filter(said=said).exists():
                    own.create(language=language, said=said, meant=meant)


class Migration(migrations.Migration):
    dependencies = [("pages", "0008_followers_in_the_privacy_statement")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
