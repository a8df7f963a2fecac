import pytest

from priorities.models import Theme
from publishing.workflow import withdraw
from staff.models import StaffMember

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


def test_the_secretariat_comes_first_and_each_card_says_what_that_person_follows(client):
    html = client.get("/contact/").content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    before, *cards = main.split('<div class="card"')
    assert 'href="tel:+3251519356"' in before
    johan = next(card for card in cards if "Johan Halsberghe" in card)
    dorine = next(card for card in cards if "Dorine Sioen</a></h2>" in card)
    assert 'href="/themas/regiomarketing/"' in johan
    assert "/themas/" not in dorine
    Theme.objects.update(contact=None, title_nl="geheim")
    html = client.get("/contact/").content.decode()
    assert 'href="/themas/regiomarketing/"' in html
    assert "geheim" not in html


def test_the_secretariat_has_no_place_on_the_page_when_nobody_can_be_reached(client, editor):
    withdraw(StaffMember.objects.get(slug="dorine-sioen"), editor, "weg")
    html = client.get("/contact/").content.decode()
    assert 'id="secretariat"' not in html
    assert "Weet je niet bij wie" not in html
