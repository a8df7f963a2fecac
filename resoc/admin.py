"""The admin as a whole: its navigation follows the tasks of the secretariat, not the apps."""

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import Count, Value
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from publishing.models import Discarded

SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Content"), ("MissionPage", "Priority", "Theme", "Update", "Document", "TextPage", "Discarded")),
    (_("People"), ("StaffMember", "Organisation", "ContactDetails")),
    (_("Access"), ("User", "Group")),
)


def count(counted: Iterable[type[models.Model]]) -> dict[str, int]:
    """How many rows each model has, by its name, in one question."""
    rows = {model: model._base_manager.all() for model in counted} | {Discarded: Discarded.objects.in_bin()}
    numbers = [
        each.order_by().annotate(of=Value(model.__name__)).values("of").annotate(number=Count("pk"))
        for model, each in rows.items()
    ]
    return {each["of"]: each["number"] for each in numbers[0].union(*numbers[1:])}


class Desk(admin.AdminSite):
    """The desk of the secretariat."""

    site_header = site_title = "RESOC Westhoek"
    index_title = _("What do you want to change?")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, and a question with a zero byte, which no browser asks and PostgreSQL refuses, is a bad one."""

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META["QUERY_STRING"]:
                raise BadRequest("A zero byte in the query.")
            return view(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What this user may edit, by task; a model that no task names comes last."""
        left = {model["object_name"]: model for app in super().get_app_list(request) for model in app["models"]}
        counts = count(each["model"] for each in left.values())
        for name, model in left.items():
            model["count"] = counts.get(name, 0)
        named = [(name, [left.pop(each) for each in section if each in left]) for name, section in SECTIONS]
        sections = [*named, (_("Other"), list(left.values()))]
        return [{"name": name, "app_label": "", "app_url": "", "models": each} for name, each in sections if each]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """There are no apps for who works here, so their addresses lead to the desk."""
        apps.get_app_config(app_label)
        return redirect("admin:index")
