from django.db import migrations, models
from django.db.models import Max


def open_newest(apps, schema_editor):
    """The newest kept save of each object may still wait to be published; upkeep closes those that do not."""
    drafts = apps.get_model("publishing", "Draft").objects.using(schema_editor.connection.alias)
    newest = drafts.filter(was_saved=True).order_by().values("model", "object_id").annotate(newest=Max("pk"))
    numbers = [each["newest"] for each in newest]
    for start in range(0, len(numbers), 500):
        drafts.filter(pk__in=numbers[start : start + 500]).update(is_open=True)


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0032_held_act"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="is_open",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(condition=models.Q(("is_open", True)), fields=["last_at"], name="draft_open"),
        ),
        migrations.RunPython(open_newest, migrations.RunPython.noop),
    ]
