"""Translations of the source content that became better, on a site that has the old ones."""

import pytest
from django.utils import timezone

from pages.models import MissionPage, TextPage
from priorities.models import Theme
from publishing.admin.work_list import Asked
from publishing.workflow import confirm, publish
from resoc import work
from resoc.desk import source_texts
from resoc.management.commands.seed import NOTE
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_theme() -> Theme:
    """A theme as an earlier version of the source content had it."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.title_fr = "élaboration d’une stratégie de marketing régional"
    theme.save()
    publish(theme, None, note=NOTE)
    return theme


def lines(user) -> list:
    return list(work.corrected_translations(Asked(user, timezone.now())))


def test_a_new_site_has_nothing_to_correct(editor):
    assert list(source_texts.corrected()) == []
    assert lines(editor) == []


def test_a_translation_that_nobody_edited_and_that_is_better_by_now_is_work(editor, old_theme):
    (line,) = lines(editor)
    assert line.url == f"/admin/priorities/theme/{old_theme.pk}/change/#id_title_fr"
    assert "marketing régional" in line.advice
    assert "marketing territorial" in line.advice
    assert line.said.startswith("1 ")
    assert lines(staff_user("leeg")) == []


def test_what_somebody_published_is_left_alone(editor, old_theme):
    confirm(old_theme, editor)
    assert lines(editor) == []


def test_a_translation_of_another_dutch_text_is_left_alone(editor, old_theme):
    old_theme.title_nl = "Iets anders"
    old_theme.save()
    publish(old_theme, None, note=NOTE)
    assert lines(editor) == []


def test_kinds_of_spaces_and_the_way_that_html_is_written_make_no_difference(editor):
    page = TextPage.objects.get(slug_nl="toegankelijkheid")
    page.body_fr = page.body_fr.replace("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}").replace("<ul>", "<ul>\n\n")
    page.save()
    publish(page, None, note=NOTE)
    assert lines(editor) == []
    page.body_en = page.body_en.replace("everyone", "everybody")
    page.save()
    publish(page, None, note=NOTE)
    assert [line.label for line in lines(editor)] == ["Toegankelijkheidsverklaring"]


def test_the_rows_of_the_mission_page_count_too(editor):
    page = MissionPage.objects.get()
    aim = page.aims.first()
    aim.text_fr = "offrir un forum"
    aim.save()
    publish(page, None, note=NOTE)
    (line,) = lines(editor)
    assert "offrir un forum" in line.advice
    assert line.url == f"/admin/pages/missionpage/{page.pk}/change/"
