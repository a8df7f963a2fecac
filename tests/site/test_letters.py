"""Letters that cannot be seen: on every way in they go, and what came in before is served without them."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.urls import reverse

from pages.models import ContactDetails, MissionPage, Organisation, Role
from priorities.models import Theme, Update
from publishing.checklist import checklist
from publishing.models import Discarded
from publishing.search_index import VERSION
from publishing.snapshots import freeze_all
from publishing.workflow import amend, changed, publish, restore, surely_unchanged, unpublished_changes, withdraw
from tests.dirty import dirty, raw
from tests.publishing.test_admin import submit
from tests.site.crawl import words

pytestmark = pytest.mark.django_db

DIRTY = "Regio\u200bmar\ufeffketing\x0bvan \x1bde\ufffe Westhoek\u200e"
TEXT, LINE = "Regiomarketing\nvan de Westhoek", "Regiomarketing van de Westhoek"
HTML, CLEAN_HTML = f'<p>{DIRTY} <a href="https://example.org/a\u200b\u00ad">x</a></p>', f"<p>{LINE} "
CLEAN_HTML += '<a href="https://example.org/a">x</a></p>'
ADDRESS = "https://www.example.org/\u200b"


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def test_saving_cleans_every_text(theme):
    theme.title_nl, theme.summary_nl, theme.body_nl, theme.url = DIRTY, DIRTY, HTML, ADDRESS
    theme.slug_nl = "regio\u00admarketing\u200b"
    theme.save()
    assert [raw(theme, name) for name in ("title_nl", "summary_nl", "body_nl")] == [LINE, TEXT, CLEAN_HTML]
    assert (raw(theme, "url"), raw(theme, "slug_nl")) == ("https://www.example.org/", "regiomarketing")
    created = Organisation.objects.create(name=DIRTY, url=ADDRESS)
    assert (raw(created, "name"), raw(created, "url")) == (LINE, "https://www.example.org/")
    role = Role.objects.create(page=MissionPage.objects.get(), name_nl=DIRTY)
    assert raw(role, "name_nl") == LINE
    details = ContactDetails.objects.get()
    details.email = "in\u00adfo@example.org\u2060"
    details.save()
    assert raw(details, "email") == "info@example.org"


def test_the_desk_cleans_what_was_typed_before_it_judges_it(editor_client, theme):
    typed = {"title_nl": DIRTY, "body_nl": HTML, "url": ADDRESS, "slug_nl": "regio\u200bmarketing-nieuw\ufeff"}
    submit(editor_client, theme, "_publish", **typed)
    shown = Theme.published().get(object_id=theme.pk)
    assert (shown.title_nl, shown.body_nl, shown.slug_nl) == (LINE, CLEAN_HTML, "regiomarketing-nieuw")
    assert shown.url == "https://www.example.org/"
    assert shown.revision.data["title_nl"] == LINE


def test_a_title_of_nothing_that_can_be_seen_is_missing(editor_client, theme):
    for nothing in ("\u200b", "\u2060\u00ad", "\u2800", "\x0b"):
        response = submit(editor_client, theme, "_publish", title_nl=nothing)
        assert response.status_code == 200
        assert response.context["adminform"].form.errors["title_nl"]


def test_a_value_of_a_form_that_is_shown_again_is_clean(editor_client, theme):
    response = submit(editor_client, theme, "_save", title_nl=DIRTY, url="geen adres\u200b")
    form = response.context["adminform"].form
    assert form["title_nl"].value() == LINE
    assert form["url"].value() == "geen adres"


def test_amending_cleans(theme, editor):
    amend(theme, {"title_nl": DIRTY, "url": ADDRESS, "body_nl": HTML}, editor)
    for state in (Theme.published().get(object_id=theme.pk), Theme.objects.get(pk=theme.pk)):
        assert (state.title_nl, state.url, state.body_nl) == (LINE, "https://www.example.org/", CLEAN_HTML)
    assert amend(theme, {"title_nl": DIRTY}, editor).revision is None
    page = MissionPage.objects.get()
    amend(page, {"roles": [{"name_nl": DIRTY}]}, editor)
    assert [role.name_nl for role in MissionPage.published().get().roles.all()] == [LINE]


def test_notes_and_reasons_are_clean(theme, editor):
    assert publish(theme, editor, "Nieuw\u200b\x0b adres").note == "Nieuw  adres"
    assert withdraw(theme, editor, "Voor\u2060bij\x1b").reason == "Voorbij"


def test_putting_back_cleans(theme, editor):
    dirty(theme, title_nl=DIRTY, body_nl=HTML)
    restore(theme.revisions.first(), editor)
    assert (raw(theme, "title_nl"), raw(theme, "body_nl")) == (LINE, CLEAN_HTML)
    draft = Update.objects.create(title_nl="Bericht", date=date(2026, 11, 2), theme=theme)
    draft.delete()
    kept = Discarded.objects.latest("pk")
    Discarded.objects.filter(pk=kept.pk).update(data=kept.data | {"title_nl": DIRTY})
    assert raw(restore(Discarded.objects.get(pk=kept.pk), editor), "title_nl") == LINE


def test_what_came_in_before_is_served_clean_and_is_no_change(client, editor_client, theme, editor):
    update = Update.objects.create(title_nl="Bericht", body_nl="<p>x</p>", date=date(2026, 11, 2), theme=theme)
    publish(update, editor)
    dirty(theme, title_nl=DIRTY, summary_nl=DIRTY, body_nl=HTML, url=ADDRESS, url_label_nl=DIRTY)
    dirty(update, title_nl=DIRTY, body_nl=HTML)
    for address in ("/feed/", "/fr/feed/", "/themas/regiomarketing/feed/", "/sitemap.xml"):
        ET.fromstring(client.get(address).content)  # noqa: S314  (our own answer)
    assert LINE in client.get("/feed/").content.decode()
    html = client.get("/themas/regiomarketing/").content.decode()
    assert f"<title>{LINE}" in html
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\u200e\ufeff\ufffe]", html)
    data = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', html, re.DOTALL)[1])
    assert LINE in json.dumps(data)
    for row, model in ((theme, Theme), (update, Update)):
        assert unpublished_changes(row) == []
        assert changed(model) == set()
        row.refresh_from_db()
        assert row.title_nl == LINE
        row.save()
        assert unpublished_changes(row) == []
        assert changed(model) == set()
        assert row.pk not in surely_unchanged(model) or raw(row, "title_nl") == DIRTY
    assert editor_client.get(reverse("admin:priorities_theme_changelist")).status_code == 200
    assert theme.revisions.first().data["title_nl"] == DIRTY  # history is not written anew


def test_a_translation_that_nobody_can_read_is_none(client, theme, editor):
    for column, nothing in (
        ("body_fr", "<p><strong>&nbsp;</strong></p>"),
        ("body_fr", "<h2>&nbsp;</h2>"),
        ("body_fr", "<p>\u200b</p>"),
        ("body_fr", "<table><tbody><tr><td><p>&nbsp;</p></td></tr></tbody></table>"),
        ("title_fr", "\u2060\u00ad"),
        ("title_fr", "&#8203;"),
    ):
        dirty(
            theme,
            title_nl="Alleen Nederlands",
            body_nl="<p>Nederlandse tekst</p>",
            title_fr="Titre",
            body_fr="<p>Texte</p>",
        )
        dirty(theme, **{column: nothing})
        html = words(client.get("/fr/themes/marketing-regional/").content.decode())
        assert ("Nederlandse tekst" if column == "body_fr" else "Alleen Nederlands") in html, nothing


def test_a_page_with_an_odd_address_keeps_it_until_it_is_published_again(theme, editor):
    dirty(theme, slug_nl="regio\u200bmarketing")
    shown = Theme.published().get(object_id=theme.pk)
    assert shown.slug_nl == "regio\u200bmarketing"
    assert unpublished_changes(theme) == []
    row = Theme.objects.get(pk=theme.pk)
    row.save()
    publish(row, editor)
    assert Theme.published().get(object_id=theme.pk).slug_nl == "regiomarketing"


def test_saving_a_page_does_not_move_it_before_it_is_published(client, theme):
    theme.slug_nl = "Nieuw-Adres\u200b"
    theme.save()
    assert theme.slug_nl == "nieuw-adres"
    assert client.get("/themas/regiomarketing/").status_code == 200
    assert client.get("/themas/nieuw-adres/").status_code == 404


@pytest.mark.parametrize("letter", ["\u200b", "\u2060", "\u200c", "\ufeff", "\u00ad"])
def test_search_finds_what_only_looks_cut(client, theme, editor, letter):
    theme.body_nl = f"<p>fiets{letter}snelweg</p>"
    theme.save()
    publish(theme, editor)
    for typed in ("fietssnelweg", f"fiets{letter}snelweg"):
        assert "/themas/regiomarketing/" in client.get("/zoeken/", {"q": typed}).content.decode()
    assert VERSION > 2  # so that what was indexed before is indexed anew


def test_an_address_with_letters_that_nobody_sees_redirects(client):
    for address in ("/themas/regiomarketing\u200b/", "/themas/regio\u00admarketing\ufeff", "/\u200bthemas/"):
        response = client.get(address)
        assert response.status_code == 301
        assert client.get(response.headers["Location"]).status_code == 200


def test_a_translation_is_not_older_because_its_source_was_cleaned(theme, editor):
    dirty(theme, title_nl="Regio\u200bmarketing", title_fr="Marketing")
    row = Theme.objects.get(pk=theme.pk)
    row.save()
    publish(row, editor)
    assert not [item for item in checklist(row) if item.field == "title_fr"]


def test_a_working_copy_is_kept_whole_and_clean(theme):
    dirty(theme, title_nl=DIRTY)
    assert freeze_all(Theme.objects.get(pk=theme.pk))["title_nl"] == LINE


def test_the_desk_finds_what_was_copied_with_them(editor_client, theme):
    dirty(theme, title_nl="fiets\u200bsnel\u00adweg")
    offered = editor_client.get(reverse("link_targets"), {"q": "fietssnelweg"}).json()["pages"]
    assert [each["href"] for each in offered] == [f"page:priorities.theme/{theme.pk}"]
    listed = reverse("admin:priorities_theme_changelist")
    theme.title_nl = "fietssnelweg"
    theme.save()
    for typed in ("fietssnelweg", "fiets\u200bsnel\u00adweg\u2060"):
        found = editor_client.get(listed, {"q": typed}).context["cl"].queryset
        assert list(found.values_list("pk", flat=True)) == [theme.pk]
