import json
import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.urls import reverse

from pages.models import ContactDetails, MissionPage, Organisation, Role
from priorities.models import Theme, Update
from publishing.workflow import changed, publish, surely_unchanged, unpublished_changes
from tests.dirty import dirty, raw
from tests.site.test_letters import ADDRESS, CLEAN_HTML, DIRTY, HTML, LINE, TEXT
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def test_saving_cleans_every_text(theme):
    theme.title_nl, theme.summary_nl, theme.body_nl, theme.url = DIRTY, DIRTY, HTML, ADDRESS
    theme.slug_nl = "regio\u00admarketing\u200b"
    theme.save()
    assert [raw(theme, name) for name in ("title_nl", "summary_nl", "body_nl")] == [LINE, TEXT, CLEAN_HTML]
    assert (raw(theme, "url"), raw(theme, "slug_nl")) == ("https://www.example.org/", "regiomarketing")
    created = Organisation.objects.create(name=DIRTY, url=ADDRESS)
    assert (raw(created, "name"), raw(created, "url")) == (LINE, "https://www.example.org/")
    role = Role.objects.create(page=MissionPage.objects.get(), name_nl=DIRTY)
    assert raw(role, "name_nl") == LINE
    details = ContactDetails.objects.get()
    details.email = "in\u00adfo@example.org\u2060"
    details.save()
    assert raw(details, "email") == "info@example.org"


def test_what_came_in_before_is_served_clean_and_is_no_change(client, editor_client, theme, editor):
    update = update_on(theme, title_nl="Bericht", body_nl="<p>x</p>", date=date(2026, 11, 2))
    publish(update, editor)
    dirty(theme, title_nl=DIRTY, summary_nl=DIRTY, body_nl=HTML, url=ADDRESS, url_label_nl=DIRTY)
    dirty(update, title_nl=DIRTY, body_nl=HTML)
    for address in ("/feed/", "/fr/feed/", "/themas/regiomarketing/feed/", "/sitemap.xml"):
        ET.fromstring(client.get(address).content)  # noqa: S314  (our own answer)
    assert LINE in client.get("/feed/").content.decode()
    html = client.get("/themas/regiomarketing/").content.decode()
    assert f"<title>{LINE}" in html
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\u200e\ufeff\ufffe]", html)
    data = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', html, re.DOTALL)[1])
    assert LINE in json.dumps(data)
    for row, model in ((theme, Theme), (update, Update)):
        assert unpublished_changes(row) == []
        assert changed(model) == set()
        row.refresh_from_db()
        assert row.title_nl == LINE
        row.save()
        assert unpublished_changes(row) == []
        assert changed(model) == set()
        assert row.pk not in surely_unchanged(model) or raw(row, "title_nl") == DIRTY
    assert editor_client.get(reverse("admin:priorities_theme_changelist")).status_code == 200
    assert theme.revisions.first().data["title_nl"] == DIRTY  # history is not written anew
