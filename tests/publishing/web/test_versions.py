import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme
from publishing.models.immutability import permit
from publishing.templatetags.languages import unbroken
from publishing.web.views import stood_until
from publishing.workflow import confirm, publish, withdraw
from publishing.workflow.take_back import take_back
from staff.models import StaffMember
from tests.updates import update_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    """A theme with two public versions and a third that nobody may see."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.title_nl, theme.slug_nl = "Tweede", "tweede"
    theme.save()
    publish(theme, editor)
    theme.title_nl = "Geheim"
    theme.save()
    return theme


def test_a_page_lists_its_public_versions_newest_first(client, theme):
    response = client.get("/themas/tweede/versies/")
    numbers = [revision.pk for revision, _address in response.context["versions"]]
    assert numbers == [revision.pk for revision in theme.revisions.all()]
    html = response.content.decode()
    assert '<meta name="robots" content="noindex">' in html
    assert "Geheim" not in html
    assert "/themas/tweede/versies/" in client.get("/themas/tweede/").content.decode()


def test_an_old_version_shows_the_page_as_it_was_and_says_so(client, theme):
    old = theme.revisions.last()
    response = client.get(f"/themas/tweede/versies/{old.pk}/")
    html = response.content.decode()
    assert "itwerking van een regiomarketingstrategie" in html
    assert "Tweede" not in html
    assert "Je leest deze pagina zoals ze op" in html
    assert re.search(r"<title>Versie van \d+\s\w+ \d{4}, \d?\d\.\d\d uur · Uitwerking van een", html)
    assert '<meta name="robots" content="noindex">' in html


def test_an_old_version_follows_its_relations_to_what_was_public_then(client, editor):
    priority = Priority.objects.get(number=2)
    priority.lead = Organisation.objects.all()[0]
    priority.save()
    old = publish(priority, editor)
    lead = priority.lead
    before, lead.name = unbroken(lead.name), "Nieuwe naam"
    lead.save()
    publish(lead, editor)
    assert "Nieuwe naam" in client.get("/prioriteiten/tewerkstellingsbeleid/").content.decode()
    html = client.get(f"/prioriteiten/tewerkstellingsbeleid/versies/{old.pk}/").content.decode()
    assert before in html
    assert "Nieuwe naam" not in html


def test_the_address_of_a_version_survives_a_change_of_slug(client, theme):
    old = theme.revisions.last()
    assert client.get("/themas/regiomarketing/versies/").headers["Location"] == "/themas/tweede/versies/"
    address = f"/themas/regiomarketing/versies/{old.pk}/"
    assert client.get(address).headers["Location"] == f"/themas/tweede/versies/{old.pk}/"


def test_what_was_never_public_or_belongs_to_another_page_is_not_found(client, editor, theme):
    waiting = publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    other = Theme.objects.first().revisions.get()
    for number in (waiting.pk, other.pk, 10**12):
        assert client.get(f"/themas/tweede/versies/{number}/").status_code == 404
    assert waiting.pk not in [revision.pk for revision, _ in client.get("/themas/tweede/versies/").context["versions"]]


def test_the_versions_of_a_withdrawn_page_are_gone_with_it(client, editor, theme):
    old = theme.revisions.last()
    withdraw(theme, editor, "Weg")
    assert client.get("/themas/tweede/versies/").status_code == 410
    assert client.get(f"/themas/tweede/versies/{old.pk}/").status_code == 410


def test_versions_of_staff_cards_are_never_public(client):
    revision = StaffMember.objects.first().revisions.first()
    for address in ("/contact/sigrid-verhaeghe/versies/", f"/contact/sigrid-verhaeghe/versies/{revision.pk}/"):
        assert client.get(address).status_code == 404
    assert "versies" not in client.get("/contact/sigrid-verhaeghe/").content.decode()


def test_a_page_says_when_it_was_checked_and_changed_and_a_check_is_no_version(client, editor, theme):
    changed = timezone.now().year
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        confirm(theme, editor)
        year = timezone.now().year
        html = client.get("/themas/tweede/").content.decode()
        assert re.search(rf"Nagekeken op \d+\s\w+ {year}<", html)
        assert re.search(rf"Gewijzigd op \d+\s\w+ {changed}<", html)
        assert len(client.get("/themas/tweede/versies/").context["versions"]) == 2
        lastmod = client.get("/sitemap.xml").content.decode().split("/themas/tweede/</loc>")[1][:60]
        assert str(year) not in lastmod


@pytest.mark.parametrize(
    "address", ["/", "/privacy/", "/contact/dorine-sioen/", "/fr/priorites/politique-de-l-emploi/"]
)
def test_every_page_of_content_says_when_it_changed(client, address):
    assert re.search("Gewijzigd (en nagekeken )?op|Modifié (et vérifié )?le", client.get(address).content.decode())


def test_versions_are_offered_from_two_on_that_can_be_cited(client, editor):
    offered = "Alle versies"
    for address, obj in (("/", MissionPage.objects.get()), ("/privacy/", TextPage.objects.get(slug_nl="privacy"))):
        assert offered not in client.get(address).content.decode()
        confirm(obj, editor)  # says the same again: no other version
        assert offered not in client.get(address).content.decode()
        title = obj.title_field
        setattr(obj, f"{title}_nl", f"{getattr(obj, f'{title}_nl')} (anders)")
        obj.save()
        publish(obj, editor, live_from=timezone.now() + timedelta(days=1))
        assert offered not in client.get(address).content.decode(), "what is planned is no version yet"
        publish(obj, editor)
        assert offered in client.get(address).content.decode()
    taken = obj.revisions.citable().changes().last()
    take_back(taken, editor, "Vergissing.")
    assert offered not in client.get("/privacy/").content.decode()


def test_equal_dates_are_one_date(client, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish(theme, editor)
    html = client.get("/themas/regiomarketing/").content.decode()
    assert re.search(r"Gewijzigd en nagekeken op \d+\s\w+ \d{4}<", html)
    assert "Nagekeken op" not in html
    today = update_on(theme, title_nl="Van vandaag", date=timezone.localdate())
    older = update_on(theme, title_nl="Van gisteren", date=timezone.localdate() - timedelta(days=1))
    for update in (today, older):
        publish(update, editor)
    assert "ewijzigd" not in client.get("/nieuws/van-vandaag/").content.decode()
    assert "Gewijzigd en nagekeken op" in client.get("/nieuws/van-gisteren/").content.decode()


def test_the_tab_of_the_versions_has_the_short_title(client, editor, theme):
    theme.short_title_nl = "Kort"
    theme.save()
    publish(theme, editor)
    assert "<title>Versies · Kort · RESOC Westhoek</title>" in client.get(theme.get_versions_url()).content.decode()
    assert '"name": "Kort"' in client.get(theme.get_absolute_url()).content.decode()


@pytest.mark.parametrize("address", ["/themas/", "/zoeken/", "/nergens/", "/versies/"])
def test_what_is_no_page_of_content_does_not(client, address):
    assert not re.search("[Nn]agekeken op|Gewijzigd", client.get(address).content.decode())


@pytest.mark.parametrize(("prefix", "word"), [("", "versies"), ("/fr", "versions"), ("/en", "versions")])
def test_the_home_page_has_versions_in_every_language(client, editor, prefix, word):
    mission = MissionPage.objects.get()
    old = mission.revisions.get()
    mission.motto_nl = mission.motto_fr = mission.motto_en = "Nieuw motto"
    mission.save()
    publish(mission, editor)
    html = client.get(f"{prefix}/").content.decode()
    assert f'href="{prefix}/{word}/"' in html
    listed = client.get(f"{prefix}/{word}/").context["versions"]
    assert [address for _revision, address in listed][1] == f"{prefix}/{word}/{old.pk}/"
    shown = client.get(f"{prefix}/{word}/{old.pk}/").content.decode()
    assert "Nieuw motto" not in shown
    assert '<meta name="robots" content="noindex">' in shown
    assert f'<link rel="canonical" href="http://testserver{prefix}/">' in shown


def test_an_old_home_page_shows_the_priorities_of_then(client, editor):
    mission = MissionPage.objects.get()
    old = mission.revisions.get()
    publish(mission, editor)
    withdraw(Priority.objects.get(number=2), editor, "Weg")
    assert "tewerkstellingsbeleid" not in client.get("/").content.decode()
    assert "/prioriteiten/tewerkstellingsbeleid/" in client.get(f"/versies/{old.pk}/").content.decode()


def test_a_version_that_a_planned_one_overtakes_shows_nothing_of_what_is_planned(client, editor):
    mission, later = MissionPage.objects.get(), timezone.now() + timedelta(days=30)
    priority, theme = Priority.objects.get(number=2), Theme.objects.get(slug_nl="regiomarketing")
    for planned, title in ((mission, "motto_nl"), (priority, "title_nl"), (theme, "title_nl")):
        setattr(planned, title, "Nog geheim")
        planned.save()
        publish(planned, editor, live_from=later)
    shown = mission.revisions.public().get()
    assert shown.superseded_at == later
    html = client.get(f"/versies/{shown.pk}/").content.decode()
    assert "nog geheim" not in html.lower()
    assert "/prioriteiten/tewerkstellingsbeleid/" in html


def test_the_home_page_has_only_its_own_versions(client):
    for number in (Theme.objects.first().revisions.get().pk, 10**12):
        assert client.get(f"/versies/{number}/").status_code == 404
    with permit():
        MissionPage.objects.get().revisions.all().delete()
    assert client.get("/versies/").status_code == 404
    assert client.get("/versies/1/").status_code == 404


def test_an_old_version_says_until_when_it_stood_there_and_to_find_it_right_is_no_end(client, editor, theme):
    start = timezone.now() + timedelta(days=1)
    with time_machine.travel(start, tick=False):
        theme.title_nl = "Derde"
        theme.save()
        third = publish(theme, editor)
    with time_machine.travel(start + timedelta(days=1), tick=False):
        confirm(theme, editor)
    with time_machine.travel(start + timedelta(days=2), tick=False):
        html = client.get(f"/themas/tweede/versies/{third.pk}/").content.decode()
        assert "Zo stond ze er tot" not in html
        theme.title_nl = "Vierde"
        theme.save()
        fourth = publish(theme, editor)
    with time_machine.travel(start + timedelta(days=3), tick=False):
        assert stood_until(third) == fourth.live_from
        assert "Zo stond ze er tot" in client.get(f"/themas/tweede/versies/{third.pk}/").content.decode()
        assert stood_until(fourth) is None


def test_a_version_that_ended_stood_there_until_its_end(editor, theme):
    end = timezone.now() + timedelta(hours=1)
    ended = publish(theme, editor, live_until=end)
    with time_machine.travel(end + timedelta(days=1), tick=False):
        assert stood_until(ended) == end
