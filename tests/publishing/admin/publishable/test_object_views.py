import pytest

from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.history.test_history_views import of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["history", "compare", "restore"])
def test_only_who_may_edit_sees_history(client, colleague, theme, kind):
    assert client.get(of(theme, kind)).status_code == 302
    client.force_login(colleague)
    assert client.get(of(theme, kind)).status_code == 302
    enter(client, staff_user("bare"))
    assert client.get(of(theme, kind)).status_code == 403
    assert client.post(of(theme, kind), {"version": "r1"}).status_code == 403
