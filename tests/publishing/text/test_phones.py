import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from phonenumber_field.phonenumber import to_python

from publishing.admin.inputs.widgets import PhoneInput
from publishing.text import phones


@pytest.mark.parametrize(
    ("number", "language", "shown"),
    [
        ("051 12 34 56", "nl", "051 12 34 56"),
        ("051 12 34 56", "fr", "+32 51 12 34 56"),
        ("051 12 34 56", "en", "+32 51 12 34 56"),
        ("+33 3 20 12 34 56", "nl", "+33 3 20 12 34 56"),
        ("+33 3 20 12 34 56", "fr", "+33 3 20 12 34 56"),
        ("+31 6 12345678", "nl", "+31 6 12345678"),
        ("+352 26 12 34 56", "nl", "+352 26 12 34 56"),
        ("0032 51 12 34 56", "nl", "051 12 34 56"),
        ("+32 472 05 17 8", "nl", "+32 472 05 17 8"),
        ("twaalf", "nl", "twaalf"),
        ("", "nl", ""),
    ],
)
def test_a_number_is_national_only_at_home_and_in_the_language_of_the_site(number, language, shown):
    with override(language):
        assert phones.written(to_python(number, region="BE")) == shown


def test_a_link_dials_the_number_from_anywhere():
    assert phones.uri(to_python("051 12 34 56", region="BE")) == "tel:+3251123456"
    assert phones.uri(to_python("12", region="BE")) == phones.uri("") == phones.uri(None) == ""


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("051 12 34 56", "tel:+3251123456"),
        ("051/12.34.56", "tel:+3251123456"),
        ("+32 (0)51 12 34 56", "tel:+3251123456"),
        ("+32051123456", "tel:+3251123456"),
        ("//+32-51-12-34-56", "tel:+3251123456"),
        ("51123456;phone-context=+32", "tel:+3251123456"),
        ("+33 (0)3 20 12 34 56", "tel:+33320123456"),
        ("051 12 34 56 ext. 12", "tel:+3251123456;ext=12"),
        ("051 12 34 56 toestel 12", "tel:+3251123456;ext=12"),
        ("+32-51-12-34-56;ext=12", "tel:+3251123456;ext=12"),
        ("112", ""),
        ("051 12 34 5", ""),
        ("twaalf", ""),
        ("", ""),
    ],
)
def test_what_is_typed_as_a_number_is_dialled_from_anywhere_with_its_extension(typed, href):
    assert phones.dialled(typed) == href


@pytest.mark.parametrize(
    ("number", "mobile"),
    [("04 221 21 21", False), ("0472 05 17 83", True), ("+33 6 12 34 56 78", True), ("+1 212 555 0123", None)],
)
def test_mobile_numbers_are_told_apart_by_the_plan_of_their_country(number, mobile):
    assert phones.is_mobile(to_python(number, region="BE")) is mobile


@pytest.mark.parametrize(
    "number", ["051 12 34 56 ext. 12", "051 12 34 56 x12", "tel:+3251123456;ext=12", "051123456#12"]
)
def test_an_extension_is_refused_in_words(number):
    with pytest.raises(ValidationError):
        phones.refuse_extension(to_python(number, region="BE"))


@pytest.mark.parametrize("number", ["051 12 34 56", "", None])
def test_a_number_without_extension_is_taken(number):
    phones.refuse_extension(to_python(number, region="BE"))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("+32 472 05 17 8", "+32 472 05 17 8"),
        ("+3251123456", "051 12 34 56"),
        ("+33320123456", "+33 3 20 12 34 56"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_a_field_shows_what_was_typed_unless_it_is_a_number(typed, shown):
    with override("nl"):
        assert (PhoneInput().format_value(typed) or "") == shown
        assert (PhoneInput().format_value(to_python(typed, region="BE")) or "") == shown


@pytest.mark.parametrize(
    "written",
    ["+32 57 31 02 51", "+3257310251", "0032 57 31 02 51", "057 31 02 51", "057/31.02.51", "+32 (0)57 31 02 51"],
)
def test_the_digits_of_a_number_are_the_same_however_it_is_written(written):
    assert phones.bare(written) == "57310251"


@pytest.mark.parametrize(("written", "digits"), [("+33 3 20 12 34 56", "33320123456"), ("112", "112"), ("", "")])
def test_a_number_of_another_country_keeps_it(written, digits):
    assert phones.bare(written) == digits
