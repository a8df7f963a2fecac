import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.models import Act, Discarded, Draft, RevisionText, RevisionWord
from publishing.workflow import discard, keep, look, publish, record, take_back
from publishing.workflow.erasure.redaction import redact, redact_remark
from tests.publishing.secret import SECRET, logged, publish_secret, saying, stored

pytestmark = pytest.mark.django_db


def test_redacting_an_old_version_replaces_one_text_and_nothing_else(theme, editor):
    bad, _good = publish_secret(theme, editor)
    before = stored(bad).data
    redact(bad, ("body_nl",), "<p>[…] van Jan</p>")
    assert stored(bad).data == before | {"body_nl": "<p>[…] van Jan</p>"}
    assert bad.data == stored(bad).data


def test_redacting_reaches_a_child_row(editor):
    page = MissionPage.objects.get()
    role = page.roles.all()[0]
    old = publish(page, editor)
    publish(page, editor)
    column = next(name for name in old.data["roles"][0] if name.endswith("_nl"))
    redact(old, ("roles", role.pk, column), "[…]")
    assert next(row for row in stored(old).data["roles"] if row["id"] == role.pk)[column] == "[…]"


def test_what_visitors_read_now_is_not_redacted(theme, editor):
    _bad, good = publish_secret(theme, editor)
    with pytest.raises(ValidationError):
        redact(good, ("body_nl",), "")
    assert stored(good).data["body_nl"] == "<p>Niets</p>"


def test_redacting_a_place_that_is_not_there_changes_nothing(theme, editor):
    bad, _good = publish_secret(theme, editor)
    for path in (("no_such",), ("partners", 999, "name_nl"), ("body_nl", 1, "x")):
        with pytest.raises(LookupError):
            redact(bad, path, "")
    assert SECRET in stored(bad).data["body_nl"]


def test_redacting_a_planned_version_takes_the_word_out_of_search(theme, editor):
    tomorrow = timezone.now() + timedelta(days=1)
    waiting = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor, live_from=tomorrow)
    assert RevisionWord.objects.filter(word=SECRET.lower()).exists()
    redact(waiting, ("body_nl",), "<p>[…]</p>")
    assert not RevisionWord.objects.filter(word=SECRET.lower()).exists()
    assert RevisionText.objects.filter(revision=waiting).exists()


@pytest.mark.parametrize("kind", [Draft, Discarded])
def test_redacting_a_kept_copy_changes_its_title_too(theme, editor, kind):
    row = saying(theme, title_nl=f"Thema van {SECRET}")
    version: Any = keep(row, editor) if kind is Draft else discard(row, editor)
    saying(theme, title_nl="Thema")
    redact(version, ("title_nl",), "Thema van […]")
    assert (stored(version).title, stored(version).data["title_nl"]) == ("Thema van […]",) * 2


def test_redacting_forgets_what_can_be_undone_and_the_titles_in_the_log(theme, editor):
    bad, _good = publish_secret(theme, editor)
    before = look(Theme, theme.pk)
    row = saying(theme, title_nl=SECRET)
    LogEntry.objects.log_actions(
        editor.pk, [row], CHANGE, [{"added": {"name": "rij", "object": SECRET}}, {"changed": {"fields": ["Titel"]}}]
    )
    record(Act.Kind.RESTORED, editor, [before])
    saying(theme, title_nl="Thema")
    assert Act.objects.exists()
    redact(bad, ("body_nl",), "")
    assert not Act.objects.exists()
    entry = LogEntry.objects.latest("pk")
    assert SECRET not in entry.object_repr + entry.change_message
    assert json.loads(entry.change_message)[1] == {"changed": {"fields": ["Titel"]}}
    assert entry.get_change_message()


def test_redacting_one_version_leaves_the_others(theme, editor):
    bad, _good = publish_secret(theme, editor)
    other = publish(saying(theme, body_nl=f"<p>{SECRET} van An</p>"), editor)
    publish(saying(theme, body_nl="<p>Niets</p>"), editor)
    redact(bad, ("body_nl",), "")
    assert SECRET in stored(other).data["body_nl"]


def test_a_remark_about_a_version_is_redacted_there_and_in_the_log(theme, editor, client):
    note = publish(saying(theme, body_nl="<p>Eerste</p>"), editor, note=f"Op vraag van {SECRET}")
    publish(saying(theme, body_nl="<p>Tweede</p>"), editor, note="Blijft")
    take_back(note, editor, f"{SECRET} stond erin")
    redact_remark(note, "note", "Op vraag van […]")
    redact_remark(note, "taken_back_reason", "[…] stond erin")
    assert (stored(note).note, stored(note).taken_back_reason) == ("Op vraag van […]", "[…] stond erin")
    assert stored(note).data["body_nl"] == "<p>Eerste</p>"
    assert theme.revisions.first().note == "Blijft"
    assert not [said for said in logged(theme) if SECRET in said]
    page = client.get(theme.get_versions_url(note.pk)).content.decode()
    assert ("[…] stond erin" in page, SECRET in page) == (True, False)
    with pytest.raises(LookupError):
        redact_remark(note, "author_id", "")
