import django.core.validators
import django.db.models.deletion
import publishing.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("priorities", "0004_numbers_of_their_own"),
    ]

    operations = [
        migrations.AddField(
            model_name="update",
            name="slug",
            field=models.SlugField(blank=True, help_text="The last part of the web address: small letters, digits and hyphens.", max_length=100, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="update",
            name="slug_en",
            field=models.SlugField(blank=True, help_text="The last part of the web address: small letters, digits and hyphens.", max_length=100, null=True, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="update",
            name="slug_fr",
            field=models.SlugField(blank=True, help_text="The last part of the web address: small letters, digits and hyphens.", max_length=100, null=True, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="update",
            name="slug_nl",
            field=models.SlugField(blank=True, help_text="The last part of the web address: small letters, digits and hyphens.", max_length=100, null=True, verbose_name="address"),
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(default=0, help_text="The lowest number comes first; 0 puts a new one last.", validators=[django.core.validators.MaxValueValidator(999999)], verbose_name="order")),
                ("priority", publishing.fields.PublishedForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="priorities.priority", verbose_name="priority")),
                ("theme", publishing.fields.PublishedForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="priorities.theme", verbose_name="theme")),
                ("update", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="subjects", to="priorities.update")),
            ],
            options={
                "verbose_name": "subject",
                "verbose_name_plural": "subjects",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
    ]
