import pytest
from django.db import models

from pages.models import Organisation
from priorities.models import Theme
from publishing.models import Child, Publishable


def ids(model) -> list[str]:
    return [message.id for message in model.check() if message.id.startswith("publishing")]


def test_relations_that_could_leak_a_draft_are_refused_by_system_checks(isolated_models):
    class Leaky(Publishable):
        children = ("nothing",)

        organisation = models.ForeignKey(Organisation, models.CASCADE)
        organisations = models.ManyToManyField(Organisation, related_name="+")

        class Meta:
            app_label = "pages"

    class LeakyChild(Child):
        parent = "page"

        page = models.ForeignKey(Leaky, models.CASCADE, related_name="rows")
        organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")

        class Meta:
            app_label = "pages"

    assert ids(Leaky) == ["publishing.E001", "publishing.E002", "publishing.E003"]
    assert ids(LeakyChild) == ["publishing.E002"]


def test_a_model_that_puts_together_what_it_does_not_publish_is_refused(monkeypatch):
    monkeypatch.setattr(Organisation, "together", (("name", "url"), ("kind", "needs_check_fr", "nonsense")))
    assert [error.id for error in Organisation.check()] == ["publishing.E004"] * 2


@pytest.mark.django_db
def test_a_thawed_object_cannot_be_saved():
    with pytest.raises(TypeError):
        Theme.published().first().save()


@pytest.mark.django_db
def test_a_new_object_goes_last():
    assert Theme.objects.create(title_nl="Vierde").position == 4


@pytest.mark.django_db
def test_the_last_place_in_a_list_has_room_for_more():
    Theme.objects.filter(slug_nl="regiomarketing").update(position=999_999)
    assert Theme.objects.create(title_nl="Nog").position == 999_999
