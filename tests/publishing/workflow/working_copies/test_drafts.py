"""Every save is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Theme
from publishing.files import orphans
from publishing.models import Draft
from publishing.models.snapshots import freeze_all
from publishing.workflow import amend, keep, keep_typed, live_users, repoint, restore, withdraw
from publishing.workflow.erasure.objects import erase
from publishing.workflow.working_copies.drafts import MOST, thin
from resoc.groups import SECRETARIAT
from staff.models import StaffMember
from tests.conftest import _user
from tests.desk import enter
from tests.publishing.admin.history.test_history_views import of, words
from tests.publishing.admin.test_publishable import address, form_data, submit

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=31)


@pytest.fixture
def sigrid(db) -> User:
    """Another member of the secretariat."""
    return _user("sigrid", SECRETARIAT, is_staff=True)


@pytest.fixture
def sigrid_client(sigrid) -> Client:
    client = Client()
    enter(client, sigrid)
    return client


def kept(obj) -> list[str]:
    return [draft.data["title_nl"] for draft in Draft.objects.of(obj).order_by("pk")]


def test_what_a_colleague_saved_is_found_after_one_saved_over_it(editor_client, sigrid_client, theme):
    submit(sigrid_client, theme, "_save", title_nl="Concept A")
    submit(editor_client, theme, "_save", title_nl="Concept B")
    assert kept(theme) == ["Concept A", "Concept B"]
    draft = Draft.objects.of(theme).get(title="Concept A")
    html = words(editor_client.get(of(theme, "history")))
    assert f'value="s{draft.pk}"' in html
    assert f'value="s{Draft.objects.of(theme).get(title="Concept B").pk}"' not in html, "that stands there already"
    assert "Van " in words(editor_client.get(of(theme, "compare"), {"old": f"s{draft.pk}"}))
    assert "Zet terug" in words(editor_client.get(of(theme, "restore"), {"version": f"s{draft.pk}"}))
    editor_client.post(of(theme, "restore"), {"version": f"s{draft.pk}"})
    theme.refresh_from_db()
    assert theme.title_nl == "Concept A"
    assert "Concept B" in kept(theme)


def test_a_sitting_is_half_an_hour_of_one_person_and_its_last_save_is_kept(editor_client, theme):
    now = timezone.now()
    for minutes, title in ((0, "Een"), (20, "Twee"), (31, "Drie")):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            submit(editor_client, theme, "_save", title_nl=title)
    assert kept(theme) == ["Twee", "Drie"]


def test_what_a_version_says_is_not_kept_beside_it(editor_client, theme):
    submit(editor_client, theme, "_save", title_nl="Concept")
    assert kept(theme) == ["Concept"]
    submit(editor_client, theme, "_publish")
    assert kept(theme) == []
    submit(editor_client, theme, "_save", title_nl="Concept 2")
    submit(editor_client, theme, "_publish", title_nl="Concept 3")
    assert kept(theme) == ["Concept 2"], "it was saved, and published was something else"


def test_what_stood_before_saves_were_kept_is_kept_when_it_is_overwritten(editor_client, theme):
    Theme.objects.filter(pk=theme.pk).update(title_nl="Van vroeger")
    submit(editor_client, theme, "_publish", title_nl="Nieuw")
    assert kept(theme) == ["Van vroeger"]


def test_amending_and_putting_back_keep_what_they_overwrite(editor, theme):
    Theme.objects.filter(pk=theme.pk).update(summary_nl="Kladje")
    amend(theme, {"title_nl": "Verbeterd"}, editor)
    assert [each.data["summary_nl"] for each in Draft.objects.of(theme)] == ["Kladje", "Kladje"]
    assert "Verbeterd" in kept(theme)
    restore(theme.revisions.last(), editor)
    assert Draft.objects.of(theme).filter(title="Verbeterd").exists()


def test_the_loser_of_the_conflict_screen_is_kept(editor_client, editor, sigrid_client, theme):
    url = address(theme)
    page = editor_client.get(url)
    mine = form_data(editor_client, url) | {"_base": page.context["base"], "title_nl": "Van mij", "_save": "1"}
    submit(sigrid_client, theme, "_save", title_nl="Van haar")
    assert "differences" in editor_client.post(url, mine).context
    draft = Draft.objects.of(theme).get(was_saved=False)
    assert (draft.data["title_nl"], draft.author) == ("Van mij", editor)
    submit(editor_client, theme, "_save", title_nl="Toch van haar")
    assert "Van mij" in kept(theme), "a save of the same half hour does not take its place"
    html = words(editor_client.get(of(theme, "history")))
    assert "typte dit, terwijl iemand anders bewaarde" in html
    editor_client.post(of(theme, "restore"), {"version": f"s{draft.pk}"})
    theme.refresh_from_db()
    assert theme.title_nl == "Van mij"


def test_new_rows_that_were_typed_and_not_taken_come_back(editor):
    mission = MissionPage.objects.get()
    typed = freeze_all(mission)
    number = len(typed["aims"])
    row = typed["aims"][0]
    typed["aims"] = [*typed["aims"], row | {"id": None, "text_nl": "Een"}, row | {"id": None, "text_nl": "Twee"}]
    draft = keep_typed(mission, editor, typed)
    restore(draft, editor)
    assert mission.aims.count() == number + 2
    assert {"Een", "Twee"} <= set(mission.aims.values_list("text_nl", flat=True))


def test_a_version_of_somebody_elses_page_is_no_kept_save_of_this_one(editor_client, theme):
    other = Theme.objects.exclude(pk=theme.pk).first()
    submit(editor_client, other, "_save", title_nl="Concept")
    key = f"s{Draft.objects.get().pk}"
    assert editor_client.get(of(theme, "restore"), {"version": key}).status_code == 404


def test_old_saves_are_thinned_to_one_a_month_and_then_go(editor, theme):
    now = timezone.now().replace(day=15)

    def saved(days: int, title: str) -> None:
        Theme.objects.filter(pk=theme.pk).update(title_nl=title)
        with time_machine.travel(now - timedelta(days=days)):
            keep(theme, editor)

    for days, title in ((1200, "weg"), (400, "eerder"), (399, "die maand"), (300, "een"), (299, "twee")):
        saved(days, title)
    assert thin(now) == 2
    assert kept(theme) == ["die maand", "een", "twee"]
    with time_machine.travel(now + timedelta(days=4 * 365)):
        call_command("upkeep")
    assert kept(theme) == []


def test_at_most_so_many_are_kept_of_one_page(editor, theme):
    now = timezone.now()
    for number in range(MOST + 2):
        Theme.objects.filter(pk=theme.pk).update(title_nl=f"Versie {number}")
        with time_machine.travel(now + number * HALF_HOUR):
            keep(theme, editor)
    assert len(kept(theme)) == MOST
    assert kept(theme)[0] == "Versie 2"


def test_its_files_are_in_use_and_for_the_desk_alone(editor, editor_client, client):
    member = StaffMember.objects.first()
    name = default_storage.save("staff/oud.jpg", ContentFile(b"x"))
    StaffMember.objects.filter(pk=member.pk).update(photo=name, shows_photo=True)
    keep(StaffMember.objects.get(pk=member.pk), editor)
    StaffMember.objects.filter(pk=member.pk).update(photo="")
    assert name in set(orphans.used_files())
    assert client.get(f"/media/{name}").status_code == 404
    response = editor_client.get(f"/media/{name}")
    assert b"".join(response.streaming_content) == b"x"
    Draft.objects.all().delete()
    assert name not in set(orphans.used_files())


def test_erasing_a_person_erases_there_too(editor, django_capture_on_commit_callbacks):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    name = default_storage.save("staff/oud.jpg", ContentFile(b"x"))
    StaffMember.objects.filter(pk=member.pk).update(photo=name, phone="+3251999999")
    keep(StaffMember.objects.get(pk=member.pk), editor)
    StaffMember.objects.filter(pk=member.pk).update(photo="", phone="")
    withdraw(member, editor, "Weg")
    for user in live_users(member):
        for field in ("contact", "lead", "stand_in"):
            if getattr(user, f"{field}_id", None) == member.pk:
                repoint(type(user)._base_manager.get(pk=user.pk), field, None, editor)
    with django_capture_on_commit_callbacks(execute=True):
        erase(member)
    assert not Draft.objects.of(member).exists()
    assert not default_storage.exists(name)
