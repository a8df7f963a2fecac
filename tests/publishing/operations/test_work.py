from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from priorities.models import Theme
from publishing.admin.work_list import Asked
from publishing.admin.work_list.registry import find
from publishing.cache.failures import asked_for, note
from publishing.models import DeadLink, Mail
from publishing.operations import work
from publishing.workflow import publish
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


def of(kind, user, now=NOW):
    return [each for each in find(Asked(user, now)) if each.kind == kind]


def test_a_page_that_fails_leads_to_a_mail_that_is_filled_in(editor):
    note(("http", "localhost", "/contact/", ""), is_withheld=True, request="a017614d777fd10b")
    (item,) = of(work.FAILS, editor)
    assert item.label == "/contact/"
    assert "bezoekers zien ze niet" in item.said
    mail = parse_qs(urlsplit(item.url).query)
    assert item.url.startswith("mailto:?")
    assert "/contact/" in mail["subject"][0]
    assert "/contact/" in mail["body"][0]
    assert "a017614d777fd10b" in mail["body"][0]


def test_a_page_of_the_desk_that_fails_says_nothing_of_visitors(editor):
    note(asked_for("/admin/links/", "GET"), is_withheld=False)
    (item,) = of(work.FAILS, editor)
    assert item.label == "/admin/links/"
    assert "bezoekers" not in item.said


def test_mail_that_waits_for_an_hour(editor):
    for minutes in (50, 70, 90):
        Mail.objects.create(
            recipients=[], message=b"", tries=2, next_try_at=NOW, created_at=NOW - timedelta(minutes=minutes)
        )
    (item,) = of(work.STUCK, editor)
    assert item.label == "2 mails blijven hangen"
    assert item.url == "/admin/publishing/mail/"
    assert of(work.STUCK, staff_user("leeg"))[0].url == ""


def test_dead_links_are_a_line_for_each_page(editor):
    theme = Theme.objects.create(
        title_nl="Oogst",
        slug_nl="oogst",
        body_nl='<p><a href="https://a.example/">Een</a> en <a href="https://b.example/">twee</a></p>',
    )
    publish(theme, editor)
    place = {"model": "priorities.theme", "object_id": theme.pk}
    DeadLink.objects.create(**place, address="https://a.example/", since=NOW)
    (item,) = of(work.DEAD, editor)
    assert (item.said, item.minutes) == ("een link leidt nergens heen: https://a.example/", 4)
    assert item.url == f"/admin/priorities/theme/{theme.pk}/change/#id_body_nl"
    cause = item.cause
    DeadLink.objects.create(**place, address="https://b.example/", since=NOW)
    (item,) = of(work.DEAD, editor)
    assert (item.said, item.minutes) == ("2 links leiden nergens heen", 5)
    assert item.cause != cause
    assert of(work.DEAD, staff_user("leeg")) == []


def test_ten_minutes_at_most(editor):
    body = "".join(f'<p><a href="https://{each}.example/">Woord</a></p>' for each in range(12))
    theme = Theme.objects.create(title_nl="Oogst", slug_nl="oogst", body_nl=body)
    publish(theme, editor)
    DeadLink.objects.bulk_create(
        DeadLink(model="priorities.theme", object_id=theme.pk, address=f"https://{each}.example/", since=NOW)
        for each in range(12)
    )
    assert of(work.DEAD, editor)[0].minutes == 10
