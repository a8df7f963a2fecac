"""Every address of the site: those for who has an account, then those for visitors."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from publishing.link_check import dead_links_page
from publishing.link_targets import link_targets
from publishing.undoing import undo_view
from resoc import visitor_urls
from resoc.visitor_urls import handler400, handler403, handler404, handler500

admin.autodiscover()

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("admin/language/", set_language, name="set_language"),
    path("admin/link-targets/", link_targets, name="link_targets"),
    path("admin/links/", admin.site.admin_view(dead_links_page), name="dead_links"),
    path("admin/planning/", include("publishing.schedule")),
    path("admin/undo/<number:pk>/", admin.site.admin_view(undo_view), name="undo"),
    path("admin/", admin.site.urls),
    path("account/", include("staff.account_urls")),
    path("mijn-kaart/", include("staff.my_card_urls")),
    *visitor_urls.urlpatterns,
]
