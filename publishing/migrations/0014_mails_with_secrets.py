"""Waiting mails are encrypted, and know when what they hold lapses."""

from datetime import timedelta

from django.db import migrations, models

from publishing.models.values.encryption import DecryptionError
from publishing.operations.mail import sealed, unsealed

# What a mail held until now lapsed within this time; which of them is about signing in was not written down.
LASTED = timedelta(days=30)


def encrypt_waiting(apps, schema_editor):
    """Encrypt the mails that wait now; those of which it is not known are treated as holding a secret."""
    for mail in apps.get_model("publishing", "mail").objects.all():
        mail.message = sealed(bytes(mail.message))
        mail.is_security = True
        mail.expires_at = mail.created_at + LASTED
        mail.save(update_fields=["message", "is_security", "expires_at"])


def decrypt_waiting(apps, schema_editor):
    """Put them back in clear; one that no key decrypts goes."""
    for mail in apps.get_model("publishing", "mail").objects.all():
        try:
            mail.message = unsealed(bytes(mail.message))
        except DecryptionError:
            mail.delete()
        else:
            mail.save(update_fields=["message"])


class Migration(migrations.Migration):

    dependencies = [
        ("publishing", "0013_kinds_of_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="expires_at",
            field=models.DateTimeField(db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="is_security",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(encrypt_waiting, decrypt_waiting),
    ]
