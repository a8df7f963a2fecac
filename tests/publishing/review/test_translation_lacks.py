"""What public versions lack in other languages, for the list of work: written when something is published or held."""

import pytest

from priorities.models import Theme
from publishing.models import Act, Lack
from publishing.review.lacks import catch_up
from publishing.review.still_right import Tick, hold
from publishing.review.translation_lacks import BEHIND, MISSING
from publishing.review.translation_rules import digest
from publishing.review.translation_states import origins_of
from publishing.workflow import confirm, look, publish, record, undo, withdraw
from tests.publishing.review.test_checklist import page
from tests.publishing.review.test_translation_states import save

pytestmark = pytest.mark.django_db


def lacks(obj, kind: str) -> dict[str, tuple[list[str], float]]:
    """Where what visitors see of `obj` lacks this, and how many minutes it takes, by language."""
    rows = Lack.objects.shown().filter(revision__in=obj.revisions, kind=kind)
    return {row.language: (row.fields, row.minutes) for row in rows}


def test_what_is_missing_takes_five_minutes_and_four_for_each_hundred_words(editor):
    obj = page(title_fr="", body_nl=f"<p>{'woord ' * 99}</p>", body_fr="", slug_en="")
    assert lacks(obj, MISSING) == {}
    publish(obj, editor)
    assert lacks(obj, MISSING) == {"fr": (["title_fr", "body_fr"], 9)}
    save(obj, editor, title_fr="Récolte", body_fr="<p>mot</p>")
    assert lacks(obj, MISSING) != {}
    publish(obj, editor)
    assert lacks(obj, MISSING) == {}


def test_what_is_behind_takes_two_minutes_a_text_and_one_for_each_forty_words_that_changed(editor):
    obj = page(body_nl="<p>Niets</p>")
    publish(obj, editor)
    save(obj, editor, title_nl="Zomer", body_nl=f"<p>{' '.join(f'woord{n}' for n in range(39))}</p>")
    assert lacks(obj, BEHIND) == {}  # visitors do not see it yet
    publish(obj, editor)
    assert lacks(obj, BEHIND) == {code: ([f"title_{code}", f"body_{code}"], 5) for code in ("fr", "en")}
    withdraw(obj, editor, "Weg")
    assert lacks(obj, BEHIND) == {}


def test_what_holds_is_no_longer_behind_for_the_list_of_work_and_comes_back_with_the_undoing(editor):
    obj = page()
    publish(obj, editor)
    save(obj, editor, title_nl="Zomer")
    publish(obj, editor)
    before = look(type(obj), obj.pk)
    hold(obj, [Tick("fr", "title", digest("Zomer"))])
    act = record(Act.Kind.HELD, editor, [before])
    assert lacks(obj, BEHIND).keys() == {"en"}
    undo(act, editor)
    assert "fr" in lacks(obj, BEHIND)
    assert origins_of(obj)["fr"]["title"].text == "Oogst"
    hold(obj, [Tick("fr", "title", digest("Zomer"))])
    confirm(obj, editor)
    assert lacks(obj, BEHIND).keys() == {"en"}


def test_another_source_is_another_cause(editor):
    obj = page()
    publish(obj, editor)
    causes = set()
    for title in ("Zomer", "Winter", "Winter"):
        save(obj, editor, title_nl=title)
        publish(obj, editor)
        causes.add(Lack.objects.shown().get(revision__in=obj.revisions, kind=BEHIND, language="fr").cause)
    assert len(causes) == 2


def test_versions_from_before_are_judged_by_upkeep(editor):
    obj = page(title_fr="")
    publish(obj, editor)
    Lack.objects.all().delete()
    while catch_up():
        pass
    assert lacks(obj, MISSING).keys() == {"fr"}
    assert not Lack.objects.shown().filter(kind=BEHIND).exists()
    assert Theme.published().exists()
