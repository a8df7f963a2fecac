"""Who gets which file at its address: what was cut away from a picture is nobody's but editors'."""

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pages.models import MissionPage
from priorities.models import Document, Theme
from publishing.files import images, variants
from publishing.files.storage import AtomicFileSystemStorage
from publishing.models import ShareLink
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from tests.desk import enter
from tests.priorities.pdf_files import pdf
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(name="ik.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo_file(size=(1200, 900)).read())


def published_theme() -> Theme:
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.image, theme.image_alt_nl = picture(), "Het kruispunt"
    theme.save()
    publish(theme, None)
    return theme


def published_mission() -> MissionPage:
    page = MissionPage.objects.get()
    page.image, page.image_alt_nl = picture(), "De vergadering"
    page.save()
    publish(page, None)
    return page


def published_card() -> StaffMember:
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member.photo, member.shows_photo = picture(), True
    member.save()
    publish(member, None)
    return member


def file_of(obj):
    return obj.photo if isinstance(obj, StaffMember) else obj.image


def content(client: Client, url: str, **data: str) -> bytes:
    response = client.get(url, data)
    assert response.status_code == 200, url
    return response.getvalue()


@pytest.mark.parametrize("made", [published_theme, published_mission, published_card])
def test_the_address_of_an_original_leads_visitors_to_the_largest_size(client, editor_client, made):
    file = file_of(made())
    response = client.get(file.url)
    assert (response.status_code, response.headers["Location"]) == (302, f"/media/{file.cut.largest}")
    assert response.headers["Cache-Control"] == "no-cache"  # another focus is another address
    assert not response.content
    with default_storage.open(file.name) as stored:
        original = stored.read()
    assert content(client, response.headers["Location"]) != original
    assert content(editor_client, file.url) == original


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-99"}, {"If-None-Match": '"staff/ik.jpg"'}])
def test_no_way_of_asking_gives_the_original(client, method, headers):
    file = published_card().photo
    assert getattr(client, method)(file.url, headers=headers).status_code == 302


def test_no_page_feed_or_file_names_an_original(client):
    files = [file_of(made()) for made in (published_theme, published_mission, published_card)]
    theme = Theme.objects.get(slug_nl="regiomarketing")
    addresses = ["/", "/contact/", "/contact/johan-halsberghe/", theme.get_absolute_url(), "/feed/", "/sitemap.xml"]
    for address in [*addresses, "/fr/", "/contact/johan-halsberghe.vcf", theme.get_absolute_url() + "versies/"]:
        html = client.get(address).content.decode()
        for file in files:
            assert f'"{file.url}"' not in html, address
            assert f"{file.url} " not in html, address
            assert f'"http://testserver{file.url}' not in html, address


def test_what_a_focus_of_before_showed_is_gone_and_leads_to_what_is_shown_now(client, editor_client):
    theme = published_theme()
    before = [name for name, _size, _kind in theme.image.cut.files]
    assert content(client, f"/media/{before[0]}")
    theme.image_focus_y = 10
    theme.save()
    now = theme.image.cut.largest
    assert client.get(f"/media/{now}").headers["Location"] == f"/media/{before[0]}"  # not public yet
    publish(theme, None)
    assert content(client, f"/media/{now}")
    for name in before:
        assert client.get(f"/media/{name}").headers["Location"] == f"/media/{now}"
        assert content(editor_client, f"/media/{name}")


@pytest.mark.parametrize("name", ["3-2-7-9-400.avif", "3-2-50-50-2400.jpg", "1-1-50-50-400.webp", "4-5-50-50-320.webp"])
def test_no_visitor_has_another_cut_made(client, name, media):
    file = published_theme().image
    before = sorted(media.rglob("*"))
    response = client.get(f"/media/variants/{file.name}/{name}")
    assert response.headers["Location"] == f"/media/{file.cut.largest}"
    assert sorted(media.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["3-2-50-50-401.avif", "3-2-50-50-2400.jpg", "1-1-50-50-400.webp", "3-2-101-0-400.avif"]
)
def test_an_editor_gets_no_cut_that_no_page_has(editor_client, name):
    file = published_theme().image
    assert editor_client.get(f"/media/variants/{file.name}/{name}").status_code in (302, 404)
    withdraw(Theme.objects.get(slug_nl="regiomarketing"), None, "Weg")
    assert editor_client.get(f"/media/variants/{file.name}/{name}").status_code == 404


def test_an_editor_sees_another_focus_in_a_preview_and_it_is_not_kept(editor_client, client, media):
    theme = published_theme()
    before = sorted(media.rglob("*"))
    url = f"/media/variants/{theme.image.name}/3-2-50-9-400.webp"
    assert content(editor_client, url)[8:12] == b"WEBP"
    assert sorted(media.rglob("*")) == before
    assert client.get(url).status_code == 302


def test_nothing_of_what_is_hidden_withdrawn_or_removed_is_there(client):
    member, theme = published_card(), published_theme()
    addresses = [
        f"/media/{name}"
        for file in (member.photo, theme.image)
        for name in (file.name, *(name for name, _size, _kind in file.cut.files))
    ]
    member.shows_photo = False
    member.save()
    publish(member, None)
    withdraw(theme, None, "Weg")
    assert {client.get(address).status_code for address in addresses} == {404}


def test_a_photo_that_somebody_takes_off_leads_nowhere_even_when_another_one_is_public(client):
    member = published_card()
    old = member.photo.url
    member.photo = picture("nieuw.jpg")
    member.save()
    publish(member, None)
    assert client.get(old).status_code == 404


def test_the_original_of_a_draft_is_not_for_who_has_a_share_link(client):
    theme = published_theme()
    withdraw(theme, None, "Weg")
    token = ShareLink.objects.renew(theme, None).token
    response = client.get(theme.image.url, {"share": token})
    assert response.headers["Location"] == f"/media/{theme.image.cut.largest}?share={token}"
    assert content(client, f"/media/{theme.image.cut.largest}", share=token)
    other = f"/media/variants/{theme.image.name}/3-2-50-9-400.webp"
    assert client.get(other, {"share": token}).status_code == 302


def test_a_photo_that_was_replaced_before_it_was_public_is_for_its_person_and_for_who_edits_cards(
    client, editor_client, colleague
):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member.user, addresses = colleague, []
    for name in ("eerste.jpg", "tweede.jpg"):
        member.photo = picture(name)
        member.save()
        addresses.append(member.photo.url)
    his, other = Client(), Client()
    his.force_login(colleague)
    enter(other, User.objects.create_user("vreemd", is_staff=True))
    assert [each.get(addresses[0]).status_code for each in (client, other)] == [404, 404]
    assert content(editor_client, addresses[0]) == content(his, addresses[0])


def test_who_has_no_right_in_the_desk_sees_what_visitors_see(client, editor_client, editor):
    theme = published_theme()
    editor.groups.clear()
    editor.user_permissions.clear()
    assert editor.is_staff
    assert editor_client.get(theme.image.url).status_code == 302
    withdraw(theme, None, "Weg")
    assert editor_client.get(theme.image.url).status_code == 404


def test_a_document_is_given_as_it_is(client):
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=ContentFile(pdf(), "a.pdf"))
    publish(document, None)
    assert content(client, document.file.url) == pdf()


# What an older version did not make


def test_a_missing_size_is_made_when_it_is_asked_for(client, media):
    file = published_theme().image
    names = [name for name, _size, _kind in file.cut.files]
    for name in names:
        default_storage.delete(name)
    page = client.get(Theme.objects.get(slug_nl="regiomarketing").get_absolute_url()).content.decode()
    assert all(f"/media/{name}" in page for name in names)
    response = client.get(file.url, follow=True)
    assert response.getvalue()
    assert response.headers["Content-Type"] == "image/jpeg"
    assert file.cut.is_whole(default_storage)


def test_a_missing_size_is_shown_when_the_disk_has_no_room_for_it(client, monkeypatch):
    file = published_theme().image
    default_storage.delete(file.cut.largest)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(AtomicFileSystemStorage, "save", full)
    assert content(client, f"/media/{file.cut.largest}")[:3] == b"\xff\xd8\xff"


def test_a_missing_size_waits_its_turn_no_longer_than_others_draw(client, monkeypatch):
    file = published_theme().image
    default_storage.delete(file.cut.largest)
    monkeypatch.setattr(images, "WAIT_FOR_TURN", 0)
    with images.one_at_a_time():
        response = client.get(f"/media/{file.cut.largest}")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")


def test_of_two_who_wait_for_the_same_size_one_draws_it(monkeypatch):
    cut = published_theme().image.cut
    drawn = []
    monkeypatch.setattr(variants.Cut, "_part", lambda *args: drawn.append(args))
    cut.make(default_storage, unless=cut.largest)
    assert not drawn
