"""What the software itself knows to be hard to reach, counted for the accessibility statement.

It was judged when each version was made (`publishing.review.lacks`), so that a page costs one query. Apps that know
more barriers register them.
"""

from collections.abc import Callable

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.i18n.languages import NAMES, current
from publishing.models import Lack, content_models
from publishing.queries.dependencies import Dependency, depends_only_on
from publishing.review.lacks import PICTURE, count_on_a_page
from publishing.review.translation_lacks import MISSING

COUNTS = Dependency(Lack._meta.label_lower)  # which changes when one of them does; see `review.lacks`
Sentence = Callable[[int], str]  # with `%d` where the number stands

_barriers: dict[str, Sentence] = {}


def register(kind: str, sentence: Sentence) -> None:
    """Count what public versions lack of this kind, and say so with `sentence`."""
    _barriers[kind] = sentence
    count_on_a_page(kind)


def counted() -> list[str]:
    """A sentence for each barrier that there is now, in the language being spoken."""
    pages = [model._meta.label_lower for model in content_models() if model.view_name]
    lacking = Lack.objects.shown().filter(kind__in=_barriers, language__in=["", current()])
    lacking = lacking.filter(~Q(kind=MISSING) | Q(revision__model__in=pages))
    with depends_only_on(COUNTS):
        numbers = dict(lacking.order_by().values_list("kind").annotate(Count("revision", distinct=True)))
    return [sentence(numbers[kind]) % numbers[kind] for kind, sentence in _barriers.items() if kind in numbers]


def _pictures(number: int) -> str:
    return ngettext("On %d page a picture has no description.", "On %d pages a picture has no description.", number)


def _untranslated(number: int) -> str:
    said = ngettext(
        "%%d page is not, or not wholly, in %(language)s yet.",
        "%%d pages are not, or not wholly, in %(language)s yet.",
        number,
    ) % {"language": NAMES[current()]}
    original = _("There you read the original text.")
    return f"{said} {original}"


register(PICTURE, _pictures)
register(MISSING, _untranslated)
