import xml.etree.ElementTree as ET

import pytest

from staff.models import StaffMember
from staff.templatetags.staff import qr_code

pytestmark = pytest.mark.django_db


def test_the_code_of_a_card_is_a_drawing_without_words_or_scripts():
    drawing = ET.fromstring(qr_code(StaffMember.objects.get(slug="johan-halsberghe")))  # noqa: S314  (our own)
    assert drawing.tag.endswith("svg")
    assert {each.tag.rpartition("}")[2] for each in drawing.iter()} <= {"svg", "path", "rect", "g"}
