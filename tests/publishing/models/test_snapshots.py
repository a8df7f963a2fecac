from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme, Update
from publishing.i18n.languages import translated_fields
from publishing.models.snapshots import (
    FieldChange,
    alone,
    child_models,
    content,
    diff,
    freeze,
    normalise,
    published_fields,
    says_less,
    thaw,
)
from publishing.models.values.cleaners import stored_cleaners
from staff.models import StaffMember

MODELS = [MissionPage, Organisation, TextPage, Priority, Theme, Update, StaffMember]
PHONES = ["", "+3251519356", "+32472051783"]


def values(field: models.Field) -> st.SearchStrategy:
    """JSON values that `field` can have in a snapshot."""
    if field.related_model:
        return st.none() | st.integers(1, 10**9)
    if type(field).__name__ == "PhoneNumberField":
        return st.sampled_from(PHONES)
    if isinstance(field, models.EmailField):
        return st.sampled_from(["", "an@example.be"])  # an address has one form
    if isinstance(field, models.FileField):
        return st.from_regex(r"(?:|mission/[a-z0-9]{1,20}[.]jpg)", fullmatch=True)
    if isinstance(field, models.DateField):
        return st.dates().map(date.isoformat)
    if isinstance(field, models.BooleanField):
        return st.booleans()
    if isinstance(field, models.IntegerField):
        numbers = st.integers(0, 10**6)
        return numbers | st.none() if field.null else numbers
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


def fields_of(model: type[models.Model]) -> dict[str, st.SearchStrategy]:
    """Of texts only clean ones: others are read as such, which `test_letters` holds."""
    cleaners = stored_cleaners(model)

    def clean(column: str, value: Any) -> Any:
        return cleaners[column](value) if column in cleaners and isinstance(value, str) else value

    return {
        field.attname: values(field).map(lambda value, column=field.attname: clean(column, value))
        for field in published_fields(model)
    }


@st.composite
def snapshots(draw):
    model = draw(st.sampled_from(MODELS))
    parts = fields_of(model)
    for name, child in child_models(model):
        row = st.fixed_dictionaries({"id": st.integers(1, 10**9), **fields_of(child)})
        parts[name] = st.lists(row, max_size=4, unique_by=lambda each: each["id"])
    return model, draw(st.fixed_dictionaries(parts))


@given(snapshots())
def test_freezing_what_was_thawed_gives_the_same_snapshot(case):
    model, snapshot = case
    assert freeze(thaw(model, 1, snapshot)) == snapshot


@given(snapshots(), st.data())
def test_snapshots_with_unknown_and_missing_fields_still_thaw(case, data):
    model, snapshot = case
    lost = data.draw(st.sets(st.sampled_from(sorted(snapshot))))
    older = {name: value for name, value in snapshot.items() if name not in lost} | {"no_longer_a_field": "x"}
    again = normalise(model, older)
    assert again.keys() == snapshot.keys()
    assert {name: again[name] for name in again if name not in lost} == {
        name: value for name, value in older.items() if name != "no_longer_a_field"
    }


@given(snapshots())
def test_a_snapshot_does_not_differ_from_itself(case):
    _model, snapshot = case
    assert diff(snapshot, snapshot) == []


def test_a_value_of_another_type_than_today_falls_back_to_the_default():
    assert thaw(Update, 1, {"date": "not a date"}).date == date.today()  # noqa: DTZ011


@pytest.mark.parametrize("model", MODELS)
def test_the_unsuffixed_column_and_private_fields_stay_out_of_snapshots(model):
    columns = {field.name for field in published_fields(model)}
    assert not columns & {*translated_fields(model), "needs_check_fr", "user", "id"}


def test_freeze_reads_children_in_order_and_files_by_name(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    page = MissionPage.objects.get()
    page.image.save("beeld.png", ContentFile(png()), save=True)
    aims = list(page.aims.all())
    aims[0].position, aims[1].position = 2, 1
    for aim in aims[:2]:
        aim.save()
    snapshot = freeze(MissionPage.objects.get())
    assert [row["id"] for row in snapshot["aims"]][:2] == [aims[1].pk, aims[0].pk]
    assert snapshot["image"] == page.image.name
    assert (snapshot["image_width"], snapshot["image_height"]) == (2, 1)
    thawed = thaw(MissionPage, page.pk, snapshot)
    assert thawed.image.url == page.image.url
    assert [row.text_fr for row in thawed.aims.all()] == [row["text_fr"] for row in snapshot["aims"]]


def test_the_children_of_a_thawed_object_cannot_become_a_query_of_working_rows(db):
    page = MissionPage.published().get()
    with pytest.raises(TypeError):
        page.aims.filter(pk__gt=0)
    with pytest.raises(TypeError):
        page.aims.all().order_by("pk")
    assert page.aims.count() == 6


def test_a_thawed_object_and_its_rows_are_sealed(db):
    page = MissionPage.published().get()
    role = page.roles.all()[0]
    for forbidden in (
        page.save,
        page.delete,
        page.refresh_from_db,
        role.save,
        role.delete,
        page.roles.all().iterator,
        page.roles.all().delete,
    ):
        with pytest.raises(TypeError):
            forbidden()
    with pytest.raises(TypeError):
        page.roles.all().update(name_nl="x")


@pytest.mark.parametrize(
    ("model", "odd"),
    [
        (Update, {"date": 5}),
        (StaffMember, {"phone": 5, "photo": "../../x", "name": None}),
        (MissionPage, {"roles": {"id": 1}, "aims": [None, 3]}),
    ],
)
def test_values_of_the_wrong_kind_thaw_to_the_default(model, odd):
    thawed = thaw(model, 1, odd)
    assert freeze(thawed).keys() == normalise(model, {}).keys()


def test_diff_tells_fields_rows_and_order_apart():
    old = {"title": "a", "rows": [{"id": 1, "x": 1}, {"id": 2, "x": 2}, {"id": 3, "x": 3}]}
    new = {"title": "b", "rows": [{"id": 3, "x": 3}, {"id": 1, "x": 9}, {"id": 4, "x": 4}]}
    assert diff(old, new) == [
        FieldChange(("title",), "a", "b"),
        FieldChange(("rows", 1, "x"), 1, 9),
        FieldChange(("rows", 4), None, {"id": 4, "x": 4}),
        FieldChange(("rows", 2), {"id": 2, "x": 2}, None),
        FieldChange(("rows",), [1, 3], [3, 1]),
    ]


def png() -> bytes:
    """A picture of two pixels."""
    import io

    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (2, 1)).save(data, "PNG")
    return data.getvalue()


def test_the_children_of_a_thawed_object_are_thawed_when_somebody_asks_for_them(db, django_assert_num_queries):
    snapshot = freeze(MissionPage.objects.get())
    for ask in (len, bool, list, lambda rows: rows.count(), lambda rows: rows.exists(), lambda rows: rows[0]):
        mission = thaw(MissionPage, 1, snapshot)
        assert "_result_cache" not in vars(mission.roles.all())
        with django_assert_num_queries(0):
            assert ask(mission.roles.all())
    assert mission.roles.all()[0].page is mission
    assert not content(MissionPage.objects.get()), "a working copy is never what it was"


def test_a_thawed_object_alone_has_what_it_was_thawed_from_and_nothing_else(db):
    mission = MissionPage.published().first()
    mission.updated = date(2026, 11, 1)

    copy = alone(mission)

    assert content(copy) == content(mission) != ()
    assert copy.motto_nl == mission.motto_nl
    assert [role.name_nl for role in copy.roles.all()] == [role.name_nl for role in mission.roles.all()]
    assert not hasattr(copy, "updated")


def test_the_content_of_an_object_differs_when_a_child_row_does(db):
    mission = MissionPage.published().first()
    snapshot = freeze(mission)
    snapshot["roles"][0]["name_nl"] = "Anders"

    assert content(thaw(MissionPage, mission.pk, snapshot)) != content(mission)
    assert content(thaw(MissionPage, mission.pk, freeze(mission))) == content(mission)


BASE = {"name": "Johan", "function_nl": "Medewerker", "phone": "+3251519356", "photo": "staff/a.jpg"}


@pytest.mark.parametrize(
    ("model", "old", "new", "less"),
    [
        (StaffMember, BASE, BASE, False),
        (StaffMember, BASE, BASE | {"name": "Jo", "function_nl": "Iets anders"}, False),
        (StaffMember, BASE | {"phone": ""}, BASE, False),
        (StaffMember, BASE, BASE | {"phone": ""}, True),
        (StaffMember, BASE, BASE | {"phone": "+32472051783"}, True),
        (StaffMember, BASE, BASE | {"photo": "staff/b.jpg"}, True),
        (StaffMember, BASE, BASE | {"function_nl": " "}, True),
        (Theme, {"body_nl": "<p>Ja</p>"}, {"body_nl": "<p>Neen</p>"}, False),
        (Theme, {"body_nl": "<p>Ja</p>"}, {"body_nl": "<p></p>"}, True),
        (Theme, {"contact_id": 3}, {"contact_id": 4}, True),
        (Theme, {"contact_id": None}, {"contact_id": 4}, False),
        (Theme, {"position": 3}, {"position": 0}, False),
        (MissionPage, {"aims": [{"id": 1, "text_nl": "a"}]}, {"aims": [{"id": 1, "text_nl": "b"}]}, False),
        (MissionPage, {"aims": [{"id": 1, "text_nl": "a"}]}, {"aims": []}, True),
        (MissionPage, {"aims": []}, {"aims": [{"id": 1, "text_nl": "a"}]}, False),
        (MissionPage, {"aims": [{"id": 1}, {"id": 2}]}, {"aims": [{"id": 2}, {"id": 1}]}, False),
        (MissionPage, {"seats": [{"id": 1, "organisation_id": 3}]}, {"seats": [{"id": 1, "organisation_id": 4}]}, True),
        (Theme, {"of_another_day": "x"}, {}, False),
    ],
)
def test_what_says_less_than_before(model, old, new, less):
    assert says_less(model, old, new) is less
