"""What the forms of visitors have in common; each of them has tests of its own."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from pages.forms import visitor_forms


def test_a_seal_lapses_and_is_none_of_the_future():
    seal = visitor_forms.seal()
    with time_machine.travel(timezone.now() + timedelta(days=45)):
        assert visitor_forms.is_recent(seal)
    with time_machine.travel(timezone.now() + timedelta(days=46)):
        assert not visitor_forms.is_recent(seal)
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        assert not visitor_forms.is_recent(seal)


def test_one_household_has_one_ipv6_network(rf):
    one, other = (rf.get("/", REMOTE_ADDR=f"2001:db8::{end}") for end in (1, 2))
    assert visitor_forms.network(one) == visitor_forms.network(other) == "2001:db8::/64"


def test_an_ipv4_address_in_the_clothes_of_ipv6_is_one_address(rf):
    assert visitor_forms.network(rf.get("/", REMOTE_ADDR="::ffff:192.0.2.7")) == "192.0.2.7"


def test_behind_a_proxy_the_address_is_what_that_saw(rf, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.1, 192.0.2.7")
    assert visitor_forms.network(request) == "192.0.2.7"
