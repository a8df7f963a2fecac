"""The text of a Word file for the form that is open; nothing is saved.

The editor sends the file by itself. Without a script it comes with the form, which then comes back with its text.
"""

from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from publishing.content import word
from publishing.content.fields import RichTextField
from publishing.content.rich_text import WORD_WORDS
from publishing.models import Publishable
from publishing.models.rights import may
from publishing.web.sent_forms import form_data

FILE = "-word"  # after the name of a text: the file that it is to be read from


@never_cache
@require_POST
def read_word(request: HttpRequest) -> JsonResponse:
    """JSON: the text of the Word file `file` as `html`, and what was `left_out`; or an `error`, one sentence.

    For who may write what is of `model`, which the query names.
    """
    model = _model(request.GET.get("model", ""))
    if model is None or not _may_write(request.user, model):
        return JsonResponse({}, status=HTTPStatus.FORBIDDEN)
    try:
        made = _converted(request.FILES.get("file"))
    except word.RefusedError as error:
        return JsonResponse({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
    return JsonResponse({"html": made.html, "left_out": made.left_out})


def put_texts(request: HttpRequest, model: type[Publishable]) -> None:
    """Give the form of `model` in `request` the text of each Word file that came with it, and say that it is read.

    A file that gives no text leaves what was typed, and is told beside its field; so is a button without a file.
    """
    texts = [each.name for each in model._meta.fields if isinstance(each, RichTextField) and each.name in request.POST]
    asked = request.POST.get(form_data.READ)
    chosen = [name for name in texts if f"{name}{FILE}" in request.FILES or name == asked]
    if not chosen or not _may_write(request.user, model):
        return
    data = form_data.editable(request)
    for mark in (form_data.READ, form_data.WORD_READ, form_data.WORD_REFUSED):
        data.pop(mark, None)
    for name in chosen:
        upload: Any = request.FILES.get(f"{name}{FILE}")
        try:
            if upload is None:
                raise word.RefusedError(_("Choose a Word file first, and then the button beside it."))
            made = _converted(upload)
        except word.RefusedError as error:
            data.appendlist(form_data.WORD_REFUSED, f"{name} {error}")
        else:
            data[name] = made.html
            data[form_data.READ] = name
            data.appendlist(form_data.WORD_READ, _report(upload.name, made))


def _converted(upload: Any) -> word.Converted:
    """The text of an upload; raises `word.RefusedError`."""
    if upload is None:
        raise word.RefusedError(word.NO_WORD_FILE)
    if upload.size > word.MAX_FILE:
        raise word.RefusedError(word.too_large())
    return word.convert(upload.read())


def _report(name: str, made: word.Converted) -> str:
    """What the form says of the file that it was filled from: that, and what was left out."""
    kinds = dict.fromkeys(kind for kind, _words in made.left_out)
    left_out = f"{WORD_WORDS['title']} {', '.join(str(WORD_WORDS[kind]) for kind in kinds)}."
    return f"{WORD_WORDS['done']} ".replace("%s", name) + (left_out if kinds else str(WORD_WORDS["whole"]))


def _may_write(user: Any, model: type[Publishable]) -> bool:
    return may(user, "change", model) or may(user, "add", model)


def address(model: type[Publishable]) -> str:
    """Where the form of this model sends a Word file."""
    return f"{reverse('read_word')}?{urlencode({'model': model._meta.label_lower})}"


def _model(label: str) -> type[Publishable] | None:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if issubclass(model, Publishable) else None
