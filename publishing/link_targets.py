"""The pages that an editor may link to by name: what the link dialog of the rich text editor asks for."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from publishing.languages import current, localized, order, resolve, translated_fields
from publishing.links import page_models, reference, target_of
from publishing.models import Publishable, Revision
from publishing.reads import Target
from publishing.search import clean_query, fold, tidy

MAX_PAGES = 10


@never_cache
def link_targets(request: HttpRequest) -> HttpResponse:
    """JSON: the pages with the words of `q` in their name in any language, or the one that `href` refers to.

    Drafts too, so for whom the admin lets in only: a page counts when they may see it there. A script
    asks, so others get an empty list with status 403, and no redirect to a form.
    Each has `href` (the reference to store), `title`, `kind`, and `state`, a warning in words
    when visitors do not see it.
    """
    is_let_in = admin.site.has_permission(request)
    models = [model for model in page_models() if is_let_in and _may_see(request.user, model)]
    if not models:
        return JsonResponse({"pages": []}, status=403)
    if "href" in request.GET:
        target = target_of(request.GET["href"])
        found = {target: ""} if target else {}
    else:
        found = _named(models, clean_query(request.GET.get("q", "")))
    return JsonResponse({"pages": _described(models, found)})


def _may_see(user: Any, model: type[Publishable]) -> bool:
    rights = (get_permission_codename(action, model._meta) for action in ("view", "change"))
    return any(user.has_perm(f"{model._meta.app_label}.{each}") for each in rights)


def _named(models: list[type[Publishable]], query: str) -> dict[Target, str]:
    """Who has all words of `query` in one of its names, with that name, best first.

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
