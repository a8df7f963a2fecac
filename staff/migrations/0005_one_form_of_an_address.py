"""Addresses in the one form in which they are compared; it never fails, and of two owners the older one keeps it."""

from django.db import migrations

from staff.emails import normal


def forwards(apps, schema_editor):
    User = apps.get_model("auth", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    for label in ("StaffMember", "CardLink"):
        model = apps.get_model("staff", label)
        put_right(model, model._base_manager.values_list("pk", "email"))
    owners = {}  # of each address, the oldest first
    users = User.objects.order_by("date_joined", "pk")
    for pk, email in users.exclude(email="").values_list("pk", "email"):
        owners.setdefault(normal(email), pk)
    own = {pk: email for email, pk in owners.items()}
    put_right(User, [row for row in User.objects.values_list("pk", "email") if row[0] in own])
    for pk, username in User.objects.filter(pk__in=own).values_list("pk", "username"):
        is_free = not User.objects.exclude(pk=pk).filter(username__iexact=own[pk]).exists()
        if username != own[pk] and normal(username) == own[pk] and len(own[pk]) <= 150 and is_free:
            User.objects.filter(pk=pk).update(username=own[pk])
    # The list that django-allauth keeps beside it: nobody signs in with an address of before, or of somebody else.
    seen = set()
    stored = dict(User.objects.values_list("pk", "email"))
    rows = EmailAddress.objects.order_by("-verified", "-primary", "pk").values_list("pk", "user_id", "email")
    for pk, user, email in [*rows]:
        if user in seen or own.get(user) != normal(email) or stored[user] != own[user]:
            EmailAddress.objects.filter(pk=pk).delete()
        else:
            seen.add(user)
    put_right(EmailAddress, EmailAddress.objects.values_list("pk", "email"))


def put_right(model, rows):
    length = model._meta.get_field("email").max_length
    for pk, email in [*rows]:
        wanted = normal(email)
        if wanted != email and len(wanted) <= length:
            model._base_manager.filter(pk=pk).update(email=wanted)


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("staff", "0004_links_of_the_account"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
