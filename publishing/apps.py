"""The shared app of the publishing workflow."""

from django.apps import AppConfig
from django.core.signals import request_finished
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    """Revisions, snapshots, languages; knows no content app."""

    name = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        from publishing import workflow  # noqa: F401  (each registers what it has)
        from publishing.models.immutability import protect
        from publishing.review import (
            lacks,  # noqa: F401  (judges what is committed)
            still_right,  # noqa: F401  (each registers what it has)
            translation_lacks,  # noqa: F401  (each registers what it has)
            translation_states,  # noqa: F401  (each registers what it has)
        )
        from publishing.search.desk import desk_index
        from publishing.text.hyphenation import forget_patterns
        from publishing.web.addresses import converters  # noqa: F401  (each registers what it has)

        post_migrate.connect(protect, sender=self)
        request_finished.connect(forget_patterns)
        desk_index.follow_rows()
