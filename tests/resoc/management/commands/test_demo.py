import pytest
from django.core.management import CommandError, call_command

from consultation.models import Body, Mandate, Meeting, NameConsent, Opinion
from priorities.models import Subject, Theme, Update
from publishing.models import Revision
from publishing.models.immutability import permit
from publishing.workflow import State, publish, states
from tests.site.crawl import words

pytestmark = pytest.mark.django_db

LABELS = {"nl": "Demonstratie", "fr": "Démonstration", "en": "Demonstration"}


def demo(scale: int = 1, **options) -> None:
    call_command("demo", scale=scale, verbosity=0, **options)


def of_demo(model):
    return [each for each in model.objects.order_by("pk") if each.title_nl.startswith("Demonstratie")]


def test_everything_is_published_and_its_title_says_in_each_language_that_it_is_demonstration():
    demo(2)
    for model, count in ((Theme, 6), (Update, 24)):
        made = of_demo(model)
        assert len(made) == count
        assert set(states(model, made).values()) == {State.PUBLISHED}
        for number, obj in enumerate(made, start=1):
            for code, label in LABELS.items():
                assert getattr(obj, f"title_{code}").startswith(f"{label} {number}")
                assert label[:8].lower() in getattr(obj, f"body_{code}").lower()
            assert obj.languages == ("nl", "fr", "en")
    for model in (Opinion, Meeting):
        made = of_demo(model)
        assert len(made) == 6
        assert set(states(model, made).values()) == {State.PUBLISHED}
        assert {obj.languages for obj in made} == {("nl", "fr", "en")}
    assert {opinion.state.value for opinion in Opinion.published()} == {"preparation", "sent", "answered"}
    assert {meeting.state.value for meeting in Meeting.published()} == {"agenda", "past", "cancelled"}
    assert Body.published().count() == 1
    assert {member.name[:5] for member in Mandate.published()} == {"", "Demo "}
    assert {member.organisation.name for member in Mandate.published()} == {"Demonstratie-organisatie"}
    assert all("Demo" in consent.name and consent.how == "Ter demonstratie." for consent in NameConsent.objects.all())
    assert {Subject.objects.filter(theme=theme).count() for theme in of_demo(Theme)} == {4}


def test_visitors_find_it_in_lists_on_its_page_in_the_feed_and_by_searching(client):
    demo()
    assert "Démonstration 3 :" in words(client.get("/fr/themes/").content.decode())
    page = client.get("/themas/demonstratie-1/").content.decode()
    assert page.count("een bericht dat toont") >= 4
    assert "Demonstration 12:" in client.get("/en/feed/").content.decode()
    found = client.get("/zoeken/", {"q": "demonstratie"}).content.decode()
    assert "/themas/demonstratie-1/" in found
    assert "/themas/demonstratie-1/" in client.get("/sitemap.xml").content.decode()


def written(revision: Revision) -> dict:
    """All that publishing writes about one object, but for keys and times."""
    rows = {
        name: sorted(getattr(revision, name).values_list(*fields))
        for name, fields in {
            "slugs": ("language", "slug"),
            "references": ("field", "model", "object_id"),
            "files": ("name",),
            "texts": ("language", "title", "words"),
        }.items()
    }
    names = ("model", "object_id", "author", "note", "live_until", "superseded_at", "cancelled", "withdrawn", "reason")
    own = {name: getattr(revision, name) for name in (*names, "data", "sort_key")}
    return rows | own | {"checked": revision.checked_at == revision.live_from}


def test_it_writes_what_publishing_each_would_write():
    demo()
    for obj in (*of_demo(Theme), *of_demo(Update)):
        made = obj.revisions.get()
        expected = written(made)
        assert made.unchanged_since is None
        with permit():
            made.delete()  # so that it is published for the first time once more
        assert written(publish(obj, None, note="Demonstratie")) == expected


def test_it_adds_only_what_is_missing_and_nothing_that_somebody_removed():
    demo()
    before = Revision.objects.count()
    demo()
    assert Revision.objects.count() == before
    first = of_demo(Theme)[0]
    Theme.objects.filter(pk=first.pk).update(title_nl="Van mij")
    demo(2)
    assert (Theme.objects.count(), Update.objects.count()) == (9, 24)
    first.refresh_from_db()
    assert first.title_nl == "Van mij"
    assert Theme.objects.values("slug_nl").distinct().count() == 9


def test_the_source_content_stays_first():
    first = [theme.title_nl for theme in Theme.objects.all()[:3]]
    demo()
    assert [theme.title_nl for theme in Theme.objects.all()[:3]] == first


def test_it_refuses_a_site_on_which_somebody_worked_unless_told_so(editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    publish(theme, editor)
    with pytest.raises(CommandError, match="more than the source content"):
        demo()
    assert not of_demo(Theme)
    demo(yes=True)
    assert len(of_demo(Theme)) == 3


def test_it_refuses_beside_a_draft():
    Theme.objects.create(title_nl="Een ontwerp")
    with pytest.raises(CommandError, match="more than the source content"):
        demo()


@pytest.mark.parametrize("scale", [-1, 10**6])
def test_a_scale_that_makes_no_sense_is_refused(scale):
    with pytest.raises(CommandError, match="scale"):
        demo(scale)
