import re

import pytest
from django.urls import reverse

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme
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


def test_the_publish_button_saves_and_publishes(editor_client, client, editor, theme):
    response = submit(editor_client, theme, "_publish", title_nl="Nieuwe titel")
    assert "Gepubliceerd: bezoekers zien het nu." in response.content.decode()
    assert "Nieuwe titel" in client.get("/themas/").content.decode()
    assert theme.revisions.first().author == editor


def test_who_finds_a_page_still_right_says_so_and_publishes_no_draft(editor_client, client, theme):
    response = submit(editor_client, theme, "_confirm", title_nl="Nog een kladje")
    assert "Genoteerd" in response.content.decode()
    assert theme.revisions.first().unchanged_since
    assert "Nog een kladje" not in client.get("/themas/").content.decode()
    theme.refresh_from_db()
    assert theme.title_nl == "Nog een kladje"


def test_withdrawing_asks_for_a_reason_and_shows_it_to_visitors(editor_client, client, theme):
    assert "Zeg in enkele woorden waarom" in submit(editor_client, theme, "_withdraw").content.decode()
    assert client.get("/themas/regiomarketing/").status_code == 200
    submit(editor_client, theme, "_withdraw", _reason="Afgerond")
    assert "Afgerond" in client.get("/themas/regiomarketing/").content.decode()


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


def test_the_singleton_opens_on_its_form(editor_client):
    page = MissionPage.objects.get()
    response = editor_client.get(reverse("admin:pages_missionpage_changelist"))
    assert response.headers["Location"] == address(page)
    assert editor_client.get(reverse("admin:pages_missionpage_add")).status_code == 403


def test_the_admin_refuses_who_does_not_belong_there(client, colleague):
    assert client.get("/admin/").status_code == 302
    client.force_login(colleague)
    assert client.get("/admin/priorities/theme/").status_code == 302


@pytest.mark.parametrize(("kind", "title"), [("update", "Ajout d’actualité"), ("theme", "Ajout de thème")])
def test_french_titles_elide(editor_client, kind, title):
    response = editor_client.get(f"/admin/priorities/{kind}/add/", headers={"accept-language": "fr"})
    assert f"<h1>{title}</h1>" in response.content.decode()
    assert f"<title>{title} · " in response.content.decode()


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
