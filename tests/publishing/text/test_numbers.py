import pytest

from publishing.text.numbers import parse_int


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_number_in_digits_is_read(text, number):
    assert parse_int(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "1e3", "½", "١", "9" * 19, "1\n", "x"])
def test_anything_else_is_zero(text):
    assert parse_int(text) == 0
