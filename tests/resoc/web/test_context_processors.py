from datetime import timedelta

import pytest
from django.utils import timezone

from publishing.workflow import publish
from staff.models import StaffMember

pytestmark = pytest.mark.django_db

DORINE, SIGRID, JOHAN = "tel:+3251519356", "tel:+32494535478", "tel:+32495587571"


def member(name: str) -> StaffMember:
    return StaffMember.objects.get(name__startswith=name)


def footer(client, address: str = "/") -> str:
    return client.get(address).content.decode().partition("<footer")[2]


def leave(name: str, days: int, stand_in: str = "") -> None:
    away = member(name)
    away.absent_until = timezone.localdate() + timedelta(days=days)
    away.stand_in = member(stand_in) if stand_in else None
    away.save()
    publish(away, None)


def test_the_footer_has_the_number_of_who_answers_for_the_secretariat(client):
    assert DORINE in footer(client)
    assert SIGRID not in footer(client)


def test_during_an_absence_it_has_the_number_of_the_stand_in(client):
    leave("Dorine", 3, stand_in="Sigrid")
    for address in ("/", "/nergens/", "/toegankelijkheid/"):
        assert SIGRID in footer(client, address), address
        assert DORINE not in footer(client, address), address


def test_after_an_absence_it_has_the_old_number_again(client):
    leave("Dorine", -1, stand_in="Sigrid")
    assert DORINE in footer(client)


@pytest.mark.parametrize("stand_in", ["", "Sigrid"])
def test_without_a_number_of_a_stand_in_the_number_stays(client, stand_in):
    sigrid = member("Sigrid")
    sigrid.phone = ""
    sigrid.save()
    publish(sigrid, None)
    leave("Dorine", 3, stand_in=stand_in)
    assert DORINE in footer(client)


def test_who_also_answers_for_the_secretariat_and_is_there_goes_before_a_stand_in(client):
    johan = member("Johan")
    johan.is_secretariat = True
    johan.save()
    publish(johan, None)
    leave("Dorine", 3, stand_in="Sigrid")
    assert JOHAN in footer(client)
    assert SIGRID not in footer(client)


def test_it_never_has_the_number_of_a_stand_in_who_is_away_while_somebody_else_answers(client):
    johan = member("Johan")
    johan.is_secretariat = True
    johan.save()
    publish(johan, None)
    leave("Sigrid", 3)
    leave("Dorine", 3, stand_in="Sigrid")
    leave("Johan", 3, stand_in="Stéphanie")
    html = footer(client)
    assert SIGRID not in html
    assert member("Stéphanie").phone_uri in html


def test_in_a_circle_of_people_who_are_all_away_the_number_stays(client):
    leave("Sigrid", 3, stand_in="Dorine")
    leave("Dorine", 3, stand_in="Sigrid")
    assert DORINE in footer(client)
