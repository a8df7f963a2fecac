from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Priority, Theme
from publishing.models import DeskText, DeskWord, Discarded, RevisionText, RevisionWord
from publishing.models.snapshots import freeze_all
from publishing.search.desk.desk_index import WORKING, index_all, texts_of, together
from publishing.workflow import publish, reorder, replace, restore, withdraw
from publishing.workflow.erasure.objects import erase
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def make(**fields) -> Theme:
    return Theme.objects.create(**({"title_nl": "Kanaal", "slug_nl": "kanaal"} | fields))


def having(word: str) -> set[tuple[str, int, str, str]]:
    """The copies that have this word: the model, the object, the copy and the language."""
    found = DeskText.objects.filter(words__contains=f" {word} ")
    return set(found.values_list("model", "object_id", "copy", "language"))


def of(theme: Theme, language: str = "nl", copy: str = WORKING) -> tuple[str, int, str, str]:
    return "priorities.theme", theme.pk, copy, language


def test_a_draft_is_in_it_from_its_first_save_and_in_no_index_of_visitors():
    theme = make(title_nl="Windmolens", body_nl="<p>draaien <b>vrolijk</b></p>")
    assert having("windmolens") == having("draaien") == having("vrolijk") == {of(theme)}
    assert not RevisionText.objects.filter(words__contains="windmolens").exists()
    assert not RevisionWord.objects.filter(word="windmolens").exists()
    assert DeskWord.objects.filter(word="windmolens").exists()


def test_each_language_has_its_words():
    theme = make(title_nl="Molens", title_fr="Moulins", summary_en="Windmills")
    assert having("moulins") == {of(theme, "fr")}
    assert having("windmills") == {of(theme, "en")}


def test_what_is_saved_takes_the_place_of_what_was():
    theme = make(title_nl="Windmolens")
    theme.title_nl = "Watermolens"
    theme.save()
    assert having("windmolens") == set()
    assert having("watermolens") == {of(theme)}


def test_child_rows_names_of_files_addresses_and_numbers_are_in_it():
    mission = MissionPage.objects.get()
    role = mission.roles.create(name_nl="Veerman", description_nl="zet over")
    assert having("veerman") == having("over") & having("veerman") == {("pages.missionpage", mission.pk, WORKING, "nl")}
    role.delete()
    assert having("veerman") == set()
    theme = make(url="https://www.molens.example/plan", image="themes/luchtfoto-diksmuide.jpg")
    assert of(theme) in having("luchtfoto") & having("diksmuide") & having("molens")
    assert having("3") >= {("priorities.priority", Priority.objects.get(number=3).pk, WORKING, "nl")}


def test_what_is_public_is_in_it_only_where_it_says_something_else(editor):
    theme = make(title_nl="Windmolens", summary_nl="Ze staan stil.")
    shown = publish(theme, editor)
    assert having("windmolens") == {of(theme)}
    theme.summary_nl = "Ze draaien."
    theme.save()
    assert having("stil") == {of(theme, copy=f"r{shown.pk}")}
    assert having("draaien") == {of(theme)}
    theme.summary_nl = "Ze staan weer stil."
    theme.save()
    assert having("stil") == {of(theme)}


def test_what_is_planned_is_in_it_where_the_working_copy_says_something_else(editor):
    theme = make(title_nl="Windmolens", summary_nl="Ze draaien morgen.")
    planned = publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    theme.summary_nl = ""
    theme.save()
    assert having("morgen") == {of(theme, copy=f"r{planned.pk}")}


def test_what_was_taken_off_the_site_is_in_it_as_its_working_copy(editor):
    theme = make(title_nl="Windmolens")
    publish(theme, editor)
    withdraw(theme, editor, "Weg")
    assert having("windmolens") == {of(theme)}


def test_the_bin_is_in_it_until_it_is_put_back(editor):
    theme = make(title_nl="Windmolens")
    pk = theme.pk
    theme.delete()
    kept = Discarded.objects.get(object_id=pk, deleted=True)
    assert having("windmolens") == {("priorities.theme", pk, f"d{kept.pk}", "nl")}
    back = restore(kept, editor)
    assert having("windmolens") == {of(back)}


def test_what_is_erased_for_good_leaves_no_word(editor):
    theme = make(title_nl="Windmolens")
    theme.delete()
    theme.pk = Discarded.objects.get(title="Windmolens").object_id
    erase(theme)
    assert having("windmolens") == set()
    assert not DeskWord.objects.filter(word__in=["windmolens", "=windmolen"]).exists()


def test_a_hidden_number_stands_apart_from_what_everybody_may_find():
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member.mobile, member.shows_mobile = "+32470112233", False
    member.save()
    rows = DeskText.objects.filter(words__contains=" 470112233 ")
    assert list(rows.values_list("object_id", "is_withheld")) == [(member.pk, True)]
    member.shows_mobile = True
    member.save()
    rows = DeskText.objects.filter(words__contains=" 470112233 ")
    assert set(rows.values_list("object_id", "is_withheld")) == {(member.pk, False)}


def test_a_hidden_number_in_the_bin_stands_apart_too():
    member = StaffMember.objects.create(name="Vera Verborgen", mobile="+32470112233", phone="+3257310251")
    member.delete()
    kept = Discarded.objects.get(title="Vera Verborgen")
    rows = DeskText.objects.filter(copy=f"d{kept.pk}")
    assert {each.is_withheld for each in rows if " 470112233 " in each.words} == {True}
    assert {each.is_withheld for each in rows if " 57310251 " in each.words} == {True, False}


def test_the_texts_of_a_snapshot_tell_where_they_stand():
    theme = make(title_nl="Molens", body_nl="<p>een</p><p>twee</p>")
    said = [(each.path, each.language, each.text) for each in texts_of(Theme, freeze_all(theme))]
    assert said == [
        (("title_nl",), "nl", "Molens"),
        (("slug_nl",), "nl", "kanaal"),
        (("body_nl",), "nl", "een"),
        (("body_nl",), "nl", "twee"),
    ]


def test_what_changes_together_is_indexed_once_at_the_end():
    theme = make(title_nl="Windmolens")
    with together():
        theme.title_nl = "Watermolens"
        theme.save()
        assert having("watermolens") == set()
        with together():
            theme.title_nl = "Rosmolens"
            theme.save()
    assert having("rosmolens") == {of(theme)}
    assert having("watermolens") == set()


def test_what_did_not_change_keeps_its_rows():
    theme = make(title_nl="Windmolens")
    before = list(DeskText.objects.filter(object_id=theme.pk).values_list("pk", flat=True))
    theme.save()
    index_all([(Theme, theme.pk)])
    assert list(DeskText.objects.filter(object_id=theme.pk).values_list("pk", flat=True)) == before


def test_reindex_fills_what_is_missing_and_makes_the_same_anew(editor):
    theme = make(title_nl="Windmolens")
    publish(theme, editor)
    make(title_nl="Weg", slug_nl="weg").delete()
    columns = "model", "object_id", "copy", "language", "is_withheld", "title", "words"
    before, words = sorted(DeskText.objects.values_list(*columns)), set(DeskWord.objects.values_list("word", "sound"))
    DeskText.objects.all().delete()
    DeskWord.objects.all().delete()
    call_command("reindex", verbosity=0)
    call_command("reindex", verbosity=0)
    assert sorted(DeskText.objects.values_list(*columns)) == before
    assert set(DeskWord.objects.values_list("word", "sound")) <= words
    DeskText.objects.update(words="")
    call_command("reindex", "--all", verbosity=0)
    assert sorted(DeskText.objects.values_list(*columns)) == before


def test_everything_of_a_new_site_is_in_it():
    from publishing.models import content_models

    for model in content_models():
        known = set(DeskText.objects.filter(model=model._meta.label_lower).values_list("object_id", flat=True))
        assert known == set(model._base_manager.values_list("pk", flat=True))


def test_what_is_replaced_in_every_version_at_once_is_indexed_anew(editor):
    member = StaffMember.objects.create(name="Vera", email="kwikstaart@example.org")
    assert having("kwikstaart")
    replace(member, "email", {"kwikstaart@example.org"}, "zwaluw@example.org", editor, "Nieuw adres")
    assert having("kwikstaart") == set()
    assert having("zwaluw")


def test_a_draft_of_a_priority_is_found_by_its_number_after_another_order(editor):
    draft = Priority.objects.create(title_nl="Ontwerp", slug_nl="ontwerp")
    ids = list(Priority.objects.order_by("number", "pk").values_list("pk", flat=True))
    reorder(Priority, [draft.pk, *(pk for pk in ids if pk != draft.pk)], editor)
    for row in Priority.objects.all():
        assert ("priorities.priority", row.pk, WORKING, "nl") in having(str(row.number))
