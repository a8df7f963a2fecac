"""What visitors read of a change: beside the date of a page, in its versions, in the feed; in which language."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.cache import stamp
from publishing.models import ChangeNote, last_told
from publishing.queries.dependencies import is_invalidated, track
from publishing.workflow import confirm, correct, publish, take_back
from staff.models import StaffMember
from tests.publishing.saved import public_theme, save
from tests.updates import update_on

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
PAGE, LIST = "/themas/eerste/", "/themas/eerste/versies/"


@pytest.fixture
def theme(editor) -> Theme:
    with time_machine.travel(timezone.now() - timedelta(days=9)):
        theme = public_theme(editor)
    with time_machine.travel(timezone.now() - timedelta(days=5)):
        note = ChangeNote(text_nl="Nieuwe data <b>.", text_fr="Nouvelles dates.")
        publish(save(theme, summary_nl="Langer", title_fr="Premier", slug_fr="premier"), editor, change_note=note)
    return theme


def minor(theme: Theme, editor, text: str = "Tikfout.") -> None:
    publish(save(theme, summary_nl=text), editor, change_note=ChangeNote(text_nl=text, is_minor=True))


def read(client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def entry(client, address: str = "/feed/", title: str = "Eerste") -> ET.Element:
    tree = ET.fromstring(client.get(address).content)  # noqa: S314  (our own answer)
    return next(each for each in tree.findall(f"{ATOM}entry") if each.findtext(f"{ATOM}title") == title)


def test_it_stands_beside_the_date_of_the_page_escaped(client, theme):
    html = read(client, PAGE)
    assert '<span class="change-note">Nieuwe data &lt;b&gt;.</span>' in html
    assert '<span class="change-note">Nouvelles dates.</span>' in read(client, "/fr/themes/premier/")


def test_a_note_in_another_language_says_so(client, theme):
    html = read(client, Theme.published().get(pk=theme.pk).get_absolute_url("en"))
    assert '<span class="change-note"><span lang="nl">Nieuwe data &lt;b&gt;.</span></span>' in html


def test_date_and_note_stay_those_of_the_last_real_change(client, editor, theme):
    before = read(client, PAGE).partition(" Gewijzigd")[2][:40]
    modified = [each for each in read(client, PAGE).split() if "dateModified" in each]
    minor(theme, editor)
    confirm(theme, editor)
    html = read(client, PAGE)
    assert html.partition(" Gewijzigd")[2][:40] == before
    assert [each for each in html.split() if "dateModified" in each] == modified
    assert "Nieuwe data" in html
    assert "Tikfout." not in html.partition(" Gewijzigd")[2]


def test_the_versions_of_a_page_have_their_notes_and_mark_small_ones(client, editor, theme):
    minor(theme, editor)
    html = read(client, LIST)
    assert "Nieuwe data &lt;b&gt;." in html
    assert '<span class="badge">Kleine verbetering</span> Tikfout.' in html
    assert html.count("change-note") == 2


def test_a_version_that_was_taken_back_takes_its_note_along(client, editor, theme):
    old = theme.revisions.public().get()
    minor(theme, editor)
    take_back(old, editor, "Verkeerd.")
    assert "Nieuwe data" not in read(client, PAGE)
    assert "Nieuwe data" not in read(client, LIST)
    assert "Nieuwe data" not in read(client, "/feed/")


def test_the_feed_tells_it_and_a_small_improvement_renews_nothing_there(client, editor, theme):
    updated = entry(client).findtext(f"{ATOM}updated")
    assert "<p><strong>Wat is er nieuw:</strong> <span>Nieuwe data &lt;b&gt;.</span></p>" in (
        entry(client).findtext(f"{ATOM}summary") or ""
    )
    minor(theme, editor)
    assert entry(client).findtext(f"{ATOM}updated") == updated
    publish(save(theme, summary_nl="Echt"), editor, change_note=ChangeNote(text_nl="Echt nieuws."))
    assert entry(client).findtext(f"{ATOM}updated") != updated
    assert "Echt nieuws." in (entry(client).findtext(f"{ATOM}summary") or "")


def test_a_note_in_dutch_is_marked_as_such_in_a_french_feed(client, editor, theme):
    publish(save(theme, summary_nl="Nog"), editor, change_note=ChangeNote(text_nl="Alleen Nederlands."))
    assert '<span lang="nl">Alleen Nederlands.</span>' in (
        entry(client, "/fr/feed/", "Premier").findtext(f"{ATOM}summary") or ""
    )


def test_an_update_is_told_in_the_feed(client, editor, theme):
    update = update_on(theme, title_nl="Bericht", slug_nl="bericht")
    publish(update, editor)
    assert "Wat is er nieuw" not in (entry(client, title="Bericht").findtext(f"{ATOM}summary") or "")
    publish(save(update, body_nl="<p>Meer</p>"), editor, change_note=ChangeNote(text_nl="Met plan."))
    assert "Met plan." in (entry(client, title="Bericht").findtext(f"{ATOM}summary") or "")


def test_the_sitemap_has_the_date_of_the_last_real_change(client, editor, theme):
    def dated() -> str:
        found = client.get("/sitemap.xml").content.decode().partition("/themas/eerste/")[2]
        return found.partition("<lastmod>")[2].partition("</lastmod>")[0]

    before = dated()
    minor(theme, editor)
    assert dated() == before != ""


def test_a_page_depends_on_its_note_and_on_nothing_of_others(theme, editor):
    number = stamp.number()
    with track() as reads:
        last_told([theme.revisions.public().get()])
    correct(theme.revisions.public().get(), ChangeNote(text_nl="Verbeterd."), editor)
    assert is_invalidated(reads, stamp.changes(number, stamp.number()) or [])
    number = stamp.number()
    confirm(Theme.objects.exclude(pk=theme.pk).first(), editor)
    assert not is_invalidated(reads, stamp.changes(number, stamp.number()) or [])


def test_a_page_without_a_note_stays_as_it_was(client, editor):
    publish(MissionPage.objects.get(), editor)
    for address in ("/", "/contact/dorine-sioen/", "/privacy/"):
        assert "change-note" not in read(client, address)


def test_a_card_has_no_note_even_when_there_is_one(client, editor):
    member = StaffMember.objects.get(slug="dorine-sioen")
    publish(save(member, function_nl="Iets anders"), editor, change_note=ChangeNote(text_nl="Over een mens."))
    assert "Over een mens." not in read(client, "/contact/dorine-sioen/")
    assert not ChangeNote.objects.exists()
