import pytest

from staff.models import StaffMember


@pytest.mark.parametrize(
    ("phone", "display", "uri"),
    [
        ("0472 051783", "0472 05 17 83", "tel:+32472051783"),
        ("051 51 93 56", "051 51 93 56", "tel:+3251519356"),
        ("", "", ""),
        ("12", "12", ""),
    ],
)
def test_a_number_is_shown_as_people_write_it_and_dialled_internationally(phone, display, uri):
    member = StaffMember(phone=phone)
    assert (member.phone_display, member.phone_uri) == (display, uri)


@pytest.mark.parametrize(
    ("name", "initials"), [("Stéphanie Thybaert", "ST"), ("Jan van der Elst", "JE"), ("Éva", "É"), ("", "")]
)
def test_initials_are_of_the_first_and_the_last_name(name, initials):
    assert StaffMember(name=name).initials == initials
