"""What a page names and visitors do not see goes on the site with it, in one act, when somebody ticks it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from consultation.models import Meeting, Opinion
from priorities.models import Document, Theme
from publishing.models import Act
from publishing.workflow import publish, undo, withdraw
from tests.conftest import staff_user
from tests.consultation.making import adopted, body, meeting, requested
from tests.desk import enter
from tests.priorities.pdf_files import document
from tests.publishing.admin import test_publishable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def held() -> Meeting:
    """A draft of a meeting whose opinion and documents are drafts."""
    held = meeting(timezone.now() + timedelta(days=1))
    held.items.create(opinion=adopted("Over water"), title_nl="Water")
    held.items.create(title_nl="Personeel", document=document(title_nl="Geheim", slug_nl="geheim"), is_closed=True)
    held.documents.create(document=document(title_nl="Nota", slug_nl="nota"))
    return held


def offered(client, obj) -> dict[str, object]:
    context = client.get(f"/admin/{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/change/").context
    return {each.name: each for each in context["companions"]}


def submit(client, obj, button: str, **changes):
    """The form of `obj`, with the moment of a meeting as a browser writes it."""
    if isinstance(obj, Meeting):
        changes = {"starts_at": f"{timezone.localtime(obj.starts_at):%Y-%m-%dT%H:%M:%S}"} | changes
    return test_publishable.submit(client, obj, button, **changes)


def ticks(*objects) -> list[str]:
    return [f"{each._meta.label_lower}/{each.pk}" for each in objects]


def test_what_it_names_and_is_not_public_is_offered_and_not_ticked(editor_client, held):
    found = offered(editor_client, held)
    assert list(found) == ["Over water", "Nota"]
    assert [each.is_ticked for each in found.values()] == [False, False]
    html = editor_client.get(f"/admin/consultation/meeting/{held.pk}/change/").content.decode()
    assert "Publiceer mee" in html
    assert "Advies, nog niet gepubliceerd." in html


def test_minutes_are_offered_once_they_are_approved_and_what_is_closed_never(editor_client, held):
    held.minutes, held.starts_at = document(title_nl="Verslag", slug_nl="verslag"), timezone.now() - timedelta(days=2)
    held.save()
    assert list(offered(editor_client, held)) == ["Over water", "Nota"]
    held.minutes_approved_on = timezone.localdate()
    held.save()
    assert list(offered(editor_client, held)) == ["Over water", "Nota", "Verslag"]


def test_before_adoption_the_documents_of_an_opinion_are_not_offered(editor_client):
    opinion = requested()
    opinion.documents.create(document=document(title_nl="Ontwerp", slug_nl="ontwerp"))
    assert offered(editor_client, opinion) == {}
    Opinion.objects.filter(pk=opinion.pk).update(adopted_on="2026-03-12")
    assert list(offered(editor_client, opinion)) == ["Ontwerp"]


def test_what_is_ticked_is_published_with_it_and_one_undo_takes_all_back(editor, editor_client, client, held):
    opinion, nota = Opinion.objects.get(), Document.objects.get(slug_nl="nota")
    response = submit(editor_client, held, "_publish", _with=ticks(opinion, nota))
    assert "Mee gepubliceerd: Over water, Nota." in response.content.decode()
    html = client.get(held.get_absolute_url("nl")).content.decode()
    assert "Over water" in html
    assert "/documenten/nota.pdf" in html
    act = Act.objects.get()
    assert act.lines.count() == 3
    undo(act, editor)
    assert [model.published().count() for model in (Meeting, Opinion, Document)] == [0, 0, 0]


def test_without_a_tick_nothing_goes_along_and_to_save_publishes_nothing(editor_client, held):
    submit(editor_client, held, "_save", _with=ticks(Opinion.objects.get()))
    assert not Opinion.published().exists()
    submit(editor_client, held, "_publish")
    assert Meeting.published().count() == 1
    assert not Opinion.published().exists()
    assert not Document.published().exists()


def test_it_is_planned_with_it_for_the_same_moment(editor, editor_client, held):
    opinion, moment = Opinion.objects.get(), timezone.localtime() + timedelta(days=3)
    typed = f"{moment:%Y-%m-%dT%H:%M:%S}"
    response = submit(editor_client, held, "_schedule", _with=ticks(opinion), **{"schedule-live_from": typed})
    assert "Mee gepland: Over water." in response.content.decode()
    found = {each.live_from for row in (held, opinion) for each in row.revisions.pending()}
    assert len(found) == 1
    undo(Act.objects.get(), editor)
    assert not opinion.revisions.pending().exists()


def test_what_lacks_something_says_so_beside_its_tick_and_nothing_is_published_half(editor_client, held):
    opinion, nota = Opinion.objects.get(), Document.objects.get(slug_nl="nota")
    Opinion.objects.filter(pk=opinion.pk).update(summary_nl="")
    html = editor_client.get(f"/admin/consultation/meeting/{held.pk}/change/").content.decode()
    told = html.partition(f'value="consultation.opinion/{opinion.pk}"')[2]
    assert "disabled" in told.partition(">")[0]
    assert "Vat in twee of drie zinnen samen" in told.partition("</p>")[0]
    response = submit(editor_client, held, "_publish", _with=ticks(nota, opinion))
    assert "Over water: Vat in twee of drie zinnen samen" in response.content.decode()
    assert [model.published().count() for model in (Meeting, Opinion, Document)] == [0, 0, 0]
    assert not Act.objects.exists()


def test_who_may_not_publish_it_reads_so_and_can_not(held):
    user = staff_user("gast")
    may = [f"{verb}_{name}" for verb in ("add", "change") for name in ("meeting", "agendaitem", "meetingdocument")]
    may += ["view_body", "view_opinion", "view_document"]
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    guest = Client()
    enter(guest, user)
    opinion = Opinion.objects.get()
    found = offered(guest, held)
    assert found["Over water"].why_not == ["Je mag dit niet publiceren."]
    response = submit(guest, held, "_publish", _with=ticks(opinion))
    assert not response.context["problems"]
    assert "Over water: je mag dit niet publiceren." in response.content.decode()
    assert not Opinion.published().exists()
    assert not Meeting.published().exists()


def test_what_it_does_not_name_is_never_published_by_a_tick(editor_client, held):
    other = adopted("Iets anders")
    secret = Document.objects.get(slug_nl="geheim")
    submit(editor_client, held, "_publish", _with=[*ticks(other, secret), "x", "priorities.theme/x", "auth.user/1"])
    assert Meeting.published().count() == 1
    assert not Opinion.published().exists()
    assert not Document.published().exists()


def test_what_is_public_is_not_offered_and_what_was_withdrawn_is(editor, editor_client, held):
    opinion = Opinion.objects.get()
    publish(opinion, editor)
    assert list(offered(editor_client, held)) == ["Nota"]
    withdraw(opinion, editor, "Vergissing.")
    assert offered(editor_client, held)["Over water"].state.value == "withdrawn"


def test_an_opinion_offers_its_meeting_and_its_body(editor_client, held):
    board = body("Bestuur")
    withdraw(board, None, "Later.")
    opinion = Opinion.objects.get()
    opinion.meeting, opinion.adopted_by = held, board
    opinion.save()
    assert list(offered(editor_client, opinion)) == ["Bestuur", str(held)]
    submit(editor_client, opinion, "_publish", _with=ticks(board, held))
    assert Meeting.published().count() == Opinion.published().count() == 1


def test_a_document_that_was_saved_first_goes_with_its_theme(editor_client):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.documents.create(document=document(title_nl="Nota", slug_nl="nota"))
    submit(editor_client, theme, "_publish", _with=ticks(Document.objects.get()))
    assert Document.published().count() == 1


def test_more_than_fit_are_counted(editor_client, held, monkeypatch):
    monkeypatch.setattr("publishing.admin.publishable.companions.MOST", 1)
    html = editor_client.get(f"/admin/consultation/meeting/{held.pk}/change/").content.decode()
    assert "En nog 1" in html


def test_a_tick_stays_when_the_form_comes_back(editor_client, held):
    opinion = Opinion.objects.get()
    response = submit(editor_client, held, "_publish", _with=ticks(opinion), starts_at="geen dag")
    assert [each.name for each in response.context["companions"] if each.is_ticked] == ["Over water"]


def test_what_is_typed_and_not_saved_yet_is_offered_with_the_question_what_is_new(editor_client, editor, held):
    Meeting.objects.filter(pk=held.pk).update(starts_at=timezone.now() - timedelta(days=2))
    held.refresh_from_db()
    publish(held, editor)
    minutes = document(title_nl="Verslag", slug_nl="verslag")
    typed = {"minutes": str(minutes.pk), "minutes_approved_on": str(timezone.localdate()), "_asks": "1"}
    asked = submit(editor_client, held, "_publish", **typed)
    assert asked.context["asks"]
    assert "Verslag" in [each.name for each in asked.context["companions"]]
    html = asked.content.decode()
    assert html.count("Publiceer mee") == 1
    assert html.index("Wat is er nieuw voor de lezer?") < html.index("Publiceer mee") < html.index("Titel (nl)")
    typed |= {"_change_note_nl": "Nieuw: het verslag.", "_with": ticks(minutes)}
    said = submit(editor_client, held, "_publish", **typed).content.decode()
    assert "Mee gepubliceerd: Verslag." in said
    assert Document.published().filter(pk=minutes.pk).exists()
