import re

import pytest

from pages.models import MissionPage
from tests.publishing.admin.test_publishable import address, submit

pytestmark = pytest.mark.django_db


def test_a_long_line_has_a_box_that_shows_all_of_it_and_stays_one_line(editor_client):
    page = MissionPage.objects.get()
    html = editor_client.get(address(page)).content.decode()
    assert re.search(r'<textarea name="motto_nl"[^>]*maxlength="250"', html)
    assert re.search(r'<textarea name="aims-0-text_nl"', html)
    assert re.search(r'<input type="text" name="mission_title_nl"', html)
    submit(editor_client, page, "_save", motto_nl="Verhoging van de slagkracht –\r\nmet respect –\r\n in de regio\r\n")
    page.refresh_from_db()
    assert page.motto_nl == "Verhoging van de slagkracht – met respect – in de regio"
