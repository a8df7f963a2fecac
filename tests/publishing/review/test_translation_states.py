"""What is kept of translations: from which source each was made, and how many are missing or behind."""

import pytest

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Theme
from publishing.models import Draft, Revision, TranslationState
from publishing.review.columns import columns_of, rows_of
from publishing.review.translation_rules import Behind, behind, sources
from publishing.review.translation_states import catch_up, counts, origins_of, refresh
from publishing.workflow import keep, publish, restore
from publishing.workflow.erasure.objects import erase
from publishing.workflow.erasure.versions import erase_version
from tests.publishing.review.test_checklist import page

pytestmark = pytest.mark.django_db


def save(obj, author=None, **changes) -> None:
    """Save `obj` as the desk does."""
    for name, value in changes.items():
        setattr(obj, name, value)
    obj.save()
    keep(obj, author)


def found(obj) -> dict[str, Behind]:
    """What is behind, by its name in the form."""
    obj = type(obj)._base_manager.get(pk=obj.pk)
    columns = sources(columns_of(obj, rows_of(obj)))
    return {each.path: each for each in behind(columns, origins_of(obj))}


def state(obj, code: str) -> tuple[int, int]:
    """How many are missing and behind."""
    row = TranslationState.objects.of(obj).get(language=code)
    return row.missing, row.behind


def marked(each: Behind) -> str:
    """What changed in the source, as `[-old-]` and `{+new+}`."""
    signs = {"added": "{{+{}+}}", "removed": "[-{}-]", "same": "{}", "gap": "{}"}
    return "".join(signs[piece.kind].format(piece.text.strip()) for piece in each.pieces)


def test_a_save_that_changes_the_source_alone_leaves_translations_behind_with_the_words_that_changed(editor):
    obj = page(title_nl="Oogst in mei")
    publish(obj, editor)
    assert state(obj, "fr") == (0, 0)
    save(obj, editor, title_nl="Oogst in juni")
    assert found(obj).keys() == {"title_fr", "title_en"}
    assert state(obj, "fr") == state(obj, "en") == (0, 1)
    each = found(obj)["title_fr"]
    assert (marked(each), each.changed_words) == ("Oogst in[-mei-]{+juni+}", 1)


def test_what_was_never_published_is_behind_too(editor):
    obj = page()
    save(obj, editor)
    save(obj, editor, title_nl="Winter")
    assert found(obj).keys() == {"title_fr", "title_en"}


def test_a_translation_that_changes_in_the_same_save_or_later_is_not_behind(editor):
    obj = page()
    publish(obj, editor)
    save(obj, editor, title_nl="Nieuw", title_fr="Nouveau")
    assert found(obj).keys() == {"title_en"}
    save(obj, editor, title_en="New")
    assert found(obj) == {}
    assert state(obj, "en") == (0, 0)


def test_a_translation_stays_behind_however_many_versions_follow(editor):
    obj = page()
    publish(obj, editor)
    obj.title_nl = "Nieuw"
    obj.save()
    for _time in range(25):
        publish(obj, editor)
    assert found(obj).keys() == {"title_fr", "title_en"}
    TranslationState.objects.all().delete()
    catch_up()
    assert found(obj).keys() == {"title_fr", "title_en"}


def test_a_source_that_says_again_what_it_said_leaves_nothing_behind(editor):
    obj = page()
    publish(obj, editor)
    save(obj, editor, title_nl="Nieuw")
    publish(obj, editor)
    save(obj, editor, title_nl="Oogst")
    assert found(obj) == {}
    publish(obj, editor)
    assert found(obj) == {}


def test_a_source_that_was_empty_for_a_while_leaves_its_translation_behind(editor):
    obj = page()
    publish(obj, editor)
    save(obj, editor, title_nl="")
    assert found(obj) == {}
    save(obj, editor, title_nl="Winter")
    assert found(obj).keys() == {"title_fr", "title_en"}
    save(obj, editor, title_nl="Oogst")
    assert found(obj) == {}


def test_a_source_that_comes_after_its_translation_is_what_that_was_made_from(editor):
    obj = page(body_nl="")
    save(obj, editor)
    save(obj, editor, body_nl="<p>Eerst</p>")
    assert found(obj) == {}
    save(obj, editor, body_nl="<p>Later</p>")
    assert found(obj).keys() == {"body_fr", "body_en"}


def test_a_translation_that_comes_back_from_an_old_version_was_made_from_what_stood_beside_it(editor):
    obj = page()
    first = publish(obj, editor)
    save(obj, editor, title_nl="Nieuw")
    second = publish(obj, editor)
    save(obj, editor, title_fr="Nouveau", title_en="New")
    publish(obj, editor)
    restore(second, editor)
    assert found(obj).keys() == {"title_fr", "title_en"}
    restore(first, editor)
    assert found(obj) == {}


def test_child_rows_are_known_by_their_number_and_a_row_that_goes_is_forgotten(editor):
    mission = MissionPage.objects.get()
    publish(mission, editor)
    before = state(mission, "fr")
    row = mission.aims.all()[1]
    row.text_nl = "iets heel anders"
    row.save()
    keep(mission, editor)
    assert set(found(mission)) == {"aims-1-text_fr", "aims-1-text_en"}
    assert state(mission, "fr") == (before[0], before[1] + 1)
    mission.aims.first().delete()
    keep(mission, editor)
    assert set(found(mission)) == {"aims-0-text_fr", "aims-0-text_en"}
    name = f"aims/{row.pk}/text"
    row.delete()
    keep(mission, editor)
    assert name not in TranslationState.objects.of(mission).get(language="fr").origins


def test_missing_counts_texts_and_leaves_out_addresses(editor):
    obj = page(title_fr="", slug_fr="", body_en="<p></p>")
    save(obj, editor)
    assert (state(obj, "fr"), state(obj, "en")) == ((1, 0), (1, 0))


def test_the_states_of_many_rows_are_written_and_read_with_as_many_queries_as_of_one(editor, django_assert_num_queries):
    themes = list(Theme.objects.all()[:3])
    TranslationState.objects.all().delete()
    with django_assert_num_queries(5):
        refresh(themes[:1])
    TranslationState.objects.all().delete()
    with django_assert_num_queries(4 + len(themes)):  # with the versions of each, for the first time
        refresh(themes)
    with django_assert_num_queries(1):
        assert len(counts(Theme, [theme.pk for theme in themes])) == 2 * len(themes)


def test_rows_from_before_are_judged_once_from_their_versions(editor):
    obj = page(title_nl="Oogst in mei")
    publish(obj, editor)
    obj.title_nl = "Oogst in juni"
    obj.save()
    publish(obj, editor)
    TranslationState.objects.all().delete()
    assert catch_up() > 10
    assert marked(found(obj)["title_fr"]) == "Oogst in[-mei-]{+juni+}"
    assert not TranslationState.objects.filter(model=Organisation._meta.label_lower).exclude(behind=0).exists()
    assert catch_up() == 0


def test_what_was_erased_is_no_longer_shown_as_the_source_of_a_translation(editor):
    obj = page(title_nl="Bel Jan Peeters")
    first = publish(obj, editor)
    save(obj, editor, title_nl="Bel het secretariaat")
    publish(obj, editor)
    assert "Peeters" in marked(found(obj)["title_fr"])
    erase_version(Revision.objects.get(pk=first.pk))
    assert found(obj).keys() == {"title_fr", "title_en"}
    assert found(obj)["title_fr"].pieces == []
    assert "Peeters" not in str(list(TranslationState.objects.values_list("origins", flat=True)))
    # The source of what is not behind is that of today.
    save(obj, editor, body_nl="<p>Nieuw</p>")
    assert "Nieuw" in marked(found(obj)["body_fr"])
    assert "zin" in marked(found(obj)["body_fr"])


def test_an_erased_object_leaves_nothing(editor):
    obj = TextPage.objects.create(title_nl="Weg", slug_nl="weg")
    keep(obj, editor)
    assert TranslationState.objects.of(obj).exists()
    erase(obj)
    assert not TranslationState.objects.of(obj).exists()
    assert not Draft.objects.of(obj).exists()
