import pytest

from priorities.models import Theme

pytestmark = pytest.mark.django_db


def test_the_contact_page_shows_four_cards_with_their_numbers(client):
    html = client.get("/contact/").content.decode()
    for name, number in [
        ("Sigrid Verhaeghe", "tel:+32494535478"),
        ("Johan Halsberghe", "tel:+32495587571"),
        ("Dorine Sioen", "tel:+3251519356"),
        ("Stéphanie Thybaert", "tel:+32472051783"),
    ]:
        assert name in html
        assert number in html


def test_a_card_lists_what_that_person_follows_from_published_state(client):
    assert 'href="/themas/regiomarketing/"' in client.get("/contact/johan-halsberghe/").content.decode()
    Theme.objects.update(contact=None, title_nl="geheim")
    html = client.get("/contact/johan-halsberghe/").content.decode()
    assert 'href="/themas/regiomarketing/"' in html
    assert "geheim" not in html
    assert 'href="/themas/regiomarketing/"' not in client.get("/contact/dorine-sioen/").content.decode()
