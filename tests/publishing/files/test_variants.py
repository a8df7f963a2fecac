import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from priorities.models import Theme
from publishing.files.variants import Cut, encoded, original_of
from publishing.workflow import publish, unpublished_changes, withdraw
from tests.publishing.files.photos import page_of, photo, statuses, upload, urls, variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(theme_with_picture) -> Theme:
    return theme_with_picture


def cut(size=(1000, 1000), ratio=(3, 2), widths=(400, 800, 1200), focus=(50, 50)) -> Cut:
    return Cut("x/a.jpg", size, ratio, widths, focus)


@pytest.mark.parametrize(
    ("size", "focus", "box"),
    [
        ((1500, 1000), (0, 100), (0, 0, 1500, 1000)),  # the right shape: nothing is cut
        ((3000, 1000), (50, 50), (750, 0, 2250, 1000)),
        ((3000, 1000), (0, 0), (0, 0, 1500, 1000)),
        ((3000, 1000), (100, 100), (1500, 0, 3000, 1000)),
        ((3000, 1000), (30, 50), (150, 0, 1650, 1000)),
        ((1500, 3000), (50, 33), (0, 490, 1500, 1490)),
    ],
)
def test_the_focus_comes_as_near_the_middle_as_the_edges_allow(size, focus, box):
    assert cut(size=size, focus=focus).box == pytest.approx(box)


@pytest.mark.parametrize(
    ("size", "ratio", "sizes"),
    [
        ((2400, 1600), (3, 2), [(400, 267), (800, 533), (1200, 800)]),
        ((900, 600), (3, 2), [(400, 267), (800, 533), (900, 600)]),
        ((20, 40), (3, 2), [(20, 13)]),  # smaller than the smallest: as it is
        ((1, 2000), (4, 5), [(1, 1)]),
        ((2000, 1), (4, 5), [(1, 1)]),
    ],
)
def test_no_variant_has_more_pixels_than_the_original(size, ratio, sizes):
    assert cut(size=size, ratio=ratio).sizes == sizes


def test_a_portrait_is_cut_to_four_by_five_around_the_upper_third_and_stays_light(member):
    noise = Image.effect_noise((900, 1400), 90).convert("RGB")  # the worst that there is for a format
    data = io.BytesIO()
    noise.save(data, "PNG")
    member.photo = SimpleUploadedFile("ruis.png", data.getvalue())
    member.save()
    assert (member.photo_focus_x, member.photo_focus_y) == (50, 33)
    assert member.photo.cut.sizes == [(160, 200), (320, 400), (480, 600)]
    smooth = encoded(noise.resize((48, 60)).resize((480, 600)), "avif")
    assert len(smooth) < 35_000
    for name, size, _kind in member.photo.cut.files:
        with member.photo.storage.open(name) as file, Image.open(file) as picture:
            assert picture.size == size


@pytest.mark.parametrize("size", [(1, 2000), (2000, 1), (1, 1)])
def test_the_oddest_shapes_have_variants_too(member, size):
    member.photo = photo(size=size)
    member.save()
    assert member.photo.is_made
    assert member.photo.cut.is_whole(member.photo.storage)


def test_another_focus_makes_other_files_and_leaves_the_published_ones(editor_client, client, member, media):
    upload(editor_client, member, photo(size=(800, 1200)))
    before = {name: (media / name).read_bytes() for name in variants(member.photo)}
    page = client.get("/contact/").content
    member.photo_focus_x = 10
    member.save()
    assert not set(before) & set(variants(member.photo))
    assert member.photo.is_made
    assert {name: (media / name).read_bytes() for name in before} == before
    assert client.get("/contact/").content == page
    assert [change.path for change in unpublished_changes(member)] == [("photo_focus_x",)]
    publish(member, None)
    assert f"/media/{member.photo.cut.name(160, 'avif')} 160w" in client.get("/contact/").content.decode()


def test_variants_that_were_lost_are_made_again(client, theme, media):
    made = variants(theme.image)
    default_storage.delete(made[-1])  # a kill comes before the smallest is written
    (media / made[0]).write_bytes(b"half")
    call_command("pictures", verbosity=0)
    assert theme.image.cut.is_whole(default_storage)
    with default_storage.open(made[0]) as file, Image.open(file) as picture:
        assert picture.format == "JPEG"
    assert f'<img src="/media/{made[0]}"' in page_of(client, theme)
    assert sorted(file.name for file in (media / made[0]).parent.iterdir()) == sorted(
        name.rpartition("/")[2] for name in made
    )


def test_a_lost_or_broken_original_breaks_no_save_no_page_and_no_command(client, theme, media):
    for name in variants(theme.image):
        default_storage.delete(name)
    (media / theme.image.name).write_bytes(b"no picture")
    theme.save()
    call_command("pictures", verbosity=0)
    assert statuses(client, [theme.image.url, *urls(theme.image)]) == {302, 404}
    default_storage.delete(theme.image.name)
    theme.save()
    assert theme.image.cut.largest in page_of(client, theme)
    assert statuses(client, [*urls(theme.image)]) == {404}


def test_variants_of_a_draft_are_for_editors_and_those_of_what_was_withdrawn_vanish(client, editor_client, member):
    upload(editor_client, member, photo(size=(400, 600)), "_save")
    addresses = urls(member.photo)
    assert (statuses(client, addresses), statuses(editor_client, addresses)) == ({404}, {200})
    publish(member, None)
    assert statuses(client, addresses) == {200}
    response = client.get(addresses[-1])
    assert response.headers["Content-Type"] == "image/avif"
    assert b"ftypavif" in response.getvalue()
    withdraw(member, None, "Werkt hier niet meer")
    assert (statuses(client, addresses), statuses(editor_client, addresses)) == ({404}, {200})


@pytest.mark.parametrize(
    "path",
    [
        "variants/",
        "variants/themes/IMG_0042.jpg",
        "variants/themes/IMG_0042.jpg/",
        "variants/themes/IMG_0042.jpg/3-2-50-101-400.avif",
        "variants/themes/IMG_0042.jpg/3-2-50-50-400.tiff",
        "variants/themes/IMG_0042.jpg/3-2-50-50-400.avif/x",
        "variants/themes/IMG_0042.jpg/../../../themes/secret.jpg",
        "variants/variants/themes/IMG_0042.jpg/3-2-50-50-400.avif/x",
    ],
)
def test_a_variant_that_does_not_exist_is_a_404(client, editor_client, theme, path):
    default_storage.save("themes/secret.jpg", ContentFile(b"secret"))
    assert client.get(f"/media/{path}").status_code == 404


def test_the_original_follows_from_the_name_of_a_variant():
    assert original_of(cut().name(400, "avif")) == "x/a.jpg"
    assert original_of("x/a.jpg") == "x/a.jpg"
