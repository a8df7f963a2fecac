"""The text of a Word file for the form that is open; nothing is saved."""

from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from publishing.content import word
from publishing.models import Publishable
from publishing.models.rights import may


@never_cache
@require_POST
def read_word(request: HttpRequest) -> JsonResponse:
    """JSON: the text of the Word file `file` as `html`, and what was `left_out`; or an `error`, one sentence.

    For who may write what is of `model`, which the query names.
    """
    model = _model(request.GET.get("model", ""))
    if model is None or not (may(request.user, "change", model) or may(request.user, "add", model)):
        return JsonResponse({}, status=HTTPStatus.FORBIDDEN)
    upload: Any = request.FILES.get("file")
    try:
        if upload is None:
            raise word.RefusedError(word.NO_WORD_FILE)
        if upload.size > word.MAX_FILE:
            raise word.RefusedError(word.too_large())
        made = word.convert(upload.read())
    except word.RefusedError as error:
        return JsonResponse({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
    return JsonResponse({"html": made.html, "left_out": made.left_out})


def address(model: type[Publishable]) -> str:
    """Where the form of this model sends a Word file."""
    return f"{reverse('read_word')}?{urlencode({'model': model._meta.label_lower})}"


def _model(label: str) -> type[Publishable] | None:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if issubclass(model, Publishable) else None
