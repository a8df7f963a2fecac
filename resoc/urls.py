"""Every address of the site; the path words and the slugs are translated."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from publishing.views import media
from resoc.views import healthz, home

urlpatterns = [
    path("admin/", admin.site.urls),
    path("media/<path:path>", media, name="media"),
    path("healthz", healthz, name="healthz"),
    *i18n_patterns(
        path("", home, name="home"),
        path("", include("staff.urls")),
        path("", include("priorities.urls")),
        path("", include("pages.urls")),  # last: a text page has any word as its address
        prefix_default_language=False,
    ),
]
handler404 = "resoc.views.page_not_found"
