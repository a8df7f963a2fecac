import re

import pytest

from publishing.workflow import publish
from staff.models import StaffMember
from tests.publishing.admin.test_publishable import address, submit
from tests.publishing.files.photos import photo, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_addresses_and_numbers_keep_boxes_of_their_own_and_a_number_is_written_as_one_dials_it(editor_client):
    johan = StaffMember.objects.get(name__startswith="Johan")
    html = editor_client.get(address(johan)).content.decode()
    assert re.search(r'<input type="email" name="email"', html)
    assert re.search(r'<input type="tel" name="phone" value="0495 58 75 71"', html)
    submit(editor_client, johan, "_save", phone="051 12 34 56")
    johan.refresh_from_db()
    assert str(johan.phone) == "+3251123456"


def test_the_form_shows_the_picture_where_it_is_used_and_what_its_focus_is(editor_client, member):
    upload(editor_client, member, photo(size=(400, 600)), "_save", photo_focus_x="20")
    form = editor_client.get(address(member)).content.decode()
    assert f'<img src="{member.photo.url}" alt="De foto zoals ze nu is">' in form
    assert "Bezoekers zien deze foto niet" in form
    assert 'name="photo_focus_x" value="20"' in form
    publish(member, None)
    form = editor_client.get(address(member)).content.decode()
    assert "Bezoekers zien deze foto op: Dorine Sioen." in " ".join(form.split())
