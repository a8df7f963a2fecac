import pytest
from django.utils import timezone

from pages.models import TextPage
from publishing.admin.work_list import Asked
from publishing.workflow import confirm
from resoc import work
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


def test_a_statement_that_came_with_the_site_waits_for_a_person(editor):
    asked = Asked(editor, timezone.now())
    page = TextPage.objects.get(slug_nl="privacy")
    assert work.privacy_statement(asked).url == f"/admin/pages/textpage/{page.pk}/change/#id_body_nl"
    confirm(page, editor)
    assert work.privacy_statement(asked) is None
    assert work.privacy_statement(Asked(staff_user("leeg"), timezone.now())) is None
