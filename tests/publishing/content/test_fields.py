import pytest

from priorities.models import Theme
from publishing.workflow import restore

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way_in", ["save", "restore"])
def test_rich_text_is_sanitised_on_every_way_in(editor, way_in):
    theme = Theme.objects.first()
    dirty = '<p onclick="x()">Ja<script>alert(1)</script> <a href="javascript:x()">hier</a></p><style>p{}</style>'
    if way_in == "save":
        theme.body_nl = dirty
        theme.save()
    else:
        revision = theme.revisions.first()
        revision.data["body_nl"] = dirty
        restore(revision, editor)
    theme.refresh_from_db()
    assert theme.body_nl.startswith("<p>Ja")
    assert not any(bad in theme.body_nl for bad in ("onclick", "script", "style"))
