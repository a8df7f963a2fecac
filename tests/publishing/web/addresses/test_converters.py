import pytest
from django.urls import Resolver404, URLPattern, get_resolver, resolve, reverse

from publishing.web.addresses.converters import Number


@pytest.mark.parametrize("odd", ["0", "00", "01", "-1", "+1", "1.0", "", " 1", "1 ", "²", "٣", "1" * 19, "9" * 5000])
def test_an_address_has_one_spelling_of_a_number(odd):
    with pytest.raises(Resolver404):
        resolve(f"/versies/{odd}/x" if odd == "" else f"/versies/{odd}/")


@pytest.mark.parametrize("number", [1, 10, 10**18 - 1])
def test_a_number_leads_back_to_its_address(number):
    address = reverse("home_version", args=[number])
    assert resolve(address).kwargs == {"version": number}
    assert Number().to_url(Number().to_python(str(number))) == str(number)


def converters(resolver):
    """The converters of every address below `resolver`."""
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield from getattr(each.pattern, "converters", {}).values()
        else:
            yield from converters(each)


def test_no_page_for_visitors_takes_a_number_in_two_spellings():
    found = list(converters(get_resolver("resoc.visitor_urls")))
    assert len(found) > 10
    assert {type(converter).__name__ for converter in found} == {
        "Number",
        "SlugConverter",  # the database compares it letter by letter
        "StringConverter",  # of share links, whose pages nobody keeps
        "PathConverter",  # of files, which the page cache leaves alone
    }
