"""Where something is used: each place, by kind, with the field in its form."""

import pytest

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Partner, Priority, Theme
from publishing.content.internal_links import reference
from publishing.i18n.urls import desk_address
from publishing.review.usage import by_kind, uses
from publishing.workflow import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation(editor) -> Organisation:
    organisation = Organisation.objects.create(name="Het Overleg")
    publish(organisation, editor)
    return organisation


def test_a_relation_leads_to_its_field_and_one_of_a_child_row_to_that_row(organisation, editor):
    priority = Priority.objects.order_by("number").first()
    priority.lead = organisation
    priority.save()
    partner = Partner.objects.create(priority=priority, organisation=organisation)
    publish(priority, editor)
    place = list(priority.partners.all()).index(partner)
    assert {each.url for each in uses(organisation)} == {
        f"{desk_address(priority)}#id_lead",
        f"{desk_address(priority)}#id_partners-{place}-organisation",
    }
    assert all(each.is_live and not each.is_gone for each in uses(organisation))


def test_a_draft_that_points_at_it_is_told_as_such(organisation):
    theme = Priority.objects.create(title_nl="Concept", lead=organisation)
    (use,) = uses(organisation)
    assert (use.page, use.is_live, use.url) == (theme, False, f"{desk_address(theme)}#id_lead")


def test_what_the_working_copy_no_longer_has_leads_to_the_form_of_what_is_public(organisation, editor):
    priority = Priority.objects.order_by("number").first()
    priority.lead = organisation
    priority.save()
    publish(priority, editor)
    priority.lead = None
    priority.save()
    (use,) = uses(organisation)
    assert (use.is_gone, use.url) == (True, f"{desk_address(priority)}?op=site#id_lead")


def test_a_link_in_a_text_leads_to_the_text_in_its_language(editor):
    theme, page = Theme.objects.first(), TextPage.objects.first()
    page.body_fr = f'<p><a href="{reference(theme)}">ici</a></p>'
    page.save()
    publish(page, editor)
    (use,) = [each for each in uses(theme) if isinstance(each.page, TextPage)]
    assert use.url == f"{desk_address(page)}#id_body_fr"
    assert "Frans" in use.field


def test_the_one_mission_page_goes_by_its_kind_and_not_by_its_motto(organisation, editor):
    page = MissionPage.objects.get()
    page.seats.create(organisation=organisation)
    publish(page, editor)
    (kind,) = by_kind(uses(organisation))
    assert (kind.name, kind.uses[0].name) == ("Missiepagina", "Missiepagina")


def test_the_number_of_queries_does_not_grow_with_the_uses(organisation, editor, django_assert_max_num_queries):
    for number in range(12):
        Priority.objects.create(title_nl=f"Prioriteit {number}", lead=organisation)
    with django_assert_max_num_queries(20):
        assert len(uses(organisation)) == 12


def test_the_form_shows_it_with_links_and_says_why_it_cannot_be_deleted(organisation, editor, editor_client):
    priority = Priority.objects.order_by("number").first()
    priority.lead = organisation
    priority.save()
    publish(priority, editor)
    html = editor_client.get(desk_address(organisation)).content.decode()
    assert f'href="{desk_address(priority)}#id_lead"' in html
    assert "Verwijderen kan nu niet" in html
    assert "Bezoekers zien het" in html
    assert desk_address(organisation, "delete") not in html


def test_what_a_draft_points_at_says_so_before_anybody_tries(editor_client):
    organisation = Organisation.objects.create(name="Nergens publiek")
    assert desk_address(organisation, "delete") in editor_client.get(desk_address(organisation)).content.decode()
    Priority.objects.create(title_nl="Concept", lead=organisation)
    html = editor_client.get(desk_address(organisation)).content.decode()
    assert desk_address(organisation, "delete") not in html
    assert "Iets anders verwijst ernaar" in html


def test_the_mission_page_says_that_it_can_only_be_changed(editor_client):
    html = editor_client.get(desk_address(MissionPage.objects.get())).content.decode()
    assert "Hiervan is er maar één" in html
