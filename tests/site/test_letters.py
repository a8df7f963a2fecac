"""Letters that cannot be seen: on every way in they go, and what came in before is served without them."""

from datetime import date

import pytest
from django.urls import reverse

from pages.models import MissionPage
from priorities.models import Theme
from publishing.models import Discarded
from publishing.models.snapshots import freeze_all
from publishing.review.checklist import checklist
from publishing.search.indexing import VERSION
from publishing.workflow import amend, publish, restore, unpublished_changes, withdraw
from tests.dirty import dirty, raw
from tests.publishing.admin.test_publishable import submit
from tests.site.crawl import words
from tests.updates import update_on

pytestmark = pytest.mark.django_db

DIRTY = "Regio\u200bmar\ufeffketing\x0bvan \x1bde\ufffe Westhoek\u200e"
TEXT, LINE = "Regiomarketing\nvan de Westhoek", "Regiomarketing van de Westhoek"
HTML, CLEAN_HTML = f'<p>{DIRTY} <a href="https://example.org/a\u200b\u00ad">x</a></p>', f"<p>{LINE} "
CLEAN_HTML += '<a href="https://example.org/a">x</a></p>'
ADDRESS = "https://www.example.org/\u200b"


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def test_a_title_of_nothing_that_can_be_seen_is_missing(editor_client, theme):
    for nothing in ("\u200b", "\u2060\u00ad", "\u2800", "\x0b"):
        response = submit(editor_client, theme, "_publish", title_nl=nothing)
        assert response.status_code == 200
        assert response.context["adminform"].form.errors["title_nl"]


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
    draft = update_on(theme, title_nl="Bericht", date=date(2026, 11, 2))
    draft.delete()
    kept = Discarded.objects.latest("pk")
    Discarded.objects.filter(pk=kept.pk).update(data=kept.data | {"title_nl": DIRTY})
    assert raw(restore(Discarded.objects.get(pk=kept.pk), editor), "title_nl") == LINE


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
        html = words(client.get("/fr/themes/marketing-territorial/").content.decode())
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
