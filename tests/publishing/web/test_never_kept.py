"""What a browser must not keep: redirects and errors, which are true until the next change."""

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client

from pages.models import MissionPage
from priorities.models import Theme
from publishing.cache.wsgi import PageCache
from publishing.files.storage import StorageUnavailable
from publishing.web.security_headers import never_kept
from publishing.workflow import publish, withdraw
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.publishing.cache.reader import Reader
from tests.publishing.models.test_snapshots import png

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["Django", "the page cache"])
def reader(request, settings, tmp_path) -> Reader:
    settings.STATE_DIR = tmp_path
    return Reader(django_application if request.param == "Django" else PageCache(django_application))


@pytest.fixture
def changed(settings, tmp_path):
    """A site on which an address changed, and a theme, a card and a picture are gone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    first = Theme.objects.get(slug_nl="regiomarketing")
    second = Theme.objects.exclude(pk=first.pk)[0]
    first.slug_nl = "nieuw-adres"
    first.save()
    publish(first, None)
    withdraw(second, None, "Voorbij")
    member = StaffMember.objects.last()
    withdraw(member, None, "Weg")
    mission = MissionPage.objects.get()
    mission.image.save("beeld.png", ContentFile(png()), save=True)
    return {"old": "/themas/regiomarketing/", "gone": second, "member": member, "image": mission.image.url}


def addresses(changed) -> list[tuple[str, int]]:
    gone, member = changed["gone"], changed["member"]
    return [
        (changed["old"], 301),
        (changed["old"] + "versies/", 301),
        (changed["old"] + "feed/", 301),
        (changed["old"].rstrip("/"), 301),  # of CommonMiddleware
        (gone.get_absolute_url(), 410),
        (gone.get_absolute_url() + "feed/", 410),
        (gone.get_absolute_url("fr"), 410),
        (member.get_absolute_url(), 410),
        (f"/contact/{member.slug}.vcf", 410),
        ("/contact/niemand.vcf", 404),
        ("/themas/nergens/", 404),
        ("/nergens/", 404),
        ("/nergens.txt", 404),
        ("/static/nergens.css", 404),
        (changed["image"], 404),
        ("/media/nergens.png", 404),
        ("/admin/", 302),
        ("/mijn-kaart/", 302),
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_redirect_or_an_error_is_asked_for_again(reader, changed, method):
    for path, status in addresses(changed):
        for _time in range(2):  # as it is made, and as it may have been kept here
            answer = reader.get(path, method=method)
            control = answer.headers["cache-control"]
            assert answer.status == status, path
            assert "no-cache" in control or "no-store" in control, (path, control)
            assert "stale" not in control


def test_a_page_is_kept_as_before(reader):
    control = reader.get("/").headers.get("cache-control", "")
    assert "no-store" not in control
    assert "no-cache" not in control


def test_what_is_refused_is_asked_for_again(reader):
    for method in ("PUT", "DELETE"):
        answer = reader.get("/", method=method)
        assert (answer.status, answer.headers["cache-control"]) == (405, "no-cache")
    # A 403 may show as whom one is signed in, or what was typed: nothing may keep it at all.
    answer = reader.get("/themas/", method="POST")
    assert (answer.status, answer.headers["cache-control"]) == (403, "no-store, private")
    answer = reader.get("/", HTTP_HOST="elders.example")
    assert answer.status == 400
    assert answer.headers["cache-control"] in ("no-cache", "no-store")


def test_a_redirect_to_https_is_asked_for_again(settings):
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/themas/")
    assert (response.status_code, response.headers["Cache-Control"]) == (301, "no-cache")


def test_files_that_are_away_are_asked_for_again(changed, monkeypatch):
    publish(MissionPage.objects.get(), None)

    def away(_file, _path):
        raise StorageUnavailable

    monkeypatch.setattr("publishing.web.media.opened", away)
    response = Client().get(f"/media/{MissionPage.objects.get().image.cut.largest}")
    assert (response.status_code, response.headers["Cache-Control"]) == (503, "no-store")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 400, 403, 404, 410, 413, 414, 429, 500, 503])
@pytest.mark.parametrize("said", [{}, {"Cache-Control": "public, max-age=60"}])
def test_whatever_makes_it_no_answer_of_that_kind_may_be_kept(rf, status, said):
    response = never_kept(lambda request: HttpResponse(status=status, headers=said))(rf.get("/"))
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("said", ["no-store", "private, no-store", "no-cache, max-age=0"])
def test_who_says_more_goes_on_saying_it(rf, said):
    response = never_kept(lambda request: HttpResponse(status=404, headers={"Cache-Control": said}))(rf.get("/"))
    assert response.headers["Cache-Control"] == said


@pytest.mark.parametrize("status", [200, 206, 304])
def test_what_is_found_is_kept_as_it_says_itself(rf, status):
    response = never_kept(lambda request: HttpResponse(status=status))(rf.get("/"))
    assert "Cache-Control" not in response.headers
