import io
import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image
from pillow_heif import register_heif_opener

from pages.models import MissionPage
from priorities.models import Theme
from publishing import pictures
from publishing.immutability import permit
from publishing.pictures import MAX_SIDE, Cut, check_picture, encoded, one_at_a_time, original_of, redrawn
from publishing.workflow import publish, unpublished_changes, withdraw
from staff.models import StaffMember
from tests.publishing.test_admin import address, form_data

pytestmark = pytest.mark.django_db

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def member() -> StaffMember:
    return StaffMember.objects.get(slug="dorine-sioen")


@pytest.fixture
def theme() -> Theme:
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.image = photo(size=(600, 900))  # lies on its side: 900 by 600 once upright
    theme.image_alt_nl = "Het kruispunt"
    theme.save()
    publish(theme, None)
    return theme


def photo(size=(40, 20), kind="JPEG", name="IMG 0042.jpg", mode="RGB", colour="red") -> SimpleUploadedFile:
    """A photo that lies on its side and tells who took it and where, as telephones make them."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Geheim toestel"
    exif.get_ifd(GPS)[1] = "N"
    data = io.BytesIO()
    Image.new(mode, size, colour).save(data, kind, exif=exif)
    return SimpleUploadedFile(name, data.getvalue())


def upload(client, member: StaffMember, file: SimpleUploadedFile, button: str = "_publish", **changes):
    url, agreed = address(member), {"shows_photo": "on", "photo_agreed": "op papier"}
    response = client.post(url, form_data(client, url) | agreed | {"photo": file, button: "1"} | changes, follow=True)
    member.refresh_from_db()
    return response


def variants(picture) -> list[str]:
    return [name for name, _size, _kind in picture.cut.files]


def urls(picture) -> list[str]:
    return [f"/media/{name}" for name in variants(picture)]


def statuses(client, addresses) -> set[int]:
    found = set()
    for url in addresses:
        response = client.get(url)
        response.getvalue()  # read to its end, the file is closed
        found.add(response.status_code)
    return found


def cut(size=(1000, 1000), ratio=(3, 2), widths=(400, 800, 1200), focus=(50, 50)) -> Cut:
    return Cut("x/a.jpg", size, ratio, widths, focus)


# Uploads


def test_a_photo_is_turned_upright_and_keeps_nothing_but_its_pixels(editor_client, member):
    upload(editor_client, member, photo())
    assert (member.photo_width, member.photo_height) == (20, 40)
    for name in [member.photo.name, *variants(member.photo)]:
        with default_storage.open(name) as file:
            content = file.read()
        assert b"Geheim" not in content
        assert b"Exif" not in content
        with Image.open(io.BytesIO(content)) as picture:
            assert not picture.getexif()


def test_a_large_photo_is_made_smaller_and_other_formats_become_jpeg(editor_client, member):
    upload(editor_client, member, photo(size=(3000, 60), kind="TIFF", name="scan.tiff"))
    assert member.photo_height == MAX_SIDE
    assert member.photo.name.endswith(".jpg")


def test_a_transparent_picture_stays_transparent(editor_client, member):
    upload(editor_client, member, photo(size=(400, 320), kind="PNG", name="logo.png", mode="RGBA", colour="#ff000000"))
    with member.photo.open() as file, Image.open(file) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
    for name in variants(member.photo):
        with default_storage.open(name) as file, Image.open(file) as picture:
            if name.endswith(".jpg"):  # which knows no transparency
                assert picture.getpixel((0, 0)) == (255, 255, 255)
            else:
                assert picture.mode == "RGBA"
                assert picture.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("foto.jpg", b"<script>alert(1)</script>"), "afbeelding"),
        (SimpleUploadedFile("foto.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "afbeelding"),
        (photo(size=(10_000, 6_000), kind="PNG", name="reus.png"), "60 miljoen"),
        (photo(size=(20_000, 20_000), kind="PNG", name="bom.png", mode="1", colour=1), "veel te groot"),
        (SimpleUploadedFile("half.jpg", photo(size=(400, 400)).read()[:900]), "afbeelding"),
    ],
)
def test_what_is_no_usable_picture_is_refused_beside_its_field_and_nothing_is_lost(
    editor_client, member, file, words, media
):
    response = upload(editor_client, member, file)
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["photo"]
    assert words in str(errors["photo"])
    assert not member.photo
    assert "Dorine Sioen" in response.content.decode()
    assert not any(media.rglob("*"))


# The part and the sizes that are shown


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


# Made once, when a picture or its focus is saved


def test_saving_again_does_not_draw_again(editor_client, member, monkeypatch):
    upload(editor_client, member, photo())
    name = member.photo.name
    monkeypatch.setattr(Image, "open", refuse)
    member.save()
    assert member.photo.name == name


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


def test_variants_that_were_lost_are_made_again_and_pages_show_the_original_meanwhile(client, theme, media):
    made = variants(theme.image)
    default_storage.delete(made[-1])  # a kill comes before the smallest is written
    (media / made[0]).write_bytes(b"half")
    assert f'<img src="{theme.image.url}" width="900" height="600"' in page_of(client, theme)
    call_command("pictures", verbosity=0)
    assert theme.image.cut.is_whole(default_storage)
    with default_storage.open(made[0]) as file, Image.open(file) as picture:
        assert picture.format == "JPEG"
    assert f'<img src="/media/{made[0]}"' in page_of(client, theme)
    assert sorted(file.name for file in (media / made[0]).parent.iterdir()) == sorted(
        name.rpartition("/")[2] for name in made
    )


def test_the_command_serves_old_versions_too_and_does_nothing_twice(theme, capsys):
    old = variants(theme.image)
    theme.image_focus_x = 0
    theme.save()
    publish(theme, None)
    for name in old:
        default_storage.delete(name)
    call_command("pictures")
    assert capsys.readouterr().out == "Pictures: 1 made in their sizes.\n"
    assert all(default_storage.exists(name) for name in old)
    call_command("pictures")
    assert capsys.readouterr().out == ""


def test_a_lost_or_broken_original_breaks_no_save_no_page_and_no_command(client, theme, media):
    for name in variants(theme.image):
        default_storage.delete(name)
    (media / theme.image.name).write_bytes(b"no picture")
    theme.save()
    call_command("pictures", verbosity=0)
    default_storage.delete(theme.image.name)
    theme.save()
    assert theme.image.url in page_of(client, theme)


# On the page


def page_of(client, obj) -> str:
    return client.get(obj.get_absolute_url()).content.decode()


def refuse(*args, **kwargs):
    raise AssertionError("A page opened a picture.")


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


def test_a_theme_shows_its_picture_with_caption_in_each_language(client, theme):
    theme.image_caption_nl = "Het kruispunt in 2024. Foto: RESOC"
    theme.save()
    publish(theme, None)
    dutch = page_of(client, theme)
    assert '<source type="image/avif" srcset="/media/variants/themes/IMG_0042.jpg/3-2-50-50-400.avif 400w, ' in dutch
    assert 'width="900" height="600" alt="Het kruispunt" decoding="async" fetchpriority="high">' in dutch
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


# Who may see them


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
        "variants/themes/IMG_0042.jpg/3-2-50-50-401.avif",
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


# In the form


def test_the_form_shows_the_picture_where_it_is_used_and_what_its_focus_is(editor_client, member):
    upload(editor_client, member, photo(size=(400, 600)), "_save", photo_focus_x="20")
    form = editor_client.get(address(member)).content.decode()
    assert f'<img src="{member.photo.url}" alt="De foto zoals ze nu is">' in form
    assert "Bezoekers zien deze foto niet" in form
    assert 'name="photo_focus_x" value="20"' in form
    publish(member, None)
    form = editor_client.get(address(member)).content.decode()
    assert "Bezoekers zien deze foto op: Dorine Sioen." in " ".join(form.split())


def test_a_focus_outside_the_picture_is_refused_beside_its_field_and_the_picture_asked_for_again(editor_client, member):
    response = upload(editor_client, member, photo(), photo_focus_y="101")
    assert list(response.context["adminform"].form.errors) == ["photo_focus_y", "photo"]
    assert "Kies dit bestand opnieuw" in response.content.decode()
    assert not member.photo


# What drawing takes


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "IMG_48.jpg"), ("HEIF", "IMG_48.heic")])
def test_what_a_phone_makes_of_48_million_pixels_is_taken(kind, name):
    register_heif_opener()
    data = io.BytesIO()
    Image.new("RGB", (8064, 6048), "teal").save(data, kind, quality=30)
    clean = Image.open(redrawn(SimpleUploadedFile(name, data.getvalue())))
    assert (clean.format, clean.size) == ("JPEG", (2400, 1800))
    red, green, blue = clean.getpixel((1200, 900))
    assert (red < 20, 110 < green < 145, 110 < blue < 145) == (True, True, True)


@pytest.mark.parametrize(
    ("kind", "size", "options", "words"),
    [
        ("JPEG", (8192, 6144), {}, ("50,4 miljoen", "hoogstens 50 miljoen")),
        ("JPEG", (7000, 5000), {"progressive": True, "subsampling": 0}, ("35 miljoen", "hoogstens 26 miljoen", "JPEG")),
        ("PNG", (5000, 4000), {}, ("20 miljoen", "hoogstens 16 miljoen", "JPEG")),
        ("WEBP", (5000, 4000), {}, ("20 miljoen", "hoogstens 12 miljoen")),
        ("AVIF", (7000, 7000), {"speed": 10}, ("49 miljoen", "hoogstens 20 miljoen")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_with_too_many_pixels_for_its_format_is_refused_unread(monkeypatch, kind, size, options, words):
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, kind, **options)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", _never)
    with pytest.raises(ValidationError) as refused:
        check_picture(SimpleUploadedFile("a.jpg", data.getvalue()))
    (message,) = refused.value.messages
    assert [each for each in words if each not in message] == []


def test_a_progressive_photo_of_a_phone_is_taken():
    data = io.BytesIO()
    Image.new("RGB", (8064, 6048), "teal").save(data, "JPEG", progressive=True, quality=30)
    assert Image.open(redrawn(SimpleUploadedFile("a.jpg", data.getvalue()))).size == (2400, 1800)


def _never(*_arguments, **_options):
    raise AssertionError("read")


def test_a_picture_that_is_saved_is_read_once(editor_client, member, monkeypatch):
    drawn, draw = [], pictures._drawn
    monkeypatch.setattr(pictures, "_drawn", lambda *arguments: drawn.append(1) or draw(*arguments))
    upload(editor_client, member, photo(size=(400, 300)))
    assert member.photo
    assert drawn == [1]


def test_a_preview_reads_no_picture(client, colleague, member, editor_client, monkeypatch):
    StaffMember.objects.filter(pk=member.pk).update(user=colleague)
    client.force_login(colleague)
    monkeypatch.setattr(pictures, "_drawn", _never)
    data = {"name": "Dorine", "preview": "1", "photo": photo(size=(400, 300))}
    assert "Dorine" in client.post("/mijn-kaart/", data).content.decode()
    url = address(member)
    data = form_data(editor_client, url) | {"photo": photo(size=(400, 300))}
    assert editor_client.post(url.replace("change/", "preview/nl/"), data).status_code == 200


def test_who_waits_too_long_for_another_picture_is_told_so_and_nothing_is_drawn(monkeypatch, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(pictures, "WAIT_FOR_TURN", 0.1)
    with one_at_a_time(), pytest.raises(ValidationError, match="minuut"):
        check_picture(photo(size=(400, 300)))
    check_picture(photo(size=(400, 300)))


def test_pictures_are_drawn_one_after_another(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    inside, most = [], []

    def draw():
        with one_at_a_time():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=draw) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_a_new_picture_has_the_focus_of_its_kind_and_not_that_of_the_old_one(editor_client, member):
    upload(editor_client, member, photo(size=(400, 300)), photo_focus_x=0, photo_focus_y=90)
    assert (member.photo_focus_x, member.photo_focus_y) == (0, 90)  # it was chosen with the picture
    upload(editor_client, member, photo(size=(300, 400)))
    assert (member.photo_focus_x, member.photo_focus_y) == (50, 33)
    upload(editor_client, member, photo(size=(400, 300)), photo_focus_x=10)
    assert member.photo_focus_x == 10


def test_another_save_leaves_the_focus_as_it_is(editor_client, member):
    upload(editor_client, member, photo(size=(400, 300)), photo_focus_x=0, photo_focus_y=90)
    url = address(member)
    form = {name: value for name, value in form_data(editor_client, url).items() if name != "photo"}
    editor_client.post(url, form | {"name": "Dorine", "_publish": "1"})
    member.refresh_from_db()
    assert (member.photo_focus_x, member.photo_focus_y) == (0, 90)
