from django.db import migrations, models


def as_before(apps, schema_editor):
    """Until now every commit was a check."""
    apps.get_model("publishing", "Revision").objects.update(checked_at=models.F("live_from"))


class Migration(migrations.Migration):

    dependencies = [
        ("publishing", "0003_words_as_they_are"),
    ]

    operations = [
        migrations.AddField("revision", "checked_at", models.DateTimeField(null=True, editable=False)),
        migrations.RunPython(as_before, migrations.RunPython.noop),
        migrations.AlterField(
            "revision", "checked_at", models.DateTimeField(verbose_name="checked at", editable=False)
        ),
    ]
