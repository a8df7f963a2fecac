"""Every address for visitors; the path words and the slugs are translated."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from consultation.open_data.items import meetings, opinions
from pages.forms.contact_form import contact_form
from pages.views import security_txt
from publishing.contributions.shared import shared
from publishing.contributions.translation import translate
from publishing.operations.csp_reports import take
from publishing.web.media import media
from publishing.web.views import search
from resoc.seo import favicon, manifest, robots, sitemap
from resoc.web.views import HomeView, healthz, home_versions

urlpatterns = [
    path("media/<path:path>", media, name="media"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("favicon.ico", favicon, name="favicon"),
    path("robots.txt", robots, name="robots"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("data/opinions.json", opinions, name="opinions_data"),  # in all languages at once
    path("data/meetings.json", meetings, name="meetings_data"),
    path("csp-report/", take, name="csp_report"),
    path("healthz", healthz, name="healthz"),
    *i18n_patterns(
        path("", HomeView.as_view(), name="home"),
        path("manifest.webmanifest", manifest, name="manifest"),
        path(_("versions/"), home_versions, name="home_versions"),
        path(_("versions/<number:version>/"), HomeView.as_view(), name="home_version"),
        path(_("preview/<str:token>/"), shared, name="shared"),
        path(_("translate/<str:token>/"), translate, name="translate"),
        path(_("translate/<str:token>/<number:number>/"), translate, name="translate_page"),
        path(_("contact/write/"), contact_form, name="contact_form"),  # before the cards, whose slugs are any word
        path("", include("staff.urls")),
        path("", include("consultation.urls")),
        path("", include("priorities.urls")),
        path(_("search/"), search, name="search"),
        path("", include("pages.urls")),  # last: a text page has any word as its address
        prefix_default_language=False,
    ),
]
handler400 = "resoc.web.views.bad_request"
handler403 = "publishing.web.sent_forms.lapsed.refused"
handler404 = "resoc.web.not_found.page_not_found"
handler500 = "publishing.web.error_views.server_error"
