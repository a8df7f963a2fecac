"""Old versions of pages show people as they choose to be shown now."""

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from consultation.consents import take_back
from consultation.models import Mandate
from pages.models import MissionPage
from priorities.models import Priority, Theme
from publishing.cache.wsgi import PageCache
from publishing.models import seen
from publishing.workflow import publish, withdraw
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.consultation.making import NAME, agreed, member
from tests.publishing.cache.reader import Reader

pytestmark = pytest.mark.django_db(transaction=True)

SHOWN = "0495 99 88 77"
SECRETS = (SHOWN, "+32495998877", "495998877")


@pytest.fixture(autouse=True)
def reader(settings, tmp_path) -> Reader:
    """Whoever reads through the page cache."""
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"
    return Reader(PageCache(django_application))


@pytest.fixture
def read(reader):
    """The main part of these pages together; their foot names who answers for the secretariat."""

    def said(pages: Iterable[str]) -> str:
        found = ""
        for page in pages:
            assert reader.get(page).status == 200, page
            found += re.search(r"<main.*?</main>", reader.body.decode(), re.DOTALL)[0]
        return found

    return said


def change(obj, **values):
    row = type(obj)._base_manager.get(pk=obj.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return publish(row, None)


@pytest.fixture
def johan() -> StaffMember:
    """Somebody whose number visitors see."""
    johan = StaffMember.objects.get(slug="johan-halsberghe")
    change(johan, phone=SHOWN, shows_phone=True)
    return StaffMember.objects.get(pk=johan.pk)


@pytest.fixture
def theme(johan) -> Theme:
    """A theme with an old version that names Johan as contact."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    change(theme, contact=johan)
    change(theme, title_nl="Nieuwe titel")
    return theme


@pytest.fixture
def priority(johan) -> Priority:
    """A priority with an old version that names Johan as contact."""
    priority = Priority.objects.get(number=2)
    change(priority, contact=johan)
    change(priority, summary_nl="Nieuwe samenvatting")
    return priority


def old_pages(obj) -> list[str]:
    """The addresses of all old versions of `obj`, in every language."""
    numbers = [revision.pk for revision in obj.revisions.once_public()]
    return [obj.get_versions_url(number, code) for number in numbers for code in ("nl", "fr", "en")]


@pytest.mark.parametrize("what", ["theme", "priority"])
def test_a_detail_that_somebody_hides_is_in_no_old_version_any_more(request, read, johan, what):
    pages = old_pages(request.getfixturevalue(what))
    assert SHOWN in read(pages), "shown until now"
    change(johan, shows_phone=False)
    html = read(pages)  # those that were kept are made anew
    assert not [secret for secret in SECRETS if secret in html]
    assert johan.name in html


@pytest.mark.parametrize("what", ["theme", "priority"])
def test_somebody_whose_card_is_withdrawn_is_in_no_old_version_any_more(request, read, johan, what):
    pages = old_pages(request.getfixturevalue(what))
    assert johan.name in read(pages)
    withdraw(StaffMember.objects.get(pk=johan.pk), None, "Vertrokken")
    html = read(pages)
    assert johan.name not in html
    assert johan.slug not in html
    assert SHOWN not in html


def test_an_old_version_names_people_as_they_are_called_today(read, johan, theme):
    pages = old_pages(theme)
    assert johan.name in read(pages)
    change(johan, name="Johanna Nieuwenaam", slug="johanna")
    html = read(pages)
    assert johan.name not in html
    assert "Johanna Nieuwenaam" in html
    assert f"{johan.slug}/" not in html, "an address of today"


def test_what_a_card_shows_since_then_is_in_an_old_version_too(read, johan, theme):
    pages = old_pages(theme)
    change(johan, shows_phone=False)
    assert SHOWN not in read(pages)
    change(johan, shows_phone=True, phone="051 11 22 33")
    assert "051 11 22 33" in read(pages)


def test_an_absence_and_who_stands_in_are_those_of_now(read, johan, theme):
    pages = old_pages(theme)
    other = StaffMember.objects.exclude(pk=johan.pk)[0]
    change(other, phone="051 44 55 66", shows_phone=True)
    change(johan, absent_until=timezone.localdate() + timedelta(days=3), stand_in=other)
    html = read(pages)
    assert "Afwezig tot en met" in html
    assert "051 44 55 66" in html
    change(other, shows_phone=False)
    html = read(pages)
    assert other.name in html
    assert "051 44 55 66" not in html, "a stand-in hides a number too"
    withdraw(StaffMember.objects.get(pk=other.pk), None, "Weg")
    assert other.name not in read(pages)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert "Afwezig tot en met" not in read(pages)


def test_an_absence_of_then_is_over_in_an_old_version(read, johan, theme):
    change(johan, absent_until=timezone.localdate() + timedelta(days=3))
    change(theme, title_nl="Tijdens de afwezigheid")
    assert "Afwezig tot en met" in read(old_pages(theme))
    change(johan, absent_until=None)
    change(theme, title_nl="Daarna")
    assert "Afwezig tot en met" not in read(old_pages(theme))


def test_a_planned_card_shows_nothing_before_its_time_and_hides_what_it_lacks_from_then_on(read, johan, theme):
    row = StaffMember.objects.get(pk=johan.pk)
    row.phone = "051 77 66 55"
    row.save()
    planned = publish(row, None, live_from=timezone.now() + timedelta(days=1))
    pages = old_pages(theme)
    assert "051 77 66 55" not in read(pages)
    with time_machine.travel(planned.live_from + timedelta(minutes=1)):
        html = read(pages)
        assert "051 77 66 55" in html
        assert SHOWN not in html


def test_an_old_version_that_cannot_be_made_is_not_served_once_a_detail_was_hidden(
    reader, read, johan, theme, monkeypatch
):
    page = next(page for page in old_pages(theme) if SHOWN in read([page]))
    monkeypatch.setattr("priorities.views.ThemeView.show", lambda *args, **kwargs: 1 / 0)
    change(johan, function_nl="Iets anders")
    assert SHOWN in read([page]), "nothing was taken away"
    change(johan, shows_phone=False)
    assert reader.get(page).status == 503
    assert SHOWN not in reader.body.decode()


def test_a_name_that_a_member_takes_back_leaves_every_page_that_was_kept(reader, read, monkeypatch):
    row = agreed(member())
    publish(row, None)
    mission = MissionPage.objects.get()
    change(mission, motto_nl="Nieuw – motto – hier")
    pages = ["/", "/leden/", "/fr/membres/", *old_pages(MissionPage.published().get())[-3:]]
    kept = {page: read([page]) for page in pages}
    assert NAME in kept["/"].replace("\N{NO-BREAK SPACE}", " ")
    assert NAME in kept["/leden/"].replace("\N{NO-BREAK SPACE}", " ")
    take_back(row, None)
    assert "Vandromme" not in read(pages)
    publish(agreed(Mandate.objects.get(pk=row.pk)), None)
    assert "Vandromme" in read(["/leden/"])
    monkeypatch.setattr("consultation.views.by_body", lambda *args, **kwargs: 1 / 0)
    take_back(row, None)
    assert reader.get("/leden/").status == 503, "what can't be made anew is not served as it was"
    assert "Vandromme" not in reader.body.decode()


def test_every_way_from_an_old_version_to_a_person_leads_to_today(johan, theme):
    revision = theme.revisions.filter(references__model="staff.staffmember").last()
    change(johan, name="Vandaag", shows_phone=False)
    alone = revision.thaw(revision.live_from)
    assert (alone.contact.name, str(alone.contact.phone)) == ("Vandaag", ""), "asked one by one"
    (found,) = seen({("staff.staffmember", johan.pk)}, revision.live_from)
    assert found.thaw().name == "Vandaag", "asked together"
    withdraw(StaffMember.objects.get(pk=johan.pk), None, "Weg")
    assert revision.thaw(revision.live_from).contact is None
    assert seen({("staff.staffmember", johan.pk)}, revision.live_from) == []


def test_who_looks_ahead_sees_people_as_they_will_be(johan, theme):
    row = StaffMember.objects.get(pk=johan.pk)
    row.name = "Morgen"
    row.save()
    planned = publish(row, None, live_from=timezone.now() + timedelta(days=1))
    assert theme.revisions.first().thaw(planned.live_from).contact.name == "Morgen"


def test_a_link_in_a_text_to_a_kind_of_page_that_there_is_not_is_no_error():
    assert seen({("nothing.here", 3)}) == []
