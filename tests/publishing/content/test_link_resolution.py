import pytest

from priorities.models import Theme
from publishing.content.internal_links import reference
from publishing.content.link_resolution import with_references
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/themas/regiomarketing/", False),
        ("/themas/regiomarketing/#meer", False),
        ("https://www.example.org/themas/regiomarketing/", False),
        ("https://www.example.org/fr/themes/marketing-territorial/", False),
        ("https://www.example.org.evil.example/themas/regiomarketing/", True),
        ("https://elsewhere.example/themas/regiomarketing/", True),
        ("//themas/regiomarketing/", True),
        ("/themas/bestaat-niet/", True),
        ("/themas/", True),
        ("/themas/?page=2", True),
        ("/admin/", True),
        ("mailto:a@example.org", True),
    ],
)
def test_an_address_of_a_published_page_is_stored_as_a_reference(settings, theme, text_page, address, kept):
    settings.SITE_URL = "https://www.example.org"
    text_page.body_nl = f'<p><a href="{address}">x</a></p>'
    text_page.save()
    fragment = "#meer" if "#" in address else ""
    expected = address if kept else reference(theme) + fragment
    assert text_page.body_nl == f'<p><a href="{expected}">x</a></p>'


def test_addresses_in_other_languages_old_ones_and_the_home_page_are_found_too(editor, theme):
    french, old = theme.get_absolute_url("fr"), "/themas/regiomarketing/"
    theme.slug_nl = "nieuw"
    theme.save()
    publish(theme, editor)
    for address in (french, old, "/themas/nieuw/"):
        assert with_references(f'<a href="{address}">x</a>') == f'<a href="{reference(theme)}">x</a>'
    assert with_references('<a href="/fr/">x</a>').startswith('<a href="page:pages.missionpage/')


def test_the_address_of_something_that_is_not_public_stays_an_address(editor, theme):
    Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    withdraw(theme, editor, "Weg")
    for address in ("/themas/geheim/", "/themas/regiomarketing/"):
        assert with_references(f'<a href="{address}">x</a>') == f'<a href="{address}">x</a>'
