"""The Dutch beside a translation in the form, what changed in it, and saying that a translation still holds."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from pages.models import MissionPage, TextPage
from priorities.models import Theme
from publishing.models import Act, Revision, TranslationState
from publishing.review.history import entries
from publishing.review.translation_states import origins_of
from publishing.workflow import State, keep, publish, state, undo
from publishing.workflow.undo import last_act
from tests.publishing.admin.test_publishable import address, form_data, submit
from tests.publishing.review.test_checklist import page
from tests.publishing.review.test_translation_states import found, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def behind_page(editor) -> TextPage:
    """A published page of which the title and the text changed in Dutch alone, and were published."""
    obj = page(body_nl="<p>Oogst in mei&nbsp;en&nbsp;juni.</p>")
    publish(obj, editor)
    save(obj, editor, title_nl="Wintergraan", body_nl="<p>Oogst in juli en&nbsp;juni.</p>")
    publish(obj, editor)
    return obj


def html_of(client, obj) -> str:
    return " ".join(client.get(address(obj)).content.decode().split())


def ticks(client, obj, *paths: str) -> list[str]:
    """What the boxes beside these fields send."""
    form = client.get(address(obj)).context["adminform"].form
    return [form.sources[path].tick for path in paths]


def tab(client, obj, code: str):
    return next(each for each in client.get(address(obj)).context["language_tabs"] if each.code == code)


def test_a_field_that_is_behind_shows_the_words_that_changed_and_the_whole_dutch_text(editor_client, behind_page):
    html = html_of(editor_client, behind_page)
    words = re.sub(r'<span class="visually-hidden"[^>]*>.*?</span>', "", html)
    assert '<p class="changed-words differences" lang="nl">Oogst in <del>mei </del><ins>juli </ins>en juni.' in words
    assert "Oogst in juli en\xa0juni." in html_raw(editor_client, behind_page)
    assert "&amp;nbsp;" not in html_raw(editor_client, behind_page).split('data-source-of="id_body_fr"')[1][:200]
    assert html.count("Vertaling klopt nog") == 4
    long = "<p>" + " ".join(f"woord{number}" for number in range(300)) + "</p>"
    save(behind_page, None, body_nl=long)
    assert "woord299" in html_of(editor_client, behind_page).split('data-source-of="id_body_fr"')[1].split("</p>")[0]


def html_raw(client, obj) -> str:
    return client.get(address(obj)).content.decode()


def test_the_tab_says_how_many_are_behind_apart_from_what_is_missing(editor_client, behind_page):
    assert (tab(editor_client, behind_page, "fr").behind, tab(editor_client, behind_page, "fr").sign) == (2, "behind")
    assert "2 van 2 vertaald, 2 achter" in html_of(editor_client, behind_page)
    save(behind_page, None, body_fr="")
    french = tab(editor_client, behind_page, "fr")
    assert (french.done, french.of, french.behind) == (1, 2, 1)
    assert tab(editor_client, behind_page, "nl").behind == 0


def test_one_tick_clears_one_field_and_there_is_nothing_to_publish(editor_client, editor, behind_page):
    versions = Revision.objects.count()
    response = submit(editor_client, behind_page, "_save", _holds=ticks(editor_client, behind_page, "title_fr"))
    words = response.content.decode()
    assert "Genoteerd: 1 vertaling klopt nog. Daarvoor hoef je niets te publiceren." in words
    assert "Bewaard als werkversie" not in words
    assert found(behind_page).keys() == {"body_fr", "title_en", "body_en"}
    assert (Revision.objects.count(), state(behind_page)) == (versions, State.PUBLISHED)
    assert entries(behind_page)[0].what == "zei dat een vertaling nog klopt"
    assert entries(behind_page)[0].details == ["Frans: 1"]


def test_one_button_clears_a_page_in_one_language(editor_client, behind_page):
    shown = ticks(editor_client, behind_page, "title_fr", "body_fr", "title_en", "body_en")
    data = form_data(editor_client, address(behind_page)) | {"_behind": shown, "_holds_all": "fr"}
    response = editor_client.post(address(behind_page), data, follow=True)
    assert "Genoteerd: 2 vertalingen kloppen nog." in response.content.decode()
    assert found(behind_page).keys() == {"title_en", "body_en"}


def test_what_is_said_to_hold_survives_saves_until_the_dutch_changes_again(editor_client, editor, behind_page):
    submit(editor_client, behind_page, "_save", _holds=ticks(editor_client, behind_page, "title_fr"))
    submit(editor_client, behind_page, "_save", body_fr="<p>Autre chose</p>")
    submit(editor_client, behind_page, "_publish")
    assert found(behind_page).keys() == {"title_en", "body_en"}
    submit(editor_client, behind_page, "_save", title_nl="Wintergraan en haver")
    html = html_of(editor_client, behind_page)
    assert found(behind_page).keys() == {"title_fr", "title_en", "body_en"}
    # Since the tick in French; since the translation in English.
    changes = [re.sub(r"<span.*?</span>", "", each) for each in re.findall(r"changed-words[^>]*>(.*?)</p>", html)]
    assert changes[0].strip() == "Wintergraan <ins>en haver</ins>"
    assert changes[1].strip() == "<del>Oogst</del><ins>Wintergraan en haver</ins>"


def test_a_tick_can_be_undone_and_goes_with_the_undoing_of_a_publication(editor_client, editor, behind_page):
    response = submit(editor_client, behind_page, "_save", _holds=ticks(editor_client, behind_page, "title_fr"))
    assert "Maak ongedaan" in response.content.decode().split("Genoteerd")[1][:300]
    act = last_act(behind_page)
    assert act.kind == Act.Kind.HELD
    undo(act, editor)
    assert "title_fr" in found(behind_page)

    data = {"title_nl": "Zomergraan", "_holds": ticks(editor_client, behind_page, "title_fr")}
    submit(editor_client, behind_page, "_publish", **data)
    assert "title_fr" not in found(behind_page)
    act = last_act(behind_page)
    assert act.kind == Act.Kind.PUBLISHED
    undo(act, editor)
    behind_page.refresh_from_db()
    assert behind_page.title_nl == "Wintergraan"
    assert found(behind_page)["title_fr"].pieces[0].text == "Oogst"


def test_undoing_a_tick_leaves_alone_what_was_typed_in_the_same_save(editor_client, editor, behind_page):
    response = submit(
        editor_client, behind_page, "_save", title_en="Corn", _holds=ticks(editor_client, behind_page, "title_fr")
    )
    assert "Bewaard als werkversie" in response.content.decode()
    undo(last_act(behind_page), editor)
    behind_page.refresh_from_db()
    assert behind_page.title_en == "Corn"
    assert "title_fr" in found(behind_page)


def test_a_tick_about_dutch_that_somebody_changed_meanwhile_is_not_noted(editor_client, editor, behind_page):
    sent = ticks(editor_client, behind_page, "title_fr")
    save(behind_page, editor, title_nl="Iets heel anders")
    response = submit(editor_client, behind_page, "_save", _holds=sent)
    words = response.content.decode()
    assert "Niet genoteerd, want het Nederlands veranderde intussen: Titel" in words
    assert "Genoteerd: 1" not in words
    assert "title_fr" in found(behind_page)


@pytest.mark.parametrize(
    "sent", ["", "fr", "fr:title", "nl:title:0", "fr:nonsense:00", "xx:title:00", ":::", "fr:title:00"]
)
def test_a_tick_that_makes_no_sense_changes_nothing(editor_client, behind_page, sent):
    before = origins_of(behind_page)
    response = submit(editor_client, behind_page, "_save", _holds=[sent])
    assert response.status_code == 200
    assert origins_of(behind_page) == before
    assert not Act.objects.filter(kind=Act.Kind.HELD).exists()


def test_who_has_no_leave_to_change_a_page_notes_nothing(client, colleague, behind_page):
    tick = next(iter(TranslationState.objects.of(behind_page).values_list("origins", flat=True)))
    client.force_login(colleague)
    response = client.post(address(behind_page), {"_holds": [f"fr:title:{tick['title']['source']}"], "_save": "1"})
    assert response.status_code in (302, 403)
    assert "title_fr" in found(behind_page)


def test_a_child_row_is_ticked_by_its_number(editor_client, editor):
    mission = MissionPage.objects.get()
    aim = mission.aims.all()[1]
    aim.text_nl = "iets heel anders"
    aim.save()
    keep(mission, editor)
    formset = next(
        each.formset
        for each in editor_client.get(address(mission)).context["inline_admin_formsets"]
        if each.formset.prefix == "aims"
    )
    tick = formset.forms[1].sources["text_fr"].tick
    assert tick.startswith(f"fr:aims/{aim.pk}/text:")
    submit(editor_client, mission, "_save", _holds=[tick])
    assert set(found(mission)) == {"aims-1-text_en"}


def test_the_form_from_which_new_rows_are_made_has_room_for_the_dutch(editor_client):
    html = html_of(editor_client, MissionPage.objects.get())
    row = html.split('id="aims-empty"')[1].split("</fieldset>")[0]
    assert re.search(r'<details class="source" open hidden>.*?data-source-of="id_aims-__prefix__-text_fr"', row)


def test_where_one_corrects_what_is_public_nothing_can_be_ticked(editor_client, editor, behind_page):
    save(behind_page, editor, title_en="Corn")
    html = " ".join(editor_client.get(f"{address(behind_page)}?op=site").content.decode().split())
    assert "changed-words" in html
    assert 'name="_holds"' not in html
    assert 'name="_holds_all"' not in html


def test_a_tick_writes_one_line_in_the_log_and_a_save_without_ticks_none(editor_client, editor, behind_page):
    lines = LogEntry.objects.filter(change_message__contains='"held"')
    submit(editor_client, behind_page, "_save", title_en="Corn")
    assert not lines.exists()
    submit(editor_client, behind_page, "_save", _holds=ticks(editor_client, behind_page, "title_fr", "body_fr"))
    assert [each.get_change_message() for each in lines] != []
    assert lines.count() == 1


def test_a_model_without_translations_has_no_tabs_and_no_sources(editor_client):
    theme = Theme.objects.first()
    assert editor_client.get(address(theme)).context["adminform"].form.sources.keys() >= {"title_fr", "title_en"}
