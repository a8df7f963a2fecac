"""Updates: their own pages, and where else they stand."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from priorities.models import Document, Priority, Subject, Theme, Update
from publishing.models import Revision
from publishing.queries.dependencies import Dependency, track
from publishing.workflow import publish, withdraw
from tests.priorities.pdf_files import pdf, upload
from tests.updates import update_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    """A theme of the second priority."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.priority = Priority.objects.get(number=2)
    theme.save()
    publish(theme, editor)
    return theme


def titles(client, address: str) -> list[str]:
    return [each.title_nl for each in client.get(address).context["updates"]]


def test_an_update_stands_on_its_own_page_in_each_language_with_all_that_it_is_about(client, editor, theme):
    other = Priority.objects.get(number=5)
    update = update_on(
        theme, other, title_nl="Infosessie", title_fr="Séance", slug_fr="seance", body_nl="<p>Welkom.</p>"
    )
    publish(update, editor)
    html = client.get("/nieuws/infosessie/").content.decode()
    for subject in (theme, other):
        assert f'<a href="{subject.get_absolute_url("nl")}">' in html
    assert '<link rel="alternate" hreflang="fr" href="http://testserver/fr/actualites/seance/">' in html
    assert 'hreflang="en"' not in html.partition("</head>")[0]
    assert client.get("/fr/actualites/seance/").status_code == client.get("/en/news/infosessie/").status_code == 200
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    assert (data["@graph"][0]["@type"], data["@graph"][0]["datePublished"]) == ("NewsArticle", str(update.date))
    assert [each["name"] for each in data["@graph"][1]["itemListElement"]] == ["RESOC Westhoek", "Nieuws", "Infosessie"]
    assert '<meta property="og:type" content="article">' in html


def test_it_stands_on_the_page_of_each_subject_and_of_a_priority_through_its_themes_once(client, editor, theme):
    third = Priority.objects.get(number=3)
    publish(update_on(theme, third, title_nl="Voor beide"), editor)
    publish(update_on(theme, theme.priority, title_nl="Dubbel"), editor)
    publish(update_on(Theme.objects.exclude(pk=theme.pk).first(), title_nl="Van een ander"), editor)
    assert sorted(titles(client, "/themas/regiomarketing/")) == ["Dubbel", "Voor beide"]
    assert sorted(titles(client, theme.priority.get_absolute_url("nl"))) == ["Dubbel", "Voor beide"]
    assert titles(client, third.get_absolute_url("nl")) == ["Voor beide"]
    html = client.get(third.get_absolute_url("nl")).content.decode()
    assert '<a href="/nieuws/voor-beide/">' in html
    assert f'Gaat ook over: <a class="cap" href="{theme.get_absolute_url("nl")}">' in html


def test_an_update_of_a_theme_that_leaves_a_priority_leaves_its_page_too(client, editor, theme):
    address = theme.priority.get_absolute_url("nl")
    publish(update_on(theme, title_nl="Bericht"), editor)
    assert titles(client, address) == ["Bericht"]
    theme.priority = None
    theme.save()
    assert titles(client, address) == ["Bericht"]  # nobody published that
    publish(theme, editor)
    assert titles(client, address) == []


def test_nothing_of_a_draft_is_told_by_what_it_is_about(client, editor):
    draft = Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    publish(update_on(draft, title_nl="Bericht"), editor)
    for address in ("/nieuws/bericht/", "/nieuws/", "/feed/", "/sitemap.xml"):
        response = client.get(address)
        assert response.status_code == 200
        assert "eheim" not in response.content.decode()


@pytest.mark.parametrize("address", ["/nieuws/", "/fr/actualites/", "/en/news/"])
def test_while_nothing_is_public_there_is_no_overview_and_nothing_leads_to_it(client, editor, address):
    publish(update_on(title_nl="Straks"), editor, live_from=timezone.now() + timedelta(days=1))
    update_on(title_nl="Nog een kladje")
    assert client.get(address).status_code == 404
    for page in ("/", "/fr/", "/en/", "/zoeken/", "/sitemap.xml"):
        assert address not in client.get(page).content.decode()
    publish(update := update_on(title_nl="Nu"), editor)
    assert client.get(address).status_code == 200
    assert f'href="{address}"' in client.get({"/nieuws/": "/"}.get(address, address[:4])).content.decode()
    assert f"<loc>http://testserver{address}</loc>" in client.get("/sitemap.xml").content.decode()
    withdraw(update, editor, "Weg")
    assert client.get(address).status_code == 404


def test_the_overview_lists_updates_newest_first_a_page_at_a_time(client, editor, theme):
    for number in range(1, 23):
        publish(update_on(theme, title_nl=f"Bericht {number}", date=f"2026-01-{number:02}"), editor)
    assert [each.title_nl for each in client.get("/nieuws/").context["page_obj"]][:2] == ["Bericht 22", "Bericht 21"]
    assert [each.title_nl for each in client.get("/nieuws/?page=2").context["page_obj"]] == ["Bericht 2", "Bericht 1"]
    assert client.get("/nieuws/?page=3").headers["Location"] == "/nieuws/?page=2"


def test_the_overview_asks_as_often_with_many_as_with_one(client, editor, theme, django_assert_num_queries):
    for number in range(1, 12):
        publish(update_on(theme, Priority.objects.first(), title_nl=f"Bericht {number}"), editor)
        if number in (1, 11):
            with django_assert_num_queries(7):
                client.get("/nieuws/")
            with django_assert_num_queries(3):
                client.get("/nieuws/bericht-1/")


def test_old_addresses_lead_on_and_what_was_withdrawn_says_why(client, editor, theme):
    update = update_on(theme, title_nl="Infosessie", slug_nl="oud")
    first = publish(update, editor)
    update.slug_nl = "nieuw"
    update.save()
    publish(update, editor)
    assert client.get("/nieuws/oud/").headers["Location"] == "/nieuws/nieuw/"
    versions = client.get("/nieuws/nieuw/versies/").content.decode()
    assert f'href="/nieuws/nieuw/versies/{first.pk}/"' in versions
    assert client.get(f"/nieuws/nieuw/versies/{first.pk}/").status_code == 200
    withdraw(update, editor, "Het ging niet door.")
    response = client.get("/nieuws/oud/")
    assert (response.status_code, "Het ging niet door." in response.content.decode()) == (410, True)


def test_the_address_comes_from_the_title_and_the_date_and_never_clashes():
    slugs = [Update.objects.create(title_nl="Algemene vergadering", date="2026-03-01").slug_nl for _number in range(4)]
    assert slugs == ["algemene-vergadering", *(f"algemene-vergadering-2026-03-01{end}" for end in ("", "-2", "-3"))]
    assert Update.objects.create(date="2026-03-01").slug_nl is None
    assert Update.objects.create(title_nl="Eigen", slug_nl="gekozen").slug_nl == "gekozen"


def test_an_address_that_a_version_of_another_has_is_not_given_out(editor):
    update = update_on(title_nl="Overleg")
    publish(update, editor)
    update.slug_nl = "anders"
    update.save()
    assert Update.objects.create(title_nl="Overleg", date="2026-03-01").slug_nl == "overleg-2026-03-01"


def test_documents_stand_with_it(client, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    publish(document, editor)
    update = update_on(title_nl="Bericht")
    update.documents.create(document=document)
    publish(update, editor)
    assert 'href="/documenten/verslag.pdf"' in client.get("/nieuws/bericht/").content.decode()


def test_the_lists_count_the_updates_of_its_themes_to_a_priority(client, editor, theme):
    publish(update_on(theme, title_nl="Bericht", date="2026-10-14"), editor)
    publish(update_on(theme.priority, title_nl="Ouder", date="2026-09-01"), editor)
    found = {each.number: each.updated for each in client.get("/prioriteiten/").context["priorities"]}
    assert str(found.pop(2)) == "2026-10-14"
    assert set(found.values()) == {None}


def test_a_page_depends_on_one_update_for_its_menu_and_on_all_while_there_is_none(client, editor):
    def read() -> set[Dependency]:
        with track() as dependencies:
            client.get("/contact/")
        about = {each for each in dependencies if each.model in ("", "priorities.update")}
        return {each for each in about if each.to_model != "staff.staffmember"}  # what each person follows

    assert read() == {Dependency("priorities.update")}
    first = update_on(title_nl="Eerste", date="2026-01-01")
    publish(first, editor)
    publish(update_on(title_nl="Tweede", date="2026-02-01"), editor)
    assert read() == {Dependency("priorities.update", first.pk)}


def test_subjects_are_indexed_by_their_rows(editor, theme):
    publish(update_on(theme, theme.priority, title_nl="Bericht"), editor)
    found = Revision.objects.public().of(Update).get().references.values_list("field", "object_id")
    assert set(found) == {("subjects.theme", theme.pk), ("subjects.priority", theme.priority.pk)}


def test_a_subject_in_two_rows_is_shown_once(editor, theme):
    update = update_on(theme, theme, title_nl="Bericht")
    assert publish(update, editor).thaw().shown_subjects == [theme]
    assert str(Subject.objects.filter(update=update).first()) == str(theme)
