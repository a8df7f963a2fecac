"""The addresses of priorities, themes and updates."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from priorities.feeds import SiteFeed, ThemeFeedView
from priorities.models import Priority, Theme, Update
from priorities.views import (
    DocumentView,
    PriorityView,
    ThemeView,
    UpdateView,
    priority_list,
    theme_list,
    update_list,
)
from publishing.web.views import VersionListView

urlpatterns = [
    path(_("priorities/"), priority_list, name="priority_list"),
    path(_("priorities/<slug:slug>/"), PriorityView.as_view(), name="priority_detail"),
    path(
        _("priorities/<slug:slug>/versions/"), VersionListView.as_view(model=Priority), name="priority_detail_versions"
    ),
    path(
        _("priorities/<slug:slug>/versions/<number:version>/"),
        PriorityView.as_view(),
        name="priority_detail_version",
    ),
    path(_("themes/"), theme_list, name="theme_list"),
    path(_("documents/<slug:slug>.pdf"), DocumentView.as_view(), name="document"),
    path(_("feed/"), SiteFeed(), name="feed"),
    path(_("themes/<slug:slug>/feed/"), ThemeFeedView.as_view(), name="theme_feed"),
    path(_("themes/<slug:slug>/"), ThemeView.as_view(), name="theme_detail"),
    path(_("themes/<slug:slug>/versions/"), VersionListView.as_view(model=Theme), name="theme_detail_versions"),
    path(_("themes/<slug:slug>/versions/<number:version>/"), ThemeView.as_view(), name="theme_detail_version"),
    path(_("news/"), update_list, name="update_list"),
    path(_("news/<slug:slug>/"), UpdateView.as_view(), name="update_detail"),
    path(_("news/<slug:slug>/versions/"), VersionListView.as_view(model=Update), name="update_detail_versions"),
    path(_("news/<slug:slug>/versions/<number:version>/"), UpdateView.as_view(), name="update_detail_version"),
]
