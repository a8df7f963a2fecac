"""The addresses of staff members' own cards."""

from django.urls import path

from staff.card_checks import check
from staff.consent_requests import answer
from staff.invitations import accept, welcome
from staff.my_card import my_card
from staff.my_data import my_data, my_data_copy, my_data_vcard
from staff.new_address import prove_address

urlpatterns = [
    path("", my_card, name="my_card"),
    path("gegevens/", my_data, name="my_data"),
    path("gegevens/kopie/", my_data_copy, name="my_data_copy"),
    path("gegevens/kaart/", my_data_vcard, name="my_data_vcard"),
    path("welkom/", welcome, name="my_card_welcome"),
    path("uitnodiging/<str:token>/", accept, name="accept_invitation"),
    path("adres/<str:token>/", prove_address, name="prove_address"),
    path("toestemming/<str:token>/", answer, name="answer_consent"),
    path("klopt/<str:token>/", check, name="check_card"),
]
