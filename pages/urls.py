"""The addresses of text pages."""

from django.urls import path

from pages.views import TextPageView

urlpatterns = [path("<slug:slug>/", TextPageView.as_view(), name="text_page")]
