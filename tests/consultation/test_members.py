"""The members as visitors read them, and that a name without consent stands nowhere."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from consultation.consents import take_back
from consultation.members import by_body, members_at, on_board
from consultation.models import Body, Mandate
from pages.models import MissionPage, Organisation, TextPage
from publishing.i18n.languages import CODES
from publishing.i18n.urls import address
from publishing.models import Revision, RevisionText, ShareLink
from publishing.queries.dependencies import Dependency, track
from publishing.search.query import find
from publishing.templatetags.languages import unbroken
from publishing.workflow import publish, withdraw
from tests.consultation.making import NAME, adopted, agreed, body, meeting, member

pytestmark = pytest.mark.django_db

SURNAME = "Vandromme"


def main(response) -> str:
    html = response.content.decode()
    return " ".join(re.search(r"<main.*?</main>", html, re.DOTALL)[0].replace("\u00a0", " ").split())


def published(row, editor):
    publish(row, editor)
    return row


def test_there_is_no_page_no_menu_and_no_trace_until_a_member_is_public(client, editor):
    agreed(member(), editor)
    home, sitemap = client.get("/").content.decode(), client.get("/sitemap.xml").content.decode()
    for code in CODES:
        assert client.get(address(code, "member_list")).status_code == 404
        assert f'href="{address(code, "member_list")}"' not in home
        assert f"{address(code, 'member_list')}<" not in sitemap
    assert not [hit for hit in find("leden").hits if hit.place == "member_list"]
    assert SURNAME not in home
    assert "Namen van leden" not in client.get("/privacy/").content.decode()


def test_the_addresses_are_those_of_the_contract():
    assert [address(code, "member_list") for code in CODES] == ["/leden/", "/fr/membres/", "/en/members/"]


def test_once_one_is_public_the_page_is_in_menu_sitemap_and_search(client, editor):
    published(member(), editor)
    home = client.get("/").content.decode()
    assert '<a href="/leden/">Leden</a>' in home
    assert "Namen van leden" in client.get("/privacy/").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()
    for code in CODES:
        assert client.get(address(code, "member_list")).status_code == 200
        assert f"{address(code, 'member_list')}<" in sitemap
    assert [hit.place for hit in find("leden").hits][:1] == ["member_list"]


def test_when_all_are_withdrawn_its_address_says_so(client, editor):
    withdraw(published(member(), editor), editor, "Vergissing.")
    response = client.get("/leden/")
    assert response.status_code == 200
    assert "Er staat nu geen lid op de site." in main(response)
    assert 'href="/leden/"' not in client.get("/").content.decode()
    assert "/leden/<" not in client.get("/sitemap.xml").content.decode()


def test_the_page_is_grouped_by_body_and_group(client, editor):
    board, other = body(), body("Werkgroep water")
    organisation = Organisation.objects.first()
    past = timezone.localdate() - timedelta(days=40)
    for row in (
        agreed(member("Wim Werkgever", body=board, organisation=organisation, starts_on=date(2024, 1, 1)), editor),
        member("Wien Werknemer", body=board, group="workers", role="substitute", organisation=organisation),
        agreed(member("Vera Vroeger", body=board, ends_on=past), editor),
        agreed(member("Dirk Deskundige", body=other, group="experts", role="advisory"), editor),
        member("Niemand", body=other, group="", organisation=organisation),
    ):
        published(row, editor)
    said = main(client.get("/leden/"))
    places = [
        said.find(each)
        for each in (
            "Dagelijks bestuur",
            "Werkgevers",
            "Wim Werkgever",
            "sinds 1 januari 2024",
            "Werknemers",
            "Vroegere leden",
            "Vera Vroeger",
            "Werkgroep water",
            "Deskundigen",
            "Dirk Deskundige",
            "Andere leden",
        )
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert "Wien" not in said
    assert "Niemand" not in said
    assert said.count(unbroken(organisation.name)) == 3
    assert [len(each.benches) for each in by_body(members_at(timezone.now()))] == [2, 2]


def test_a_body_or_an_organisation_that_is_not_public_is_not_read(client, editor):
    secret, organisation = Body.objects.create(name_nl="Geheim orgaan"), Organisation.objects.create(name="Geheim vzw")
    published(member(body=secret, organisation=organisation), editor)
    said = main(client.get("/leden/"))
    assert "Geheim" not in said
    assert "Werkgevers" in said
    with track() as dependencies:
        members_at(timezone.now())
    assert dependencies == {
        Dependency("consultation.mandate"),
        Dependency("consultation.body", secret.pk),
        Dependency("pages.organisation", organisation.pk),
    }


def test_a_text_page_that_has_the_address_keeps_it_and_the_section_waits(client, editor, editor_client, monkeypatch):
    page = TextPage.objects.create(title_nl="Onze eigen leden", slug_nl="leden")
    with monkeypatch.context() as before:
        before.setattr("pages.models.texts.is_taken", lambda slug, language: False)
        publish(page, editor)
    published(agreed(member(), editor), editor)
    html = client.get("/leden/").content.decode()
    assert "Onze eigen leden" in html
    assert SURNAME not in html
    assert 'href="/leden/">Leden<' not in html
    assert not [hit for hit in find(SURNAME).hits if hit.place == "member_list"]
    assert "het webadres van “leden”" in editor_client.get("/admin/").content.decode()
    with pytest.raises(Exception, match="heeft dit adres al"):
        publish(TextPage.objects.create(title_nl="Membres", slug_nl="ledenlijst", slug_fr="membres"), editor)


# On the home page


def test_the_board_on_the_home_page_shows_members_once_there_are_any(client, editor):
    seats = [group["label"] for group in client.get("/").context["seat_groups"]]
    assert seats
    published(member(body=published(Body.objects.create(name_nl="Werkgroep", kind="working_group"), editor)), editor)
    assert client.get("/").context["seat_groups"], "members of another body change nothing"
    organisation = Organisation.objects.first()
    board = body()
    for row in (agreed(member(body=board), editor), member("Ander Lid", body=board, organisation=organisation)):
        published(row, editor)
    published(member("Nog Een", body=board, organisation=organisation, role="substitute"), editor)
    published(agreed(member("Vroeger Lid", body=board, ends_on=date(2026, 1, 31)), editor), editor)
    published(agreed(member("Komend Lid", body=board, starts_on=date(2030, 1, 31)), editor), editor)
    response = client.get("/")
    said = main(response)
    assert response.context["seat_groups"] == []
    assert f"{NAME}</strong> (voorzitter)" in said
    assert said.partition('class="seats')[2].count(unbroken(organisation.name)) == 1
    for hidden in ("Ander Lid", "Nog Een", "Vroeger Lid", "Komend Lid"):
        assert hidden not in said
    assert 'href="/leden/"' in said


def test_members_cost_the_home_page_one_query(client, editor, django_assert_num_queries):
    client.get("/")
    with django_assert_num_queries(8):
        client.get("/")
    board = body()
    for number in range(12):
        published(
            agreed(member(f"Lid {number}", body=board, organisation=Organisation.objects.first()), editor), editor
        )
    with django_assert_num_queries(8):
        assert "Lid 11" in main(client.get("/"))
    with django_assert_num_queries(3):
        client.get("/leden/")


def test_an_old_home_page_shows_who_sat_then_and_names_them_as_they_choose_today(client, editor):
    mission = MissionPage.objects.get()
    row = agreed(member(), editor)
    publish(row, editor)
    mission.motto_nl = "Nieuw – motto – hier"
    mission.save()
    publish(mission, editor)
    first = mission.revisions.order_by("pk").first()
    mission.motto_nl = "Nog – een – motto"
    mission.save()
    publish(mission, editor)
    second = mission.revisions.order_by("pk")[1]
    path = Revision.objects.of(MissionPage).public().get().thaw().get_versions_url(second.pk, "nl")
    assert NAME in main(client.get(path))
    before = MissionPage.published().get().get_versions_url(first.pk, "nl")
    take_back(row, editor)
    for each in (path, before):
        assert SURNAME not in client.get(each).content.decode()
    (bench,) = on_board(members_at(timezone.now(), is_old=True))
    assert [each.name for each in bench.members] == [""]
    agreed(row, editor, "Een Opvolger")
    publish(Mandate.objects.get(pk=row.pk), editor)
    assert "Een Opvolger" not in client.get(path).content.decode(), "the successor did not sit there then"


# A name without consent stands nowhere


def everywhere(client, tmp_path) -> str:
    """All that visitors and machines get, and a copy of the site."""
    home = MissionPage.published().get()
    paths = [address(code, name) for code in CODES for name in ("home", "member_list", "feed", "meeting_list")]
    paths += ["/sitemap.xml", "/data/opinions.json", "/data/meetings.json", "/agenda.ics", "/adviezen/"]
    paths += [home.get_versions_url(revision.pk, "nl") for revision in home.revisions.once_public()]
    paths += [f"/zoeken/?q={words}" for words in ("bestuur", "werkgevers", "marieke", "Vandrome")]
    said = "\n".join(client.get(path).content.decode() for path in paths)
    call_command("export", tmp_path, verbosity=0)
    return said + "\n".join(each.read_text(errors="replace") for each in tmp_path.rglob("*") if each.is_file())


def searched() -> list[str]:
    return [hit.place for hit in find(SURNAME).hits]


@pytest.fixture
def row(editor) -> Mandate:
    """A public member whose board met and adopted an opinion."""
    row = member(organisation=Organisation.objects.first())
    publish(row, editor)
    held = published(meeting(timezone.now() + timedelta(days=3), body=row.body), editor)
    published(adopted(adopted_by=row.body, meeting=held), editor)
    mission = MissionPage.objects.get()
    mission.motto_nl = "Nieuw – motto – hier"
    mission.save()
    publish(mission, editor)
    return row


def test_a_name_without_consent_stands_nowhere(client, editor, row, tmp_path):
    said = everywhere(client, tmp_path / "copy")
    assert unbroken(Organisation.objects.first().name) in said
    assert SURNAME not in said.replace("q=Vandromme", "")
    assert searched() == []
    assert not RevisionText.objects.filter(words__icontains="vandromme").exists()


def test_taken_back_it_stands_nowhere_any_more(client, editor, row, tmp_path):
    row = agreed(row, editor)
    publish(row, editor)
    assert SURNAME in everywhere(client, tmp_path / "one")
    assert searched() == ["member_list"]
    take_back(row, editor)
    assert SURNAME not in everywhere(client, tmp_path / "two")
    assert searched() == []
    assert find("Vandrome").meant == ""
    assert not RevisionText.objects.filter(words__icontains="vandromme").exists()


def test_two_years_after_the_end_it_stands_nowhere_either(client, editor, row, tmp_path):
    row.ends_on = timezone.localdate()
    row.save()
    publish(agreed(row, editor), editor)
    with time_machine.travel(timezone.now() + timedelta(days=2 * 366)):
        assert SURNAME not in client.get("/leden/").content.decode(), "by the clock, before any upkeep"
        assert unbroken(Organisation.objects.first().name) in main(client.get("/leden/"))
        assert SURNAME not in "".join(client.get(path).content.decode() for path in ("/", "/fr/membres/"))


def test_no_preview_or_link_for_others_shows_it(client, editor, editor_client, row):
    row.role = "member"
    row.save()
    assert editor_client.get(f"/admin/consultation/mandate/{row.pk}/preview/nl/").status_code == 404
    link = ShareLink.objects.renew(row, editor)
    assert SURNAME not in client.get(link.get_absolute_url()).content.decode()
    assert SURNAME not in editor_client.get("/leden/").content.decode()
    assert SURNAME in editor_client.get(f"/admin/consultation/mandate/{row.pk}/change/").content.decode()


def test_linked_data_names_nobody(client, editor, row):
    publish(agreed(row, editor), editor)
    for path in ("/", "/leden/", "/en/members/"):
        html = client.get(path).content.decode()
        assert SURNAME in html
        for said in re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', html, re.DOTALL):
            assert SURNAME not in said
