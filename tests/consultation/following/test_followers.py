"""Who follows: asked, confirmed, gone; and what a mail server and a restore have to say about it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from consultation.following import followers
from consultation.following.followers import CONFIRM, LEAVE, ask, confirm, leave, link, number_told, read_link
from consultation.models import Follower
from publishing.backup.archive import write
from publishing.backup.restore import restore_archive
from publishing.models import Erasure, Mail
from publishing.operations.mail import deliver
from publishing.workflow.erasure.memory import read, write_down
from tests.consultation.followers import ADDRESS, follower, waiting

pytestmark = pytest.mark.django_db

ROOT = "https://example.org"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path, port):
    settings.STATE_DIR, settings.MEDIA_ROOT = tmp_path / "state", tmp_path / "media"
    settings.STATE_DIR.mkdir()
    settings.MEDIA_ROOT.mkdir()


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time))


# Asking


def test_who_asks_is_nobody_until_they_say_yes():
    ask(ADDRESS, "nl", ROOT)
    row = Follower.objects.get()
    assert row.confirmed_at is None
    assert row.words == ""
    assert len(waiting()) == 1
    assert number_told() is None


def test_one_address_gets_one_mail_a_day_and_three_in_all():
    start = timezone.now()
    sent = []
    for hours in (0, 1, 25, 26, 50, 75, 100):
        with time_machine.travel(start + timedelta(hours=hours)):
            ask(ADDRESS, "nl", ROOT)
            sent.append(Mail.objects.count())
    assert sent == [1, 1, 2, 2, 3, 3, 3]


def test_no_other_spelling_and_no_other_language_gets_one_more():
    ask("an.peeters@gmail.example", "nl", ROOT)
    ask("AnPeeters+nieuws@gmail.example", "nl", ROOT)
    ask("=?utf-8?q?an.peeters?=@gmail.example", "nl", ROOT)
    ask("an.peeters@gmail.example", "fr", ROOT)
    assert len(waiting()) == Follower.objects.count() == 1


def test_who_follows_already_gets_no_mail_and_stays_as_they_were():
    made = follower(mailed_at=timezone.now() - 9 * DAY)
    ask(ADDRESS, "nl", ROOT)
    assert waiting() == []
    assert Follower.objects.get().confirmed_at == made.confirmed_at
    ask(ADDRESS, "fr", ROOT)
    assert len(waiting()) == 1, "another language is another mail"


def test_what_goes_to_nobody_costs_the_same_work(django_assert_num_queries, monkeypatch):
    composed = []
    made = followers.compose
    monkeypatch.setattr(followers, "compose", lambda *args, **options: composed.append(1) or made(*args, **options))
    for _time in range(3):
        ask(ADDRESS, "nl", ROOT)
    assert len(composed) == 3


# Saying yes


def test_a_yes_is_kept_with_its_words_and_a_second_one_changes_nothing():
    made = follower(confirmed_at=None, words="")
    said = confirm(made.uid)
    assert said.words == followers.words()
    with later(days=3):
        assert confirm(made.uid).confirmed_at == said.confirmed_at


def test_after_a_week_without_a_yes_the_address_is_gone_and_no_link_brings_it_back():
    made = follower(confirmed_at=None)
    with later(days=6, hours=23):
        followers.forget_unconfirmed()
        assert followers.may_confirm(made.uid)
    with later(days=7, minutes=1):
        assert not followers.may_confirm(made.uid)
        assert confirm(made.uid) is None
        followers.forget_unconfirmed()
    assert not Follower.objects.exists()


def test_who_said_yes_stays():
    made = follower()
    with later(days=800):
        followers.forget_unconfirmed()
        assert followers.may_confirm(made.uid)


def test_a_link_is_for_one_thing_and_can_not_be_made_up():
    made = follower()
    token = link(LEAVE, made).rstrip("/").rpartition("/")[2]
    assert read_link(LEAVE, token) == made.uid
    assert read_link(CONFIRM, token) is None
    assert read_link(LEAVE, made.uid) is None
    assert read_link(LEAVE, f"{made.uid}.") is None
    assert "voorbeeld" not in token


def test_links_and_addresses_stand_a_change_of_the_key(settings):
    made = follower()
    token = link(LEAVE, made).rstrip("/").rpartition("/")[2]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "een nieuwe sleutel"  # noqa: S105
    assert read_link(LEAVE, token) == made.uid
    assert followers.encrypt_anew() == 1
    assert followers.encrypt_anew() == 0
    settings.SECRET_KEY_FALLBACKS = []
    assert Follower.objects.get().address == ADDRESS
    ask(ADDRESS, "nl", ROOT)
    assert Follower.objects.count() == 1


# Leaving


def test_who_leaves_is_gone_at_once_with_what_waits_for_them():
    made = follower(mailed_at=timezone.now() - 9 * DAY)
    ask(ADDRESS, "fr", ROOT)
    Mail.objects.update(reference=made.uid)
    leave(made.uid)
    leave(made.uid)
    assert [each.language for each in Follower.objects.all()] == ["fr"]
    assert not Mail.objects.exists()


def test_what_is_remembered_of_it_says_nothing_of_anybody(django_capture_on_commit_callbacks):
    made = follower()
    with django_capture_on_commit_callbacks(execute=True):
        leave(made.uid)
    kept = repr(Erasure.objects.values().get()) + repr([vars(each) for each in read()[0]])
    assert "voorbeeld" not in kept
    assert made.uid not in kept
    assert len(read()[0]) == 1


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_restore_brings_back_nobody_who_left_since(tmp_path, django_capture_on_commit_callbacks, forgetful):
    gone, stays = follower(), follower("els@voorbeeld.example")
    write(tmp_path / "site.zip")
    with django_capture_on_commit_callbacks(execute=True):
        leave(gone.uid)
    write_down()
    if forgetful:  # another machine, with the file of the old one
        Erasure.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        restore_archive(tmp_path / "site.zip", lambda line: None)
    assert [each.uid for each in Follower.objects.all()] == [stays.uid]
    assert Follower.objects.get().address == "els@voorbeeld.example"


def test_somebody_else_with_the_number_stays():
    gone = follower()
    record = Erasure(kind=Erasure.Kind.ROW, model="consultation.follower", object_id=gone.pk, marks=["x"])
    followers.leave_again(record)
    assert Follower.objects.exists()


def test_a_backup_holds_no_address_in_clear(tmp_path):
    import zipfile

    follower()
    write(tmp_path / "site.zip")
    with zipfile.ZipFile(tmp_path / "site.zip") as archive:
        assert all(b"voorbeeld.example" not in archive.read(name) for name in archive.namelist())


# What a mail server says


def test_three_refusals_in_a_row_end_it(refusing):
    made = follower()
    for number in (1, 2, 3):
        assert Follower.objects.get().refusals == number - 1
        followers._write(made, ADDRESS, ROOT, is_decoy=False)
        deliver()
    assert not Follower.objects.exists()
    assert Erasure.objects.count() == 1


def test_one_that_goes_begins_the_count_anew(server):
    made = follower(refusals=2)
    followers._write(made, ADDRESS, ROOT, is_decoy=False)
    deliver()
    assert Follower.objects.get().refusals == 0


def test_a_server_that_is_away_counts_for_nothing():
    made = follower(refusals=2)
    followers._write(made, ADDRESS, ROOT, is_decoy=False)
    deliver()
    assert Follower.objects.get().refusals == 2
    assert Mail.objects.exists()


# The number


def test_the_desk_sees_a_number_and_of_few_not_even_that(editor_client):
    for name in "abcd":
        follower(f"{name}@voorbeeld.example")
    follower("a@voorbeeld.example", "fr")
    follower("e@voorbeeld.example", confirmed_at=None)
    assert "volgen per mail" not in editor_client.get("/admin/").content.decode()
    follower("f@voorbeeld.example")
    html = editor_client.get("/admin/").content.decode()
    assert "5 mensen volgen per mail" in html
    assert "voorbeeld.example" not in html


def test_no_page_of_the_desk_lists_them(boss_client):
    follower()
    for path in ("/admin/", "/admin/consultation/follower/", "/admin/search/?q=voorbeeld"):
        assert ADDRESS not in boss_client.get(path).content.decode()
    assert boss_client.get("/admin/consultation/follower/").status_code == 404
