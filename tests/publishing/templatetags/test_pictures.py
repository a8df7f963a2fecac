import pytest
from django.core.files.storage import default_storage
from PIL import Image

from pages.models import MissionPage
from priorities.models import Theme
from publishing.models.immutability import permit
from publishing.workflow import publish
from tests.publishing.files.photos import page_of, photo, refuse, statuses, urls, variants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def theme(theme_with_picture) -> Theme:
    return theme_with_picture


def test_no_page_waits_for_a_picture_to_be_opened(client, theme, member, monkeypatch):
    member.photo, member.shows_photo = photo(), True
    member.save()
    publish(member, None)
    default_storage.delete(variants(member.photo)[-1])
    monkeypatch.setattr(Image, "open", refuse)
    for url in ("/", "/contact/", member.get_absolute_url(), theme.get_absolute_url()):
        assert client.get(url).status_code == 200


def test_a_stored_picture_without_known_size_is_not_measured_by_a_page(client, theme, monkeypatch):
    revision = theme.revisions.first()
    revision.data |= {"image_width": None, "image_height": None}
    with permit():
        revision.save()
    monkeypatch.setattr(Image, "open", refuse)
    assert f'<img src="{theme.image.url}" alt=' in page_of(client, theme)
    monkeypatch.undo()
    response = client.get(theme.image.url)  # which measures it, and leads to the largest size
    assert response.headers["Location"] == f"/media/{variants(theme.image)[0]}"
    assert statuses(client, urls(theme.image)) == {200}


def test_a_theme_shows_its_picture_with_caption_in_each_language(client, theme):
    theme.image_caption_nl = "Het kruispunt in 2024. Foto: RESOC"
    theme.save()
    publish(theme, None)
    dutch = page_of(client, theme)
    assert '<source type="image/avif" srcset="/media/variants/themes/IMG_0042.jpg/3-2-50-50-400.avif 400w, ' in dutch
    assert 'width="320" height="213" alt="Het kruispunt" decoding="async" fetchpriority="high">' in dutch
    assert "<figcaption>Het kruispunt in 2024. Foto: RESOC</figcaption>" in dutch
    french = client.get(theme.get_absolute_url("fr")).content.decode()
    assert 'alt="Het kruispunt" lang="nl"' in french
    assert '<figcaption><span lang="nl">Het kruispunt in 2024' in french


def test_a_decorative_picture_is_not_described(client, theme):
    theme.image_is_decorative = True
    theme.save()
    publish(theme, None)
    assert 'alt="" decoding' in page_of(client, theme)


def test_a_theme_without_picture_has_no_place_for_one(client):
    assert "<figure" not in page_of(client, Theme.objects.get(slug_nl="regiomarketing"))


def test_the_mission_picture_waits_until_one_scrolls_to_it(client):
    mission = MissionPage.objects.get()
    mission.image, mission.image_alt_nl = photo(size=(600, 900)), "De vergadering"
    mission.save()
    publish(mission, None)
    assert 'alt="De vergadering" decoding="async" loading="lazy"' in client.get("/").content.decode()
