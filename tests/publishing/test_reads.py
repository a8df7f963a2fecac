import re

import pytest

from pages.models import ContactDetails, MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme, Update
from publishing.models import Revision, StampChange, best_at
from publishing.page_cache import PageCache
from publishing.reads import EVERYTHING, Change, Read, is_touched, recording
from publishing.stamp import bump, changes
from publishing.workflow import publish, publish_new, withdraw
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.publishing.test_page_cache import Counting, Reader

THEME = Change("priorities.theme", 3, frozenset({"mobiliteit", "vervoer"}), frozenset({("staff.staffmember", 7)}))


@pytest.mark.parametrize(
    ("read", "concerned"),
    [
        (EVERYTHING, True),
        (Read("priorities.theme"), True),
        (Read("staff.staffmember"), False),
        (Read("priorities.theme", 3), True),
        (Read("priorities.theme", 4), False),
        (Read("staff.staffmember", 3), False),
        (Read("priorities.theme", slug="mobiliteit"), True),
        (Read("priorities.theme", slug="vervoer"), True),
        (Read("priorities.theme", slug="water"), False),
        (Read(to_model="staff.staffmember", to_object=7), True),
        (Read(to_model="staff.staffmember", to_object=8), False),
        (Read("priorities.update", to_model="staff.staffmember", to_object=7), False),
    ],
)
def test_a_change_concerns_what_could_read_it(read, concerned):
    assert THEME.concerns(read) is concerned
    assert is_touched({Read("pages.textpage", 1), read}, [THEME]) is concerned


def test_a_change_of_any_object_of_a_model_concerns_every_question_about_that_model():
    change = Change("priorities.theme", 0, frozenset(), frozenset())
    assert change.concerns(Read("priorities.theme", 4))
    assert change.concerns(Read(to_model="staff.staffmember", to_object=8))
    assert not change.concerns(Read("pages.textpage", 4))


def test_a_change_of_nobody_knows_what_concerns_everything():
    assert Change("", 0, frozenset(), frozenset()).concerns(Read("pages.textpage", 4))


@pytest.mark.django_db
def test_a_question_that_does_not_say_what_it_is_about_counts_as_one_about_everything():
    with recording() as reads:
        list(Theme.objects.all())
    assert reads == {EVERYTHING}
    with recording() as reads:
        Revision.objects.public().first()
    assert reads == {EVERYTHING}
    with recording() as reads:
        (Revision.objects.of(Theme) | Revision.objects.all()).exists()
    assert EVERYTHING in reads


@pytest.mark.django_db
def test_questions_say_what_they_are_about():
    theme = Theme.objects.create(title_nl="Water", slug_nl="water")
    with recording() as reads:
        Theme.published().first(), Theme.published().count()
    assert reads == {Read("priorities.theme")}
    with recording() as reads:
        theme.revisions.exists(), best_at(Theme, "water", "nl")
        Revision.objects.public().referring_to(theme).first()
    assert reads == {
        Read("priorities.theme", theme.pk),
        Read("priorities.theme", slug="water"),
        Read(to_model="priorities.theme", to_object=theme.pk),
    }


@pytest.mark.django_db
def test_who_waits_too_long_is_not_told_what_changed(monkeypatch):
    monkeypatch.setattr("publishing.stamp.CHANGES_KEPT", 3)
    for _time in range(5):
        bump(Theme)
    newest = StampChange.objects.order_by("-number")[0].number
    assert changes(newest, newest) == []
    assert [change.model for change in changes(newest - 3, newest) or ()] == ["priorities.theme"]
    assert changes(newest - 4, newest) is None


@pytest.mark.django_db
def test_what_changed_is_asked_in_three_questions_however_much_it_was(django_assert_num_queries):
    themes = [Theme.objects.create(title_nl=f"T{place}", slug_nl=f"t{place}") for place in range(4)]
    before = StampChange.objects.order_by("-number")[0].number
    for theme in themes:
        publish(theme, None)
    with django_assert_num_queries(3):
        found = changes(before, before + 4) or []
    assert {slug for change in found for slug in change.slugs} == {"t0", "t1", "t2", "t3"}


# Every page, after every kind of change


@pytest.fixture
def site(settings, tmp_path) -> Counting:
    settings.STATE_DIR = tmp_path
    return Counting()


@pytest.fixture
def cache(site) -> PageCache:
    cache = PageCache(site)
    Reader(cache).get("/")
    for _page in cache.all_pages():
        pass
    return cache


def retitled(obj, field="title_nl", value="Nieuwe naam"):
    setattr(obj, field, value)
    obj.save()
    publish(obj, None)


def a_new_theme():
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw", priority=Priority.objects.first())
    publish(theme, None)


def many_new_themes():
    publish_new([Theme.objects.create(title_nl=f"N{place}", slug_nl=f"n{place}") for place in range(2)], None)


def an_update():
    publish(Update.objects.create(title_nl="Er is nieuws", theme=Theme.objects.first(), date="2026-05-01"), None)


def a_link():
    theme, page = Theme.objects.first(), TextPage.objects.first()
    retitled(page, "body_nl", f'<p><a href="page:priorities.theme/{theme.pk}">Zie</a></p>')
    retitled(theme, "slug_nl", "een-ander-adres")


def another_contact():
    priority = Priority.objects.first()
    priority.contact = StaffMember.objects.last()
    priority.save()
    publish(priority, None)


def a_withdrawal_and_back():
    theme = Theme.objects.last()
    withdraw(theme, None, "Voorbij")
    Reader(PageCache(django_application)).get("/")
    retitled(theme, value="Terug")


CHANGES = [
    lambda: retitled(Theme.objects.first()),
    lambda: retitled(Theme.objects.last(), "slug_nl", "elders"),
    lambda: retitled(Priority.objects.first()),
    lambda: retitled(StaffMember.objects.first(), "function_nl", "Iets anders"),
    lambda: retitled(StaffMember.objects.last(), "phone", "+3251123456"),
    lambda: retitled(TextPage.objects.first()),
    lambda: retitled(MissionPage.objects.first(), "motto_nl", "Samen"),
    lambda: retitled(ContactDetails.objects.first(), "phone", "+3251123456"),
    lambda: retitled(Organisation.objects.first(), "name_nl", "Een andere naam"),
    a_new_theme,
    many_new_themes,
    an_update,
    a_link,
    another_contact,
    lambda: withdraw(Theme.objects.first(), None, "Voorbij"),
    a_withdrawal_and_back,
]


# One language, and what of the others is not the same again.
IN_SHORT = re.compile(r"/(?!fr/.|en/)(?!.*versies/\d)|/fr/themes/$")


@pytest.mark.django_db(transaction=True)
def test_after_any_change_every_page_is_as_it_would_be_made_now(cache, site):
    reader, fresh = Reader(cache), Reader(django_application)
    keys = [key for key in cache.store.keys(("http", "localhost")) if IN_SHORT.match(key[2])]
    assert len(keys) > 40
    for change in CHANGES:
        change()
        for _scheme, _host, path, query in keys:
            assert timeless(reader.get(path, query).body) == timeless(fresh.get(path, query).body), (change, path)


def timeless(page: bytes) -> bytes:
    """Without the moment at which an empty feed was made."""
    return re.sub(rb"<updated>[^<]*</updated>", b"", page)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_one_theme_leaves_most_pages_as_they_are(cache, site):
    for _page in cache.all_pages():
        pass
    site.made.clear()
    retitled(Theme.objects.first(), "body_nl", "<p>Iets anders.</p>")
    pages = sum(1 for _page in cache.all_pages())
    assert 0 < len(set(site.made)) < pages / 3
    assert len(site.made) == len(set(site.made))
    assert "/contact/" not in site.made
