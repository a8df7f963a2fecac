import re
from datetime import timedelta
from functools import cache

import pytest
from django.db.models import Case, Count, Exists, F, Func, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from pages.models import ContactDetails, MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme
from publishing.cache.stamp import bump, changes
from publishing.cache.wsgi import PageCache
from publishing.models import (
    ChangeNote,
    Revision,
    RevisionFile,
    RevisionQuerySet,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    StampChange,
    best_at,
)
from publishing.queries.dependencies import (
    EVERYTHING,
    INDEXES,
    REVISIONS,
    Change,
    Dependency,
    is_invalidated,
    reads_revisions_only,
    track,
)
from publishing.queries.prepared import PreparedQuery
from publishing.workflow import publish, publish_new, withdraw
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.publishing.cache.reader import Counting, Reader
from tests.updates import update_on

THEME = Change("priorities.theme", 3, frozenset({"mobiliteit", "vervoer"}), frozenset({("staff.staffmember", 7)}))


@pytest.mark.parametrize(
    ("read", "concerned"),
    [
        (EVERYTHING, True),
        (Dependency("priorities.theme"), True),
        (Dependency("staff.staffmember"), False),
        (Dependency("priorities.theme", 3), True),
        (Dependency("priorities.theme", 4), False),
        (Dependency("staff.staffmember", 3), False),
        (Dependency("priorities.theme", slug="mobiliteit"), True),
        (Dependency("priorities.theme", slug="vervoer"), True),
        (Dependency("priorities.theme", slug="water"), False),
        (Dependency(to_model="staff.staffmember", to_object=7), True),
        (Dependency(to_model="staff.staffmember", to_object=8), False),
        (Dependency("priorities.update", to_model="staff.staffmember", to_object=7), False),
    ],
)
def test_a_change_concerns_what_could_read_it(read, concerned):
    assert THEME.concerns(read) is concerned
    assert is_invalidated({Dependency("pages.textpage", 1), read}, [THEME]) is concerned


def test_a_change_of_any_object_of_a_model_concerns_every_question_about_that_model():
    change = Change("priorities.theme", 0, frozenset(), frozenset())
    assert change.concerns(Dependency("priorities.theme", 4))
    assert change.concerns(Dependency(to_model="staff.staffmember", to_object=8))
    assert not change.concerns(Dependency("pages.textpage", 4))


def test_a_change_of_nobody_knows_what_concerns_everything():
    assert Change("", 0, frozenset(), frozenset()).concerns(Dependency("pages.textpage", 4))


@pytest.mark.django_db
def test_a_question_that_does_not_say_what_it_is_about_counts_as_one_about_everything():
    with track() as reads:
        list(Theme.objects.all())
    assert reads == {EVERYTHING}
    with track() as reads:
        Revision.objects.public().first()
    assert reads == {EVERYTHING}
    with track() as reads:
        (Revision.objects.of(Theme) | Revision.objects.all()).exists()
    assert EVERYTHING in reads


@pytest.mark.django_db
def test_questions_say_what_they_are_about():
    theme = Theme.objects.create(title_nl="Water", slug_nl="water")
    with track() as reads:
        Theme.published().first(), Theme.published().count()
    assert reads == {Dependency("priorities.theme")}
    with track() as reads:
        theme.revisions.exists(), best_at(Theme, "water", "nl")
        Revision.objects.public().referring_to(theme).first()
    assert reads == {
        Dependency("priorities.theme", theme.pk),
        Dependency("priorities.theme", slug="water"),
        Dependency(to_model="priorities.theme", to_object=theme.pk),
    }


@pytest.mark.django_db
def test_who_waits_too_long_is_not_told_what_changed(monkeypatch):
    monkeypatch.setattr("publishing.cache.stamp.CHANGES_KEPT", 3)
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
    now = StampChange.objects.order_by("-number")[0].number
    with django_assert_num_queries(3):
        found = changes(before, now) or []
    assert {slug for change in found for slug in change.slugs} == {"t0", "t1", "t2", "t3"}


# A question whose SQL reads more than it said


def themes() -> RevisionQuerySet:
    return Revision.objects.of(Theme).public().order_by("pk")


@cache
def johan_pk() -> int:
    """The key of Johan, asked once: a question about working rows would make every page depend on everything."""
    return StaffMember.objects.get(name="Johan Halsberghe").pk


def johan() -> RevisionQuerySet:
    """What visitors see of Johan, whom the questions below ask about beside the themes."""
    return Revision.objects.public().order_by().filter(model="staff.staffmember", object_id=johan_pk())


def johan_by_hand() -> str:
    """The same as somebody would write it in SQL."""
    return (
        "SELECT 1 FROM publishing_revision AS his WHERE his.model = 'staff.staffmember'"  # noqa: S608
        f" AND his.object_id = {johan_pk()} AND his.superseded_at IS NULL AND NOT his.withdrawn"
    )


def count_by_hand() -> str:
    return f"SELECT COUNT(*) FROM ({johan_by_hand()}) AS his"  # noqa: S608


HOUR = timedelta(hours=1)
TELLS_TOO_LITTLE = {
    "a subquery": lambda: themes().filter(model__in=johan().values(as_theme=Value("priorities.theme"))),
    "a subquery that excludes": lambda: themes().exclude(model__in=johan().values(as_theme=Value("priorities.theme"))),
    "a subquery of working rows": lambda: themes().filter(
        Exists(StaffMember.objects.filter(name="Johan Halsberghe", phone=""))
    ),
    "a subquery in a list": lambda: themes().filter(
        model__in=["", Subquery(johan().values(as_theme=Value("priorities.theme"))[:1])]
    ),
    "a subquery in a subquery": lambda: themes().filter(Exists(RevisionSlug.objects.filter(Exists(johan())))),
    "an index of others": lambda: themes().filter(
        Exists(RevisionSlug.objects.filter(revision__in=johan(), revision__withdrawn=False))
    ),
    "Exists": lambda: themes().filter(Exists(johan())),
    "not Exists": lambda: themes().filter(~Exists(johan())),
    "OuterRef": lambda: themes().filter(Exists(johan().filter(live_from__lte=OuterRef("live_from") + HOUR))),
    "an annotation": lambda: themes().annotate(his=Subquery(johan().values("pk"))).values_list("pk", "his"),
    "a value": lambda: themes().values_list("pk", Subquery(johan().values("pk"))),
    "an alias": lambda: themes().alias(his=Exists(johan())).filter(his=True),
    "an order": lambda: themes().order_by(Case(When(Exists(johan()), then=F("pk")), default=-F("pk"))),
    "a part": lambda: themes().filter(Exists(johan()))[:2],
    "a count": lambda: themes().filter(Exists(johan())).count(),
    "a question whether": lambda: themes().filter(Exists(johan())).exists(),
    "the first": lambda: themes().filter(Exists(johan())).first(),
    "by key": lambda: themes().filter(Exists(johan())).in_bulk(),
    "one after the other": lambda: themes().filter(Exists(johan())).iterator(),
    "an aggregate": lambda: themes().aggregate(found=Count("pk", filter=Exists(johan()))),
    "an aggregate of annotations": lambda: (
        themes().annotate(his=Exists(johan())).aggregate(found=Count("pk", filter=Q(his=True)))
    ),
    "a union": lambda: themes().order_by().union(johan()),
    "a union of all": lambda: themes().order_by().union(johan(), all=True).count(),
    "a union with a subquery": lambda: (
        themes().order_by().union(Revision.objects.order_by().of(Priority).filter(Exists(johan())))
    ),
    "a difference": lambda: themes().order_by().values_list("withdrawn").difference(johan().values_list("withdrawn")),
    "an intersection": lambda: (
        themes().order_by().values_list("withdrawn").intersection(johan().values_list("withdrawn"))
    ),
    "a union with something else": lambda: (
        themes()
        .order_by()
        .values_list("model", "object_id")
        .union(RevisionSlug.objects.filter(revision__in=johan()).values_list("slug", "revision_id"))
    ),
    "one or the other": lambda: themes() | johan(),
    "one but not both": lambda: (themes().order_by() ^ johan()).count(),
    "one that is the other": lambda: themes() & Revision.objects.filter(Exists(johan())),
    "extra": lambda: themes().extra(where=[f"EXISTS ({johan_by_hand()})"]),  # noqa: S610
    "extra values": lambda: themes().extra(select={"his": count_by_hand()}).values_list("pk", "his"),  # noqa: S610
    "extra tables": lambda: themes().extra(  # noqa: S610
        tables=["publishing_revisionslug"],
        where=["publishing_revisionslug.slug = 'johan-halsberghe'", f"EXISTS ({johan_by_hand()})"],
    ),
    "SQL": lambda: themes().values_list("pk", RawSQL(count_by_hand(), ())),  # noqa: S611
    "raw SQL": lambda: [
        row.pk
        for row in Revision.objects.raw(
            f"SELECT * FROM publishing_revision WHERE model = 'priorities.theme' AND EXISTS ({johan_by_hand()})"  # noqa: S608
        )
    ],
    "a function": lambda: themes().values_list(
        "pk", Func(template=f"({count_by_hand()})", output_field=IntegerField())
    ),
    "published objects": lambda: Theme.published().filter(Exists(johan())),
    "published objects and others": lambda: (
        Theme.published(now := timezone.now()).order_by().union(StaffMember.published(now).order_by())
    ),
    "a question put together once": lambda: PreparedQuery(lambda: themes().filter(Exists(johan())))(),
}


def answer(question) -> str:
    """What `question` gives, as text."""
    found = question()
    return repr(list(found) if hasattr(found, "__iter__") and not isinstance(found, dict) else found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("question", TELLS_TOO_LITTLE.values(), ids=TELLS_TOO_LITTLE)
def test_a_page_is_made_anew_when_what_its_question_reads_beside_changes(settings, tmp_path, question):
    def page(environ, start_response):
        body = answer(question).encode()
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
        return [body]

    settings.STATE_DIR = tmp_path
    johan = StaffMember.objects.get(pk=johan_pk())
    reader = Reader(PageCache(page))
    before = reader.get("/").body
    assert reader.get("/").body == before == answer(question).encode()
    StaffMember.objects.filter(pk=johan.pk).update(phone="")
    withdraw(johan, None, "Met pensioen")
    assert reader.get("/").body == answer(question).encode() != before


def test_the_tables_that_belong_to_a_revision_are_those_with_its_words_in_other_places():
    indexes = RevisionSlug, RevisionReference, RevisionFile, RevisionText, ChangeNote
    assert [index._meta.db_table for index in indexes] == list(INDEXES)
    assert Revision._meta.db_table == REVISIONS
    assert not reads_revisions_only('SELECT * FROM "publishing_revision" , "auth_user"')
    assert not reads_revisions_only('SELECT * FROM "publishing_revision" U0, "auth_user"')
    assert not reads_revisions_only('WITH x AS (SELECT 1) SELECT * FROM "publishing_revision"')
    assert reads_revisions_only('SELECT COUNT(*) FROM (SELECT DISTINCT "x" FROM "publishing_revision") subquery')


# Every page, after every kind of change


@pytest.fixture
def site(settings, tmp_path) -> Counting:
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"
    return Counting()


@pytest.fixture
def pages(site) -> PageCache:
    pages = PageCache(site)
    Reader(pages).get("/")
    for _page in pages.warmer.all_pages():
        pass
    return pages


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
    publish(update_on(Theme.objects.first(), title_nl="Er is nieuws", date="2026-05-01"), None)


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
def test_after_any_change_every_page_is_as_it_would_be_made_now(pages, site):
    reader, fresh = Reader(pages), Reader(django_application)
    keys = [key for key in pages.store.keys(("http", "localhost")) if IN_SHORT.match(key[2])]
    assert len(keys) > 25
    for change in CHANGES:
        change()
        for _scheme, _host, path, query in keys:
            assert timeless(reader.get(path, query).body) == timeless(fresh.get(path, query).body), (change, path)


def timeless(page: bytes) -> bytes:
    """Without the moment at which an empty feed was made."""
    return re.sub(rb"<updated>[^<]*</updated>", b"", page)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_one_theme_leaves_most_pages_as_they_are(pages, site):
    for _page in pages.warmer.all_pages():
        pass
    site.made.clear()
    retitled(Theme.objects.first(), "body_nl", "<p>Iets anders.</p>")
    number = sum(1 for _page in pages.warmer.all_pages())
    assert 0 < len(set(site.made)) < number / 2  # themes without text list the others
    assert len(site.made) == len(set(site.made))
    assert "/contact/" not in site.made
