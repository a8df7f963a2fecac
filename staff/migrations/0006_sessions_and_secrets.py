from django.db import migrations


def end_sessions(apps, schema_editor):
    """Nobody knows of an older session whether a second factor was given in it."""
    apps.get_model("sessions", "Session").objects.all().delete()


def encrypt(apps, schema_editor):
    """Secrets of second factors were stored in clear."""
    from staff.accounts.second_factor import encrypt_anew

    encrypt_anew(apps.get_model("mfa", "Authenticator").objects.all())


def decrypt(apps, schema_editor):
    """As they were, so that the code of before can read them."""
    from staff.accounts.second_factor import decrypt_all

    decrypt_all(apps.get_model("mfa", "Authenticator").objects.all())


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0005_one_form_of_an_address"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(end_sessions, migrations.RunPython.noop),
        migrations.RunPython(encrypt, decrypt),
    ]
