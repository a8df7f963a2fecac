"""The pure part of `amend`: what belongs together, and the three-way merge of snapshots."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.models import MissionPage
from priorities.models import Document, Priority, Subject, Theme, Update
from publishing.models.snapshots import child_models, freeze, normalise, published_fields, thaw
from publishing.workflow.merge import Kept, merge, units
from staff.models import StaffMember

TEXTS = ["", "a", "b"]

# How long a busy machine takes says nothing.
modest = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def values(field) -> st.SearchStrategy:
    """Few values, so that copies agree as often as they differ."""
    found = {field.get_prep_value(field.get_default())}
    if field.related_model or field.get_internal_type().startswith("Positive"):
        found |= {1, 2}
    elif field.get_internal_type() == "BooleanField":
        found |= {True, False}
    elif field.get_internal_type() == "DateField":
        found = {"2026-01-01", "2026-01-02"}
    elif type(field).__name__ == "PhoneNumberField":
        found = {"", "+3251519356"}
    else:
        found |= set(TEXTS)
    return st.sampled_from(sorted((each for each in found if each is not None), key=str))


def snapshots(model) -> st.SearchStrategy:
    parts = {field.attname: values(field) for field in published_fields(model)}
    for name, child in child_models(model):
        columns = {field.attname: values(field) for field in published_fields(child)}
        row = st.fixed_dictionaries({"id": st.integers(1, 3), **columns})
        rows = st.lists(row, max_size=3, unique_by=lambda each: each["id"])
        parts[name] = rows.map(lambda found: sorted(found, key=lambda each: (each["position"], each["id"])))
    return st.fixed_dictionaries(parts).map(lambda found: normalise(model, found))


@st.composite
def copies(draw):
    """A model, and three snapshots of it: two were made from the first."""
    model = draw(st.sampled_from([Priority, Theme, Update, StaffMember, Document]))
    base, *others = (draw(snapshots(model)) for _each in range(3))
    for other in others:
        for key in draw(st.sets(st.sampled_from(sorted(base)))):
            other[key] = base[key]
    return model, base, *others


def cells(model, snapshot) -> dict:
    """Each unit of `snapshot` with what it says."""
    found = {(unit,): tuple(snapshot[column] for column in unit) for unit in units(model)}
    for name, child in child_models(model):
        for row in snapshot[name]:
            found |= {(name, row["id"], unit): tuple(row[column] for column in unit) for unit in units(child)}
    return found


@modest
@given(copies())
def test_what_did_not_change_changes_nothing_and_an_unchanged_copy_takes_all(case):
    model, base, ours, wanted = case
    assert merge(model, base, ours, base) == (ours, [])
    assert merge(model, base, base, wanted) == (wanted, [])
    assert merge(model, base, wanted, wanted) == (wanted, [])


@modest
@given(copies())
def test_each_unit_of_the_result_is_our_own_or_the_wanted_one_and_what_we_keep_is_told(case):
    model, base, ours, wanted = case
    result, kept = merge(model, base, ours, wanted)
    before, own, new = (cells(model, each) for each in (base, ours, wanted))
    told = {each.path for each in kept}
    for key, value in cells(model, result).items():
        assert value in (own.get(key), new.get(key))
        if own.get(key) == before.get(key):
            assert value == new.get(key, value), key
        if value != new.get(key) and new.get(key) != before.get(key):
            columns = {(*key[:-1], column) for column in key[-1]}
            assert columns & told or key[:2] in told, key
    for each in kept:
        assert each.ours != each.wanted


@modest
@given(copies())
def test_merging_twice_is_merging_once(case):
    model, base, ours, wanted = case
    result, _kept = merge(model, base, ours, wanted)
    assert merge(model, base, result, wanted)[0] == result
    assert normalise(model, result) == result


@modest
@given(copies())
def test_the_copies_themselves_stay_as_they_are(case):
    model, *three = case
    before = [freeze(thaw(model, 1, each)) for each in three]
    merge(model, *three)
    assert three == before


# Units


def unit_of(model, column: str) -> set[str]:
    return set(next(unit for unit in units(model) if column in unit))


@pytest.mark.parametrize("model", [Priority, Theme, Update, StaffMember, Document, MissionPage])
def test_every_published_column_is_in_one_unit(model):
    columns = [column for unit in units(model) for column in unit]
    assert sorted(columns) == sorted(field.attname for field in published_fields(model))


def test_a_picture_goes_with_all_that_is_said_about_it():
    assert {"image", "image_width", "image_focus_x", "image_alt_fr", "image_is_decorative"} <= unit_of(Theme, "image")
    photo = {"photo", "photo_width", "photo_height", "photo_focus_x", "photo_focus_y"}
    assert unit_of(StaffMember, "photo") == photo


def test_a_file_goes_with_what_was_read_from_it():
    read = {"language", "size", "page_count", "has_text", "is_tagged"}
    assert unit_of(Document, "file") == {"file"} | read


def test_what_a_model_names_together_is_one_unit_and_each_language_is_its_own():
    assert unit_of(Subject, "priority_id") == {"priority_id", "theme_id"}
    assert "stand_in_id" in unit_of(StaffMember, "absent_until")
    assert unit_of(Theme, "title_nl") == {"title_nl"}


def test_the_subject_of_an_update_is_kept_as_a_whole():
    base = normalise(Update, {"subjects": [{"id": 7, "position": 1, "priority_id": 1, "theme_id": None}]})
    (row,) = base["subjects"]
    planned = base | {"subjects": [row | {"priority_id": 2}]}
    wanted = base | {"subjects": [row | {"priority_id": None, "theme_id": 5}]}
    result, kept = merge(Update, base, planned, wanted)
    assert result == planned
    assert kept == [Kept(("subjects", 7, "priority_id"), 2, None)]


def test_a_draft_keeps_its_own_picture_with_the_description_of_that():
    base = normalise(Theme, {"image": "themes/a.jpg", "image_alt_nl": "Een brug"})
    draft = base | {"image": "themes/b.jpg", "image_alt_nl": "Een dijk"}
    result, kept = merge(Theme, base, draft, base | {"image_alt_nl": "De brug", "title_nl": "Nieuw"})
    assert (result["image"], result["image_alt_nl"], result["title_nl"]) == ("themes/b.jpg", "Een dijk", "Nieuw")
    assert [each.path for each in kept] == [("image",)]


# Rows


def priority(*partners: dict) -> dict:
    return normalise(Priority, {"partners": list(partners)})


def partner(pk: int, organisation: int, position: int = 0) -> dict:
    return {"id": pk, "position": position or pk, "organisation_id": organisation}


@pytest.mark.parametrize(
    ("ours", "wanted", "result", "kept"),
    [
        ([partner(1, 5)], [partner(1, 5), partner(2, 6)], [partner(1, 5), partner(2, 6)], []),  # added
        ([partner(1, 5), partner(3, 7)], [partner(1, 5), partner(2, 6, 9)],
         [partner(1, 5), partner(3, 7), partner(2, 6, 9)], []),  # both added one
        ([partner(1, 5, 4)], [], [], []),  # removed, though it had another place here
        ([partner(1, 6)], [], [partner(1, 6)], [Kept(("partners", 1), partner(1, 6), None)]),  # changed here
        ([], [partner(1, 6)], [], [Kept(("partners", 1), None, partner(1, 6))]),  # removed here
        ([], [], [], []),
        ([partner(1, 7)], [partner(1, 6)], [partner(1, 7)], [Kept(("partners", 1, "organisation_id"), 7, 6)]),
        ([partner(1, 7)], [partner(1, 5, 8)], [partner(1, 7, 8)], []),  # the place is a unit of its own
        ([partner(1, 5), partner(2, 8)], [partner(1, 5), partner(2, 9)],
         [partner(1, 5), partner(2, 8)], [Kept(("partners", 2, "organisation_id"), 8, 9)]),  # both added the same
    ],
)  # fmt: skip
def test_rows_are_merged_by_their_number(ours, wanted, result, kept):
    merged, told = merge(Priority, priority(partner(1, 5)), priority(*ours), priority(*wanted))
    assert merged["partners"] == result
    assert told == kept


def test_rows_come_in_the_order_of_their_places_and_nothing_is_renumbered():
    result, _kept = merge(
        Priority, priority(), priority(partner(5, 1, 2)), priority(partner(4, 1, 2), partner(6, 1, 1))
    )
    assert [(row["id"], row["position"]) for row in result["partners"]] == [(6, 1), (4, 2), (5, 2)]


def test_a_snapshot_of_other_days_is_compared_in_the_terms_of_today():
    old = {"title_nl": "Oud", "gone": "x"}  # lacks all other columns
    result, kept = merge(Theme, old, old, normalise(Theme, old) | {"title_fr": "Vieux"})
    assert result == normalise(Theme, {"title_nl": "Oud", "title_fr": "Vieux"})
    assert kept == []
