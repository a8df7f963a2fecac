import pytest

from tests.publishing.admin.test_publishable import address, form_data
from tests.publishing.files.photos import photo, upload

pytestmark = pytest.mark.django_db


def test_a_focus_outside_the_picture_is_refused_beside_its_field_and_the_picture_stays_chosen(editor_client, member):
    response = upload(editor_client, member, photo(), photo_focus_y="101")
    assert list(response.context["adminform"].form.errors) == ["photo_focus_y"]
    assert "Kies dit bestand opnieuw" not in response.content.decode()
    assert not member.photo


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
