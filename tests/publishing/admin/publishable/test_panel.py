import re

import pytest
from django.urls import reverse

from pages.models import MissionPage
from tests.publishing.admin.test_publishable import address, form_data, submit

pytestmark = pytest.mark.django_db


def test_a_form_with_several_parts_has_a_list_of_them(editor_client):
    html = editor_client.get(address(MissionPage.objects.get())).content.decode()
    jumps = re.search(r'<nav class="jumps".*?</nav>', html, re.DOTALL)[0]
    found = re.findall(r'href="#([^"]+)">([^<]+)<', jumps)
    assert [words for _id, words in found] == ["Teksten", "Voor alle talen", "Rollen", "Ambities", "Zetels"]
    assert all(html.count(f'id="{each}"') == 1 for each, _words in found)
    assert 'class="jumps"' not in editor_client.get("/admin/pages/organisation/add/").content.decode()


def test_the_checklist_of_a_public_page_speaks_of_improving_it(editor_client, theme):
    assert theme.needs_check_fr
    html = editor_client.get(address(theme)).content.decode()
    assert "2 punten die beter kunnen" in html
    assert "voor je publiceert" not in html
    assert "voor je publiceert" in submit(editor_client, theme, "_save", title_nl="Anders").content.decode()


def test_what_is_wrong_is_told_above_the_form_with_ways_to_the_fields(editor_client, theme):
    html = submit(editor_client, theme, "_publish", title_nl="", slug_fr="geen adres!").content.decode()
    summary = re.search(r'<div class="errornote".*?</div>', html, re.DOTALL)[0]
    assert re.findall(r'href="#(id_[^"]+)">([^:<]+)', summary) == [("id_slug_fr", "Webadres (fr)")]
    html = submit(editor_client, theme, "_publish", title_nl="").content.decode()
    summary = re.search(r'<div class="errornote".*?</div>', html, re.DOTALL)[0]
    assert re.findall(r'href="#(id_[^"]+)">([^:<]+)', summary) == [("id_title_nl", "Titel (nl)")]
    html = submit(editor_client, theme, "_withdraw").content.decode()
    assert html.count("Zeg in enkele woorden waarom") == 1


def test_what_went_well_elsewhere_is_never_told_above_what_is_wrong_here(editor_client):
    add = reverse("admin:priorities_update_add")
    small = reverse("admin:pages_organisation_add") + "?_popup=1"
    editor_client.post(small, {"name": "Nieuw", "_popup": "1", "_publish": "1"})
    html = editor_client.post(add, form_data(editor_client, add) | {"title_fr": "Nieuws", "_publish": "1"}).content
    assert b"errornote" in html
    assert b"messagelist" not in html


def test_what_is_told_waits_for_a_page_on_which_nothing_is_wrong(editor_client, theme):
    data = form_data(editor_client, address(theme))
    editor_client.post(address(theme), data | {"_publish": "1"})  # its answer is not fetched
    html = editor_client.post(address(theme), data | {"title_nl": "", "_publish": "1"}).content.decode()
    assert "errornote" in html
    assert "Gepubliceerd: bezoekers zien het nu." not in html
    assert "Gepubliceerd: bezoekers zien het nu." in editor_client.get(address(theme)).content.decode()
