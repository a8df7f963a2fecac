"""What a person may see of where their name stands."""

import pytest
from django.test import Client

from pages.models import Organisation
from priorities.models import Theme
from publishing.models import Discarded
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from staff.my_data.named import where_named
from tests.updates import update_on

pytestmark = pytest.mark.django_db

PAGE, NAME = "/mijn-kaart/gegevens/?names=1", "Johan Halsberghe"


@pytest.fixture
def johan(johan) -> StaffMember:
    """Johan, whom nothing of the seeded site names."""
    for theme in Theme.objects.filter(contact=johan):
        theme.contact = None
        theme.save()
        publish(theme, None)
    return johan


def theme(slug: str, text: str = "", is_public: bool = True, **more) -> Theme:
    made = Theme.objects.create(title_nl=f"Thema {slug}", slug_nl=slug, summary_nl=text, **more)
    if is_public:
        publish(made, None)
    return made


def test_a_public_text_is_shown_by_its_page_and_its_field(johan):
    about = theme("een", f"Vraag het aan {NAME}.")
    (place,) = where_named(johan).texts
    assert (place.obj.pk, place.address, place.field) == (about.pk, "/themas/een/", "Samenvatting (nl)")


def test_an_update_is_shown_by_its_own_page(johan):
    update = update_on(theme("een"), title_nl="Nieuws", body_nl=f"<p>{NAME}</p>")
    publish(update, None)
    (place,) = where_named(johan).texts
    assert place.address == "/nieuws/nieuws/"


def test_what_has_no_page_is_shown_without_a_link(johan, his):
    publish(Organisation.objects.create(name=f"Bureau {NAME}"), None)
    (place,) = where_named(johan).texts
    assert place.address == ""
    assert f"Bureau {NAME}" in his.get(PAGE).content.decode()


def test_drafts_are_counted_and_not_shown(johan, his):
    theme("een", f"Vraag het aan {NAME}.", is_public=False)
    public = theme("twee", "Niets.")
    Theme.objects.filter(pk=public.pk).update(summary_nl=f"Vraag het aan {NAME}.")
    named = where_named(johan)
    assert (named.texts, named.drafts) == ([], 2)
    html = his.get(PAGE).content.decode()
    assert "2 werkversies" in html
    assert "Thema een" not in html
    assert "Thema twee" not in html


def test_what_was_withdrawn_is_only_counted(johan, his):
    gone = theme("een", f"Vraag het aan {NAME}.")
    withdraw(gone, None, "Weg.")
    named = where_named(johan)
    assert (named.cards, named.texts, named.versions) == ([], [], [])
    assert named.kept
    assert "Thema een" not in his.get(PAGE).content.decode()


def test_an_older_version_that_visitors_read_is_shown_and_one_taken_back_is_not(johan, his):
    about = theme("een", f"Vraag het aan {NAME}.")
    first = about.revisions.get()
    about.summary_nl = "Vraag het aan het secretariaat."
    about.save()
    publish(about, None)
    (place,) = where_named(johan).versions
    assert place.address == f"/themas/een/versies/{first.pk}/"
    assert Client().get(place.address).status_code == 200
    assert place.address in his.get(PAGE).content.decode()
    type(first).objects.filter(pk=first.pk).update(taken_back_at=first.live_from)
    named = where_named(johan)
    assert named.versions == []
    assert named.kept == 1


def test_what_names_the_card_as_contact_is_shown(johan):
    about = theme("een", contact=johan)
    (place,) = where_named(johan).cards
    assert (place.obj.pk, place.address) == (about.pk, "/themas/een/")
    theme("twee", contact=johan, is_public=False)
    assert len(where_named(johan).cards) == 1


def test_what_lies_in_the_bin_is_only_counted(johan):
    before = where_named(johan).kept
    Discarded.objects.create(
        model="priorities.theme", object_id=999, title="Weg", deleted=True, data={"summary_nl": f"Met {NAME}."}
    )
    assert where_named(johan).kept == before + 1


def test_nothing_is_said_when_nothing_is_found(johan, his):
    StaffMember._base_manager.filter(pk=johan.pk).update(name="Zonderling Nergens")
    assert "Nergens behalve op je kaart." in his.get(PAGE).content.decode()


def test_the_search_is_made_only_when_asked_for(johan, his, monkeypatch):
    monkeypatch.setattr("staff.my_data.views.where_named", lambda member: pytest.fail("this looks through all texts"))
    assert "Toon waar mijn naam staat" in his.get("/mijn-kaart/gegevens/").content.decode()
