import re

import pytest
from django.urls import reverse

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme
from publishing.workflow import State, state, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def form_data(client, url: str) -> dict[str, str]:
    """What a browser would send back: the form as the page shows it."""
    context = client.get(url).context
    fields = [*context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        fields += [*inline.formset.management_form]
        fields += [bound for form in inline.formset.forms for bound in form]
    data = {}
    for bound in fields:
        value = bound.value()
        if value or (value == 0 and value is not False):
            data[bound.html_name] = value
    return data


def address(obj) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def submit(client, obj, button: str, **changes):
    url = address(obj)
    return client.post(url, form_data(client, url) | changes | {button: "1"}, follow=True)


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def test_saving_changes_the_working_copy_and_not_the_site(editor_client, client, theme):
    response = submit(editor_client, theme, "_save", title_nl="Nieuwe titel")
    assert "Bewaard als werkversie" in response.content.decode()
    assert "Gewijzigd sinds de publicatie: Titel (nl)." in " ".join(response.content.decode().split())
    theme.refresh_from_db()
    assert (theme.title_nl, state(theme)) == ("Nieuwe titel", State.CHANGED)
    assert "Nieuwe titel" not in client.get("/themas/").content.decode()


def test_the_publish_button_saves_and_publishes(editor_client, client, editor, theme):
    response = submit(editor_client, theme, "_publish", title_nl="Nieuwe titel")
    assert "Gepubliceerd: bezoekers zien het nu." in response.content.decode()
    assert "Nieuwe titel" in client.get("/themas/").content.decode()
    assert theme.revisions.first().author == editor


def test_what_blocks_publishing_stands_beside_its_field_and_keeps_what_was_typed(editor_client, theme):
    response = submit(editor_client, theme, "_publish", title_nl="", title_fr="Mon texte")
    assert response.context["adminform"].form.errors["title_nl"]
    assert "Mon texte" in response.content.decode()
    theme.refresh_from_db()
    assert theme.title_nl


def test_who_finds_a_page_still_right_says_so_and_publishes_no_draft(editor_client, client, theme):
    response = submit(editor_client, theme, "_confirm", title_nl="Nog een kladje")
    assert "Genoteerd" in response.content.decode()
    assert theme.revisions.first().unchanged_since
    assert "Nog een kladje" not in client.get("/themas/").content.decode()
    theme.refresh_from_db()
    assert theme.title_nl == "Nog een kladje"


def test_an_incomplete_draft_can_be_saved(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="", slug_nl="")
    theme.refresh_from_db()
    assert not theme.title_nl


def test_a_new_page_is_nowhere_called_complete(editor_client):
    response = editor_client.get("/admin/priorities/theme/add/")
    assert [tab.sign for tab in response.context["language_tabs"]] == ["empty"] * 3
    assert "volledig</span>" not in "".join(response.content.decode().split())
    assert "<h1>Thema toevoegen</h1>" in response.content.decode()


def test_withdrawing_asks_for_a_reason_and_shows_it_to_visitors(editor_client, client, theme):
    assert "Zeg in enkele woorden waarom" in submit(editor_client, theme, "_withdraw").content.decode()
    assert client.get("/themas/regiomarketing/").status_code == 200
    submit(editor_client, theme, "_withdraw", _reason="Afgerond")
    assert "Afgerond" in client.get("/themas/regiomarketing/").content.decode()


def test_nothing_that_visitors_see_or_that_is_used_can_be_deleted(editor_client, editor, theme):
    url = reverse("admin:priorities_theme_delete", args=[theme.pk])
    assert editor_client.post(url, {"post": "yes"}).status_code == 403
    withdraw(theme, editor, "Weg")
    assert editor_client.post(url, {"post": "yes"}).status_code == 302
    used = Organisation.objects.get(name="VDAB")
    assert editor_client.post(reverse("admin:pages_organisation_delete", args=[used.pk])).status_code == 403


@pytest.mark.parametrize("model", [MissionPage, Organisation, TextPage, StaffMember, Priority, Theme])
def test_the_secretariat_can_open_and_publish_every_seeded_object_unchanged(editor_client, model):
    for obj in model.objects.all():
        page = editor_client.get(address(obj))
        assert page.status_code == 200
        formsets = {}
        for formset in page.context["inline_admin_formsets"]:
            management = formset.formset.management_form
            formsets |= {bound.html_name: bound.value() for bound in management}
            for form in formset.formset.forms:
                formsets |= {bound.html_name: bound.value() for bound in form if bound.value() is not None}
        before = obj.revisions.first().data
        response = submit(editor_client, obj, "_publish", **formsets)
        assert not response.context["adminform"].form.errors
        assert obj.revisions.first().data == before
        assert obj.revisions.count() == 2


@pytest.mark.parametrize("model", [Organisation, TextPage, StaffMember, Priority, Theme])
def test_lists_open_and_find_words_in_any_language(editor_client, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert editor_client.get(url).status_code == 200
    assert editor_client.get(url, {"q": "é"}).status_code == 200


def test_the_singleton_opens_on_its_form(editor_client):
    page = MissionPage.objects.get()
    response = editor_client.get(reverse("admin:pages_missionpage_changelist"))
    assert response.headers["Location"] == address(page)
    assert editor_client.get(reverse("admin:pages_missionpage_add")).status_code == 403


def test_a_new_row_goes_last():
    page = MissionPage.objects.get()
    assert page.aims.create(text_nl="Nog een").position == 7


def test_the_admin_refuses_who_does_not_belong_there(client, colleague):
    assert client.get("/admin/").status_code == 302
    client.force_login(colleague)
    assert client.get("/admin/priorities/theme/").status_code == 302


def test_a_choice_made_in_a_window_of_its_own_closes_that_window(editor_client):
    url = reverse("admin:pages_organisation_add")
    response = editor_client.post(f"{url}?_popup=1", {"name": "Nieuw", "_popup": "1", "_save": "1"})
    assert response.status_code == 200
    assert b"popup_response" in response.content


def test_an_update_without_a_subject_can_be_kept_but_not_published(editor_client):
    from priorities.models import Update

    url = reverse("admin:priorities_update_add")
    data = form_data(editor_client, url) | {"date": "2026-11-24", "title_nl": "Half af"}
    response = editor_client.post(url, data | {"_publish": "1"})
    assert response.context["adminform"].form.errors["theme"]
    editor_client.post(url, data | {"_save": "1"})
    assert Update.objects.get().title_nl == "Half af"


def test_a_faulty_row_that_is_being_removed_does_not_stand_in_the_way_of_publishing(editor_client):
    priority = Priority.objects.get(number=1)
    faulty = priority.partners.create()
    rows = {
        "partners-TOTAL_FORMS": "1",
        "partners-INITIAL_FORMS": "1",
        "partners-0-id": str(faulty.pk),
        "partners-0-priority": str(priority.pk),
        "partners-0-position": "1",
        "partners-0-DELETE": "on",
    }
    response = submit(editor_client, priority, "_publish", **rows)
    assert "Gepubliceerd: bezoekers zien het nu." in response.content.decode()
    assert not priority.partners.exists()


@pytest.mark.parametrize("extra", [1, 5])
def test_a_list_asks_as_often_with_many_rows_as_with_few(editor_client, django_assert_num_queries, extra):
    for number in range(extra):
        Theme.objects.create(title_nl=f"T{number}")
    url = reverse("admin:priorities_theme_changelist")
    editor_client.get(url)
    with django_assert_num_queries(18):
        editor_client.get(url)


def test_a_long_line_has_a_box_that_shows_all_of_it_and_stays_one_line(editor_client):
    page = MissionPage.objects.get()
    html = editor_client.get(address(page)).content.decode()
    assert re.search(r'<textarea name="motto_nl"[^>]*maxlength="250"', html)
    assert re.search(r'<textarea name="aims-0-text_nl"', html)
    assert re.search(r'<input type="text" name="mission_title_nl"', html)
    submit(editor_client, page, "_save", motto_nl="Verhoging van de slagkracht –\r\nmet respect –\r\n in de regio\r\n")
    page.refresh_from_db()
    assert page.motto_nl == "Verhoging van de slagkracht – met respect – in de regio"


def test_a_form_with_several_parts_has_a_list_of_them(editor_client):
    html = editor_client.get(address(MissionPage.objects.get())).content.decode()
    jumps = re.search(r'<nav class="jumps".*?</nav>', html, re.DOTALL)[0]
    found = re.findall(r'href="#([^"]+)">([^<]+)<', jumps)
    assert [words for _id, words in found] == ["Teksten", "Voor alle talen", "Rollen", "Ambities", "Zetels"]
    assert all(html.count(f'id="{each}"') == 1 for each, _words in found)
    assert 'class="jumps"' not in editor_client.get("/admin/pages/organisation/add/").content.decode()


@pytest.mark.parametrize(("kind", "title"), [("update", "Ajout d’actualité"), ("theme", "Ajout de thème")])
def test_french_titles_elide(editor_client, kind, title):
    response = editor_client.get(f"/admin/priorities/{kind}/add/", headers={"accept-language": "fr"})
    assert f"<h1>{title}</h1>" in response.content.decode()
    assert f"<title>{title} · " in response.content.decode()


def test_a_list_is_called_by_what_is_in_it(editor_client):
    for language, title in (("nl", "Updates"), ("fr", "Actualités"), ("en", "Updates")):
        response = editor_client.get("/admin/priorities/update/", headers={"accept-language": language})
        assert f"<title>{title} · " in response.content.decode()


def test_a_list_says_in_words_what_is_missing_and_names_its_filters(editor_client, theme):
    theme.status = ""
    theme.save()
    html = editor_client.get("/admin/priorities/theme/").content.decode()
    cell = re.search(r'<td class="field-status">(.*?)</td>', html)[1]
    assert "niet ingevuld" in cell
    assert ">-<" not in html
    assert [" ".join(each.split()) for each in re.findall(r"<summary>(.*?)</summary>", html, re.DOTALL)] == [
        "Te doen",
        "Toestand",
    ]


def test_the_checklist_of_a_public_page_speaks_of_improving_it(editor_client, theme):
    assert theme.needs_check_fr
    html = editor_client.get(address(theme)).content.decode()
    assert "2 dingen die beter kunnen" in html
    assert "voor je publiceert" not in html
    assert "voor je publiceert" in submit(editor_client, theme, "_save", title_nl="Anders").content.decode()


def test_addresses_and_numbers_keep_boxes_of_their_own_and_a_number_is_written_as_one_dials_it(editor_client):
    johan = StaffMember.objects.get(name__startswith="Johan")
    html = editor_client.get(address(johan)).content.decode()
    assert re.search(r'<input type="email" name="email"', html)
    assert re.search(r'<input type="tel" name="phone" value="0495 58 75 71"', html)
    submit(editor_client, johan, "_save", phone="051 12 34 56")
    johan.refresh_from_db()
    assert str(johan.phone) == "+3251123456"


def test_the_bin_names_people_as_people_do(editor_client, editor):
    editor.first_name, editor.last_name = "Dorine", "Sioen"
    editor.save()
    theme = Theme.objects.create(title_nl="Weg ermee")
    editor_client.post(reverse("admin:priorities_theme_delete", args=[theme.pk]), {"post": "yes"})
    assert "Dorine Sioen" in editor_client.get("/admin/publishing/discarded/").content.decode().split("<table")[1]


def test_a_row_that_has_a_place_and_nothing_else_is_no_row(editor_client):
    from priorities.models import Update

    url = reverse("admin:priorities_update_add")
    data = form_data(editor_client, url) | {"date": "2026-11-24", "title_nl": "Kort bericht"}
    assert data["documents-TOTAL_FORMS"] == 1
    response = editor_client.post(url, data | {"documents-0-position": "1", "_save": "1"}, follow=True)
    assert "Bewaard als werkversie" in response.content.decode()
    assert not Update.objects.get().documents.exists()


def test_what_is_wrong_is_told_above_the_form_with_ways_to_the_fields(editor_client, theme):
    html = submit(editor_client, theme, "_publish", title_nl="", slug_fr="geen adres!").content.decode()
    summary = re.search(r'<div class="errornote".*?</div>', html, re.DOTALL)[0]
    assert re.findall(r'href="#(id_[^"]+)">([^:<]+)', summary) == [("id_slug_fr", "Adres (fr)")]
    html = submit(editor_client, theme, "_publish", title_nl="").content.decode()
    summary = re.search(r'<div class="errornote".*?</div>', html, re.DOTALL)[0]
    assert re.findall(r'href="#(id_[^"]+)">([^:<]+)', summary) == [("id_title_nl", "Titel (nl)")]
    html = submit(editor_client, theme, "_withdraw").content.decode()
    assert html.count("Zeg in enkele woorden waarom") == 1


def test_deleting_says_in_words_where_it_goes(editor_client):
    theme = Theme.objects.create(title_nl="Weg ermee")
    html = editor_client.get(reverse("admin:priorities_theme_delete", args=[theme.pk])).content.decode()
    assert "“Weg ermee” gaat naar de prullenbak" in html
    assert "&rsaquo;" not in html


def test_the_desk_shows_what_one_changed_last_once_each_and_nothing_that_is_gone(editor_client, theme):
    page = TextPage.objects.first()
    new = TextPage.objects.create(title_nl="Weg ermee", slug_nl="weg")
    for obj in (theme, page, new, theme):
        submit(editor_client, obj, "_save")
    submit(editor_client, new, "_save", title_nl="Nog eens")
    editor_client.post(address(new).replace("change", "delete"), {"post": "yes"})
    recent = editor_client.get("/admin/").content.decode().partition('id="recent"')[2]
    assert re.findall(r'href="(/admin/[^"]+)"', recent) == [address(theme), address(page)]
    assert "Nog eens" not in recent


def test_what_went_well_elsewhere_is_never_told_above_what_is_wrong_here(editor_client):
    add = reverse("admin:priorities_update_add")
    small = reverse("admin:pages_organisation_add") + "?_popup=1"
    editor_client.post(small, {"name": "Nieuw", "_popup": "1", "_publish": "1"})
    html = editor_client.post(add, form_data(editor_client, add) | {"title_nl": "Nieuws", "_publish": "1"}).content
    assert b"errornote" in html
    assert b"messagelist" not in html


def test_what_is_told_waits_for_a_page_on_which_nothing_is_wrong(editor_client, theme):
    data = form_data(editor_client, address(theme))
    editor_client.post(address(theme), data | {"_publish": "1"})  # its answer is not fetched
    html = editor_client.post(address(theme), data | {"title_nl": "", "_publish": "1"}).content.decode()
    assert "errornote" in html
    assert "Gepubliceerd: bezoekers zien het nu." not in html
    assert "Gepubliceerd: bezoekers zien het nu." in editor_client.get(address(theme)).content.decode()
