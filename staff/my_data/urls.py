"""The addresses of *My data*."""

from django.urls import path

from staff.my_data.views import my_data, my_data_copy, my_data_vcard

urlpatterns = [
    path("", my_data, name="my_data"),
    path("kopie/", my_data_copy, name="my_data_copy"),
    path("kaart/", my_data_vcard, name="my_data_vcard"),
]
