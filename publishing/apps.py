"""The shared app of the publishing workflow."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    """Revisions, snapshots, languages; knows no content app."""

    name = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        from publishing import converters, workflow  # noqa: F401  (each registers what it has)
        from publishing.immutability import protect

        post_migrate.connect(protect, sender=self)
