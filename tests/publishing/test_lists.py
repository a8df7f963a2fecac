"""The lists of the admin: columns, filters, search and order."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import models
from django.urls import reverse
from django.utils import timezone

from pages.models import Organisation
from priorities.models import Partner, Priority, Theme, Update
from publishing.immutability import permit
from publishing.lists import completeness, missing, search
from publishing.models import Publishable, Revision
from publishing.snapshots import child_models, published_fields
from publishing.workflow import State, changed, publish, set_end, surely_unchanged, withdraw
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.test_admin import submit

pytestmark = pytest.mark.django_db
URL = reverse("admin:priorities_theme_changelist")


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


def listed(client, **parameters) -> set:
    return {row.pk for row in client.get(URL, parameters).context["cl"].result_list}


def text(client) -> str:
    return " ".join(client.get(URL).content.decode().split())


def test_a_row_tells_its_languages_its_state_and_who_changed_it(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="Anders", title_fr="", url_label_fr="")
    page = text(editor_client)
    assert "Gepubliceerd, met wijzigingen die bezoekers nog niet zien" in page
    assert ": leeg " in page
    assert ", dorine" in page


def test_a_language_is_empty_partly_there_or_complete():
    theme = Theme(title_nl="A", summary_nl="B", title_fr="C", body_en="<p></p>")
    assert [completeness(theme, code) for code in ("nl", "fr", "en")] == ["complete", "partly", "empty"]
    assert completeness(Theme(title_fr="C"), "nl") == "empty"


def test_no_list_misses_the_translation_of_what_a_decorative_or_absent_picture_shows():
    theme = Theme.objects.create(title_nl="A", title_fr="A", slug_nl="a", image_alt_nl="Een brug")
    for image, is_decorative, is_missed in (("", False, False), ("a.jpg", True, False), ("a.jpg", False, True)):
        Theme.objects.filter(pk=theme.pk).update(image=image, image_is_decorative=is_decorative)
        theme = Theme.objects.get(pk=theme.pk)
        assert (completeness(theme, "fr") == "partly") == is_missed
        assert Theme.objects.filter(missing(Theme, "fr"), pk=theme.pk).exists() == is_missed


def test_a_translation_is_missing_only_where_there_is_a_dutch_text(editor_client):
    complete = Theme.objects.create(title_nl="A", title_fr="B", body_nl="<p></p>")
    gap = Theme.objects.create(title_nl="A", title_fr="B", body_nl="<p>C</p>")
    french = Theme.objects.create(title_fr="B", body_fr="<p>D</p>")
    found = listed(editor_client, todo="missing_fr")
    assert gap.pk in found
    assert not {complete.pk, french.pk} & found


def test_unpublished_changes_are_found_exactly(editor_client, theme):
    assert listed(editor_client, todo="changes") == set()
    theme.summary_en = "New"
    theme.save()
    assert listed(editor_client, todo="changes") == {theme.pk}
    assert listed(editor_client, state="changed") == {theme.pk}
    assert theme.pk not in listed(editor_client, state="published")


def test_what_nobody_published_for_a_year_is_to_be_checked(editor_client, editor, theme):
    assert listed(editor_client, todo="old") == set()
    with time_machine.travel(timezone.now() + timedelta(days=370)):
        enter(editor_client, editor)
        publish(theme, editor)
        found = listed(editor_client, todo="old")
        assert found == set(Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True))


def test_every_state_is_a_filter_and_together_they_are_all(editor_client, editor):
    now = timezone.now()
    made = {name: Theme.objects.create(title_nl=name, slug_nl=f"t-{name}") for name in State.values}
    publish(made["scheduled"], editor, live_from=now + timedelta(days=1))
    for name in ("published", "changed", "withdrawn", "ended"):
        publish(made[name], editor)
    Theme.objects.filter(pk=made["changed"].pk).update(title_nl="X")
    withdraw(made["withdrawn"], editor, "Weg")
    set_end(made["ended"], editor, timezone.now() + timedelta(hours=1))
    with time_machine.travel(now + timedelta(hours=2)):
        enter(editor_client, editor)
        found = {name: listed(editor_client, state=name) for name in State.values}
        assert all(made[name].pk in found[name] for name in State.values)
        assert sum(map(len, found.values())) == Theme.objects.count()
        page = editor_client.get(URL).context["cl"].result_list
        assert all(row.pk in found[row.list_state] for row in page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cœur", True),
        ("coeur", True),
        ("REALISER", True),
        ("réaliser", True),
        ("alise", True),
        ("realiser coeur", True),
        ('"le cœur"', True),
        ("realiser onbestaand", False),
        ("strong", False),
        ("100%", False),
        ("r_aliser", False),
        ("!", False),
        ("a", True),
        ("A réaliser", True),
    ],
)
def test_search_finds_words_in_any_language_and_text_without_minding_accents(query, found):
    theme = Theme.objects.create(title_nl="A", body_fr="<p>Réaliser <strong>avec</strong> le cœur</p>")
    assert (theme in search(Theme.objects.all(), query)) is found


def test_search_finds_names_and_numbers_of_every_kind(editor_client):
    assert StaffMember.objects.get(slug="dorine-sioen") in search(StaffMember.objects.all(), "dorine")
    assert Organisation.objects.get(name="VDAB") in search(Organisation.objects.all(), "vdab")
    assert search(Theme.objects.all(), "\0").count() == Theme.objects.count()


# Order


def order(client, places: dict, url: str = URL):
    return client.post(url, {f"place-{key}": place for key, place in places.items()} | {"_reorder": "1"})


def test_typed_numbers_order_the_list_and_the_site_but_publish_no_draft(editor_client, client, theme):
    rows = list(Theme.objects.order_by("position"))
    last = rows[-1]
    last.title_nl = "Concept van nu"
    last.save()
    places = {row.pk: row.position for row in rows} | {last.pk: 1}
    response = order(editor_client, places)
    assert response.status_code == 302
    assert list(Theme.objects.order_by("position")) == [last, *rows[:-1]]
    assert Theme.published().first().pk == last.pk
    assert "Concept van nu" not in client.get("/themas/").content.decode()


def test_a_row_that_is_sent_down_comes_after_the_one_that_has_the_number(editor_client):
    rows = list(Theme.objects.order_by("position"))
    order(editor_client, {row.pk: row.position for row in rows} | {rows[0].pk: rows[2].position})
    assert list(Theme.objects.order_by("position"))[:3] == [rows[1], rows[2], rows[0]]


def test_who_may_only_look_orders_nothing_and_a_get_orders_nothing(client, editor_client):
    rows = list(Theme.objects.order_by("position"))
    places = {row.pk: place for place, row in enumerate(reversed(rows), 1)}
    viewer = staff_user("kijker")
    viewer.user_permissions.add(Permission.objects.get(codename="view_theme"))
    enter(client, viewer)
    assert order(client, places).status_code == 403
    assert "Bewaar volgorde" not in client.get(URL).content.decode()
    editor_client.get(URL, {f"place-{key}": place for key, place in places.items()} | {"_reorder": "1"})
    order(editor_client, {999_999: 1, "x": 2})
    assert list(Theme.objects.order_by("position")) == rows


def test_what_has_no_order_has_no_numbers(editor_client):
    url = reverse("admin:pages_organisation_changelist")
    assert 'name="place-' not in editor_client.get(url).content.decode()
    assert order(editor_client, {1: 2}, url).status_code == 200


# Unpublished changes, as the database compares them


def another(field, value):
    """A value of `field` that is not `value`."""
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateField):
        return (value or timezone.now().date()) + timedelta(days=1)
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    if isinstance(field, models.ForeignKey):
        return None if value else field.related_model._base_manager.values_list("pk", flat=True).first()
    return f"{value or ''}x"


@pytest.mark.parametrize("model", [Theme, Update, Organisation, Priority])
def test_the_database_sees_a_change_in_any_column(model, theme):
    publish(Update.objects.create(title_nl="Bericht", theme=theme, date=timezone.now().date()), None)
    row = model.published().exclude(object_id=0)[0]
    model._base_manager.filter(pk=row.pk).update(position=7) if hasattr(row, "position") else None
    for _name, child_model in child_models(model):
        child_model._base_manager.filter(**{child_model.parent: row.pk}).delete()
    publish(model._base_manager.get(pk=row.pk), None)
    assert row.pk in surely_unchanged(model)
    for field in published_fields(model):
        old = models.QuerySet(model).filter(pk=row.pk).values_list(field.attname, flat=True).get()
        this = models.QuerySet(model).filter(pk=row.pk)
        value = another(field, old)
        if value is None and old is None:
            continue
        this.update(**{field.attname: value})
        assert row.pk not in surely_unchanged(model), field
        assert row.pk in changed(model), field
        this.update(**{field.attname: old})
    assert row.pk in surely_unchanged(model, [row.pk])
    assert surely_unchanged(model, []) == set()


def test_nothing_of_the_source_content_is_changed():
    for model in [model for model in apps.get_models() if issubclass(model, Publishable)]:
        assert changed(model) == set(), model
        assert surely_unchanged(model) <= set(model._base_manager.values_list("pk", flat=True))


def test_what_the_database_cannot_tell_is_looked_at_exactly(theme):
    revision = theme.revisions.first()
    data = {name: value for name, value in revision.data.items() if name not in ("summary_en", "documents")}
    with permit():
        Revision.objects.filter(pk=revision.pk).update(data=data | {"of_other_days": 1, "summary_fr": 5})
    assert theme.pk not in surely_unchanged(Theme)
    assert theme.pk in changed(Theme)
    with permit():
        Revision.objects.filter(pk=revision.pk).update(data={**revision.data, "of_other_days": 1})
    assert theme.pk not in changed(Theme)
    assert surely_unchanged(StaffMember) == set()
    assert changed(StaffMember) == set()


def test_a_change_in_a_child_row_is_found(editor_client):
    priority = Priority.objects.first()
    publish(priority, None)
    assert priority.pk not in changed(Priority)
    Partner.objects.create(priority=priority, organisation=Organisation.objects.first())
    assert priority.pk in changed(Priority)
    publish(priority, None)
    assert priority.pk not in changed(Priority)
    Partner.objects.filter(priority=priority).delete()
    assert priority.pk in changed(Priority)


def test_both_filters_ask_once_what_is_changed(editor_client, monkeypatch):
    asked = []
    monkeypatch.setattr("publishing.lists.changed", lambda model: asked.append(model) or set())
    assert editor_client.get(URL, {"_facets": "True", "state": "published"}).status_code == 200
    assert asked == [Theme]
