"""The pages that an editor may link to by name, for the link dialog of the rich text editor."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from publishing.content.internal_links import reference, target_of
from publishing.content.link_resolution import page_models
from publishing.i18n.languages import current, localized, order, resolve, translated_fields
from publishing.models import Publishable, Revision
from publishing.models.rights import may_see
from publishing.queries.dependencies import Target
from publishing.search.text import clean_query, fold, tidy

MAX_PAGES = 10


@never_cache
def link_targets(request: HttpRequest) -> HttpResponse:
    """JSON: the pages with the words of `q` in their name in any language, or the one that `href` refers to.

    Drafts too, so only for users of the admin, and only the pages that they may see there. A script
    sends the request, so others get an empty list with status 403, and no redirect to a form.
    Each has `href` (the reference to store), `title`, `kind`, and `state`, a warning in words
    when visitors do not see it.
    """
    is_let_in = admin.site.has_permission(request)
    models = [model for model in page_models() if is_let_in and may_see(request.user, model)]
    if not models:
        return JsonResponse({"pages": []}, status=403)
    if "href" in request.GET:
        target = target_of(request.GET["href"])
        found = {target: ""} if target else {}
    else:
        found = _named(models, clean_query(request.GET.get("q", "")))
    return JsonResponse({"pages": _described(models, found)})


def _named(models: list[type[Publishable]], query: str) -> dict[Target, str]:
    """The pages with all words of `query` in one of their names, with that name, best first.

    Compared here and not by the database, because SQLite knows no accents and no capitals but ASCII.
    """
    words = fold(query).split()
    found: list[tuple[bool, str, Target, str]] = []
    for model in models if words else []:
        name = model.title_field
        columns = localized(name, order(current())) if name in translated_fields(model) else (name,)
        for pk, *titles in model._base_manager.values_list("pk", *columns):
            for title in filter(None, titles):
                folded = fold(tidy(title))
                if all(word in folded for word in words):
                    found.append((not folded.startswith(words[0]), folded, (model._meta.label_lower, pk), title))
                    break
    return {target: title for _late, _folded, target, title in sorted(found)[:MAX_PAGES]}


def _described(models: list[type[Publishable]], found: dict[Target, str]) -> list[dict[str, str]]:
    rows: dict[Target, Publishable] = {}
    public: set[Target] = set()
    for model in models:
        label = model._meta.label_lower
        ids = [object_id for name, object_id in found if name == label]
        if ids:
            rows |= {(label, pk): row for pk, row in model._base_manager.in_bulk(ids).items()}
            shown = Revision.objects.of(model).public().filter(object_id__in=ids)
            public |= {(label, pk) for pk in shown.values_list("object_id", flat=True)}
    return [
        {
            "href": reference(row),
            "title": title or resolve(row, row.title_field).value,
            "kind": row.page_kind,
            "state": "" if target in public else _("not public"),
        }
        for target, title in found.items()
        if (row := rows.get(target))
    ]
