"""What the forms of visitors have in common; each of them has tests of its own."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
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


def test_a_form_that_stood_open_during_an_upgrade_is_taken():
    today = str(timezone.localdate().toordinal())
    assert visitor_forms.is_recent(signing.Signer(salt="pages.contact_form").sign(today))
    assert not visitor_forms.is_recent(signing.Signer(salt="of another form").sign(today))


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org",
        "Jan.O'Neill+resoc@mail.example.be",
        "a@xn--mnchen-3ya.de",
        "a@1.local.example",
        "a@localhost.eu",
    ],
)
def test_an_address_of_a_domain_is_taken(address):
    assert visitor_forms.VisitorEmailField().clean(address) == address


@pytest.mark.parametrize(
    "address",
    ["a@[127.0.0.1]", "a@[IPv6:::1]", "a@10.0.0.10", "a@localhost", "a@mail", "a@mail.local", "a@mail.LOCALHOST",
     "a@localhost.localdomain", '"a"@example.org', '"a b"@example.org', '"a\x01"@example.org', "a@x.invalid"],
)  # fmt: skip
def test_an_address_that_no_mail_gets_to_from_here_is_refused_beside_its_field(address):
    with pytest.raises(ValidationError, match="volledig e-mailadres"):
        visitor_forms.VisitorEmailField(required=False).clean(address)


def test_no_address_is_one_that_was_left_out():
    assert visitor_forms.VisitorEmailField(required=False).clean("") == ""
    with pytest.raises(ValidationError, match="Schrijf hier"):
        visitor_forms.VisitorEmailField().clean("")


def test_one_household_has_one_ipv6_network(rf):
    one, other = (rf.get("/", REMOTE_ADDR=f"2001:db8::{end}") for end in (1, 2))
    assert visitor_forms.network(one) == visitor_forms.network(other) == "2001:db8::/64"


def test_an_ipv4_address_in_the_clothes_of_ipv6_is_one_address(rf):
    assert visitor_forms.network(rf.get("/", REMOTE_ADDR="::ffff:192.0.2.7")) == "192.0.2.7"


def test_behind_a_proxy_the_address_is_what_that_saw(rf, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.1, 192.0.2.7")
    assert visitor_forms.network(request) == "192.0.2.7"
