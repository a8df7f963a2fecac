"""What stands around every page: text pages in the menu or the footer, a notice, when somebody can be reached."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from pages.models import MOST_IN_MENU, ContactDetails, MissionPage, Notice, TextPage
from priorities.models import Document
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from tests.priorities.pdf_files import pdf, upload
from tests.publishing.admin.test_publishable import form_data, submit

pytestmark = pytest.mark.django_db

PAGES = ("/", "/fr/", "/en/contact/", "/themas/", "/privacy/", "/zoeken/?q=x", "/nergens/")


def text_page(number: int, **extra) -> TextPage:
    texts = {"title_nl": f"Pagina {number}", "slug_nl": f"pagina-{number}", "body_nl": "<p>Tekst.</p>"}
    return TextPage.objects.create(**texts | extra)


def parts(client, address: str) -> tuple[str, str]:
    """The header and the footer of a page."""
    html = client.get(address).content.decode()
    return re.search(r"<header.*?</header>", html, re.DOTALL)[0], re.search(r"<footer.*?</footer>", html, re.DOTALL)[0]


# The menu


def test_a_page_stands_where_its_place_says(client, editor):
    for number, place in enumerate(TextPage.Place.values):
        publish(text_page(number, place=place), editor)
    link = '<a class="cap" href="/pagina-0/">Pagina 0</a>'
    for address in ("/", "/themas/", "/pagina-2/", "/nergens/"):
        header, footer = parts(client, address)
        assert link in header
        assert "/pagina-0/" not in footer
        assert "/pagina-1/" in footer
        assert "/pagina-1/" not in header
        assert '"/pagina-2/"' not in header.partition('<nav class="languages"')[0] + footer
    assert 'href="/pagina-0/" aria-current="true"' in parts(client, "/pagina-0/")[0]
    assert 'lang="nl">Pagina 0' in parts(client, "/fr/")[0]


def test_a_page_is_called_by_its_name_in_lists_and_keeps_its_title(client, editor):
    page = text_page(1, place="menu")
    page.short_title_nl = "Kort"
    page.save()
    publish(page, editor)
    assert '<a class="cap" href="/pagina-1/">Kort</a>' in parts(client, "/")[0]
    html = client.get("/pagina-1/").content.decode()
    assert "<title>Kort · RESOC Westhoek</title>" in html
    assert "Pagina 1</h1>" in re.sub(r"<(?!/h1).*?>", "", html)


def test_what_was_there_before_stays_in_the_footer(client):
    old = TextPage.published().first()
    data = {name: value for name, value in old.revision.data.items() if name != "place"}
    old.revision.data = data
    assert old.revision.thaw().place == "footer"
    assert f'href="{old.get_absolute_url("nl")}"' in parts(client, "/")[1]


def test_a_place_is_published_like_any_other_value(client, editor):
    page = text_page(1)
    publish(page, editor)
    page.place = "menu"
    page.save()
    assert "/pagina-1/" not in parts(client, "/")[0]
    publish(page, editor)
    assert "/pagina-1/" in parts(client, "/")[0]
    withdraw(page, editor, "Weg")
    assert "/pagina-1/" not in "".join(parts(client, "/"))


def test_the_menu_has_room_for_seven_and_says_so_beside_the_field(editor_client, editor):
    pages = [text_page(number, place="menu") for number in range(MOST_IN_MENU + 1)]
    last = pages.pop()
    for page in pages[:-1]:
        publish(page, editor)
    publish(pages[-1], editor, live_from=timezone.now() + timedelta(days=1))  # what is planned counts too
    with pytest.raises(ValidationError) as refused:
        publish(last, editor)
    assert list(refused.value.message_dict) == ["place"]
    response = submit(editor_client, last, "_publish")
    errors = response.context["adminform"].form.errors["place"]
    assert "Het menu is vol: “Pagina 0”, “Pagina 1”" in str(errors[0])
    assert "In het menu passen ten hoogste 7 pagina’s." in response.content.decode()
    withdraw(pages[0], editor, "Weg")
    publish(last, editor)
    publish(last, editor)  # that is in it already


# The notice


@pytest.fixture
def notice(editor) -> Notice:
    """A notice for the week after next Monday's, in Dutch and French."""
    notice = Notice.objects.create(text_nl="Gesloten tot 3 januari.", text_fr="Fermé jusqu’au 3 janvier.")
    begin = timezone.now() + timedelta(days=7)
    publish(notice, editor, live_from=begin, live_until=begin + timedelta(days=7))
    return notice


@pytest.mark.parametrize("address", PAGES)
def test_a_notice_stands_on_every_page_in_its_time_and_goes_by_itself(client, notice, address):
    words = "Fermé" if address.startswith("/fr/") else "Gesloten"
    for days, is_there in ((0, False), (8, True), (15, False)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            html = client.get(address).content.decode()
            assert (words in html) is is_there, days
            assert html.count("<aside") == is_there
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        html = client.get("/en/").content.decode()
    assert '<aside class="strip" aria-label="Notice">' in html
    assert '<span lang="nl">Gesloten tot 3\xa0januari.</span>' in html


def test_of_two_notices_the_newest_is_shown(client, editor, notice):
    end = timezone.now() + timedelta(days=1)
    for number in (1, 2):
        publish(Notice.objects.create(text_nl=f"Mededeling {number}"), editor, live_until=end)
    html = client.get("/").content.decode()
    assert "Mededeling 2" in html
    assert "Mededeling 1" not in html


def test_a_notice_needs_an_end_in_the_desk(editor_client):
    url = reverse("admin:pages_notice_add")
    assert editor_client.get(reverse("admin:pages_notice_changelist")).headers["Location"] == url
    assert '<details class="schedule" open>' in editor_client.get(url).content.decode()
    data = form_data(editor_client, url) | {"text_nl": "Gesloten", "_publish": "1"}
    response = editor_client.post(url, data)
    html = response.content.decode()
    assert '<a href="#id_schedule-live_until">Tot: Zeg tot wanneer' in html
    assert '<details class="schedule" open>' in html
    assert not Notice.objects.exists()
    end = timezone.localtime(timezone.now() + timedelta(days=5))
    response = editor_client.post(url, data | {"schedule-live_until": f"{end:%Y-%m-%dT%H:%M}"})
    assert response.status_code == 302
    assert Notice.published().get().revision.live_until is not None


def test_nothing_is_announced_on_a_new_site(client):
    assert not Notice.objects.exists()
    assert "<aside" not in client.get("/").content.decode()


# Documents beside sentences


@pytest.mark.parametrize("field", ["streekpact_document", "programme_document"])
def test_a_document_stands_beside_its_sentence_when_it_is_public(client, editor, settings, tmp_path, field):
    settings.MEDIA_ROOT = tmp_path
    mission = MissionPage.objects.get()
    assert "/documenten/" not in client.get("/").content.decode()
    document = Document.objects.create(title_nl="Het plan", slug_nl="het-plan", file=upload(pdf()))
    setattr(mission, field, document)
    mission.save()
    publish(mission, editor)
    assert "Het plan" not in client.get("/").content.decode()
    publish(document, editor)
    assert '<a href="/documenten/het-plan.pdf" type="application/pdf"' in client.get("/").content.decode()


# When somebody can be reached


def test_a_card_and_the_secretariat_say_when_they_can_be_reached(client, editor):
    member, details = StaffMember.objects.get(slug="dorine-sioen"), ContactDetails.objects.get()
    for address in ("/contact/dorine-sioen/", "/contact/", "/"):
        assert "Bereikbaar" not in client.get(address).content.decode()
    member.reachable_nl, details.reachable_nl, details.reachable_fr = "di en do", "elke werkdag", "les jours ouvrables"
    for each in (member, details):
        each.save()
        publish(each, editor)
    html = client.get("/contact/dorine-sioen/").content.decode()
    assert "Bereikbaar: di en do" in html
    assert "Bereikbaar: elke werkdag" in parts(client, "/themas/")[1]
    assert "Joignable\xa0: les jours ouvrables" in parts(client, "/fr/themes/")[1]
    assert "Bereikbaar: elke werkdag" in client.get("/contact/").content.decode().partition("<main")[2]
