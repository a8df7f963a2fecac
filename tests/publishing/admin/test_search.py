import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.models import Discarded, Mail
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from tests.conftest import enter, give_second_factor, staff_user
from tests.site.crawl import words

pytestmark = pytest.mark.django_db
SEARCH = "/admin/search/"


def make(title: str = "Windmolens", **fields) -> Theme:
    return Theme.objects.create(**({"title_nl": title, "slug_nl": f"adres-{Theme.objects.count()}"} | fields))


def asked(client: Client, query: str, **more: str) -> str:
    response = client.get(SEARCH, {"q": query, **more})
    assert response.status_code == 200
    return response.content.decode()


def links(html: str) -> list[str]:
    """Where the results lead."""
    return [found.replace("&amp;", "&") for found in re.findall(r'<h2><a href="([^"]+)"', html)]


def viewer(*codenames: str) -> Client:
    """Somebody at the desk with these permissions."""
    user = staff_user("piet")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    enter(client, user)
    return client


@pytest.mark.parametrize("address", ["/admin/", "/admin/priorities/theme/", SEARCH, "/admin/planning/"])
def test_the_box_stands_once_on_every_page(editor_client, address):
    html = editor_client.get(address).content.decode()
    assert html.count('id="desk-search"') == 1
    assert "Zoek in alles: een woord, een naam, een nummer" in html


def test_a_text_leads_to_its_field_with_its_state_language_and_words(editor_client):
    theme = make(body_nl="<p>Eerst iets.</p><p>De wieken <b>draaien</b> weer.</p>")
    html = asked(editor_client, "draaien")
    assert links(html) == [f"/admin/priorities/theme/{theme.pk}/change/#id_body_nl"]
    assert "De wieken <mark>draaien</mark> weer." in html
    assert "Thema · Nog niet gepubliceerd · Nederlands" in words(html)
    assert "1 resultaat voor ‘draaien’" in html


def test_another_language_is_named_and_marked_and_leads_to_its_field(editor_client):
    theme = make(title_fr="Les moulins", summary_fr="Ils tournent.", body_nl="<p>tournent</p>")
    html = asked(editor_client, "tournent")
    assert links(html) == [f"/admin/priorities/theme/{theme.pk}/change/#id_body_nl"]
    assert f'href="/admin/priorities/theme/{theme.pk}/change/#id_summary_fr"' in html
    html = asked(editor_client, "moulins")
    assert links(html) == [f"/admin/priorities/theme/{theme.pk}/change/#id_title_fr"]
    assert '<a href="' in html
    assert 'lang="fr">Les <mark>moulins</mark></a>' in html


def test_each_state_is_told(editor, editor_client):
    make("Windmolens nul")
    publish(make("Windmolens een"), editor)
    changed = make("Windmolens twee")
    publish(changed, editor)
    changed.summary_nl = "Anders"
    changed.save()
    withdrawn = make("Windmolens drie")
    publish(withdrawn, editor)
    withdraw(withdrawn, editor, "Weg")
    publish(make("Windmolens vier"), editor, live_from=timezone.now() + timedelta(days=400))
    make("Windmolens vijf").delete()
    kept = Discarded.objects.get(title="Windmolens vijf")
    html = asked(editor_client, "windmolens")
    said = {
        title: state for state, title in re.findall(r"<strong>([^<]*)</strong>.*?</mark> (\w+)</a>", html, re.DOTALL)
    }
    assert said["nul"] == "Nog niet gepubliceerd"
    assert said["een"] == "Gepubliceerd"
    assert said["twee"].startswith("Gepubliceerd, met wijzigingen")
    assert said["drie"] == "Van de site gehaald"
    assert said["vier"].startswith("Gepland · komt online op ")
    assert said["vijf"] == "In de prullenbak"
    assert f"/admin/publishing/discarded/{kept.pk}/change/" in links(html)


def test_what_only_the_public_version_says_leads_to_the_comparison(editor, editor_client):
    theme = make(summary_nl="Ze staan stil.")
    shown = publish(theme, editor)
    theme.summary_nl = "Ze draaien."
    theme.save()
    html = asked(editor_client, "stil")
    assert links(html) == [f"/admin/priorities/theme/{theme.pk}/compare/?old=r{shown.pk}&new=working"]
    assert "alleen in wat bezoekers nu lezen" in html
    assert editor_client.get(links(html)[0]).status_code == 200


def test_what_is_only_planned_says_for_when(editor, editor_client):
    theme = make(summary_nl="Ze staan stil.")
    publish(theme, editor, live_from=timezone.now() + timedelta(days=2))
    theme.summary_nl = "Ze draaien."
    theme.save()
    assert "alleen in wat gepland is voor" in asked(editor_client, "stil")


def test_a_row_of_a_page_leads_to_its_own_field(editor_client):
    mission = MissionPage.objects.get()
    role = mission.roles.create(name_nl="Veerman", description_nl="Zet over.")
    place = list(mission.roles.values_list("pk", flat=True)).index(role.pk)
    html = asked(editor_client, "veerman")
    assert links(html) == [f"/admin/pages/missionpage/{mission.pk}/change/#id_roles-{place}-name_nl"]
    form = editor_client.get(links(html)[0].partition("#")[0]).content.decode()
    assert f'id="id_roles-{place}-name_nl"' in form
    assert (
        'value="Veerman"' in form.partition(f'id="id_roles-{place}-name_nl"')[0][-300:] + form[-1:] or "Veerman" in form
    )


@pytest.mark.parametrize("number", ["0472 05 17 83", "+32 472 05 17 83", "0472/05.17.83", "472051783", "05 17 83"])
def test_a_telephone_number_is_found_in_any_notation(editor_client, number):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    html = asked(editor_client, number)
    assert links(html)[0] == f"/admin/staff/staffmember/{member.pk}/change/#id_phone"
    assert "<mark>0472 05 17 83</mark>" in html


def test_the_name_of_a_file_is_found(editor_client):
    theme = make(image="themes/luchtfoto-diksmuide.jpg")
    assert links(asked(editor_client, "luchtfoto diksmuide")) == [
        f"/admin/priorities/theme/{theme.pk}/change/#id_image"
    ]


def test_a_typing_error_is_forgiven_and_told(editor_client):
    make("De veerpont van Lo")
    html = asked(editor_client, "verepont")
    assert "De <mark>veerpont</mark> van Lo" in html
    assert "Geen tekst heeft ‘verepont’" in html
    assert "Nergens staan al deze woorden samen" in asked(editor_client, "veerpont windmolens lo")


def test_a_hidden_number_is_shown_to_who_may_change_the_card_only(editor_client):
    StaffMember.objects.create(name="Vera Verborgen", mobile="+32470112233")
    assert "0470 11 22 33" in asked(editor_client, "vera 0470112233")
    client = viewer("view_staffmember")
    for query in ("0470112233", "vera 0470112233", "vera", "verborgen"):
        assert "0470 11 22 33" not in asked(client, query).replace("<mark>", "").replace("</mark>", "")
    assert links(asked(client, "0470112233")) == []
    assert len(links(asked(client, "verborgen"))) == 1


def test_nobody_finds_what_they_may_not_see(editor_client):
    make(body_nl="<p>windmolens</p>")
    assert links(asked(viewer("view_priority", "change_priority"), "windmolens")) == []


def test_accounts_and_waiting_mails_are_found_by_who_may_look_at_them(editor_client):
    User.objects.create_user("veerman", "veerman@example.org", first_name="Karel", last_name="Veerman")
    mail, secret = (
        Mail.objects.create(
            subject=subject,
            recipients=["veerman@example.org"],
            message=b"",
            next_try_at=timezone.now(),
            is_security=is_security,
        )
        for subject, is_security in (("Je kaart", False), ("Aanmelden", True))
    )
    html = asked(editor_client, "veerman")
    assert links(html) == [f"/admin/publishing/mail/{mail.pk}/change/"]
    assert f"/{secret.pk}/" not in html
    assert links(asked(viewer("view_theme"), "veerman")) == []
    superuser = User.objects.create_superuser("baas")
    client = Client()
    give_second_factor(superuser)
    enter(client, superuser)
    assert len(links(asked(client, "karel veerman"))) == 1
    assert len(links(asked(client, "veerman"))) == 3


def test_results_come_a_page_at_a_time(editor_client):
    for number in range(23):
        make(f"Windmolen {number}")
    first, second = asked(editor_client, "windmolen"), asked(editor_client, "windmolen", page="2")
    assert (len(links(first)), len(links(second))) == (20, 3)
    assert 'href="?q=windmolen&amp;page=2"' in first
    assert asked(editor_client, "windmolen", page="onzin")


@pytest.mark.parametrize("query", ["", "<onzinwoord>", "'", '"', "%", "🙂", "ij" * 100])
def test_an_odd_query_gets_a_page(editor_client, query):
    html = asked(editor_client, query)
    assert "<onzinwoord>" not in html
    assert links(html) == []


def test_a_page_of_many_results_asks_no_more_than_one_of_a_few(editor_client):
    for _number in range(2):
        make()
    asked(editor_client, "windmolens")
    with CaptureQueriesContext(connection) as few:
        asked(editor_client, "windmolens")
    for _number in range(10):
        make()
    with CaptureQueriesContext(connection) as many:
        asked(editor_client, "windmolens")
    assert len(many) == len(few)


def test_what_is_only_saved_in_the_form_is_found_at_once(editor_client):
    theme = make()
    data = {"title_nl": "Watermolens", "slug_nl": theme.slug_nl, "position": theme.position, "_save": "1"}
    data |= {f"documents-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    data |= {"image_focus_x": "50", "image_focus_y": "50"}
    assert editor_client.post(f"/admin/priorities/theme/{theme.pk}/change/", data).status_code == 302
    assert links(asked(editor_client, "watermolens")) == [f"/admin/priorities/theme/{theme.pk}/change/#id_title_nl"]
    assert links(asked(editor_client, "windmolens")) == []


def test_it_speaks_the_language_of_the_desk(editor_client):
    make(title_fr="Moulins")
    editor_client.post("/admin/language/", {"language": "fr"})
    html = asked(editor_client, "moulins")
    assert "Pas encore publié" in html
    assert "Rechercher partout" in html
