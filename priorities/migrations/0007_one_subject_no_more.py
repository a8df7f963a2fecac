from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("priorities", "0006_updates_with_pages"),
    ]

    operations = [
        migrations.RemoveField(model_name="update", name="priority"),
        migrations.RemoveField(model_name="update", name="theme"),
    ]
