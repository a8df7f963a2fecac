"""Of the tokens of share links a digest is kept, and the token itself encrypted."""

from hashlib import sha256

from django.db import migrations, models

from publishing.models.values.encryption import DecryptionError, decrypt, encrypt

PURPOSE = "share link"


def close_one(link):
    """Keep of its token what is kept from now on."""
    link.digest, link.sealed = sha256(link.token.encode()).hexdigest(), encrypt(link.token, PURPOSE)


def open_one(link):
    """Keep its token in clear again; one that no key decrypts can't be used any more."""
    try:
        link.token = decrypt(link.sealed, PURPOSE)
    except DecryptionError:
        link.token = f"lost-{link.pk}"


def close_all(apps, schema_editor):
    for link in apps.get_model("publishing", "sharelink").objects.all():
        close_one(link)
        link.save(update_fields=["digest", "sealed"])


def open_all(apps, schema_editor):
    for link in apps.get_model("publishing", "sharelink").objects.all():
        open_one(link)
        link.save(update_fields=["token"])


class Migration(migrations.Migration):

    dependencies = [
        ("publishing", "0017_what_takes_away"),
    ]

    operations = [
        migrations.AddField("sharelink", "digest", models.CharField(editable=False, max_length=64, null=True)),
        migrations.AddField("sharelink", "sealed", models.TextField(default="", editable=False), preserve_default=False),
        migrations.AlterField("sharelink", "token", models.CharField(editable=False, max_length=50, null=True)),
        migrations.RunPython(close_all, open_all),
        migrations.RemoveField("sharelink", "token"),
        migrations.AlterField(
            "sharelink", "digest", models.CharField(editable=False, max_length=64, unique=True)
        ),
    ]
