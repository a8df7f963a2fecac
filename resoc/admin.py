"""The admin as a whole: its navigation follows the tasks of the secretariat, not the apps."""

from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.db.models import Count, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultation.following.followers import number_told
from publishing.admin.changelist import OnlyOfferedLookups
from publishing.admin.work_list.listing import first_page
from publishing.models import Discarded
from publishing.queries.prepared import PreparedQuery
from resoc.desk.manual import address_for
from staff.accounts.second_factor import gave_factor, has_factor, must_give_factor

SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Content"),
        (
            "MissionPage",
            "Priority",
            "Theme",
            "Opinion",
            "Meeting",
            "Update",
            "Document",
            "TextPage",
            "Notice",
            "Synonym",
            "OldAddress",
            "Discarded",
        ),
    ),
    (_("Statements"), ("AccessibilityStatement", "PrivacyStatement")),
    (_("People"), ("StaffMember", "Organisation", "Body", "Mandate", "ContactDetails")),
    (_("Access"), ("User", "Group", "Authenticator", "Event", "Mail", "PolicyReport")),
)


@PreparedQuery
def counts(*counted: type[models.Model]) -> Any:
    """How many rows each model has, by its name, in one query: as rows of a name and a number."""
    rows = {model: model._base_manager.all() for model in counted} | {Discarded: Discarded.objects.in_bin()}
    numbers = [
        each.order_by().annotate(of=Value(model.__name__)).values("of").annotate(number=Count("pk"))
        for model, each in rows.items()
    ]
    return numbers[0].union(*numbers[1:])


class ResocAdminSite(admin.AdminSite):
    """The desk of the secretariat."""

    site_header = site_title = "RESOC Westhoek"
    index_title = _("This needs your attention")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's; no list can be narrowed by what it does not offer, whoever makes it."""
        plain = admin_class or admin.ModelAdmin
        guarded = type(plain.__name__, (OnlyOfferedLookups, plain), {"__module__": plain.__module__})
        super().register(model_or_iterable, guarded, **options)

    def get_urls(self) -> list[Any]:
        """As Django's, without the one that leads from the number of any row, also a draft, to its public address."""
        return [each for each in super().get_urls() if getattr(each, "name", None) != "view_on_site"]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, and a question with a zero byte, which no browser asks and PostgreSQL refuses, is a bad one."""

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META["QUERY_STRING"]:
                raise BadRequest("A zero byte in the query.")
            return view(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models that this user may edit, by task; a model that no task names comes last."""
        left = {model["object_name"]: model for app in super().get_app_list(request) for model in app["models"]}
        numbers = dict(counts.rows(*(each["model"] for each in left.values())))
        for name, model in left.items():
            model["count"] = numbers.get(name, 0)
        for name in ("Mail", "PolicyReport"):
            if not numbers.get(name):
                left.pop(name, None)  # an exception when there is one, and so is its place here
        named = [(name, [left.pop(each) for each in section if each in left]) for name, section in SECTIONS]
        sections = [*named, (_("Other"), list(left.values()))]
        return [{"name": name, "app_label": "", "app_url": "", "models": each} for name, each in sections if each]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """As Django's, with the section of the manual about this page, for those who may read it."""
        context = super().each_context(request)
        return context | ({"manual": address_for(request)} if context["has_permission"] else {})

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may edit, and gave a second factor in this session."""
        return super().has_permission(request) and gave_factor(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The one way in is that of everybody; who came in without a second factor sets it up first."""
        goal = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(goal)
        if not super().has_permission(request):
            raise PermissionDenied
        if must_give_factor(request):
            messages.info(request, _("Show first that it is you."))
            methods = get_adapter(request).get_reauthentication_methods(request.user)
            return redirect_to_login(goal, methods[0]["url"])
        if has_factor(request.user):
            return redirect("admin:index")
        messages.info(request, _("Who edits this site needs a second way to prove who they are. Choose one here."))
        return redirect("mfa_index")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """There is one page for it, which counts attempts and mails the person."""
        return redirect("account_change_password" if request.user.has_usable_password() else "account_set_password")  # type: ignore[union-attr]

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """See `password_change`."""
        return redirect("mfa_index")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The first page: the list of work, then where everything is."""
        context = first_page(request.user) | {"followers": number_told()}
        return super().index(request, context | (extra_context or {}))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Editors know no apps, so the address of an app redirects to the desk."""
        apps.get_app_config(app_label)
        return redirect("admin:index")
