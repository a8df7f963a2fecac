"""Every address of the site: those for people with an account, then those for visitors."""

from importlib import import_module

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from publishing.admin.history.undoing import undo_view
from publishing.admin.inputs.link_picker import link_targets
from publishing.admin.inputs.word_files import read_word
from publishing.admin.search import search_page
from publishing.operations.link_check import dead_links_page
from resoc import visitor_urls
from resoc.desk.manual import manual_page, manual_picture
from resoc.visitor_urls import handler400, handler403, handler404, handler500

admin.autodiscover()
for each in ("admin", "addresses.old_address_admin"):
    import_module(f"publishing.operations.{each}")  # which registers the admins of the site as a whole
for each in ("pages", "consultation", "resoc", "staff", "publishing.operations", "publishing.backup"):
    import_module(f"{each}.work")  # which registers its kinds of work; what lacks is named in this order

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("admin/language/", set_language, name="set_language"),
    path("admin/link-targets/", link_targets, name="link_targets"),
    path("admin/search/", admin.site.admin_view(search_page), name="desk_search"),
    path("admin/word/", admin.site.admin_view(read_word), name="read_word"),
    path("admin/links/", admin.site.admin_view(dead_links_page), name="dead_links"),
    path("admin/manual/", admin.site.admin_view(manual_page), name="manual"),
    path("admin/manual/<str:picture>", admin.site.admin_view(manual_picture), name="manual_picture"),
    path("admin/planning/", include("publishing.admin.scheduling")),
    path("admin/sent-in/", include("publishing.admin.sent_in")),
    path("admin/work/", include("publishing.admin.work_list.views")),
    path("admin/undo/<number:pk>/", admin.site.admin_view(undo_view), name="undo"),
    path("admin/", admin.site.urls),
    path("account/", include("staff.accounts.urls")),
    path("mijn-kaart/gegevens/", include("staff.my_data.urls")),
    path("mijn-kaart/", include("staff.my_card.urls")),
    *visitor_urls.urlpatterns,
]
