"""Who checked what visitors read, in which language: said by people only, and never of what nobody read."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from pages.models import Organisation, TextPage
from priorities.models import Priority
from publishing.models import Act, Revision
from publishing.review.still_right import hold, tick_of
from publishing.workflow import amend, confirm, publish, reorder, undo, withdraw
from publishing.workflow.undo import look, record
from tests.publishing.admin.test_publishable import submit
from tests.publishing.review.test_checklist import page
from tests.publishing.review.test_translation_states import found, save

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(days=40)


def checked(obj) -> set[str]:
    """The languages in which visitors read that somebody checked this."""
    return set(obj.revisions.public().get().checks)


def said(client, obj, code: str) -> bool:
    """Whether the page says so in this language."""
    words = {"nl": "nagekeken op", "fr": "vérifié le", "en": "checked on"}[code]
    return words in client.get(obj.get_absolute_url(code)).content.decode().casefold()


def test_a_fresh_site_claims_nothing_because_a_machine_published_it(client):
    for priority in Priority.objects.all():
        assert checked(priority) == set()
    for address in ("/", "/fr/", "/en/"):
        html = client.get(address).content.decode()
        assert not any(words in html.casefold() for words in ("nagekeken op", "vérifié le", "checked on"))
        assert any(words in html for words in ("Gewijzigd op", "Modifié le", "Changed on"))


def test_who_publishes_read_the_dutch_and_no_other_language(client, editor):
    obj = page()
    publish(obj, editor)
    assert checked(obj) == {"nl"}
    assert [said(client, obj, code) for code in ("nl", "fr", "en")] == [True, False, False]


def test_who_confirms_says_for_which_languages(client, editor):
    obj = page()
    publish(obj, editor)
    with time_machine.travel(LATER):
        confirm(obj, editor, ["fr"])
        assert checked(obj) == {"nl", "fr"}
        act = obj.revisions.public().get()
        assert act.checks["fr"].date() == LATER.date()
        assert act.checks["nl"].date() < LATER.date()
        assert act.checked_at.date() < LATER.date()  # the Dutch was not read again
        assert said(client, obj, "fr")
        assert not said(client, obj, "en")
        confirm(obj, editor)
        assert obj.revisions.public().get().checks["nl"].date() == LATER.date()


@pytest.mark.parametrize(
    ("changes", "code"), [({"needs_check_fr": True}, "fr"), ({"title_en": "", "body_en": ""}, "en")]
)
def test_nobody_confirms_what_must_still_be_read_or_is_not_there(editor, changes, code):
    obj = page(**changes)
    publish(obj, editor)
    with pytest.raises(ValidationError):
        confirm(obj, editor, ["nl", code])
    assert checked(obj) == {"nl"}
    assert obj.revisions.count() == 1


def test_confirming_the_dutch_of_a_page_with_translations_behind_does_not_confirm_those(client, editor):
    obj = page()
    publish(obj, editor)
    confirm(obj, editor, ["fr", "en"])
    save(obj, editor, title_nl="Winter", title_en="Winter")
    publish(obj, editor)
    assert checked(obj) == {"nl"}  # French is behind, and other English words are others
    confirm(obj, editor)
    assert checked(obj) == {"nl"}
    with pytest.raises(ValidationError):
        confirm(obj, editor, ["fr"])
    hold(obj, [tick_of(each) for each in found(obj).values()])
    assert checked(obj) == {"nl"}
    confirm(obj, editor, ["fr"])
    assert said(client, obj, "fr")


def test_a_check_of_french_stands_as_long_as_french_says_the_same_and_follows_the_dutch(editor):
    obj = page()
    publish(obj, editor)
    confirm(obj, editor, ["fr"])
    save(obj, editor, title_en="Corn")
    publish(obj, editor)
    assert checked(obj) == {"nl", "fr"}
    save(obj, editor, title_nl="Winter")
    hold(obj, [tick_of(each) for each in found(obj).values()])
    publish(obj, editor)
    assert checked(obj) == {"nl", "fr"}
    save(obj, editor, needs_check_fr=True)
    publish(obj, editor)
    assert checked(obj) == {"nl"}


def test_a_correction_of_the_public_version_drops_what_it_leaves_unread(editor):
    obj = page()
    publish(obj, editor)
    confirm(obj, editor, ["fr", "en"])
    amend(obj, {"title_en": "Corn"}, editor)
    assert checked(obj) == {"nl", "fr"}
    amend(obj, {"title_nl": "Graan"}, editor)
    assert checked(obj) == {"nl"}


def test_an_order_a_withdrawal_and_an_undo_check_nothing(editor):
    obj, other = page(), page(title_nl="B", slug_nl="b", slug_fr="b", slug_en="b")
    publish(obj, None)
    publish(other, None)
    reorder(TextPage, [other.pk, obj.pk], editor)
    assert checked(obj) == checked(other) == set()
    confirm(obj, editor, ["fr"])
    before = look(TextPage, obj.pk)
    save(obj, editor, title_fr="Autre")
    publish(obj, editor)
    act = record(Act.Kind.PUBLISHED, editor, [before])
    assert checked(obj) == {"nl"}
    undo(act, editor)
    assert checked(obj) == {"fr"}
    withdraw(obj, editor, "Weg")
    publish(obj, editor)
    assert checked(obj) == {"nl", "fr"}


def test_a_version_from_before_says_what_is_known_of_it(editor):
    obj = page()
    revision = publish(obj, editor)
    revision.checked_in = None
    assert set(revision.checks) == {"nl"}
    revision.author = None
    assert revision.checks == {}


def test_the_form_asks_for_which_languages_and_says_why_not(editor_client, editor):
    obj = page(needs_check_en=True)
    publish(obj, editor)
    html = " ".join(editor_client.get(f"/admin/pages/textpage/{obj.pk}/change/").content.decode().split())
    assert 'name="_checked" value="nl" id="checked-nl" checked' in html
    assert 'name="_checked" value="fr" id="checked-fr"' in html
    assert 'id="checked-en"' not in html
    assert "Engels: iemand met die moedertaal moet dit nog lezen." in html
    submit(editor_client, obj, "_confirm", _checked=["", "fr"])
    assert checked(obj) == {"nl", "fr"}
    versions = Revision.objects.count()
    assert "Vink aan welke talen je nalas." in submit(editor_client, obj, "_confirm", _checked=[""]).content.decode()
    assert "moedertaal" in submit(editor_client, obj, "_confirm", _checked=["", "en"]).content.decode()
    assert Revision.objects.count() == versions


def test_what_has_no_translations_is_checked_at_once(editor_client, editor):
    organisation = Organisation.objects.first()
    submit(editor_client, organisation, "_confirm")
    assert "nl" in checked(organisation)
