"""The addresses of staff members' own cards."""

from django.urls import path

from staff.my_card.card_checks import check
from staff.my_card.consent_requests import answer
from staff.my_card.invitations import accept, welcome
from staff.my_card.new_address import prove_address
from staff.my_card.views import my_card

urlpatterns = [
    path("", my_card, name="my_card"),
    path("welkom/", welcome, name="my_card_welcome"),
    path("uitnodiging/<str:token>/", accept, name="accept_invitation"),
    path("adres/<str:token>/", prove_address, name="prove_address"),
    path("toestemming/<str:token>/", answer, name="answer_consent"),
    path("klopt/<str:token>/", check, name="check_card"),
]
