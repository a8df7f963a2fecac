"""The manual inside the desk, and the section that each page of the desk leads to."""

import re

import pytest
from django.test import Client

from pages.models import MissionPage
from priorities.models import Theme
from publishing.i18n.urls import desk_address
from resoc.desk.manual import BY_KIND, BY_PAGE, DOCS, MANUAL, read, section_of
from tests.site import addresses

NOT_ABOUT_A_TASK = {
    "admin:login", "admin:logout", "admin:password_change", "admin:password_change_done", "admin:autocomplete",
    "admin:jsi18n", "admin:app_list",
}  # fmt: skip


@pytest.fixture(scope="module")
def manual():
    return read(DOCS / MANUAL, 0, "/admin/manual/")


def test_every_section_that_a_page_leads_to_is_there(manual):
    anchors = {heading.anchor for heading in manual.headings}
    assert {*BY_PAGE.values(), *BY_KIND.values()} <= anchors
    assert all(f'id="{anchor}"' in manual.html for anchor in anchors)


def test_every_link_within_it_leads_somewhere(manual):
    anchors = {heading.anchor for heading in manual.headings}
    assert set(re.findall(r'href="#([^"]+)"', manual.html)) <= anchors


def test_every_page_of_the_desk_has_a_section():
    pages = {each.name for each in addresses.walk() if each.name.startswith("admin:")} - NOT_ABOUT_A_TASK
    assert [name for name in sorted(pages) if not section_of(name)] == []


def test_it_begins_with_the_title_as_the_heading_of_the_page(manual):
    assert manual.title == "Handleiding voor het secretariaat"
    assert "<h1" not in manual.html
    assert manual.headings[0].level == 2


def test_the_pages_of_the_desk_lead_to_their_own_section(db, editor_client):
    for address, section in (
        ("/admin/", "wat-vraagt-je-aandacht"),
        (desk_address(MissionPage.objects.get()), "rollen-ambities-en-zetels"),
        (desk_address(Theme, "changelist"), "een-thema-toevoegen"),
        (desk_address(Theme.objects.first(), "history"), "er-gaat-niets-verloren"),
        ("/admin/planning/", "iets-plannen"),
    ):
        assert f'href="/admin/manual/#{section}"' in editor_client.get(address).content.decode(), address


def test_an_editor_reads_it_with_its_pictures(db, editor_client):
    html = editor_client.get("/admin/manual/").content.decode()
    assert "Je hebt geen opleiding nodig" in html
    pictures = set(re.findall(r'src="(/admin/manual/[^"]+)"', html))
    assert len(pictures) >= 5
    for picture in pictures:
        response = editor_client.get(picture)
        assert (response.status_code, response["Content-Type"]) == (200, "image/png")
        assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert not re.search(r'src="https?:', html)
    assert all(re.search(r'width="\d+" height="\d+"', tag) for tag in re.findall(r"<img[^>]*/manual/[^>]*>", html))


@pytest.mark.parametrize("name", ["nergens.png", "..%2Feditors.md", "editors.md", "%2e%2e%2fsettings.py"])
def test_nothing_else_is_given_as_a_picture(db, editor_client, name):
    assert editor_client.get(f"/admin/manual/{name}").status_code in (301, 302, 404)


def test_in_french_it_says_that_it_is_dutch(db, editor_client):
    editor_client.post("/admin/language/", {"language": "fr", "next": "/admin/"})
    html = editor_client.get("/admin/manual/").content.decode()
    assert "en néerlandais" in html
    assert '<div class="manual-text" lang="nl">' in html


def test_a_visitor_and_a_colleague_do_not(db, colleague):
    assert "manual-text" not in Client().get("/admin/manual/", follow=True).content.decode()
    client = Client()
    client.force_login(colleague)
    assert client.get("/admin/manual/", follow=True).status_code == 403
    assert client.get("/admin/manual/beheer.png", follow=True).status_code == 403


def test_a_text_of_the_manual_is_never_taken_for_html(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("# T\n\n<script>alert(1)</script> [x](javascript:alert(1))\n")
    html = read(file, 1, "/m/").html
    assert "<script" not in html
    assert "href" not in html
