"""The addresses of text pages."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from pages.models import TextPage
from pages.views import TextPageView
from publishing.web.views import VersionListView

urlpatterns = [
    path("<slug:slug>/", TextPageView.as_view(), name="text_page"),
    path(_("<slug:slug>/versions/"), VersionListView.as_view(model=TextPage), name="text_page_versions"),
    path(_("<slug:slug>/versions/<number:version>/"), TextPageView.as_view(), name="text_page_version"),
]
