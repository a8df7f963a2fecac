"""The question of a form that publishes a change, and correcting the answer from the history."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from pages.models import MissionPage, TextPage
from priorities.models import Document, Priority, Theme, ThemeDocument
from publishing.models import LONGEST_NOTE, ChangeNote, Revision
from publishing.workflow import State, cancel, publish, state, withdraw
from staff.models import StaffMember
from tests.priorities.pdf_files import pdf, upload
from tests.publishing.admin.test_edit_conflicts import other, other_client  # noqa: F401  (fixtures)
from tests.publishing.admin.test_publishable import address, form_data
from tests.publishing.files.photos import photo
from tests.publishing.saved import DAY, plan, public_theme, save
from tests.publishing.web.sent_forms.test_kept_uploads import places, reference  # noqa: F401  (the first is a fixture)
from tests.updates import update_on

pytestmark = pytest.mark.django_db

QUESTION = "Wat is er nieuw voor de lezer?"
PROPOSAL = "Gewijzigd: samenvatting."


@pytest.fixture
def theme(editor) -> Theme:
    return public_theme(editor)


def opened(client, obj, mode: str = "") -> dict:
    """What a browser would send back of the form: its fields, its fingerprints, its token and that it asks."""
    url = address(obj) + mode
    context = client.get(url).context
    asks = {"_asks": "1"} if context["asks_what_is_new"] else {}
    return form_data(client, url) | {"_base": context["base"], "_form": context["form_token"]} | asks


def sent(client, obj, mode: str = "", **data):
    return client.post(address(obj) + mode, opened(client, obj, mode) | data, follow=True)


def question(response):
    return response.context.get("question")


def note(obj) -> ChangeNote | None:
    return ChangeNote.objects.filter(revision=obj.revisions.first()).first()


def test_publishing_a_change_asks_with_a_proposal_and_does_nothing_yet(editor_client, theme):
    response = sent(editor_client, theme, _publish="1", summary_nl="Langer")
    html = response.content.decode()
    assert QUESTION in html
    assert question(response).field.value == PROPOSAL
    assert "Langer" in html
    assert theme.revisions.count() == 1
    theme.refresh_from_db()
    assert theme.summary_nl == "Kort"


def test_one_click_more_publishes_with_the_proposal_in_every_language(editor_client, theme):
    sent(editor_client, theme, _publish="1", summary_nl="Langer", _change_note_nl=PROPOSAL)
    found = note(theme)
    assert found
    assert (found.text_nl, found.text_fr, found.text_en) == (PROPOSAL, "Modifié\xa0: résumé.", "Changed: summary.")
    assert theme.revisions.first().changed_at == theme.revisions.first().live_from


def test_what_one_writes_oneself_is_translated_by_nobody(editor_client, theme):
    sent(
        editor_client,
        theme,
        _publish="1",
        summary_nl="Langer",
        _change_note_nl="Eigen woorden.",
        _change_note_en="Own.",
    )
    found = note(theme)
    assert found
    assert (found.text_nl, found.text_fr or "", found.text_en) == ("Eigen woorden.", "", "Own.")


@pytest.mark.parametrize("button", [{"_publish": "minor"}, {"_publish": "1", "_minor": "1"}])
def test_a_small_improvement_is_one_click_and_needs_no_words(editor_client, theme, button):
    date = theme.revisions.first().changed_at
    sent(editor_client, theme, summary_nl="Langer", **button)
    found = note(theme)
    assert found
    assert found.is_minor
    assert theme.revisions.first().changed_at == date


@pytest.mark.parametrize("text", ["", "  ", "\N{ZERO WIDTH SPACE}"])
def test_an_answer_that_nobody_would_read_is_asked_again(editor_client, theme, text):
    response = sent(editor_client, theme, _publish="1", summary_nl="Langer", _change_note_nl=text)
    assert question(response).error
    assert theme.revisions.count() == 1


@pytest.mark.parametrize("text", ["x" * (LONGEST_NOTE + 1), "nul\0"])
def test_an_answer_that_can_not_be_kept_is_refused_with_what_was_typed(editor_client, theme, text):
    response = sent(
        editor_client, theme, _publish="1", summary_nl="Langer", _change_note_nl="Goed", _change_note_fr=text
    )
    assert question(response).error
    assert question(response).field.value == "Goed"
    assert theme.revisions.count() == 1


def test_nothing_is_asked_when_visitors_would_read_nothing_else(editor_client, theme):
    response = sent(editor_client, theme, _publish="1", needs_check_fr="on")
    assert question(response) is None
    assert theme.revisions.count() == 2
    assert note(theme) is None


def test_another_order_or_address_is_small_by_itself(editor_client, theme, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for name in ("een", "twee"):
        document = Document.objects.create(title_nl=name, slug_nl=name, file=upload(pdf()))
        publish(document, None)
        ThemeDocument.objects.create(theme=theme, document=document)
    publish(theme, None)
    date = theme.revisions.first().changed_at
    sent(editor_client, theme, _publish="1", **{"documents-0-position": "2", "documents-1-position": "1"})
    assert [row["document_id"] for row in theme.revisions.first().data["documents"]] != [
        row["document_id"] for row in theme.revisions.all()[1].data["documents"]
    ]
    assert theme.revisions.first().changed_at == date
    sent(editor_client, theme, _publish="1", slug_nl="anders")
    assert theme.revisions.first().changed_at == date
    found = note(theme)
    assert found
    assert found.is_minor


def test_a_first_publication_asks_nothing(editor_client):
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    assert "_asks" not in opened(editor_client, theme)
    sent(editor_client, theme, _publish="1", _asks="1")
    assert state(theme) == State.PUBLISHED
    withdraw(theme, None, "Voorbij.")
    assert "_asks" not in opened(editor_client, theme)


@pytest.mark.parametrize("model", [MissionPage, TextPage, Priority, Theme])
def test_every_page_with_versions_asks(editor_client, model):
    assert "_asks" in opened(editor_client, model.objects.first())


def test_an_update_asks_for_the_feed_and_a_card_or_document_never(editor_client, editor, theme, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    update = update_on(theme, title_nl="Bericht", slug_nl="bericht")
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    for each in (update, document):
        publish(each, editor)
    assert "_asks" in opened(editor_client, update)
    for each in (document, StaffMember.objects.first()):
        assert "_asks" not in opened(editor_client, each)


def test_a_form_that_does_not_ask_is_taken_as_it_comes(editor_client, theme):
    data = opened(editor_client, theme) | {"_publish": "1", "summary_nl": "Langer"}
    del data["_asks"]
    editor_client.post(address(theme), data)
    assert (theme.revisions.count(), note(theme)) == (2, None)


def test_saving_asks_nothing(editor_client, theme):
    sent(editor_client, theme, _save="1", summary_nl="Langer")
    assert state(theme) == State.CHANGED


def test_what_blocks_publishing_is_told_before_anything_is_asked(editor_client, theme):
    response = sent(editor_client, theme, _publish="1", title_nl="", summary_nl="Langer")
    assert response.context["problems"]
    assert QUESTION not in response.content.decode()


def test_a_chosen_photo_stays_chosen_while_the_question_is_answered(editor_client, theme, places):  # noqa: F811
    data = opened(editor_client, theme) | {"_publish": "1", "image_alt_nl": "Een brug", "image": photo()}
    response = editor_client.post(address(theme), data, follow=True)
    assert question(response).field.value == "Nieuw: foto."
    kept = reference(response)
    assert list(kept) == ["image-kept"]
    del data["image"]
    editor_client.post(address(theme), data | kept | {"_change_note_nl": "Nieuw: foto."})
    theme.refresh_from_db()
    assert (theme.revisions.count(), theme.image.width) == (2, 20)


def test_the_same_answer_twice_is_published_once(editor_client, theme):
    data = opened(editor_client, theme) | {"_publish": "1", "summary_nl": "Langer"}
    editor_client.post(address(theme), data)
    for _try in range(2):
        editor_client.post(address(theme), data | {"_change_note_nl": "Eens."})
    assert theme.revisions.count() == 2
    assert ChangeNote.objects.count() == 1


def test_what_somebody_else_saved_is_shown_before_anything_is_asked(editor_client, other_client, theme):  # noqa: F811
    data = opened(editor_client, theme) | {"_publish": "1", "summary_nl": "Van mij"}
    sent(other_client, theme, _save="1", summary_nl="Van een ander")
    response = editor_client.post(address(theme), data, follow=True)
    assert "Van een ander" in response.content.decode()
    assert QUESTION not in response.content.decode()
    assert theme.revisions.count() == 1


# Corrections and plans


def test_a_correction_of_what_is_public_asks_about_that_correction_alone(editor_client, theme):
    save(theme, title_nl="Concept")
    response = sent(editor_client, theme, "?op=site", _publish="1", summary_nl="Verbeterd")
    assert question(response).field.value == PROPOSAL
    assert "Concept" not in question(response).field.value
    sent(editor_client, theme, "?op=site", _publish="1", summary_nl="Verbeterd", _change_note_nl="Verbeterd.")
    shown = theme.revisions.first()
    assert shown.data["title_nl"] == "Eerste"
    assert note(theme).text_nl == "Verbeterd."


def test_while_something_is_planned_both_are_asked_at_once(editor_client, editor, theme):
    plan(theme, 3, editor, title_nl="Gepland")
    response = sent(editor_client, theme, _publish="1", summary_nl="Langer")
    html = response.content.decode()
    assert "Wat gebeurt daarmee?" in html or "waiting-question" in html
    assert question(response).field.value == "Gewijzigd: titel en samenvatting."
    sent(editor_client, theme, _publish="keep", summary_nl="Langer", _change_note_nl="Nu.", _minor="1")
    shown = theme.revisions.public().get()
    assert ChangeNote.objects.get(revision=shown).is_minor


def test_a_plan_asks_too_and_its_note_is_not_public_before_its_moment(editor_client, client, theme):
    at = timezone.localtime(timezone.now() + 3 * DAY)
    times = {"schedule-live_from": at.strftime("%Y-%m-%dT%H:%M:%S"), "_schedule": "1", "summary_nl": "Straks"}
    response = sent(editor_client, theme, **times)
    assert question(response).is_planned
    assert not theme.revisions.pending().exists()
    sent(editor_client, theme, **times, _change_note_nl="Vanaf straks.")
    assert ChangeNote.objects.get(revision=theme.revisions.pending().get()).text_nl == "Vanaf straks."
    for path in ("/themas/eerste/", "/themas/eerste/versies/", "/feed/"):
        assert "Vanaf straks." not in client.get(path).content.decode()


def test_changing_only_an_end_asks_nothing(editor_client, theme):
    at = timezone.localtime(timezone.now() + 3 * DAY)
    response = sent(editor_client, theme, _schedule="1", **{"schedule-live_until": at.strftime("%Y-%m-%dT%H:%M:%S")})
    assert question(response) is None
    assert theme.revisions.public().get().live_until


# Correcting the answer


def correction(theme: Theme) -> str:
    return reverse("admin:priorities_theme_change_note", args=[theme.pk])


@pytest.fixture
def revision(theme, editor) -> Revision:
    """A second version, with a note."""
    told = ChangeNote(text_nl="Foutje.")
    return publish(save(theme, summary_nl="Langer"), editor, change_note=told)


def test_the_history_shows_the_note_and_leads_to_correcting_it(editor_client, theme, revision):
    html = editor_client.get(reverse("admin:priorities_theme_history", args=[theme.pk])).content.decode()
    assert "Foutje." in html
    assert f"{correction(theme)}?version=r{revision.pk}" in html.replace(
        "../", correction(theme).rsplit("/", 2)[0] + "/"
    )


def test_a_note_is_corrected_from_the_history_and_visitors_read_that(editor_client, client, theme, revision):
    before = Revision.objects.filter(pk=revision.pk).values().get()
    page = editor_client.get(correction(theme), {"version": f"r{revision.pk}"})
    base = page.context["form"].initial["base"]
    data = {"version": f"r{revision.pk}", "base": base, "text_nl": "Verbeterd.", "text_fr": "Corrigé."}
    response = editor_client.post(correction(theme), data, follow=True)
    assert response.redirect_chain
    assert Revision.objects.filter(pk=revision.pk).values().get() == before
    assert "Verbeterd." in client.get("/themas/eerste/").content.decode()
    assert "Corrigé." in client.get("/fr/themes/eerste/").content.decode()
    entry = LogEntry.objects.order_by("-pk")[0]
    assert "Verbeterd" not in entry.change_message
    assert "Foutje" not in entry.change_message
    assert "verbeterde wat er nieuw is" in response.content.decode()


def test_a_correction_over_that_of_somebody_else_is_refused(editor_client, theme, revision):
    base = editor_client.get(correction(theme), {"version": f"r{revision.pk}"}).context["form"].initial["base"]
    ChangeNote.objects.update(text_nl="Van een ander.")
    data = {"version": f"r{revision.pk}", "base": base, "text_nl": "Van mij."}
    response = editor_client.post(correction(theme), data)
    assert "Van een ander." in response.content.decode()
    assert ChangeNote.objects.get().text_nl == "Van een ander."


def test_a_note_that_says_nothing_any_more_goes(editor_client, theme, revision):
    editor_client.post(correction(theme), {"version": f"r{revision.pk}", "text_nl": "  "})
    assert not ChangeNote.objects.exists()


def test_only_what_visitors_read_about_can_be_corrected(editor_client, client, editor, theme, revision):
    cancelled = plan(theme, 3, editor, title_nl="Gepland")
    cancel(cancelled, editor)
    for key in ("", "r0", f"r{cancelled.pk}", f"d{revision.pk}", "x"):
        assert editor_client.get(correction(theme), {"version": key}).status_code == 404
    assert client.post(correction(theme), {"version": f"r{revision.pk}", "text_nl": "Kwaad"}).status_code == 302
    assert ChangeNote.objects.get().text_nl == "Foutje."


def test_a_kind_that_tells_nothing_has_no_such_address():
    with pytest.raises(NoReverseMatch):
        reverse("admin:staff_staffmember_change_note", args=[1])


def test_the_note_of_a_plan_can_be_corrected_before_its_moment(editor_client, client, editor, theme):
    waiting = plan(theme, 3, editor, title_nl="Gepland")
    editor_client.post(correction(theme), {"version": f"r{waiting.pk}", "text_nl": "Vanaf straks."})
    assert ChangeNote.objects.get(revision=waiting).text_nl == "Vanaf straks."
    assert "Vanaf straks." not in client.get("/themas/eerste/").content.decode()


def test_a_correction_asks_nothing_about_what_is_planned(editor_client, editor, theme):
    plan(theme, 3, editor, title_nl="Gepland")
    html = sent(editor_client, theme, "?op=site", _publish="1", summary_nl="Verbeterd").content.decode()
    assert "change-question" in html
    assert "waiting-question" not in html
