"""The mail of each week, with a real mail server."""

import time
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone, translation

from consultation.following import weekly_mail
from consultation.following.followers import LEAVE, leave, link
from consultation.following.weekly_mail import next_slot, send_due, slot_at
from consultation.models import Follower, Meeting, WeeklyMail
from priorities.models import Document, Theme
from publishing.backup.archive import write
from publishing.backup.restore import restore_archive
from publishing.models import Act, ChangeNote, Mail
from publishing.operations.mail import deliver
from publishing.workflow import correct, look, publish, record, take_back, undo, withdraw
from tests.consultation.followers import ADDRESS, follower, make_reachable, text_of, waiting
from tests.consultation.making import adopted, at, body
from tests.updates import update_on

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def begun(settings, port) -> datetime:
    """The Monday after which everything here happens; what was loaded before is told in no mail."""
    settings.SITE_URL = "https://example.org"
    begun = next_slot(timezone.now()) + 7 * DAY
    send_due(begun + timedelta(minutes=1))
    return begun


def publish_at(moment: datetime, row, editor=None, **options):
    with time_machine.travel(moment, tick=False):
        return publish(row, editor, **options)


def update(title: str = "een bericht", **texts):
    return update_on(Theme.objects.get(slug_nl="regiomarketing"), date=date(2026, 11, 2), title_nl=title, **texts)


def mails(moment: datetime, language: str = "nl") -> list[str]:
    """What the mails of a moment say, all of them made."""
    Mail.objects.all().delete()
    while send_due(moment):
        pass
    return [text_of(each) for each in waiting()]


# When


def test_a_week_begins_on_monday_at_eight_by_the_clock_here():
    assert slot_at(at(2026, 11, 30, 8, 0)) == at(2026, 11, 30, 8, 0)
    assert slot_at(at(2026, 11, 30, 7, 59)) == at(2026, 11, 23, 8, 0)
    assert slot_at(at(2026, 12, 6, 23, 0)) == at(2026, 11, 30, 8, 0)
    assert slot_at(at(2026, 10, 26, 9, 0)) == at(2026, 10, 26, 8, 0), "after the clocks changed"
    assert next_slot(at(2026, 11, 30, 8, 0)) == at(2026, 12, 7, 8, 0)


def test_the_first_week_tells_nothing_of_before(begun):
    follower()
    assert mails(begun + timedelta(hours=1)) == []
    assert WeeklyMail.objects.count() == 3


def test_a_mail_comes_once_a_week_and_none_without_news(begun):
    follower()
    assert mails(begun + 7 * DAY) == []
    publish_at(begun + 8 * DAY, update())
    assert mails(begun + 13 * DAY) == []
    assert len(mails(begun + 14 * DAY)) == 1
    assert mails(begun + 14 * DAY + timedelta(hours=1)) == []
    assert mails(begun + 21 * DAY) == []


def test_without_an_address_of_the_site_there_is_no_link_to_send(begun, settings):
    follower()
    publish_at(begun + DAY, update())
    settings.SITE_URL = ""
    assert mails(begun + 7 * DAY) == []
    settings.SITE_URL = "https://example.org"
    assert len(mails(begun + 8 * DAY)) == 1


def test_after_a_long_time_away_a_mail_tells_two_weeks(begun):
    follower()
    publish_at(begun + DAY, update("te oud"))
    publish_at(begun + 50 * DAY, update("nog nieuw"))
    (text,) = mails(begun + 56 * DAY)
    assert "Nog nieuw" in text
    assert "Te oud" not in text


# What


def test_the_mail_says_what_was_published_and_what_changed(begun, editor, server, reachable_address):
    made = follower()
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish_at(begun + DAY, adopted(), editor)
    theme.body_nl = "<p>Nieuwe tekst</p>"
    theme.save()
    publish_at(begun + 2 * DAY, theme, editor, change_note=ChangeNote(text_nl="Er is een nieuwe folder."))
    assert send_due(begun + 7 * DAY) == 1
    deliver(begun + 7 * DAY)
    (message,) = server.messages
    text = text_of(message)
    assert message["X-RcptTo"] == ADDRESS
    assert message["List-Unsubscribe"] == f"<https://example.org{link(LEAVE, made)}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Reply-To"] == "secretariaat@resoc.example"
    assert text.index("Regiomarketing") < text.index("Ontsluiting"), "the newest first"
    assert "Wat is er nieuw: Er is een nieuwe folder." in text
    assert "https://example.org/themas/regiomarketing/" in text
    assert f"https://example.org{link(LEAVE, made)}" in text
    assert not Mail.objects.exists()


@pytest.fixture
def reachable_address(editor):
    return make_reachable(editor)


def test_nothing_in_it_follows_anybody(begun, editor):
    follower()
    follower("els@voorbeeld.example")
    publish_at(begun + DAY, update(), editor)
    first, second = mails(begun + 7 * DAY)
    assert [line for line in first.splitlines() if "stoppen" not in line] == [
        line for line in second.splitlines() if "stoppen" not in line
    ]
    html = waiting()[0].as_string()
    assert "<img" not in html
    assert "?" not in "".join(line for line in first.splitlines() if line.startswith("https://"))


def test_each_gets_it_in_their_language_and_only_what_exists_in_that(begun, editor):
    follower()
    follower("fr@voorbeeld.example", "fr")
    follower("en@voorbeeld.example", "en")
    publish_at(begun + DAY, update("alleen hier"), editor)
    publish_at(begun + DAY, update("bericht", title_fr="nouvelles"), editor)
    dutch, french = mails(begun + 7 * DAY)
    assert "Alleen hier" in dutch
    assert "Nouvelles" in french
    assert "/fr/actualites/" in french
    assert "/fr/suivre/arreter/" in french
    assert "Alleen hier" not in french


def test_a_note_in_another_language_is_left_out(begun, editor):
    follower("fr@voorbeeld.example", "fr")
    row = update("bericht", title_fr="nouvelles")
    publish_at(begun - 30 * DAY + 29 * DAY, row, editor)
    row.body_nl = "<p>x</p>"
    row.save()
    publish_at(begun + DAY, row, editor, change_note=ChangeNote(text_nl="Alleen in het Nederlands."))
    (text,) = mails(begun + 7 * DAY)
    assert "Nouvelles" in text
    assert "Alleen in het" not in text


def test_what_is_younger_than_a_day_waits_a_week(begun, editor):
    follower()
    publish_at(begun + 7 * DAY - timedelta(hours=23), update("te jong"), editor)
    publish_at(begun + 7 * DAY - timedelta(hours=25), update("oud genoeg"), editor)
    (text,) = mails(begun + 7 * DAY)
    assert "Oud genoeg" in text
    assert "Te jong" not in text
    (text,) = mails(begun + 14 * DAY)
    assert "Te jong" in text
    assert "Oud genoeg" not in text


def test_a_small_improvement_is_none(begun, editor):
    follower()
    row = update()
    publish_at(begun - 2 * DAY, row, editor)
    row.body_nl = "<p>x</p>"
    row.save()
    publish_at(begun + DAY, row, editor, change_note=ChangeNote(text_nl="Tikfout.", is_minor=True))
    assert mails(begun + 7 * DAY) == []


def test_what_became_a_small_improvement_afterwards_is_none(begun, editor):
    follower()
    row = update()
    publish_at(begun - 2 * DAY, row, editor)
    row.body_nl = "<p>x</p>"
    row.save()
    made = publish_at(begun + DAY, row, editor)
    with time_machine.travel(begun + 2 * DAY):
        correct(made, ChangeNote(text_nl="Tikfout.", is_minor=True), editor)
    assert mails(begun + 7 * DAY) == []


@pytest.mark.parametrize("days", [2, 6.9])
def test_what_was_taken_off_or_taken_back_is_told_to_nobody(begun, editor, days):
    follower()
    gone, mistake, draft = update("weg"), update("vergissing"), update("geheim")
    publish_at(begun + DAY, gone, editor)
    made = publish_at(begun + DAY, mistake, editor)
    with time_machine.travel(begun + days * DAY):
        withdraw(gone, editor, "voorbij")
        withdraw(mistake, editor, "vergissing")
        take_back(made, editor, "vergissing")
    assert draft.pk
    assert mails(begun + 7 * DAY) == []


def test_what_was_undone_is_told_to_nobody(begun, editor):
    follower()
    row = update()
    with time_machine.travel(begun + DAY) as clock:
        before = look(type(row), row.pk)
        publish(row, editor)
        act = record(Act.Kind.PUBLISHED, editor, [before])
        clock.shift(60)
        undo(act, editor)
    assert mails(begun + 7 * DAY) == []


def test_a_mail_that_waited_tells_nothing_that_was_taken_off_since(begun, editor, server):
    follower()
    stays, gone = update("blijft"), update("weg")
    for row in (stays, gone):
        publish_at(begun + DAY, row, editor)
    with time_machine.travel(begun + 7 * DAY, tick=False) as clock:
        assert send_due() == 1
        clock.shift(3600)
        withdraw(gone, editor, "voorbij")
        assert deliver() == 1
        (message,) = server.messages
        assert message["X-RcptTo"] == ADDRESS
        assert message["List-Unsubscribe-Post"]
        assert "Blijft" in text_of(message)
        assert "Weg" not in message.as_string() + text_of(message)
        WeeklyMail.objects.update(reached=0)
        assert send_due() == 1
        withdraw(stays, editor, "voorbij")
        assert deliver() == 0
        assert not Mail.objects.exists(), "nothing is left to tell"


def test_after_a_restore_no_mail_goes_twice(begun, editor, tmp_path):
    follower()
    publish_at(begun + DAY, update(), editor)
    write(tmp_path / "site.zip")
    assert len(mails(begun + 7 * DAY)) == 1
    WeeklyMail.objects.filter(language="en").delete()  # as for a language that came since
    restore_archive(tmp_path / "site.zip", lambda line: None)
    assert WeeklyMail.objects.get(language="nl").slot == begun + 7 * DAY
    assert WeeklyMail.objects.get(language="en").slot == begun, "as the archive has it"
    assert mails(begun + 7 * DAY) == []


def test_a_page_that_changes_each_sunday_is_told_each_week(begun, editor):
    follower()
    row = update()
    for week in range(3):
        row.body_nl = f"<p>{week}</p>"
        row.save()
        publish_at(begun + (7 * week + 6.9) * DAY, row, editor)
    assert [len(mails(begun + 7 * week * DAY)) for week in (1, 2, 3)] == [0, 1, 1]


def test_a_document_that_is_news_and_a_meeting_are_in_it(begun, editor):
    follower()
    meeting = Meeting.objects.create(starts_at=begun + 30 * DAY, body=body(), title_nl="Algemene vergadering")
    publish_at(begun + DAY, meeting, editor)
    for title, is_news in (("Jaarverslag", True), ("Bijlage", False)):
        document = Document(title_nl=title, slug_nl=title.lower(), is_news=is_news)
        document.file.save(f"{title}.pdf", ContentFile(b"%PDF-1.7"))
        publish_at(begun + DAY, document, editor)
    (text,) = mails(begun + 7 * DAY)
    assert "Jaarverslag" in text
    assert "Algemene vergadering" in text
    assert "Bijlage" not in text


def test_very_much_is_cut_and_said(begun, editor, monkeypatch):
    monkeypatch.setattr(weekly_mail, "MOST", 2)
    follower()
    for number in range(4):
        publish_at(begun + DAY, update(f"bericht {number}"), editor)
    (text,) = mails(begun + 7 * DAY)
    assert text.count("/nieuws/bericht-") == 2
    assert "Bekijk alles op de website" in text


# Who


def test_only_who_said_yes_gets_it_and_nobody_twice(begun, editor, monkeypatch):
    monkeypatch.setattr(weekly_mail, "BATCH", 2)
    for number in range(5):
        follower(f"a{number}@voorbeeld.example")
    follower("nee@voorbeeld.example", confirmed_at=None)
    publish_at(begun + DAY, update(), editor)
    made = [send_due(begun + 7 * DAY) for _minute in range(4)]
    assert made == [2, 2, 1, 0]
    assert sorted(each["To"] for each in waiting()) == [f"a{number}@voorbeeld.example" for number in range(5)]


def test_two_workers_make_no_mail_twice(begun, editor, monkeypatch):
    follower()
    publish_at(begun + DAY, update(), editor)
    made, seen = weekly_mail._message, []

    def while_another_worker_does(*args):
        if not seen:
            seen.append(None)
            seen[0] = send_due(begun + 7 * DAY)
        return made(*args)

    monkeypatch.setattr(weekly_mail, "_message", while_another_worker_does)
    assert send_due(begun + 7 * DAY) == 0
    assert seen == [1]
    assert Mail.objects.count() == 1


def test_who_leaves_while_mails_are_made_gets_none(begun, editor, monkeypatch):
    made_one = follower()
    publish_at(begun + DAY, update(), editor)
    made = weekly_mail._message

    def while_they_leave(*args):
        message = made(*args)
        leave(made_one.uid)
        return message

    monkeypatch.setattr(weekly_mail, "_message", while_they_leave)
    assert send_due(begun + 7 * DAY) == 0
    assert not Mail.objects.exists()


def test_whose_address_nobody_can_read_is_left_alone(begun, editor):
    follower()
    Follower.objects.update(sealed="x")
    publish_at(begun + DAY, update(), editor)
    assert mails(begun + 7 * DAY) == []
    assert Follower.objects.exists()


def test_upkeep_sends_it(begun, editor, server):
    follower()
    publish_at(begun + DAY, update(), editor)
    with time_machine.travel(begun + 7 * DAY + timedelta(minutes=1)):
        call_command("upkeep")
    assert [message["X-RcptTo"] for message in server.messages] == [ADDRESS]


def test_the_desk_sees_that_mails_wait_and_not_for_whom(begun, editor, editor_client):
    follower()
    publish_at(begun + DAY, update(), editor)
    send_due(begun + 7 * DAY)
    html = editor_client.get("/admin/publishing/mail/").content.decode()
    assert "Nieuw bij RESOC Westhoek" in html
    assert "voorbeeld.example" not in html


# Many


def test_with_2000_followers_publishing_takes_no_longer_and_a_minute_makes_50_mails(begun, editor):
    made = [Follower(language="nl", confirmed_at=timezone.now()) for _number in range(2000)]
    for number, each in enumerate(made):
        each.address = f"a{number}@voorbeeld.example"
    Follower.objects.bulk_create(made)
    rows = [update(f"bericht {number}") for number in range(5)]
    took = []
    for row in rows:
        began = time.monotonic()
        publish_at(begun + DAY, row, editor)
        took.append(time.monotonic() - began)
    assert min(took) < 0.15
    assert not Mail.objects.exists()
    assert send_due(begun + 7 * DAY) == weekly_mail.BATCH
    assert Mail.objects.count() == weekly_mail.BATCH


def test_the_number_of_queries_of_a_batch_does_not_grow_with_followers(begun, editor, django_assert_max_num_queries):
    publish_at(begun + DAY, update(), editor)
    for number in range(20):
        follower(f"a{number}@voorbeeld.example")
    with django_assert_max_num_queries(60), translation.override("nl"):
        assert send_due(begun + 7 * DAY) == 20
