"""How the translations of working copies stand to their sources: written when these are saved, for lists to read."""

from collections.abc import Iterable, Mapping
from typing import Self

from django.db import models

from publishing.models.content import Publishable


class TranslationStateQuerySet(models.QuerySet["TranslationState"]):
    """The states of translations of working copies."""

    def of(self, obj: Publishable) -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def among(self, model: type[Publishable], keys: Iterable[int]) -> Self:
        """Those of these objects of `model`."""
        return self.filter(model=model._meta.label_lower, object_id__in=[*keys])

    def lacking(self, model: type[Publishable], language: str, column: str) -> Self:
        """Those of `model` in one language that lack something: `column` is `missing` or `behind`."""
        return self.filter(model=model._meta.label_lower, language=language, **{f"{column}__gt": 0})

    def put_back(self, obj: Publishable, origins: Mapping[str, dict[str, object]]) -> None:
        """Let the translations of `obj` have these origins, by language, as an undone act found them."""
        for state in self.of(obj):
            state.origins = origins.get(state.language, {})
            state.save(update_fields=["origins"])

    def forget_texts(self, model: type[models.Model], object_id: int) -> None:
        """Drop the sources that are kept of one object: what is behind stays so, and can't be shown any more."""
        for state in self.filter(model=model._meta.label_lower, object_id=object_id):
            state.origins = {key: _without_text(origin) for key, origin in state.origins.items()}
            state.save(update_fields=["origins"])


def _without_text(origin: object) -> object:
    return origin | {"text": None} if isinstance(origin, dict) else None


class TranslationState(models.Model):
    """How the texts of one working copy stand in one language; see `review.translation_states`."""

    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    language = models.CharField(max_length=10, editable=False)
    missing = models.PositiveIntegerField(default=0, editable=False)  # texts without a translation
    behind = models.PositiveIntegerField(default=0, editable=False)  # translations whose source changed since
    # Of each translation the source that it was made from, as `review.translation_rules.Origin` is stored, by its key.
    origins = models.JSONField(default=dict, editable=False)

    objects = TranslationStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "object_id", "language"], name="translation_state_once")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id} {self.language}: {self.missing} missing, {self.behind} behind"
