from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from pages.models import MissionPage
from priorities.models import Theme
from publishing.models import Lack, Revision
from publishing.review import lacks
from publishing.workflow import confirm, publish, withdraw
from tests.updates import update_on

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def theme(**values) -> Theme:
    return Theme.objects.create(**{"title_nl": "Oogst", "slug_nl": "oogst", "body_nl": "<p>Woorden.</p>"} | values)


def picture() -> ContentFile:
    content = BytesIO()
    Image.new("RGB", (60, 40), "green").save(content, "PNG")
    return ContentFile(content.getvalue(), "oogst.png")


def shown(obj, at=None) -> dict[str, list[str]]:
    """The kinds that what visitors see of `obj` lacks, and where."""
    rows = Lack.objects.shown(at).filter(revision__in=obj.revisions, language="").exclude(kind=lacks.JUDGED)
    return {row.kind: row.fields for row in rows}


def test_a_page_with_a_title_only_is_hollow():
    obj = theme(body_nl="")
    publish(obj, None)
    assert shown(obj) == {lacks.HOLLOW: ["summary_nl"]}


@pytest.mark.parametrize(
    "values", [{"summary_nl": "Kort."}, {"body_fr": "<p>Mots.</p>"}, {"url": "https://example.org"}]
)
def test_a_page_with_a_text_or_an_address_is_not(values):
    obj = theme(**{"body_nl": ""} | values)
    publish(obj, None)
    assert shown(obj) == {}


def test_an_update_has_no_page_to_be_hollow():
    obj = update_on(Theme.objects.first(), title_nl="Nieuws")
    publish(obj, None)
    assert lacks.HOLLOW not in shown(obj)


def test_a_picture_without_a_description():
    obj = theme(image=picture())
    publish(obj, None)
    assert shown(obj) == {lacks.PICTURE: ["image_alt_nl"]}
    obj.image_alt_nl = "Een veld."
    obj.save()
    assert lacks.PICTURE in shown(obj), "readers see what is published"
    publish(obj, None)
    assert shown(obj) == {}


def test_a_decorative_picture_needs_none():
    obj = theme(image=picture(), image_is_decorative=True)
    publish(obj, None)
    assert shown(obj) == {}


def test_what_nobody_checked_for_a_year_until_somebody_does():
    obj = theme()
    publish(obj, None)
    later = NOW + timedelta(days=366)
    assert shown(obj) == {}
    assert list(shown(obj, later)) == [lacks.UNCHECKED]
    confirm(obj, None)
    assert list(shown(obj, NOW + timedelta(days=364))) == []


def test_a_dated_message_need_not_stay_true():
    obj = update_on(Theme.objects.first(), title_nl="Nieuws")
    publish(obj, None)
    assert lacks.UNCHECKED not in shown(obj, NOW + timedelta(days=400))


def test_a_draft_and_what_is_planned_lack_nothing_that_visitors_miss():
    obj = theme(body_nl="")
    assert shown(obj) == {}
    publish(obj, None, live_from=NOW + timedelta(days=2))
    assert shown(obj) == {}
    assert list(shown(obj, NOW + timedelta(days=3))) == [lacks.HOLLOW]


def test_what_was_withdrawn_lacks_nothing():
    obj = theme(body_nl="")
    publish(obj, None)
    withdraw(obj, None, "Klaar.")
    assert shown(obj) == {}


def test_what_is_over_is_not_kept():
    obj = theme(body_nl="")
    publish(obj, None)
    obj.body_nl = "<p>Woorden.</p>"
    obj.save()
    last = publish(obj, None)
    assert set(Lack.objects.filter(revision__in=obj.revisions).values_list("revision", flat=True)) == {last.pk}


def test_what_the_version_before_lacked_is_lacked_since_then():
    obj = theme(body_nl="")
    first = publish(obj, None)
    obj.title_nl = "De oogst"
    obj.save()
    second = publish(obj, None)
    assert second.lacks.get(kind=lacks.HOLLOW).since == first.live_from


def test_versions_from_before_are_judged_later_some_at_a_time():
    kept = [*Lack.objects.order_by("revision", "kind").values_list("revision", "kind", "fields")]
    Lack.objects.all().delete()
    waiting = lacks.unjudged().count()
    assert waiting > 2
    assert lacks.catch_up(2) == 2
    assert lacks.unjudged().count() == waiting - 2
    assert lacks.catch_up() == waiting - 2
    assert lacks.catch_up() == 0
    assert [*Lack.objects.order_by("revision", "kind").values_list("revision", "kind", "fields")] == kept


def test_another_code_judges_anew(monkeypatch):
    assert not lacks.unjudged().exists()
    monkeypatch.setattr(lacks, "VERSION", "another")
    assert lacks.unjudged().exists()


def test_every_version_that_visitors_see_is_judged():
    public = Revision.objects.public()
    assert public.filter(lacks=None).count() == 0
    assert MissionPage.published().exists()
